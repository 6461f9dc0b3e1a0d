//! The pages in a real browser: Debian's Chromium, a real house and the stand-in Facebook, each on a socket of its own.
//!
//! The house is at `localhost` and the stand-in at `127.0.0.1`: two sites to a browser, so cookies, redirects and
//! content policies meet what they meet in the world. Every test ends by asking what the pages said in the console;
//! they are to say nothing.
//!
//! The whole ways run on both databases. What else is looked at here happens in the browser, whatever the database is:
//! one of the two is enough, and the tests take turns.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[path = "../support/mod.rs"]
mod support;

mod chromium;
mod driver;
mod ears;
mod scene;
mod stage;
mod tab;

mod choices;
mod devices;
mod endings;
mod hands;
mod judges;
mod listening;
mod looks;
mod preverified;
mod progress;
mod provision;
mod quiet;
mod reference;
mod screenshots;
mod themes;
mod wandering;
mod ways;
mod windows;
