//! A customer of a platform: whom setup links are made for.

use crate::{
    clock::Timestamp,
    id::{CustomerId, ProjectId},
};

/// A customer as it is stored.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Customer {
    /// Our id.
    pub id: CustomerId,
    /// The project it belongs to.
    pub project_id: ProjectId,
    /// The name the platform gave it. The page never shows it.
    pub name: String,
    /// The platform's own id, unique in the project when given.
    pub external_customer_id: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}
