//! Browser sessions, for `tower-sessions`: found by the digest of their id, their content sealed.

use async_trait::async_trait;
use secrecy::ExposeSecret as _;
use tower_sessions::{
    SessionStore,
    session::{Id, Record},
    session_store,
};

use super::{Db, Store, on, sql};
use crate::{
    clock::{Clock, Timestamp},
    error::{Error, Result},
    seal::{Place, Sealer, digest},
};

sql! {
    SAVE = "insert into sessions (id_digest, record_sealed, expires_at) values ($1, $2, $3) \
        on conflict (id_digest) do update set record_sealed = excluded.record_sealed, expires_at = excluded.expires_at";
    /// Of two sessions that were given the same id by chance, the second must take another.
    CREATE = "insert into sessions (id_digest, record_sealed, expires_at) values ($1, $2, $3) \
        on conflict (id_digest) do nothing";
    LOAD = "select record_sealed from sessions where id_digest = $1 and expires_at > $2";
    DELETE = "delete from sessions where id_digest = $1";
    RECORDS = "select id_digest, record_sealed from sessions where id_digest > $1 order by id_digest limit $2";
    FORGET = "delete from sessions where id_digest in \
        (select id_digest from sessions where expires_at <= $1 order by expires_at limit $2)";
}

/// Where sessions are kept: in the same database as everything else, so that any process can answer.
#[derive(Clone)]
pub struct Sessions {
    /// The database.
    pub store: Store,
    /// Seals the content.
    pub sealer: Sealer,
    /// The time.
    pub clock: Clock,
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sessions")
    }
}

fn place(digest: &[u8]) -> Place {
    Place::of_digest("sessions", "record", digest)
}

impl Sessions {
    /// Writes a record by either statement; `false` when that left what is there.
    async fn write(&self, statement: &'static str, record: &Record) -> Result<bool> {
        let id = digest(record.id.0.to_be_bytes());
        let plain = serde_json::to_string(record).map_err(|e| Error::Internal(e.to_string()))?;
        let sealed = self.sealer.seal(place(&id), &plain)?;
        let expires = Timestamp(record.expiry_date.unix_timestamp().saturating_mul(1000));
        let mut lease = self.store.acquire().await?;
        let written = on!(lease.db(), c => {
            sqlx::query(statement).bind(&id).bind(&sealed).bind(expires).execute(c).await?.rows_affected()
        });
        Ok(written > 0)
    }

    async fn read(&self, id: &Id) -> Result<Option<Record>> {
        let id = digest(id.0.to_be_bytes());
        let mut lease = self.store.acquire().await?;
        let sealed: Option<Vec<u8>> =
            on!(lease.db(), c => sqlx::query_scalar(LOAD).bind(&id).bind(self.clock.now()).fetch_optional(c).await?);
        // A session that does not open (its key was removed) is no session: the visitor gets a new one.
        Ok(sealed.and_then(|sealed| open(&self.sealer, &id, &sealed)))
    }

    async fn remove(&self, id: &Id) -> Result<()> {
        let mut lease = self.store.acquire().await?;
        on!(lease.db(), c => {
            sqlx::query(DELETE).bind(digest(id.0.to_be_bytes())).execute(c).await?;
        });
        Ok(())
    }
}

/// What a session holds; `None` when it does not open.
#[must_use]
pub fn open(sealer: &Sealer, id_digest: &[u8], sealed: &[u8]) -> Option<Record> {
    let plain = sealer.open(place(id_digest), sealed).ok()?;
    serde_json::from_str(plain.expose_secret()).ok()
}

/// At most so many sessions from behind that digest, sealed.
pub async fn records(db: Db<'_>, after: &[u8], most: i64) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
    Ok(on!(db, c => sqlx::query_as(RECORDS).bind(after).bind(most).fetch_all(c).await?))
}

/// Forgets one session.
pub async fn forget_one(db: Db<'_>, id_digest: &[u8]) -> Result<u64> {
    Ok(on!(db, c => sqlx::query(DELETE).bind(id_digest).execute(c).await?.rows_affected()))
}

/// Forgets at most so many sessions whose time is over.
pub async fn forget(db: Db<'_>, now: Timestamp, most: i64) -> Result<u64> {
    Ok(on!(db, c => sqlx::query(FORGET).bind(now).bind(most).execute(c).await?.rows_affected()))
}

#[allow(clippy::needless_pass_by_value, reason = "it is handed to map_err")]
fn backend(error: Error) -> session_store::Error {
    session_store::Error::Backend(error.to_string())
}

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        while !self.write(CREATE, record).await.map_err(backend)? {
            record.id = Id::default();
        }
        Ok(())
    }

    async fn save(&self, record: &Record) -> session_store::Result<()> {
        self.write(SAVE, record).await.map_err(backend).map(|_| ())
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        self.read(id).await.map_err(backend)
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        self.remove(id).await.map_err(backend)
    }
}
