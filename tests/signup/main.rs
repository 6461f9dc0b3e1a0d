//! The signup: every way through Meta and every way it goes wrong, on both databases.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[path = "../support/mod.rs"]
mod support;

mod law;
mod records;
mod story;

mod accounts;
mod arrival;
mod drill;
mod exchange;
mod expected;
mod finish;
mod kill;
mod numbers;
mod progress;
mod provision;
mod register;
mod subscribe;
mod sync;
mod turns;
mod types;
mod window;
