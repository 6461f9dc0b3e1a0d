//! The house over HTTP, on both databases.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[path = "../support/mod.rs"]
mod support;

mod access;
mod backup;
mod bots;
mod branding;
mod by_hand;
mod callback;
mod cancel;
mod cli;
mod connected;
mod customers;
mod deletion;
mod deletion_at_meta;
mod deliveries;
mod demo;
mod disk;
mod doctor;
mod documented;
mod endings;
mod etags;
mod fuzzed;
mod hand_over;
mod health;
mod idempotency;
mod keys;
mod language;
mod limits;
mod one_active;
mod openapi;
mod opened;
mod operators;
mod outbox;
mod packed;
mod pages;
mod paging;
mod persons;
mod phone_numbers;
mod previews;
mod project;
mod provisioning;
mod public_client;
mod records;
mod recover;
mod redirects;
mod refused_settings;
mod refused_terms;
mod renewal;
mod retention;
mod rotation;
mod secret_keys;
mod security;
mod setup_links;
mod signatures;
mod storage;
mod stored;
mod tabs;
mod terms_changed;
mod three_ways;
mod timeline;
mod told;
mod way;
mod webhooks;
