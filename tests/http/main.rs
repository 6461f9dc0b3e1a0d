//! The house over HTTP, on both databases.

#[path = "../support/mod.rs"]
mod support;

mod way;
