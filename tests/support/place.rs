//! What the real program needs to carry signups, on a database that outlives it: stand-ins, a platform, a port.

use setuplinks::{
    api::key,
    app::PublicUrl,
    clock::Clock,
    sandbox::{Sandbox, World},
    store::{Store, projects},
};

use super::{
    Database, Platform,
    database::Fresh,
    house::facebook,
    output,
    program::{Log, Program, Start, port},
};

/// A place for programs.
pub struct Place {
    pub port: u16,
    pub database: Fresh,
    pub store: Store,
    pub facebook: Sandbox,
    pub platform: Platform,
}

impl Place {
    pub async fn new(database: Database) -> Self {
        let port = port();
        let url = format!("http://localhost:{port}");
        let facebook = facebook(&PublicUrl::parse(&url).expect("an origin"), Clock::system()).await;
        let database = database.fresh().await;
        let store = Store::open(&database.url).await.expect("a database");
        let now = Clock::system().now();
        let project = projects::Project::new("Acme".to_owned(), now);
        projects::insert(store.acquire().await.expect("a connection").db(), &project).await.expect("a project");
        let key = key::create(&store, project.id, "test", now).await.expect("a key");
        Self { port, platform: Platform::new(url, key, project.id), database, store, facebook }
    }

    pub fn world(&self) -> &World {
        self.facebook.world()
    }

    /// The program at the address that customers know.
    pub async fn serve(&self, settings: &[(&'static str, impl ToString)]) -> Program {
        self.serve_at(self.port, settings).await
    }

    /// The same, with a log to read.
    pub async fn serve_logged(&self) -> (Program, Log) {
        let log = Log(self.database.folder.path().join("program.log"));
        let alone = Start::alone(self.port, &self.database.url, &self.facebook.url());
        (Program::start(&Start { log: Some(log.clone()), ..alone }).await, log)
    }

    /// Another at a port of its own.
    pub async fn serve_at(&self, port: u16, settings: &[(&'static str, impl ToString)]) -> Program {
        let settings: Vec<_> = settings.iter().map(|(name, value)| (*name, value.to_string())).collect();
        Program::serve_with(port, &self.database.url, &self.facebook.url(), &settings).await
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        output::secrets_of_world(self.world());
    }
}
