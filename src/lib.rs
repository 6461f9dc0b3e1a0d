//! Hosted onboarding for WhatsApp Business numbers: the front door, and the walk through the house.
//!
//! A customer's request walks in one direction. A **token** becomes a link, a link becomes a page, a choice becomes a
//! login, a login becomes a number, a number becomes a redirect and an event:
//!
//! 1. [`routes`] is the one table of paths. `GET /whatsapp/setup/{token}` leads to [`page::setup`], which finds the
//!    link by the digest of its token ([`store::links`]) and shows it in the visitor's language ([`words`]) and the
//!    platform's colours ([`link::theme`]).
//! 2. The button posts the choice. [`connect::begin`] notes a signup with a state that only this browser session can
//!    bring back, and sends the customer to Facebook's dialog ([`meta::dialog`]).
//! 3. `GET /auth/facebook/callback` ([`page::login`]) hands what Facebook says to [`connect::come_back`]. From here the
//!    [`signup`] is a state machine in the database; [`connect::worker`] moves it step by step, each step asking
//!    [`meta`] one thing, until the number is stored ([`connect::settle`]).
//! 4. Meanwhile [`page::progress`] shows the steps, [`page::number`] asks which number where there are several, and
//!    [`page::outcome`] sends the customer to the platform, with a signature ([`landing`]).
//!
//! Platforms come in by another door, [`api`]; [`invite`] makes the links it asks for, [`health`] asks Meta how a number is,
//! and [`release`] takes leave of one. [`sandbox`] is a house next door: a stand-in
//! Facebook and a stand-in Twilio for the demo and the tests.
//!
//! A link may bring a number of its own: [`provision`] buys it through [`twilio`], [`page::provision`] shows it, and
//! [`inbound`] hears its verification code.
//!
//! What Meta tells of numbers later comes in by [`inbound`] too, and [`listen`] makes of it what each number is.
//!
//! What happens on the way is told to the platform's webhooks by [`notify`], through [`guard`]; [`visit`] notes that a person
//! opened a link.
//!
//! [`reseal`] makes old secret keys needless, [`retention`] forgets what is over, and [`records`] tells what is
//! held of a customer, or erases it.
//!
//! An import only ever goes down: faces ([`page`], [`api`], [`inbound`], [`web`]), engines ([`connect`], [`health`], [`invite`],
//! [`release`], [`landing`], [`listen`], [`logo`], [`provision`], [`visit`], [`notify`],
//! [`reseal`], [`retention`], [`records`], [`doctor`], [`gate`], [`app`]), keepers ([`store`], [`meta`], [`twilio`], [`guard`]), things
//! ([`link`], [`signup`], [`notice`], [`number`], [`provisioned`], [`customer`], [`event`], [`webhook`], [`device`]), ground ([`words`], [`address`], [`seal`], [`error`],
//! [`clock`], [`id`], [`choice`], [`lasting`], [`meter`], [`trace`], [`outgoing`]).

pub mod cli;
pub mod config;
pub mod routes;

pub mod api;
pub mod inbound;
pub mod page;
pub mod web;

pub mod app;
pub mod connect;
pub mod doctor;
pub mod gate;
pub mod health;
pub mod invite;
pub mod landing;
pub mod listen;
pub mod logo;
pub mod notify;
pub mod provision;
pub mod records;
pub mod release;
pub mod reseal;
pub mod retention;
pub mod visit;

pub mod guard;
pub mod meta;
pub mod store;
pub mod twilio;

pub mod customer;
pub mod device;
pub mod event;
pub mod link;
pub mod notice;
pub mod number;
pub mod provisioned;
pub mod scope;
pub mod signup;
pub mod webhook;

pub mod address;
pub mod choice;
pub mod clock;
pub mod error;
pub mod id;
pub mod lasting;
pub mod meter;
pub mod outgoing;
pub mod seal;
pub mod trace;
pub mod words;

pub mod sandbox;
