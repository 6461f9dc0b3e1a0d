//! Everything that is sealed, wherever it lies: which key sealed it, and the same sealed anew under another.
//!
//! A value is replaced only as long as it is the one that was read, so nobody's write is lost, whoever else is at it.

use futures_util::TryStreamExt as _;
use sqlx::FromRow;
use uuid::Uuid;

use super::{Db, on, sql};
use crate::{
    clock::Timestamp,
    error::Result,
    seal::{self, Place},
};

/// The beginning of a sealed value that holds the id of its key, and bytes of its own behind a short one.
const HEAD: i32 = 2 + seal::LONGEST_ID;

/// How rows of a table are told apart.
#[derive(Clone, Copy)]
enum Key {
    Id,
    Digest,
}

/// A column of sealed values.
pub struct Column {
    /// Its table.
    pub table: &'static str,
    /// Its name in the database.
    pub name: &'static str,
    /// What its values are bound to: two columns that hand their values on have one place.
    place: &'static str,
    key: Key,
    heads: &'static str,
    page: &'static str,
    put: &'static str,
    /// Whether who holds a row's lease writes back what they read: then they are waited for, and fenced.
    is_leased: bool,
}

/// A sealed value and where it is.
pub struct Value {
    key: Vec<u8>,
    /// What it is bound to.
    pub place: Place,
    /// As it was read.
    pub sealed: Vec<u8>,
}

/// Where looking through a column goes on.
pub type Cursor = Vec<u8>;

macro_rules! put {
    ($table:literal, $key:literal, $column:literal) => {
        concat!("update ", $table, " set ", $column, " = $3 where ", $key, " = $1 and ", $column, " = $2")
    };
    ($table:literal, $key:literal, $column:literal, leased) => {
        concat!(
            "update ",
            $table,
            " set ",
            $column,
            " = $3, fence = fence + 1, lease_until = null where ",
            $key,
            " = $1 and ",
            $column,
            " = $2 and (lease_until is null or lease_until <= $4)"
        )
    };
}

macro_rules! is_leased {
    () => {
        false
    };
    (leased) => {
        true
    };
}

macro_rules! columns {
    ($($table:literal $key_kind:ident $key:literal: $column:literal as $place:literal $($leased:ident)?;)+) => {
        /// Every column of sealed values that there is.
        pub const COLUMNS: &[Column] = &[$(Column {
            table: $table,
            name: $column,
            place: $place,
            key: Key::$key_kind,
            heads: concat!("select substr(", $column, ", 1, $1) from ", $table, " where ", $column, " is not null"),
            page: concat!(
                "select ", $key, ", ", $column, " from ", $table, " where ", $key, " > $1 and substr(", $column,
                ", 1, $2) <> $3 order by ", $key, " limit $4"
            ),
            put: put!($table, $key, $column $(, $leased)?),
            is_leased: is_leased!($($leased)?),
        }),+];
    };
}

columns! {
    "projects" Id "id": "redirect_secret_sealed" as "redirect_secret";
    "projects" Id "id": "previous_redirect_secret_sealed" as "redirect_secret";
    "setup_links" Id "id": "token_sealed" as "token";
    "signups" Id "id": "code_sealed" as "code" leased;
    "signups" Id "id": "token_sealed" as "token" leased;
    "signups" Id "id": "pin_sealed" as "pin" leased;
    "phone_numbers" Id "id": "token_sealed" as "token";
    "phone_numbers" Id "id": "pin_sealed" as "pin";
    "releases" Id "id": "token_sealed" as "token";
    "webhooks" Id "id": "secret_sealed" as "secret";
    "webhooks" Id "id": "previous_secret_sealed" as "secret";
    "webhooks" Id "id": "headers_sealed" as "headers";
    "twilio_accounts" Id "project_id": "auth_token_sealed" as "auth_token";
    "twilio_accounts" Id "project_id": "api_key_secret_sealed" as "api_key_secret";
    "provisioned_numbers" Id "id": "code_sealed" as "code";
    "meta_forwards" Id "id": "body_sealed" as "body";
    "sessions" Digest "id_digest": "record_sealed" as "record";
    "idempotency_keys" Digest "key_digest": "answer_sealed" as "answer";
}

sql! {
    HOLDS = "insert into key_holders (process, key_ids, seen_at) values ($1, $2, $3) \
        on conflict (process) do update set key_ids = excluded.key_ids, seen_at = excluded.seen_at";
    LEAVES = "delete from key_holders where process = $1";
    GONE = "delete from key_holders where seen_at <= $1";
    HOLDERS = "select process, key_ids, seen_at from key_holders where seen_at > $1 order by process";
    /// One process at a time, when there is something to do: another key than last time, work that was not finished, or a
    /// look long ago.
    BEGIN = "insert into reseals (one, key_id, holder, lease_until, done_at) values (1, $1, $2, $4, null) \
        on conflict (one) do update set key_id = excluded.key_id, holder = excluded.holder, \
        lease_until = excluded.lease_until, done_at = null \
        where (reseals.lease_until is null or reseals.lease_until <= $3) \
        and (reseals.key_id <> excluded.key_id or reseals.done_at is null or reseals.done_at <= $5)";
    RENEW = "update reseals set lease_until = $2 where holder = $1 and lease_until is not null";
    END = "update reseals set lease_until = null, done_at = $2 where holder = $1";
}

/// A process that serves, and the ids of its keys.
#[derive(Clone, Debug, FromRow)]
pub struct Holder {
    /// The process.
    pub process: Uuid,
    key_ids: String,
    /// When it last said so.
    pub seen_at: Timestamp,
}

impl Holder {
    /// The ids, the one that seals first.
    pub fn key_ids(&self) -> impl Iterator<Item = &str> {
        self.key_ids.split(',')
    }
}

impl Column {
    /// Its statements, for the test that prepares them.
    #[cfg(test)]
    pub(crate) fn statements(&self) -> [&'static str; 3] {
        [self.heads, self.page, self.put]
    }

    /// Which keys sealed its values, and how many each.
    pub async fn count(&self, mut db: Db<'_>) -> Result<Vec<(String, i64)>> {
        let mut counts: Vec<(String, i64)> = Vec::new();
        let mut add = |head: &[u8]| {
            let id = seal::key_id(head).unwrap_or("unknown");
            match counts.iter_mut().find(|(known, _)| known == id) {
                Some((_, count)) => *count += 1,
                None => counts.push((id.to_owned(), 1)),
            }
        };
        on!(&mut db, c => {
            let mut heads = sqlx::query_scalar::<_, Vec<u8>>(self.heads).bind(HEAD).fetch(&mut **c);
            while let Some(head) = heads.try_next().await? {
                add(&head);
            }
        });
        Ok(counts)
    }

    /// At most so many values from behind the cursor that begin otherwise than with `prefix`.
    pub async fn others(&self, mut db: Db<'_>, after: &[u8], prefix: &[u8], most: i64) -> Result<Vec<Value>> {
        let length = i32::try_from(prefix.len()).unwrap_or(i32::MAX);
        let rows: Vec<(Vec<u8>, Vec<u8>)> = match self.key {
            Key::Id => {
                let after = Uuid::from_slice(after).unwrap_or(Uuid::nil());
                let rows: Vec<(Uuid, Vec<u8>)> = on!(&mut db, c => {
                    sqlx::query_as(self.page).bind(after).bind(length).bind(prefix).bind(most).fetch_all(&mut **c).await?
                });
                rows.into_iter().map(|(id, sealed)| (id.as_bytes().to_vec(), sealed)).collect()
            }
            Key::Digest => on!(&mut db, c => {
                sqlx::query_as(self.page).bind(after).bind(length).bind(prefix).bind(most).fetch_all(&mut **c).await?
            }),
        };
        Ok(rows.into_iter().map(|(key, sealed)| Value { place: self.place_of(&key), key, sealed }).collect())
    }

    /// What a value of that row is bound to: a digest's first half stands for the row, as an id does.
    fn place_of(&self, key: &[u8]) -> Place {
        Place::of_digest(self.table, self.place, key)
    }

    /// Puts a seal in the place of the one that was read; `false` when it is another by now, or somebody is at its row.
    pub async fn put(&self, mut db: Db<'_>, value: &Value, sealed: &[u8], now: Timestamp) -> Result<bool> {
        macro_rules! written {
            ($c:ident, $key:expr) => {{
                let statement = sqlx::query(self.put).bind($key).bind(&value.sealed).bind(sealed);
                let statement = if self.is_leased { statement.bind(now) } else { statement };
                statement.execute(&mut **$c).await?.rows_affected()
            }};
        }
        let written = match self.key {
            Key::Id => on!(&mut db, c => written!(c, value.place.row)),
            Key::Digest => on!(&mut db, c => written!(c, &value.key)),
        };
        Ok(written > 0)
    }
}

impl Value {
    /// Behind this value.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        self.key.clone()
    }
}

/// Says that a process serves, with keys of those ids.
pub async fn holds(db: Db<'_>, process: Uuid, key_ids: &[&str], now: Timestamp) -> Result<()> {
    on!(db, c => {
        sqlx::query(HOLDS).bind(process).bind(key_ids.join(",")).bind(now).execute(c).await?;
    });
    Ok(())
}

/// Says that a process serves no more.
pub async fn leaves(db: Db<'_>, process: Uuid) -> Result<()> {
    on!(db, c => {
        sqlx::query(LEAVES).bind(process).execute(c).await?;
    });
    Ok(())
}

/// The processes that have said so since that moment. Those that have not are forgotten.
pub async fn holders(mut db: Db<'_>, since: Timestamp) -> Result<Vec<Holder>> {
    on!(&mut db, c => {
        sqlx::query(GONE).bind(since).execute(&mut **c).await?;
        Ok(sqlx::query_as(HOLDERS).bind(since).fetch_all(&mut **c).await?)
    })
}

/// Takes it on to seal everything with the key of that id, until `lease`; `false` when somebody has, or there is nothing to
/// do: all was sealed so later than `looked`.
pub async fn begin(
    db: Db<'_>,
    (key_id, process): (&str, Uuid),
    (now, lease, looked): (Timestamp, Timestamp, Timestamp),
) -> Result<bool> {
    let begun = on!(db, c => {
        sqlx::query(BEGIN).bind(key_id).bind(process).bind(now).bind(lease).bind(looked).execute(c).await?.rows_affected()
    });
    Ok(begun > 0)
}

/// Goes on with it until `lease`; `false` when somebody else does by now.
pub async fn renew(db: Db<'_>, process: Uuid, lease: Timestamp) -> Result<bool> {
    Ok(on!(db, c => sqlx::query(RENEW).bind(process).bind(lease).execute(c).await?.rows_affected()) > 0)
}

/// Ends it: finished at that moment, or (`None`) to be gone on with.
pub async fn end(db: Db<'_>, process: Uuid, done: Option<Timestamp>) -> Result<()> {
    on!(db, c => {
        sqlx::query(END).bind(process).bind(done).execute(c).await?;
    });
    Ok(())
}
