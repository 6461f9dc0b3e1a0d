//! Everything that is held of one customer, wherever it lies: told in full, and taken out.

use serde_json::{Map, Value};
use sqlx::{Column as _, FromRow, Row as _, TypeInfo as _, ValueRef as _, types::Json};
use uuid::Uuid;

use super::{Db, on, sql};
use crate::{
    clock::Timestamp,
    error::Result,
    id::{CustomerId, ProjectId},
    seal::hex,
};

macro_rules! of_numbers {
    () => {
        "phone_number_id in (select phone_number_id from phone_numbers where customer_id = $1 \
         union select phone_number_id from deliveries where customer_id = $1 and phone_number_id is not null)"
    };
}
// A delivery that an older version wrote does not say whom it is about, but its body does.
macro_rules! unowned {
    () => {
        "customer_id is null and project_id = $1 and body like '%' || $2 || '%'"
    };
}

// `*`, because what a later version adds is told as well. So none of these is kept prepared: PostgreSQL refuses one whose
// table has grown.
sql! {
    CUSTOMER = "select * from customers where id = $1";
    SETUP_LINKS = "select * from setup_links where customer_id = $1 order by created_at, id";
    SIGNUPS = "select * from signups where customer_id = $1 order by created_at, id";
    PHONE_NUMBERS = "select * from phone_numbers where customer_id = $1 order by created_at, id";
    PROVISIONED = "select * from provisioned_numbers where customer_id = $1 order by created_at, id";
    EVENTS = "select * from events where customer_id = $1 order by created_at, id";
    DELIVERIES = "select * from deliveries where customer_id = $1 order by created_at, id";
    WEBHOOKS = concat!("select * from webhooks where ", of_numbers!(), " order by created_at, id");
    VISITS = "select v.* from visits v join setup_links l on l.id = v.link_id where l.customer_id = $1 order by v.seen_at";
    UNOWNED_DELIVERIES = concat!("select * from deliveries where ", unowned!(), " order by created_at, id");

    /// The project that a customer is or was of, as far as anything says so.
    PROJECT = "select project_id from customers where id = $1 \
        union select project_id from deliveries where customer_id = $1 \
        union select project_id from provisioned_numbers where customer_id = $1 limit 1";
    PROJECT_OF_PROOF = "select project_id from erasures where customer_digest = $1 limit 1";
    /// By what else than its own id something may tell of a customer: a text for each.
    LINK_IDS = "select id from setup_links where customer_id = $1";
    NUMBER_IDS = "select id from phone_numbers where customer_id = $1";
    META_IDS = "select phone_number_id from phone_numbers where customer_id = $1";
    VISITORS = "select visitor_digest from signups where customer_id = $1";

    COUNTS = "select (select count(*) from setup_links where customer_id = $1) as setup_links, \
        (select count(*) from signups where customer_id = $1) as signups, \
        (select count(*) from phone_numbers where customer_id = $1) as phone_numbers, \
        (select count(*) from events where customer_id = $1) as events";
    DELIVERIES_GO = "delete from deliveries where customer_id = $1";
    UNOWNED_DELIVERIES_GO = concat!("delete from deliveries where ", unowned!());
    WEBHOOKS_GO = concat!("delete from webhooks where project_id = $2 and ", of_numbers!());
    /// What Meta told of an account that nobody else has a number of. Before the numbers go.
    NOTICES_GO = "delete from meta_notices where exists (select 1 from phone_numbers n where n.customer_id = $1 \
        and cast(meta_notices.notice as text) like '%' || n.business_account_id || '%' \
        and not exists (select 1 from phone_numbers o \
        where o.business_account_id = n.business_account_id and o.customer_id <> n.customer_id))";
    PROVISIONED_GO = "delete from provisioned_numbers where customer_id = $1 and status in ('released', 'failed')";
    /// A number that is ours costs money until it is given back: at once, and its row goes right after.
    PROVISIONED_RETURN = "update provisioned_numbers set erase_at = $2, code_sealed = null, code_at = null, \
        next_at = case when next_at < $2 then next_at else $2 end, \
        fence = case when status in ('bought', 'connected') then fence + 1 else fence end, \
        lease_until = case when status in ('bought', 'connected') then null else lease_until end, \
        release_at = case when release_at is null or release_at > $2 then $2 else release_at end where customer_id = $1";
    RETURNED_GO = "delete from provisioned_numbers where id in (select id from provisioned_numbers \
        where erase_at is not null and status in ('released', 'failed') order by erase_at limit $1)";
}

/// What is told of a customer, by its name in the document.
const SECTIONS: &[(&str, &str)] = &[
    ("setup_links", SETUP_LINKS),
    ("signups", SIGNUPS),
    ("phone_numbers", PHONE_NUMBERS),
    ("provisioned_phone_numbers", PROVISIONED),
    ("events", EVENTS),
    ("webhook_deliveries", DELIVERIES),
    ("webhooks", WEBHOOKS),
    ("visits", VISITS),
];

/// What becomes of a table's rows about a customer when that is erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// They go.
    Goes,
    /// There are none, or they go by themselves: why.
    Stays(&'static str),
}

/// Every table there is. A test holds it against the database, so that none is forgotten.
pub const FATES: &[(&str, Fate)] = &[
    ("customers", Fate::Goes),
    ("setup_links", Fate::Goes),
    ("signups", Fate::Goes),
    ("phone_numbers", Fate::Goes),
    ("provisioned_numbers", Fate::Goes),
    ("events", Fate::Goes),
    ("deliveries", Fate::Goes),
    ("webhooks", Fate::Goes),
    ("visits", Fate::Goes),
    ("sessions", Fate::Goes),
    ("idempotency_keys", Fate::Goes),
    ("releases", Fate::Stays("ids and a token of Meta's, gone when the number is disconnected, in a week at most")),
    ("meta_notices", Fate::Goes),
    ("meta_forwards", Fate::Stays("sealed, and gone when it is handed on, in a week at most")),
    ("account_holds", Fate::Stays("an id of Meta's, gone within minutes")),
    ("purchases", Fate::Stays("an id of ours, gone when it is known what was bought")),
    ("code_sources", Fate::Stays("an id of Twilio's, gone with the code, in ten minutes")),
    ("recorded_calls", Fate::Stays("ids of Twilio's, gone when nothing is kept there any more")),
    ("erasures", Fate::Stays("the proof, which names nobody")),
    ("projects", Fate::Stays("the platform's own")),
    ("api_keys", Fate::Stays("the platform's own")),
    ("api_rates", Fate::Stays("the platform's own")),
    ("strangers", Fate::Stays("addresses that guessed, for some minutes; of no customer")),
    ("twilio_accounts", Fate::Stays("the platform's own")),
    ("logos", Fate::Stays("the platform's own pictures")),
    ("deployments", Fate::Stays("the operator's")),
    ("former_addresses", Fate::Stays("the operator's")),
    ("probes", Fate::Stays("the operator's")),
    ("key_holders", Fate::Stays("the operator's")),
    ("reseals", Fate::Stays("the operator's")),
];

/// How much of a customer went with its row.
#[derive(Clone, Copy, Debug, FromRow)]
pub struct Counts {
    /// Links.
    pub setup_links: i64,
    /// Signups.
    pub signups: i64,
    /// Connected numbers.
    pub phone_numbers: i64,
    /// Events.
    pub events: i64,
}

/// By what something may be known that tells of a customer.
#[derive(Debug, Default)]
pub struct Marks {
    /// Ids, as they are written.
    pub ids: Vec<String>,
    /// Digests of the visitors who began the customer's signups.
    pub visitors: Vec<Vec<u8>>,
}

/// What is of the house and of nobody's concern: seals, digests, and how far a worker has come.
fn is_ours(column: &str) -> bool {
    const WORK: &[&str] =
        &["fence", "lease_until", "next_at", "tries", "tries_before", "deadline_at", "mark", "erase_at"];
    column.ends_with("_sealed") || column.ends_with("_digest") || WORK.contains(&column)
}

/// A number of the database as the document has it: `SQLite` has neither times nor truth values.
fn number(column: &str, value: i64) -> Value {
    const TRUTHS: &[&str] = &["takes_sms", "inbound_processing_enabled", "calls_enabled", "active"];
    if ["_at", "_until", "_since"].iter().any(|end| column.ends_with(end)) {
        Timestamp(value).rfc3339().into()
    } else if column.starts_with("is_") || TRUTHS.contains(&column) {
        (value != 0).into()
    } else {
        value.into()
    }
}

/// A text, or what is written in it as JSON.
fn text(value: String) -> Value {
    let is_json = value.starts_with(['{', '[']);
    if is_json { serde_json::from_str(&value).unwrap_or(Value::String(value)) } else { value.into() }
}

fn bytes(value: &[u8]) -> Value {
    Uuid::from_slice(value).map_or_else(|_| hex(value).into(), |id| id.to_string().into())
}

/// A row as it is told, whatever columns it has: what a later version adds is told as well.
macro_rules! told {
    ($row:expr) => {{
        let mut told = Map::new();
        for (at, column) in $row.columns().iter().enumerate().filter(|(_, column)| !is_ours(column.name())) {
            let raw = $row.try_get_raw(at)?;
            let kind = raw.type_info().name().to_owned();
            let value = if raw.is_null() {
                Value::Null
            } else {
                match kind.as_str() {
                    "INTEGER" | "INT8" => number(column.name(), $row.try_get(at)?),
                    "INT4" => $row.try_get::<i32, _>(at)?.into(),
                    "BOOL" | "BOOLEAN" => $row.try_get::<bool, _>(at)?.into(),
                    "UUID" => $row.try_get::<Uuid, _>(at)?.to_string().into(),
                    "JSON" | "JSONB" => $row.try_get::<Json<Value>, _>(at)?.0,
                    "BLOB" | "BYTEA" => bytes(&$row.try_get::<Vec<u8>, _>(at)?),
                    _ => text($row.try_get(at)?),
                }
            };
            told.insert(column.name().to_owned(), value);
        }
        Value::Object(told)
    }};
}

/// All that is held of a customer, under the names of its parts; `None` when there is no such customer.
pub async fn of_customer(mut db: Db<'_>, project: ProjectId, id: CustomerId) -> Result<Option<Map<String, Value>>> {
    on!(&mut db, c => {
        let Some(row) = sqlx::query(CUSTOMER).persistent(false).bind(id).fetch_optional(&mut **c).await? else { return Ok(None) };
        let mut all = Map::from_iter([("customer".to_owned(), told!(row))]);
        for &(name, statement) in SECTIONS {
            let mut rows = Vec::new();
            for row in sqlx::query(statement).persistent(false).bind(id).fetch_all(&mut **c).await? {
                rows.push(told!(row));
            }
            all.insert(name.to_owned(), rows.into());
        }
        if let Some(Value::Array(deliveries)) = all.get_mut("webhook_deliveries") {
            let unowned = sqlx::query(UNOWNED_DELIVERIES).persistent(false).bind(project).bind(id.to_string());
            for row in unowned.fetch_all(&mut **c).await? {
                deliveries.push(told!(row));
            }
        }
        Ok(Some(all))
    })
}

/// The project that a customer is of, or was: the digest of its id is in the proof that it was erased.
pub async fn project_of(mut db: Db<'_>, id: CustomerId, digest: &[u8]) -> Result<Option<ProjectId>> {
    on!(&mut db, c => {
        let found: Option<ProjectId> = sqlx::query_scalar(PROJECT).bind(id).fetch_optional(&mut **c).await?;
        if found.is_some() {
            return Ok(found);
        }
        Ok(sqlx::query_scalar(PROJECT_OF_PROOF).bind(digest).fetch_optional(&mut **c).await?)
    })
}

/// By what else something may be known that tells of a customer.
pub async fn marks(mut db: Db<'_>, id: CustomerId) -> Result<Marks> {
    on!(&mut db, c => {
        let mut ids = vec![id.to_string()];
        for statement in [LINK_IDS, NUMBER_IDS] {
            let found: Vec<Uuid> = sqlx::query_scalar(statement).bind(id).fetch_all(&mut **c).await?;
            ids.extend(found.iter().map(Uuid::to_string));
        }
        let found: Vec<String> = sqlx::query_scalar(META_IDS).bind(id).fetch_all(&mut **c).await?;
        ids.extend(found);
        Ok(Marks { ids, visitors: sqlx::query_scalar(VISITORS).bind(id).fetch_all(&mut **c).await? })
    })
}

/// How much will go with the customer's row.
pub async fn counts(db: Db<'_>, id: CustomerId) -> Result<Counts> {
    Ok(on!(db, c => sqlx::query_as(COUNTS).bind(id).fetch_one(c).await?))
}

/// Takes out the webhooks of a customer's numbers, with what was on its way to them. Before the numbers go.
pub async fn forget_webhooks(db: Db<'_>, project: ProjectId, id: CustomerId) -> Result<u64> {
    Ok(on!(db, c => sqlx::query(WEBHOOKS_GO).bind(id).bind(project).execute(c).await?.rows_affected()))
}

/// Takes out what Meta told of a customer's accounts. Before the numbers go.
pub async fn forget_notices(db: Db<'_>, id: CustomerId) -> Result<()> {
    on!(db, c => {
        sqlx::query(NOTICES_GO).bind(id).execute(c).await?;
    });
    Ok(())
}

/// Takes out what was sent about a customer, and what was to be.
pub async fn forget_deliveries(mut db: Db<'_>, project: ProjectId, id: CustomerId) -> Result<u64> {
    on!(&mut db, c => {
        let known = sqlx::query(DELIVERIES_GO).bind(id).execute(&mut **c).await?.rows_affected();
        let unowned = sqlx::query(UNOWNED_DELIVERIES_GO).bind(project).bind(id.to_string()).execute(&mut **c).await?;
        Ok(known + unowned.rows_affected())
    })
}

/// Takes out the numbers that were bought for a customer, and has those that are ours given back. Gives how many went, and
/// how many are on their way.
pub async fn forget_provisioned(mut db: Db<'_>, id: CustomerId, now: Timestamp) -> Result<(u64, u64)> {
    on!(&mut db, c => {
        let gone = sqlx::query(PROVISIONED_GO).bind(id).execute(&mut **c).await?.rows_affected();
        let leaving = sqlx::query(PROVISIONED_RETURN).bind(id).bind(now).execute(&mut **c).await?.rows_affected();
        Ok((gone, leaving))
    })
}

/// Takes out at most so many numbers whose customer was erased and that have been given back since.
pub async fn forget_returned(db: Db<'_>, most: i64) -> Result<u64> {
    Ok(on!(db, c => sqlx::query(RETURNED_GO).bind(most).execute(c).await?.rows_affected()))
}
