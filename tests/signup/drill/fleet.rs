//! Several processes on one database behind a proxy, with a platform that is told everything.

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

use serde_json::{Value, json};
use setuplinks::{
    api::key,
    app::PublicUrl,
    clock::Clock,
    event::Name,
    sandbox::{Sandbox, World},
    store::{Store, projects},
};

use crate::support::{
    Database, Platform, Receiver,
    database::Fresh,
    house::facebook,
    program::{Program, Start, port},
    proxy::Proxy,
};

pub struct Fleet {
    pub proxy: Proxy,
    /// Kept for as long as processes may be on it.
    _database: Fresh,
    pub store: Store,
    pub platform: Platform,
    pub receiver: Receiver,
    facebook: Sandbox,
    pub starts: Vec<Start>,
    programs: Vec<Mutex<Option<Program>>>,
    kills: AtomicUsize,
    customers: AtomicUsize,
}

impl Fleet {
    /// So many processes of this version, all of which listen.
    pub async fn start(db: Database, size: usize) -> Self {
        Self::of(db, size, |_, start| start).await
    }

    /// The same, each as `dress` says.
    pub async fn of(db: Database, size: usize, dress: impl Fn(usize, Start) -> Start) -> Self {
        let (url, listener) = Proxy::listener().await;
        let facebook = facebook(&PublicUrl::parse(&url).expect("an origin"), Clock::system()).await;
        let database = db.fresh().await;
        let starts: Vec<Start> = (0..size)
            .map(|which| {
                let alone = Start::alone(port(), &database.url, &facebook.url());
                dress(which, Start { public_url: url.clone(), ..alone })
            })
            .collect();
        let ports: Vec<u16> = starts.iter().map(|start| start.port).collect();
        let proxy = Proxy::open((url.clone(), listener), &ports);
        let mut programs = Vec::new();
        for start in &starts {
            programs.push(Mutex::new(Some(Program::start(start).await)));
        }
        let store = Store::open(&database.url).await.expect("a database");
        let now = Clock::system().now();
        let project = projects::Project::new("Acme".to_owned(), now);
        projects::insert(store.acquire().await.expect("a connection").db(), &project).await.expect("a project");
        let key = key::create(&store, project.id, "test", now).await.expect("a key");
        let platform = Platform::new(url, key, project.id);
        let receiver = Receiver::open().await;
        let names: Vec<&str> = Name::ALL.iter().map(|name| name.as_str()).collect();
        let webhook = json!({"whatsapp_webhook": {"url": receiver.url, "events": names}});
        platform.post("/whatsapp/webhooks", &webhook).await.data(201);
        Self {
            proxy,
            _database: database,
            store,
            platform,
            receiver,
            facebook,
            starts,
            programs,
            kills: AtomicUsize::new(0),
            customers: AtomicUsize::new(1),
        }
    }

    pub fn world(&self) -> &World {
        self.facebook.world()
    }

    pub fn size(&self) -> usize {
        self.starts.len()
    }

    /// Counts customers: none brings another's number.
    pub fn next(&self) -> usize {
        self.customers.fetch_add(1, Ordering::Relaxed)
    }

    /// How many processes were killed so far.
    pub fn kills(&self) -> usize {
        self.kills.load(Ordering::Relaxed)
    }

    /// Kills that process, if it is there.
    pub fn kill(&self, which: usize) {
        if let Some(mut program) = self.programs[which].lock().expect("a program").take() {
            program.assert_alive();
            program.kill();
            self.kills.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Starts that process, if it is not there, and does not wait for it.
    pub fn spawn(&self, which: usize) {
        self.programs[which].lock().expect("a program").get_or_insert_with(|| self.starts[which].spawn());
    }

    /// Waits until somebody listens there.
    pub async fn listens(&self, which: usize) {
        let port = self.starts[which].port;
        super::customer::patiently("a process to listen", || async {
            tokio::net::TcpStream::connect(("127.0.0.1", port)).await.ok()
        })
        .await;
    }

    /// Puts another process in that place.
    pub fn put(&self, which: usize, program: Program) {
        *self.programs[which].lock().expect("a program") = Some(program);
    }

    /// Starts whatever is not there.
    pub fn wake(&self) {
        (0..self.size()).for_each(|which| self.spawn(which));
    }

    /// Takes a process out, to do with it what a test wants.
    pub fn take(&self, which: usize) -> Program {
        self.programs[which].lock().expect("a program").take().expect("a process")
    }

    /// What the platform asks for: again with the same key, as often as it takes, as a careful client does.
    pub async fn ask(&self, path: &str, body: &Value) -> Value {
        let key = uuid::Uuid::from_bytes(setuplinks::clock::random()).to_string();
        super::customer::patiently(&format!("POST {path}"), || async {
            let request = self.platform.request(reqwest::Method::POST, path).header("Idempotency-Key", &key);
            let answer = self.platform.send(request.json(body)).await;
            let passes = matches!(answer.status, 408 | 409 | 429 | 500..);
            (!passes).then(|| answer.data(201))
        })
        .await
    }
}
