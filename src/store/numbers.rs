//! Connected phone numbers, and their sealed secrets, which no query for the API ever selects.

use sqlx::{FromRow, types::Json};

use super::{Db, Page, on, sql};
use crate::{
    clock::Timestamp,
    error::Result,
    id::{CustomerId, NumberId, ProjectId},
    number::{PhoneNumber, digits},
};

macro_rules! columns {
    () => {
        "id, project_id, customer_id, name, phone_number_id, business_account_id, business_id, is_coexistence, \
         display_phone_number, verified_name, quality_rating, code_verification_status, name_status, status, \
         throughput_tier, messaging_limit, is_official_business_account, is_pin_enabled, \
         inbound_processing_enabled, calls_enabled, webhook_verified_at, standing, created_at, updated_at"
    };
}
macro_rules! matching {
    () => {
        "where project_id = $1 \
         and (cast($2 as text) is null or phone_number_id = $2) \
         and (cast($3 as text) is null or business_account_id = $3) \
         and (cast($4 as uuid) is null or customer_id = $4) \
         and (cast($5 as text) is null or lower(name) like '%' || lower($5) || '%' escape '\\') \
         and (cast($6 as bigint) is null or created_at > $6) \
         and (cast($7 as bigint) is null or created_at < $7) \
         and (cast($8 as boolean) is null or (coalesce(status, '') = 'CONNECTED' and connection = 'connected') = $8)"
    };
}

sql! {
    STORE = "insert into phone_numbers (id, project_id, customer_id, name, phone_number_id, business_account_id, \
        business_id, is_coexistence, display_phone_number, digits, verified_name, quality_rating, \
        code_verification_status, name_status, status, throughput_tier, messaging_limit, \
        is_official_business_account, is_pin_enabled, token_sealed, token_expires_at, pin_sealed, created_at, updated_at, \
        inbound_processing_enabled, calls_enabled, standing, connection) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, \
        $25, $26, $27, $28) \
        on conflict (project_id, phone_number_id) do update set \
        business_account_id = excluded.business_account_id, business_id = excluded.business_id, \
        is_coexistence = excluded.is_coexistence, display_phone_number = excluded.display_phone_number, \
        digits = excluded.digits, verified_name = excluded.verified_name, quality_rating = excluded.quality_rating, \
        code_verification_status = excluded.code_verification_status, name_status = excluded.name_status, \
        status = excluded.status, throughput_tier = excluded.throughput_tier, \
        messaging_limit = excluded.messaging_limit, \
        is_official_business_account = excluded.is_official_business_account, \
        is_pin_enabled = excluded.is_pin_enabled, token_sealed = excluded.token_sealed, \
        token_expires_at = excluded.token_expires_at, \
        pin_sealed = coalesce(excluded.pin_sealed, phone_numbers.pin_sealed), updated_at = excluded.updated_at, \
        standing = excluded.standing, connection = excluded.connection, health = null, health_asked_at = null \
        where phone_numbers.customer_id = excluded.customer_id and phone_numbers.id = excluded.id";
    KNOWN = concat!("select ", columns!(), ", pin_sealed from phone_numbers where project_id = $1 and phone_number_id = $2");
    FIND = concat!("select ", columns!(), " from phone_numbers where project_id = $1 and phone_number_id = $2");
    BY_ID = concat!("select ", columns!(), " from phone_numbers where id = $1");
    BY_DIGITS = concat!("select ", columns!(), " from phone_numbers where project_id = $1 and customer_id = $2 and digits = $3");
    LOCK = concat!("update phone_numbers set updated_at = updated_at where project_id = $1 and phone_number_id = $2 returning ", columns!());
    /// In the order of their ids: two who take the same ones wait for each other in turn.
    OF_ACCOUNT = concat!("select ", columns!(), " from phone_numbers where business_account_id = $1 order by id");
    OF_ACCOUNT_PG = concat!("select ", columns!(), " from phone_numbers where business_account_id = $1 order by id for update");
    OF_BUSINESS = "select distinct customer_id from phone_numbers where business_id = $1";
    STAND = "update phone_numbers set standing = $2, connection = $3, updated_at = $4, health = null, health_asked_at = null \
        where id = $1";
    HEAR = "update phone_numbers set standing = $2 where id = $1";
    LOOK_AGAIN = "update phone_numbers set health = null, health_asked_at = null where business_account_id = $1";
    CHANGE = "update phone_numbers set name = $2, inbound_processing_enabled = $3, calls_enabled = $4, updated_at = $5 where id = $1";
    TOKEN = "select token_sealed from phone_numbers where id = $1";
    REMOVE = concat!("delete from phone_numbers where project_id = $1 and phone_number_id = $2 returning ", columns!(), ", token_sealed");
    REMOVE_ALL = concat!("delete from phone_numbers where customer_id = $1 returning ", columns!(), ", token_sealed");
    LIST = concat!("select ", columns!(), " from phone_numbers ", matching!(), " order by created_at desc, id desc limit $9 offset $10");
    COUNT = concat!("select count(*) from phone_numbers ", matching!());
}

/// What is sealed of a number: bound to the row by [`PhoneNumber::id`].
#[derive(Clone, Debug)]
pub struct Secrets {
    /// The business token, sealed.
    pub token: Vec<u8>,
    /// When it ends, if it does.
    pub token_expires_at: Option<Timestamp>,
    /// The two-step PIN, sealed; `None` leaves what is stored.
    pub pin: Option<Vec<u8>>,
}

/// A number that the project has already, with its PIN.
#[derive(Clone, Debug, FromRow)]
pub struct Known {
    /// The number.
    #[sqlx(flatten)]
    pub number: PhoneNumber,
    /// Its PIN, sealed.
    pub pin_sealed: Option<Vec<u8>>,
}

/// A number that is gone, with the token by which Meta can be told.
#[derive(Clone, Debug, FromRow)]
pub struct Removed {
    /// The number.
    #[sqlx(flatten)]
    pub number: PhoneNumber,
    /// Its token, sealed for the row that was.
    pub token_sealed: Vec<u8>,
}

/// What a list of numbers is narrowed to.
#[derive(Debug, Default)]
pub struct Filter {
    /// Meta's id.
    pub phone_number_id: Option<String>,
    /// The WABA.
    pub business_account_id: Option<String>,
    /// The customer.
    pub customer_id: Option<CustomerId>,
    /// A part of the name, in either case.
    pub name_contains: Option<String>,
    /// Connected after this moment.
    pub created_after: Option<Timestamp>,
    /// Connected before this moment.
    pub created_before: Option<Timestamp>,
    /// Whether it can send.
    pub messaging_enabled: Option<bool>,
}

/// Stores a number, or refreshes it in place when this customer has it already under the same [`PhoneNumber::id`].
/// `false`, and nothing written, when it is another customer's.
pub async fn store(db: Db<'_>, number: &PhoneNumber, secrets: &Secrets) -> Result<bool> {
    let written = on!(db, c => {
        sqlx::query(STORE)
            .bind(number.id)
            .bind(number.project_id)
            .bind(number.customer_id)
            .bind(&number.name)
            .bind(&number.phone_number_id)
            .bind(&number.business_account_id)
            .bind(&number.business_id)
            .bind(number.is_coexistence)
            .bind(&number.display_phone_number)
            .bind(digits(&number.display_phone_number))
            .bind(&number.verified_name)
            .bind(&number.quality_rating)
            .bind(&number.code_verification_status)
            .bind(&number.name_status)
            .bind(&number.status)
            .bind(&number.throughput_tier)
            .bind(&number.messaging_limit)
            .bind(number.is_official_business_account)
            .bind(number.is_pin_enabled)
            .bind(&secrets.token)
            .bind(secrets.token_expires_at)
            .bind(&secrets.pin)
            .bind(number.created_at)
            .bind(number.updated_at)
            .bind(number.inbound_processing_enabled)
            .bind(number.calls_enabled)
            .bind(Json(&number.standing))
            .bind(number.standing.connection().as_str())
            .execute(c)
            .await?
            .rows_affected()
    });
    Ok(written > 0)
}

/// The number of that Meta id, with its sealed PIN.
pub async fn known(db: Db<'_>, project: ProjectId, phone_number_id: &str) -> Result<Option<Known>> {
    Ok(on!(db, c => sqlx::query_as(KNOWN).bind(project).bind(phone_number_id).fetch_optional(c).await?))
}

/// The number of that Meta id.
pub async fn find(db: Db<'_>, project: ProjectId, phone_number_id: &str) -> Result<Option<PhoneNumber>> {
    Ok(on!(db, c => sqlx::query_as(FIND).bind(project).bind(phone_number_id).fetch_optional(c).await?))
}

/// Takes one number for the rest of the transaction.
pub async fn lock(db: Db<'_>, project: ProjectId, phone_number_id: &str) -> Result<Option<PhoneNumber>> {
    Ok(on!(db, c => sqlx::query_as(LOCK).bind(project).bind(phone_number_id).fetch_optional(c).await?))
}

/// The account's numbers in all projects, taken for the rest of the transaction.
pub async fn of_account(db: Db<'_>, account: &str) -> Result<Vec<PhoneNumber>> {
    Ok(match db {
        // Who writes has SQLite to themselves.
        Db::Sqlite(c) => sqlx::query_as(OF_ACCOUNT).bind(account).fetch_all(c).await?,
        Db::Postgres(c) => sqlx::query_as(OF_ACCOUNT_PG).bind(account).fetch_all(c).await?,
    })
}

/// The customers, in all projects, who have numbers of that business.
pub async fn customers_of_business(db: Db<'_>, business: &str) -> Result<Vec<CustomerId>> {
    Ok(on!(db, c => sqlx::query_scalar(OF_BUSINESS).bind(business).fetch_all(c).await?))
}

/// Writes how a number stands; with `changed_at`, that it can be used no more or again, so that its health is asked anew.
pub async fn stand(db: Db<'_>, number: &PhoneNumber, changed_at: Option<Timestamp>) -> Result<()> {
    let standing = Json(&number.standing);
    on!(db, c => {
        match changed_at {
            Some(at) => {
                let connection = number.standing.connection().as_str();
                sqlx::query(STAND).bind(number.id).bind(standing).bind(connection).bind(at).execute(c).await?
            }
            None => sqlx::query(HEAR).bind(number.id).bind(standing).execute(c).await?,
        };
    });
    Ok(())
}

/// Forgets what the last health checks of an account's numbers found. Gives how many numbers these are.
pub async fn look_again(db: Db<'_>, account: &str) -> Result<u64> {
    Ok(on!(db, c => sqlx::query(LOOK_AGAIN).bind(account).execute(c).await?.rows_affected()))
}

/// Writes what a platform sets of a number.
pub async fn change(db: Db<'_>, number: &PhoneNumber) -> Result<()> {
    on!(db, c => {
        sqlx::query(CHANGE)
            .bind(number.id)
            .bind(&number.name)
            .bind(number.inbound_processing_enabled)
            .bind(number.calls_enabled)
            .bind(number.updated_at)
            .execute(c)
            .await?;
    });
    Ok(())
}

/// The sealed token of a number.
pub async fn token(db: Db<'_>, id: NumberId) -> Result<Option<Vec<u8>>> {
    Ok(on!(db, c => sqlx::query_scalar(TOKEN).bind(id).fetch_optional(c).await?))
}

/// Deletes a number.
pub async fn remove(db: Db<'_>, project: ProjectId, phone_number_id: &str) -> Result<Option<Removed>> {
    Ok(on!(db, c => sqlx::query_as(REMOVE).bind(project).bind(phone_number_id).fetch_optional(c).await?))
}

/// Deletes every number of a customer.
pub async fn remove_all(db: Db<'_>, customer: CustomerId) -> Result<Vec<Removed>> {
    Ok(on!(db, c => sqlx::query_as(REMOVE_ALL).bind(customer).fetch_all(c).await?))
}

/// The number of our own id.
pub async fn by_id(db: Db<'_>, id: NumberId) -> Result<Option<PhoneNumber>> {
    Ok(on!(db, c => sqlx::query_as(BY_ID).bind(id).fetch_optional(c).await?))
}

/// The customer's number with those digits.
pub async fn by_digits(
    db: Db<'_>,
    project: ProjectId,
    customer: CustomerId,
    digits: &str,
) -> Result<Option<PhoneNumber>> {
    Ok(on!(db, c => sqlx::query_as(BY_DIGITS).bind(project).bind(customer).bind(digits).fetch_optional(c).await?))
}

/// One page of the project's numbers, newest first, and how many there are.
pub async fn list(mut db: Db<'_>, project: ProjectId, filter: &Filter, page: Page) -> Result<(Vec<PhoneNumber>, i64)> {
    let name = filter.name_contains.as_deref().map(super::literally);
    on!(&mut db, c => {
        let rows = sqlx::query_as(LIST)
            .bind(project)
            .bind(&filter.phone_number_id)
            .bind(&filter.business_account_id)
            .bind(filter.customer_id)
            .bind(&name)
            .bind(filter.created_after)
            .bind(filter.created_before)
            .bind(filter.messaging_enabled)
            .bind(page.limit())
            .bind(page.offset())
            .fetch_all(&mut **c)
            .await?;
        let count = sqlx::query_scalar(COUNT)
            .bind(project)
            .bind(&filter.phone_number_id)
            .bind(&filter.business_account_id)
            .bind(filter.customer_id)
            .bind(&name)
            .bind(filter.created_after)
            .bind(filter.created_before)
            .bind(filter.messaging_enabled)
            .fetch_one(&mut **c)
            .await?;
        Ok((rows, count))
    })
}
