//! What the database holds: read past the house, as somebody with a copy of it would.

use std::collections::BTreeMap;

use serde_json::Value;
use setuplinks::{
    clock::Timestamp,
    id::{LinkId, NumberId},
    seal::{Place, Sealer},
    store::{Store, records::FATES},
};
use sqlx::{AssertSqlSafe, FromRow, types::Json};
use uuid::Uuid;

use crate::support::house::SECRET_KEYS;

macro_rules! on_pool {
    ($store:expr, $pool:ident => $body:expr) => {
        match $store {
            Store::Sqlite($pool) => $body,
            Store::Postgres($pool) => $body,
        }
    };
}

/// A signup's row.
#[derive(Debug, FromRow)]
pub struct Row {
    pub step: String,
    pub code_sealed: Option<Vec<u8>>,
    pub token_sealed: Option<Vec<u8>>,
    pub pin_sealed: Option<Vec<u8>>,
    pub ended_at: Option<Timestamp>,
    pub next_at: Timestamp,
    pub lease_until: Option<Timestamp>,
}

/// A number's secrets.
#[derive(Debug, FromRow)]
pub struct Secrets {
    pub id: NumberId,
    pub token_sealed: Vec<u8>,
    pub token_expires_at: Option<Timestamp>,
    pub pin_sealed: Option<Vec<u8>>,
}

impl Row {
    pub fn has_secrets(&self) -> bool {
        self.code_sealed.is_some() || self.token_sealed.is_some() || self.pin_sealed.is_some()
    }
}

impl Secrets {
    /// The PIN, opened with the keys of the house.
    pub fn pin(&self) -> Option<String> {
        self.pin_sealed.as_ref().map(|sealed| open("pin", self.id, sealed))
    }

    pub fn token(&self) -> String {
        open("token", self.id, &self.token_sealed)
    }
}

fn open(column: &'static str, number: NumberId, sealed: &[u8]) -> String {
    use secrecy::ExposeSecret as _;
    let sealer = Sealer::parse(SECRET_KEYS).expect("keys");
    let place = Place { table: "phone_numbers", column, row: number.0 };
    sealer.open(place, sealed).expect("a seal of this row").expose_secret().to_owned()
}

/// The link's signups, oldest first.
pub async fn signups(store: &Store, link: &str) -> Vec<Row> {
    let link = LinkId::parse(link).expect("a link's id");
    let query = "select * from signups where link_id = $1 order by created_at, id";
    on_pool!(store, pool => sqlx::query_as(query).bind(link).fetch_all(pool).await).expect("signups")
}

/// The secrets of every number with that Meta id.
pub async fn secrets(store: &Store, phone_number_id: &str) -> Vec<Secrets> {
    let query = "select * from phone_numbers where phone_number_id = $1 order by created_at";
    on_pool!(store, pool => sqlx::query_as(query).bind(phone_number_id).fetch_all(pool).await).expect("numbers")
}

/// How many numbers are stored, in all projects.
pub async fn numbers(store: &Store) -> i64 {
    let query = "select count(*) from phone_numbers";
    on_pool!(store, pool => sqlx::query_scalar(query).fetch_one(pool).await).expect("a count")
}

/// How many notices of Meta's are kept, and how many of them are still to be worked on.
pub async fn notices(store: &Store) -> (i64, i64) {
    let query = "select count(*), count(next_at) from meta_notices";
    on_pool!(store, pool => sqlx::query_as(query).fetch_one(pool).await).expect("counts")
}

/// How many numbers Meta is still to be told of.
pub async fn releases(store: &Store) -> i64 {
    let query = "select count(*) from releases";
    on_pool!(store, pool => sqlx::query_scalar(query).fetch_one(pool).await).expect("a count")
}

/// Whether a verification code is kept, or where one was read.
pub async fn keeps_codes(store: &Store) -> bool {
    let query = "select (select count(*) from provisioned_numbers where code_sealed is not null) + \
        (select count(*) from code_sources)";
    let count: i64 = on_pool!(store, pool => sqlx::query_scalar(query).fetch_one(pool).await).expect("a count");
    count > 0
}

/// Whether somebody moves a bought number at that moment, or is about to.
pub async fn moves_numbers(store: &Store, now: Timestamp) -> bool {
    let query = "select count(*) from provisioned_numbers \
        where status not in ('released', 'failed') and (lease_until > $1 or next_at <= $1)";
    let count: i64 =
        on_pool!(store, pool => sqlx::query_scalar(query).bind(now).fetch_one(pool).await).expect("a count");
    count > 0
}

/// Names and payloads of the link's events, by name.
pub async fn events(store: &Store, link: &str) -> Vec<(String, Value)> {
    let link = LinkId::parse(link).expect("a link's id");
    let query = "select name, payload from events where link_id = $1 order by name, id";
    let rows: Vec<(String, Json<Value>)> =
        on_pool!(store, pool => sqlx::query_as(query).bind(link).fetch_all(pool).await).expect("events");
    rows.into_iter().map(|(name, Json(payload))| (name, payload)).collect()
}

/// What that counts.
pub async fn count(store: &Store, query: &'static str) -> i64 {
    on_pool!(store, pool => sqlx::query_scalar(query).fetch_one(pool).await).expect("a count")
}

/// What that counts of each name.
pub async fn counts(store: &Store, query: &'static str) -> BTreeMap<String, i64> {
    let rows: Vec<(String, i64)> =
        on_pool!(store, pool => sqlx::query_as(query).fetch_all(pool).await).expect("counts");
    rows.into_iter().collect()
}

/// The ids of every delivery.
pub async fn deliveries(store: &Store) -> Vec<Uuid> {
    on_pool!(store, pool => sqlx::query_scalar("select id from deliveries").fetch_all(pool).await).expect("ids")
}

/// Does that to the database, past the house, in the words of either engine.
pub async fn write_on(store: &Store, sqlite: &'static str, postgres: &'static str) -> u64 {
    write(store, if matches!(store, Store::Sqlite(_)) { sqlite } else { postgres }).await
}

/// The link's terms, as they are stored.
pub async fn terms(store: &Store, link: &str) -> Value {
    let link = LinkId::parse(link).expect("a link's id");
    let query = "select terms from setup_links where id = $1";
    let Json(terms): Json<Value> =
        on_pool!(store, pool => sqlx::query_scalar(query).bind(link).fetch_one(pool).await).expect("terms");
    terms
}

/// Does that to the database, past the house.
pub async fn write(store: &Store, statement: &'static str) -> u64 {
    on_pool!(store, pool => sqlx::query(statement).execute(pool).await.expect("written").rows_affected())
}

/// The same where a newer version allows what the database of this one refuses.
pub async fn write_of_tomorrow(store: &Store, statement: &'static str) -> u64 {
    match store {
        Store::Sqlite(pool) => {
            let mut connection = pool.acquire().await.expect("a connection");
            sqlx::query("pragma ignore_check_constraints = on").execute(&mut *connection).await.expect("loosened");
            let written = sqlx::query(statement).execute(&mut *connection).await.expect("written");
            sqlx::query("pragma ignore_check_constraints = off").execute(&mut *connection).await.expect("tightened");
            written.rows_affected()
        }
        Store::Postgres(pool) => {
            for (table, column) in [("setup_links", "status"), ("webhooks", "kind"), ("deliveries", "status")] {
                let loosen = format!("alter table {table} drop constraint if exists {table}_{column}_check");
                sqlx::query(AssertSqlSafe(loosen)).execute(pool).await.expect("loosened");
            }
            sqlx::query(statement).execute(pool).await.expect("written").rows_affected()
        }
    }
}

/// Adds a column to every table.
pub async fn grow(store: &Store) {
    for (table, _) in FATES {
        let statement = format!("alter table {table} add column tomorrow text");
        on_pool!(store, pool => sqlx::query(AssertSqlSafe(statement)).execute(pool).await.map(|_| ()).expect("a column more"));
    }
}

/// Keeps a notice of Meta's in those words, which has been due for long.
pub async fn keep_notice(store: &Store, notice: &str) {
    let query = "insert into meta_notices (id, digest, notice, received_at, next_at) values ($1, $2, $3, 1, 1)";
    let id = Uuid::from_bytes(setuplinks::clock::random());
    let notice: Json<Value> = Json(serde_json::from_str(notice).expect("JSON"));
    on_pool!(store, pool => {
        sqlx::query(query).bind(id).bind(&id.as_bytes()[..]).bind(notice).execute(pool).await.expect("kept");
    });
}

/// What the house has written, table by table and row by row: what it is about, and nothing of who is at it.
pub async fn everything(store: &Store) -> String {
    const ALL: [&str; 7] = [
        "select step || cast(state as text) || tries || ' ' || next_at || ' ' || coalesce(ended_at, 0) || ' ' \
            || coalesce(lease_until, 0) || ' ' || fence from signups order by id",
        "select status || setup_status || coalesce(setup_error, '') || updated_at from setup_links order by id",
        "select phone_number_id || ' ' || updated_at from phone_numbers order by id",
        "select name from events order by id",
        "select event || status || attempt_count || ' ' || coalesce(response_status, 0) || ' ' || next_at from deliveries order by id",
        "select status || coalesce(sid, '') || cast(passed as text) || tries from provisioned_numbers order by id",
        "select url || coalesce(failing_since, 0) from webhooks order by id",
    ];
    let mut all = Vec::new();
    for query in ALL {
        let rows: Vec<String> = on_pool!(store, pool => sqlx::query_scalar(query).fetch_all(pool).await).expect("rows");
        all.extend(rows);
    }
    all.join("\n")
}
