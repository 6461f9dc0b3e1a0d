//! What faces and engines ask for: the database, the time, the seals, the way to Meta, and the house's address.

use std::{
    collections::BTreeMap,
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio_util::{sync::CancellationToken, task::TaskTracker};
use url::Url;

use crate::{
    clock::{Clock, Timestamp},
    error::{Error, Result},
    gate::Gate,
    guard::Guard,
    link::{SetupLink, token::Token},
    meta::{Meta, listening::Listening},
    retention::Retention,
    seal::{Place, Sealer},
    store::Store,
    twilio::Twilio,
    visit::Visits,
};

mod bounds;
mod watchers;

pub use bounds::{Bounds, Patience, Rates};
pub use watchers::{Ear, Place as WatchersPlace, Watchers};

/// The house's address, as customers and Facebook know it. Every absolute URL is built from it, never from `Host`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(String);

impl PublicUrl {
    /// Reads an origin such as `https://connect.example.com`.
    ///
    /// # Errors
    /// A sentence that says what is allowed.
    pub fn parse(text: &str) -> Result<Self, String> {
        let allowed = "must be an http or https address without path, such as https://connect.example.com";
        let url = Url::parse(text).map_err(|_| allowed.to_owned())?;
        let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let is_anonymous = url.username().is_empty() && url.password().is_none();
        let is_origin = matches!(url.scheme(), "http" | "https") && is_bare && is_anonymous;
        if is_origin { Ok(Self(url.origin().ascii_serialization())) } else { Err(allowed.to_owned()) }
    }

    /// The absolute URL of one of our paths.
    #[must_use]
    pub fn of(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    /// Whether visitors come over TLS: then cookies are for TLS alone.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }

    /// The redirect URI that the Facebook app is registered with.
    #[must_use]
    pub fn callback(&self) -> String {
        self.of("/auth/facebook/callback")
    }
}

/// When each loop of the house last came round: how a loop that hangs is noticed.
#[derive(Clone, Debug, Default)]
pub struct Pulse(Arc<Mutex<BTreeMap<&'static str, Timestamp>>>);

impl Pulse {
    /// Longer than any loop waits for a free hand, which a call holds for ten seconds at most.
    const LONGEST: Duration = Duration::from_secs(60);

    /// The loop of that name came round.
    pub fn beat(&self, name: &'static str, now: Timestamp) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name, now);
    }

    /// Every loop that ever came round, and whether it did lately.
    #[must_use]
    pub fn loops(&self, now: Timestamp) -> Vec<(&'static str, bool)> {
        let beats = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        beats.iter().map(|(&name, &last)| (name, now.since(last) <= Self::LONGEST)).collect()
    }
}

/// Calls of the API a minute that a key may make, unless the operator says otherwise.
pub const API_RATE_LIMIT: NonZeroU32 = NonZeroU32::MIN.saturating_add(999);

/// The furniture of the house. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The database.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// Secrets at rest.
    pub sealer: Sealer,
    /// The way to Meta.
    pub meta: Meta,
    /// The way to addresses that platforms name.
    pub guard: Guard,
    /// The way to Twilio.
    pub twilio: Twilio,
    /// What is done with what Meta sends unasked.
    pub listening: Listening,
    /// The house's address.
    pub public_url: PublicUrl,
    /// Calls of the API a minute that a key may make.
    pub api_rate_limit: NonZeroU32,
    /// How long what is over is kept.
    pub retention: Retention,
    /// Looks at links that are not written yet.
    pub visits: Visits,
    /// Background work, waited for at the end.
    pub tasks: TaskTracker,
    /// Says that the end has come.
    pub stopping: CancellationToken,
    /// The pages that follow a link, told when something of it moved in this process.
    pub watchers: Watchers,
    /// How much the house takes on.
    pub bounds: Bounds,
    /// Keeps out who does too much.
    pub gate: Gate,
    /// When each loop last came round.
    pub pulse: Pulse,
}

impl App {
    /// Furnishes the house.
    #[must_use]
    pub fn new(
        store: Store,
        clock: Clock,
        sealer: Sealer,
        (meta, guard, twilio): (Meta, Guard, Twilio),
        public_url: PublicUrl,
    ) -> Self {
        let (tasks, stopping, bounds) = (TaskTracker::new(), CancellationToken::new(), Bounds::default());
        let gate = Gate::new(store.clone(), clock.clone(), tasks.clone(), bounds.rates);
        Self {
            store,
            clock,
            sealer,
            meta,
            guard,
            twilio,
            listening: Listening::default(),
            public_url,
            api_rate_limit: API_RATE_LIMIT,
            tasks,
            stopping,
            watchers: Watchers::default(),
            bounds,
            gate,
            pulse: Pulse::default(),
            retention: Retention::default(),
            visits: Visits::default(),
        }
    }

    /// The same house within other bounds.
    #[must_use]
    pub fn bounded(self, bounds: Bounds) -> Self {
        let gate = Gate::new(self.store.clone(), self.clock.clone(), self.tasks.clone(), bounds.rates);
        Self { bounds, gate, ..self }
    }

    /// The token of a link's URL.
    ///
    /// # Errors
    /// When it does not open: the key it was sealed with is gone.
    pub fn token_of(&self, link: &SetupLink) -> Result<Token> {
        use secrecy::ExposeSecret as _;
        let plain = self.sealer.open(token_place(link), &link.token)?;
        Token::parse(plain.expose_secret()).ok_or_else(|| Error::Internal("a stored token is malformed".to_owned()))
    }
}

/// Where a link's token is sealed.
#[must_use]
pub fn token_place(link: &SetupLink) -> Place {
    Place { table: "setup_links", column: "token", row: link.id.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_url_is_an_origin() {
        assert_eq!(PublicUrl::parse("https://c.example/").unwrap().of("/x"), "https://c.example/x");
        assert_eq!(PublicUrl::parse("https://C.example:443").unwrap().of("/x"), "https://c.example/x");
        assert_eq!(
            PublicUrl::parse("http://localhost:8080").unwrap().callback(),
            "http://localhost:8080/auth/facebook/callback"
        );
        for refused in
            ["", "c.example", "ftp://c.example", "https://c.example/path", "https://u@c.example", "https://c.example?x"]
        {
            assert!(PublicUrl::parse(refused).is_err(), "{refused}");
        }
    }
}
