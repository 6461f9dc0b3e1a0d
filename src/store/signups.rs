//! Signups, and who may move one: every claim raises the row's fence, and a write with an older fence is refused.

use serde::{Deserialize, Serialize};
use sqlx::{FromRow, types::Json};

use super::{Db, on, sql};
use crate::{
    clock::Timestamp,
    error::{Error, Result},
    id::{CustomerId, LinkId, ProjectId, SignupId},
    link::ConnectionType,
    signup::{Claim, Signup, State, Way},
    words::Lang,
};

macro_rules! columns {
    () => {
        "id, project_id, customer_id, link_id, connection_type, language, state, way, claim, code_sealed, \
         token_sealed, token_expires_at, pin_sealed, business_id, created_at, ended_at, deadline_at, tries, next_at, \
         lease_until, fence"
    };
}
// A step that a newer version alone knows is not in the list, and left to that.
macro_rules! due {
    () => {
        "returned_at is not null and ended_at is null and next_at <= $1 \
         and (lease_until is null or lease_until <= $1) \
         and step in ('exchange', 'accounts', 'numbers', 'choose', 'check', 'subscribe', 'register', 'contacts', \
            'history', 'store') \
         and connection_type in ('coexistence', 'dedicated')"
    };
}
macro_rules! claim {
    ($which:expr) => {
        concat!("update signups set fence = fence + 1, lease_until = $2 where ", $which, " returning ", columns!())
    };
}

sql! {
    INSERT = "insert into signups (id, project_id, customer_id, link_id, connection_type, language, login_digest, \
        visitor_digest, step, state, created_at, next_at) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)";
    BY_LOGIN = concat!("select ", columns!(), " from signups where login_digest = $1 and visitor_digest = $2");
    /// One that has not come back before one that has: without the latter, a reload would be a stranger.
    NEWEST_LOGIN = concat!("select ", columns!(), " from signups where visitor_digest = $1 \
        order by case when step = 'login' then 0 else 1 end, created_at desc, id desc limit 1");
    NEWEST = concat!("select ", columns!(), " from signups \
        where link_id = $1 and (returned_at is not null or ended_at is not null) \
        order by coalesce(returned_at, ended_at) desc, id desc limit 1");
    LAST = concat!("select ", columns!(), " from signups where link_id = $1 \
        order by coalesce(ended_at, returned_at, created_at) desc, id desc limit 1");
    FIND = concat!("select ", columns!(), " from signups where id = $1");
    RUNNING = concat!("select ", columns!(), " from signups \
        where customer_id = $1 and returned_at is not null and ended_at is null");
    /// Those whose customers may have been at Facebook between two moments.
    AROUND = concat!("select ", columns!(), " from signups \
        where created_at >= $1 and created_at <= $2 and (ended_at is null or ended_at >= $3) order by created_at desc limit $4");
    TAKE = concat!("update signups set fence = fence + 1 where id = $1 returning ", columns!());
    SAVE = "update signups set step = $3, state = $4, code_sealed = $5, token_sealed = $6, token_expires_at = $7, \
        pin_sealed = $8, business_id = $9, deadline_at = $10, tries = $11, next_at = $12, lease_until = $13, \
        returned_at = coalesce(returned_at, $14), ended_at = coalesce(ended_at, $15), way = $16, claim = $17 \
        where id = $1 and fence = $2";
    CLAIM_ONE = claim!(concat!("id = $3 and ", due!()));
    CLAIM_NEXT = claim!(concat!("id = (select id from signups where ", due!(), " order by next_at limit 1)"));
    /// PostgreSQL has many writers at once: each takes a row that no other is taking.
    CLAIM_NEXT_PG = claim!(concat!(
        "id = (select id from signups where ", due!(), " order by next_at limit 1 for update skip locked)"
    ));
    /// What was given back meanwhile stays given back.
    RENEW = "update signups set lease_until = $3 where id = $1 and fence = $2 and lease_until is not null";
    RELEASE = "update signups set lease_until = null where id = $1 and fence = $2";
    FORGET_LOGINS = "delete from signups where id in \
        (select id from signups where step = 'login' and created_at < $1 order by created_at limit $2)";
    FORGET = "delete from signups where id in \
        (select id from signups where ended_at is not null and ended_at < $1 order by ended_at limit $2)";
}

/// A state and when it was come to, in one column: a version that knows nothing of times reads the state alone.
#[derive(Serialize, Deserialize)]
struct Stored<S> {
    #[serde(flatten)]
    state: S,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<Timestamp>,
}

impl Signup {
    fn stored(&self) -> Json<Stored<&State>> {
        Json(Stored { state: &self.state, since: self.since })
    }
}

#[derive(FromRow)]
struct Row {
    id: SignupId,
    project_id: ProjectId,
    customer_id: CustomerId,
    link_id: LinkId,
    connection_type: ConnectionType,
    language: Option<String>,
    state: Json<Stored<State>>,
    way: String,
    claim: Option<Json<Claim>>,
    code_sealed: Option<Vec<u8>>,
    token_sealed: Option<Vec<u8>>,
    token_expires_at: Option<Timestamp>,
    pin_sealed: Option<Vec<u8>>,
    business_id: Option<String>,
    created_at: Timestamp,
    ended_at: Option<Timestamp>,
    deadline_at: Option<Timestamp>,
    tries: i32,
    next_at: Timestamp,
    lease_until: Option<Timestamp>,
    fence: i64,
}

impl From<Row> for Signup {
    fn from(row: Row) -> Self {
        let way = Way::parse(&row.way);
        // Whoever does not know how a code came cannot exchange it.
        let Stored { state, since } = row.state.0;
        let state = match (way, state) {
            (None, state @ (State::Login | State::Exchange)) => {
                State::Newer(serde_json::to_value(state).unwrap_or_default())
            }
            (_, state) => state,
        };
        Self {
            id: row.id,
            project_id: row.project_id,
            customer_id: row.customer_id,
            link_id: row.link_id,
            connection_type: row.connection_type,
            language: row.language.as_deref().and_then(Lang::parse),
            state,
            since,
            way: way.unwrap_or(Way::Redirect),
            claim: row.claim.map(|claim| claim.0),
            code: row.code_sealed,
            token: row.token_sealed,
            token_expires_at: row.token_expires_at,
            pin: row.pin_sealed,
            business_id: row.business_id,
            created_at: row.created_at,
            ended_at: row.ended_at,
            deadline_at: row.deadline_at,
            tries: row.tries,
            next_at: row.next_at,
            lease_until: row.lease_until,
            fence: row.fence,
        }
    }
}

/// What a signup is recognised by when Facebook sends its customer back.
#[derive(Clone, Debug)]
pub struct Login {
    /// Digest of the `state` parameter.
    pub state: Vec<u8>,
    /// Digest of the browser session's secret.
    pub visitor: Vec<u8>,
}

/// Stores a signup whose customer is on the way to Facebook.
pub async fn insert(db: Db<'_>, signup: &Signup, login: &Login) -> Result<()> {
    on!(db, c => {
        sqlx::query(INSERT)
            .bind(signup.id)
            .bind(signup.project_id)
            .bind(signup.customer_id)
            .bind(signup.link_id)
            .bind(signup.connection_type.as_str())
            .bind(signup.language.map(Lang::as_str))
            .bind(&login.state)
            .bind(&login.visitor)
            .bind(signup.state.step().as_str())
            .bind(signup.stored())
            .bind(signup.created_at)
            .execute(c)
            .await?;
    });
    Ok(())
}

/// The signup of that state, if this browser session started it.
pub async fn by_login(db: Db<'_>, login: &Login) -> Result<Option<Signup>> {
    let row: Option<Row> =
        on!(db, c => sqlx::query_as(BY_LOGIN).bind(&login.state).bind(&login.visitor).fetch_optional(c).await?);
    Ok(row.map(Signup::from))
}

/// The signup that this browser session started last: of those that have not come back, else of all.
pub async fn newest_login(db: Db<'_>, visitor: &[u8]) -> Result<Option<Signup>> {
    let row: Option<Row> = on!(db, c => sqlx::query_as(NEWEST_LOGIN).bind(visitor).fetch_optional(c).await?);
    Ok(row.map(Signup::from))
}

/// The link's signup that came back or ended last.
pub async fn newest(db: Db<'_>, link: LinkId) -> Result<Option<Signup>> {
    let row: Option<Row> = on!(db, c => sqlx::query_as(NEWEST).bind(link).fetch_optional(c).await?);
    Ok(row.map(Signup::from))
}

/// The link's signup that something happened to last, logins that are still out included.
pub async fn last(db: Db<'_>, link: LinkId) -> Result<Option<Signup>> {
    let row: Option<Row> = on!(db, c => sqlx::query_as(LAST).bind(link).fetch_optional(c).await?);
    Ok(row.map(Signup::from))
}

/// The signup of that id, to look at.
pub async fn find(db: Db<'_>, id: SignupId) -> Result<Option<Signup>> {
    let row: Option<Row> = on!(db, c => sqlx::query_as(FIND).bind(id).fetch_optional(c).await?);
    Ok(row.map(Signup::from))
}

/// At most so many signups that were begun between two moments and had not ended at a third.
pub async fn around(
    db: Db<'_>,
    (since, until): (Timestamp, Timestamp),
    open_at: Timestamp,
    most: usize,
) -> Result<Vec<Signup>> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let rows: Vec<Row> = on!(db, c => {
        sqlx::query_as(AROUND).bind(since).bind(until).bind(open_at).bind(most).fetch_all(c).await?
    });
    Ok(rows.into_iter().map(Signup::from).collect())
}

/// Takes a signup away from whoever moves it, to change it in this transaction.
pub async fn take(db: Db<'_>, id: SignupId) -> Result<Option<Signup>> {
    let row: Option<Row> = on!(db, c => sqlx::query_as(TAKE).bind(id).fetch_optional(c).await?);
    Ok(row.map(Signup::from))
}

/// Claims that signup until `lease`, if it is due and nobody else's.
pub async fn claim(db: Db<'_>, id: SignupId, now: Timestamp, lease: Timestamp) -> Result<Option<Signup>> {
    let row: Option<Row> =
        on!(db, c => sqlx::query_as(CLAIM_ONE).bind(now).bind(lease).bind(id).fetch_optional(c).await?);
    Ok(row.map(Signup::from))
}

/// The customer's signups that have come back from Facebook and are not over.
pub async fn running(db: Db<'_>, customer: CustomerId) -> Result<Vec<Signup>> {
    let rows: Vec<Row> = on!(db, c => sqlx::query_as(RUNNING).bind(customer).fetch_all(c).await?);
    Ok(rows.into_iter().map(Signup::from).collect())
}

/// Claims the signup that has been due longest until `lease`.
pub async fn claim_next(db: Db<'_>, now: Timestamp, lease: Timestamp) -> Result<Option<Signup>> {
    let row: Option<Row> = match db {
        Db::Sqlite(c) => sqlx::query_as(CLAIM_NEXT).bind(now).bind(lease).fetch_optional(c).await?,
        Db::Postgres(c) => sqlx::query_as(CLAIM_NEXT_PG).bind(now).bind(lease).fetch_optional(c).await?,
    };
    Ok(row.map(Signup::from))
}

/// Writes a signup that was taken or claimed, and keeps it until `lease` (`None` gives it back).
///
/// # Errors
/// [`Error::Conflict`] when somebody else has taken it since: nothing is written then.
pub async fn save(db: Db<'_>, signup: &Signup, lease: Option<Timestamp>, now: Timestamp) -> Result<()> {
    // By a code, or by a token that was had without one.
    let came_back = (signup.code.is_some() || signup.token.is_some()).then_some(now);
    let ended = signup.state.is_over().then_some(now);
    let written = on!(db, c => {
        sqlx::query(SAVE)
            .bind(signup.id)
            .bind(signup.fence)
            .bind(signup.state.step().as_str())
            .bind(signup.stored())
            .bind(&signup.code)
            .bind(&signup.token)
            .bind(signup.token_expires_at)
            .bind(&signup.pin)
            .bind(&signup.business_id)
            .bind(signup.deadline_at)
            .bind(signup.tries)
            .bind(signup.next_at)
            .bind(lease)
            .bind(came_back)
            .bind(ended)
            .bind(signup.way.as_str())
            .bind(signup.claim.as_ref().map(Json))
            .execute(c)
            .await?
            .rows_affected()
    });
    if written == 0 { Err(Error::Conflict("the signup was taken over".to_owned())) } else { Ok(()) }
}

/// Holds a claim until `lease`; `false` when it is not this holder's any more.
pub async fn renew(db: Db<'_>, id: SignupId, fence: i64, lease: Timestamp) -> Result<bool> {
    Ok(on!(db, c => sqlx::query(RENEW).bind(id).bind(fence).bind(lease).execute(c).await?.rows_affected()) > 0)
}

/// Ends a claim without writing anything else.
pub async fn release(db: Db<'_>, id: SignupId, fence: i64) -> Result<()> {
    on!(db, c => {
        sqlx::query(RELEASE).bind(id).bind(fence).execute(c).await?;
    });
    Ok(())
}

/// Forgets at most so many logins from before `when` that never came back.
pub async fn forget_logins(db: Db<'_>, when: Timestamp, most: i64) -> Result<u64> {
    Ok(on!(db, c => sqlx::query(FORGET_LOGINS).bind(when).bind(most).execute(c).await?.rows_affected()))
}

/// Forgets at most so many signups that ended before `when`.
pub async fn forget(db: Db<'_>, when: Timestamp, most: i64) -> Result<u64> {
    Ok(on!(db, c => sqlx::query(FORGET).bind(when).bind(most).execute(c).await?.rows_affected()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signup::Step;

    #[test]
    fn every_step_that_a_process_moves_can_be_claimed() {
        let moved_by_others = [Step::Login, Step::Connected, Step::Failed];
        for step in Step::ALL {
            let is_listed = due!().contains(&format!("'{step}'"));
            assert_eq!(is_listed, !moved_by_others.contains(step), "{step}");
        }
    }

    #[test]
    fn a_state_is_read_with_its_time_and_without() {
        let since = Some(Timestamp(5));
        let stored = serde_json::to_value(Stored { state: &State::Exchange, since }).unwrap();
        assert_eq!(
            serde_json::from_value::<State>(stored.clone()).unwrap(),
            State::Exchange,
            "as older versions read it"
        );
        for (text, expected) in [(stored.to_string(), since), (r#"{"step":"exchange"}"#.to_owned(), None)] {
            let read: Stored<State> = serde_json::from_str(&text).unwrap();
            assert_eq!((read.state, read.since), (State::Exchange, expected), "{text}");
        }
        // What only a newer version understands comes back as it was, with its time.
        let newer = r#"{"step":"holograms","since":7,"lamps":[1,2]}"#;
        let read: Stored<State> = serde_json::from_str(newer).unwrap();
        assert!(matches!(read.state, State::Newer(_)) && read.since == Some(Timestamp(7)));
        let again = serde_json::to_value(Stored { state: &read.state, since: read.since }).unwrap();
        assert_eq!(again, serde_json::from_str::<serde_json::Value>(newer).unwrap());
    }
}
