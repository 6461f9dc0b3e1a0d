//! A house on a socket of its own, with the stand-in Facebook next door.

use std::{
    net::{Ipv4Addr, SocketAddr},
    num::NonZeroU32,
};

use setuplinks::{
    api::key,
    app::{App, Bounds, PublicUrl},
    cli,
    clock::Clock,
    guard::Guard,
    meta::{Meta, Settings, pool::Partner, sdk::LoginMode},
    sandbox::{self, Sandbox, World},
    seal::Sealer,
    store::{Store, projects},
    twilio::{self, Twilio},
};
use tokio::net::TcpListener;

use super::{Database, Platform, database::Fresh, output};

pub const APP_ID: &str = "100000000000001";
pub const APP_SECRET: &str = "0123456789abcdef0123456789abcdef";
pub const CONFIG_ID: &str = "200000000000001";
pub const SECRET_KEYS: &str = "test:AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";
pub const EXTRAS_COEXISTENCE: &str =
    r#"{"setup":{},"featureType":"whatsapp_business_app_onboarding","sessionInfoVersion":"3","version":"v4"}"#;
pub const EXTRAS_DEDICATED: &str = r#"{"setup":{},"sessionInfoVersion":"3","version":"v4"}"#;

/// A house that is open for one test.
pub struct House {
    /// `http://localhost:PORT`.
    pub url: String,
    /// Where it listens on this machine.
    pub port: u16,
    pub app: App,
    pub clock: Clock,
    pub facebook: Sandbox,
    pub database: Fresh,
}

impl House {
    /// Opens one by the system's clock.
    pub async fn open(database: Database) -> Self {
        Self::open_at(database, Clock::system()).await
    }

    /// Opens one by a clock of the test's own.
    pub async fn open_at(database: Database, clock: Clock) -> Self {
        Self::open_as(database, clock, |_| {}).await
    }

    /// Opens one where customers get to Facebook in that way.
    pub async fn open_with_login(database: Database, login: LoginMode) -> Self {
        Self::open_on(database.fresh().await, Clock::system(), Way { login, ..Way::USUAL }, |_| {}).await
    }

    /// Opens one with other furniture.
    pub async fn open_as(database: Database, clock: Clock, furnish: impl FnOnce(&mut App)) -> Self {
        Self::open_on(database.fresh().await, clock, Way::USUAL, furnish).await
    }

    /// Opens one within other bounds, behind a proxy on this machine.
    pub async fn bounded(database: Database, clock: Clock, narrow: impl FnOnce(&mut Bounds)) -> Self {
        Self::bounded_on(database.fresh().await, clock, narrow).await
    }

    /// The same on a database that is there.
    pub async fn bounded_on(database: Fresh, clock: Clock, narrow: impl FnOnce(&mut Bounds)) -> Self {
        let mut bounds = Bounds { proxies: ["127.0.0.0/8".parse().expect("a range")].into(), ..Bounds::default() };
        narrow(&mut bounds);
        Self::open_on(database, clock, Way::USUAL, |app| *app = app.clone().bounded(bounds)).await
    }

    /// Opens one that sells numbers, from the stand-in Twilio.
    pub async fn selling(database: Database) -> Self {
        Self::selling_at(database, Clock::system()).await
    }

    /// The same, by a clock of the test's own.
    pub async fn selling_at(database: Database, clock: Clock) -> Self {
        Self::open_with(database, clock, |settings| settings.account = Some(twilio_account())).await
    }

    /// Opens one with what the operator says of Twilio.
    pub async fn open_with(database: Database, clock: Clock, operator: impl FnOnce(&mut twilio::Settings)) -> Self {
        let furnish = |app: &mut App| {
            let mut settings = app.twilio.settings().clone();
            operator(&mut settings);
            app.twilio = Twilio::new(settings).expect("an HTTP client");
        };
        Self::open_as(database, clock, furnish).await
    }

    /// Opens another beside this one, on the same database, by a clock of its own.
    pub async fn beside(&self, clock: Clock) -> Self {
        self.beside_as(clock, |_| {}).await
    }

    /// The same, with other furniture.
    pub async fn beside_as(&self, clock: Clock, furnish: impl FnOnce(&mut App)) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self::open_on(Fresh { url: self.database.url.clone(), folder }, clock, Way::USUAL, furnish).await
    }

    /// Opens one that sells numbers and verifies them beforehand, as a solution partner's does, where customers get to
    /// Facebook in that way.
    pub async fn verifying(database: Database, clock: Clock, login: LoginMode) -> Self {
        let furnish = |app: &mut App| {
            let mut settings = twilio::Settings { account: Some(twilio_account()), ..app.twilio.settings().clone() };
            (settings.most_a_day, settings.most_held) = (100, 100);
            app.twilio = Twilio::new(settings).expect("an HTTP client");
            // No bucket fills while a clock stands still, and who looks at everything looks often.
            let often = NonZeroU32::new(1_000_000).expect("a number");
            let mut bounds = app.bounds.clone();
            (bounds.rates.unknown_links, bounds.rates.forms, bounds.rates.callbacks) = (often, often, often);
            *app = app.clone().bounded(bounds);
        };
        Self::open_on(database.fresh().await, clock, Way { login, is_partner: true }, furnish).await
    }

    /// Opens one that customers reach at another address, by a proxy.
    pub async fn behind(database: Database, clock: Clock, url: &str, narrow: impl FnOnce(&mut Bounds)) -> Self {
        let listener = TcpListener::bind(loopback()).await.expect("a free port");
        let mut bounds = Bounds::default();
        narrow(&mut bounds);
        let furnish = |app: &mut App| *app = app.clone().bounded(bounds);
        Self::open_at_url(database.fresh().await, clock, Way::USUAL, (listener, url.to_owned()), furnish).await
    }

    async fn open_on(database: Fresh, clock: Clock, way: Way, furnish: impl FnOnce(&mut App)) -> Self {
        let listener = TcpListener::bind(loopback()).await.expect("a free port");
        let url = format!("http://localhost:{}", listener.local_addr().expect("an address").port());
        Self::open_at_url(database, clock, way, (listener, url), furnish).await
    }

    async fn open_at_url(
        database: Fresh,
        clock: Clock,
        way: Way,
        (listener, url): (TcpListener, String),
        furnish: impl FnOnce(&mut App),
    ) -> Self {
        output::watch();
        let port = listener.local_addr().expect("an address").port();
        let public_url = PublicUrl::parse(&url).expect("an origin");
        let facebook = facebook(&public_url, clock.clone()).await;
        let meta = Meta::new(Settings {
            app_id: APP_ID.to_owned(),
            app_secret: APP_SECRET.to_owned().into(),
            config_id: CONFIG_ID.to_owned(),
            graph_version: "v26.0".to_owned(),
            graph_url: facebook.url().parse().expect("a URL"),
            dialog_url: facebook.url().parse().expect("a URL"),
            redirect_uri: public_url.callback(),
            login: way.login,
            sdk_url: facebook.url().parse().expect("a URL"),
            extras_coexistence: EXTRAS_COEXISTENCE.to_owned(),
            extras_dedicated: EXTRAS_DEDICATED.to_owned(),
            partner: way.is_partner.then(|| partner(facebook.world())),
        })
        .expect("an HTTP client");
        let store = Store::open(&database.url).await.expect("a database");
        let sealer = Sealer::parse(SECRET_KEYS).expect("keys");
        let guard = Guard::new(vec!["127.0.0.0/8".parse().expect("a range")]).expect("a guard");
        let twilio = Twilio::new(twilio::Settings::at(facebook.url().parse().expect("a URL"))).expect("an HTTP client");
        let mut app = App::new(store, clock.clone(), sealer, (meta, guard, twilio), public_url);
        furnish(&mut app);
        cli::house(app.clone(), listener).expect("an open house");
        Self { url, port, app, clock, facebook, database }
    }

    /// Opens a second house on the same database, as another process would; gives its address.
    pub async fn another_process(&self) -> String {
        let store = Store::open(&self.database.url).await.expect("the database");
        let app = App { store, ..self.app.clone() };
        let listener = TcpListener::bind(loopback()).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        cli::house(app, listener).expect("an open house");
        format!("http://{address}")
    }

    /// Closes this house and opens the program anew on its database and beside the same stand-ins, at another address.
    pub async fn moved_to(&self, address: &str) -> App {
        self.app.stopping.cancel();
        let store = Store::open(&self.database.url).await.expect("the database");
        let ways = (self.app.meta.clone(), self.app.guard.clone(), self.app.twilio.clone());
        let public_url = PublicUrl::parse(address).expect("an origin");
        let app = App::new(store, self.clock.clone(), self.app.sealer.clone(), ways, public_url);
        let listener = TcpListener::bind(loopback()).await.expect("a free port");
        cli::house(app.clone(), listener).expect("an open house");
        app
    }

    /// The stand-in Facebook's memory.
    pub fn world(&self) -> &World {
        self.facebook.world()
    }

    /// A platform of that name, with a key.
    pub async fn platform(&self, name: &str) -> Platform {
        let now = self.app.clock.now();
        let project = projects::Project::new(name.to_owned(), now);
        projects::insert(self.app.store.acquire().await.expect("a connection").db(), &project)
            .await
            .expect("a project");
        let key = key::create(&self.app.store, project.id, "test", now).await.expect("a key");
        Platform::new(self.url.clone(), key, project.id)
    }
}

/// How a house's customers get to Facebook, and whether they need a code there.
#[derive(Clone, Copy)]
struct Way {
    login: LoginMode,
    is_partner: bool,
}

impl Way {
    const USUAL: Self = Self { login: LoginMode::Redirect, is_partner: false };
}

impl Drop for House {
    fn drop(&mut self) {
        self.app.stopping.cancel();
        output::secrets_of_world(self.world());
    }
}

/// A stand-in Facebook that knows a house's address.
pub async fn facebook(public_url: &PublicUrl, clock: Clock) -> Sandbox {
    let settings = sandbox::Settings {
        app_id: APP_ID.to_owned(),
        app_secret: APP_SECRET.to_owned(),
        config_id: CONFIG_ID.to_owned(),
        redirect_uris: vec![public_url.callback()],
        graph_version: "v26.0".to_owned(),
    };
    Sandbox::start(loopback(), settings, clock).await.expect("a stand-in Facebook")
}

/// The stand-in's app becomes a solution partner's.
fn partner(world: &World) -> Partner {
    let (business_id, token) = world.make_partner();
    Partner { business_id, token: token.into() }
}

/// The account that the stand-in Twilio begins with.
pub fn twilio_account() -> twilio::Account {
    let (sid, token) = (sandbox::twilio::ACCOUNT_SID, sandbox::twilio::AUTH_TOKEN);
    twilio::Account { sid: sid.to_owned(), auth_token: token.into(), api_key: None }
}

pub fn loopback() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 0).into()
}
