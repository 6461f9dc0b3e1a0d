//! Customers.

use super::{Db, Page, on, sql};
use crate::{
    clock::Timestamp,
    customer::Customer,
    error::Result,
    id::{CustomerId, ProjectId},
};

macro_rules! columns {
    () => {
        "id, project_id, name, external_customer_id, created_at, updated_at"
    };
}
macro_rules! matching {
    () => {
        "where project_id = $1 \
         and (cast($2 as text) is null or lower(name) like '%' || lower($2) || '%' escape '\\') \
         and (cast($3 as text) is null or external_customer_id = $3) \
         and (cast($4 as bigint) is null or created_at > $4) \
         and (cast($5 as bigint) is null or created_at < $5)"
    };
}

sql! {
    INSERT = "insert into customers (id, project_id, name, external_customer_id, created_at, updated_at) \
        values ($1, $2, $3, $4, $5, $6)";
    FIND = concat!("select ", columns!(), " from customers where project_id = $1 and id = $2");
    UPDATE = "update customers set name = $2, external_customer_id = $3, updated_at = $4 where id = $1";
    DELETE = "delete from customers where id = $1";
    LIST = concat!("select ", columns!(), " from customers ", matching!(), " order by created_at desc, id desc limit $6 offset $7");
    COUNT = concat!("select count(*) from customers ", matching!());
}

/// What a list of customers is narrowed to.
#[derive(Debug, Default)]
pub struct Filter {
    /// A part of the name, in either case.
    pub name_contains: Option<String>,
    /// The platform's own id, exactly.
    pub external_customer_id: Option<String>,
    /// Made after this moment.
    pub created_after: Option<Timestamp>,
    /// Made before this moment.
    pub created_before: Option<Timestamp>,
}

/// Makes a customer. A second one with the same external id is refused ([`super::is_duplicate`]).
pub async fn insert(db: Db<'_>, customer: &Customer) -> Result<()> {
    on!(db, c => {
        sqlx::query(INSERT)
            .bind(customer.id)
            .bind(customer.project_id)
            .bind(&customer.name)
            .bind(&customer.external_customer_id)
            .bind(customer.created_at)
            .bind(customer.updated_at)
            .execute(c)
            .await?;
    });
    Ok(())
}

/// The project's customer of that id.
pub async fn find(db: Db<'_>, project: ProjectId, id: CustomerId) -> Result<Option<Customer>> {
    Ok(on!(db, c => sqlx::query_as(FIND).bind(project).bind(id).fetch_optional(c).await?))
}

/// Writes what may change of a customer. An external id of another one is refused ([`super::is_duplicate`]).
pub async fn update(db: Db<'_>, customer: &Customer) -> Result<()> {
    on!(db, c => {
        sqlx::query(UPDATE)
            .bind(customer.id)
            .bind(&customer.name)
            .bind(&customer.external_customer_id)
            .bind(customer.updated_at)
            .execute(c)
            .await?;
    });
    Ok(())
}

/// Deletes a customer, and with it all that is only the customer's: links, signups, numbers, what happened to them.
pub async fn delete(db: Db<'_>, id: CustomerId) -> Result<()> {
    on!(db, c => {
        sqlx::query(DELETE).bind(id).execute(c).await?;
    });
    Ok(())
}

/// One page of the project's customers, newest first, and how many there are.
pub async fn list(mut db: Db<'_>, project: ProjectId, filter: &Filter, page: Page) -> Result<(Vec<Customer>, i64)> {
    let name = filter.name_contains.as_deref().map(super::literally);
    on!(&mut db, c => {
        let rows = sqlx::query_as(LIST)
            .bind(project)
            .bind(&name)
            .bind(&filter.external_customer_id)
            .bind(filter.created_after)
            .bind(filter.created_before)
            .bind(page.limit())
            .bind(page.offset())
            .fetch_all(&mut **c)
            .await?;
        let count = sqlx::query_scalar(COUNT)
            .bind(project)
            .bind(&name)
            .bind(&filter.external_customer_id)
            .bind(filter.created_after)
            .bind(filter.created_before)
            .fetch_one(&mut **c)
            .await?;
        Ok((rows, count))
    })
}
