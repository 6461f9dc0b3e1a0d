//! The end of the program: asked for by SIGTERM, and there within thirty seconds whoever is slow.

use std::time::Duration;

use serde_json::json;
use setuplinks::{
    api::key,
    clock::Clock,
    sandbox::{Fault, Outcome},
    store::{Store, projects},
};

use crate::support::{Platform, Program, Talk, Visitor, house::facebook, on_both, program::port};

/// What a service manager waits for.
const MANAGER: Duration = Duration::from_secs(30);

on_both! {
    async fn neither_streams_nor_slow_clients_nor_a_slow_meta_keep_it(db: Database) {
        let (fresh, port) = (db.fresh().await, port());
        let url = format!("http://localhost:{port}");
        let meta = facebook(&setuplinks::app::PublicUrl::parse(&url).expect("an origin"), Clock::system()).await;
        let mut program = Program::serve(port, &fresh.url, &meta.url()).await;
        let store = Store::open(&fresh.url).await.expect("the database");
        let now = Clock::system().now();
        let project = projects::Project::new("Acme".to_owned(), now);
        projects::insert(store.acquire().await.expect("a connection").db(), &project).await.expect("a project");
        let key = key::create(&store, project.id, "test", now).await.expect("a key");
        let acme = Platform::new(url.clone(), key, project.id);
        let (link, busy) = (acme.link(json!({})).await, acme.link(json!({})).await);
        meta.world().fault("exchange", 1, Fault::Hang(Duration::from_secs(3600)));
        let visitor = Visitor::new();
        let progress = visitor.log_in(&busy, "dedicated", meta.world(), Outcome::Dedicated).await.location();

        let path = link.url.strip_prefix(&url).expect("a path").to_owned();
        let mut streams = Vec::new();
        for _ in 0..20 {
            let mut talk = Talk::to(&url).await;
            talk.say(&format!("GET {path}/device/events HTTP/1.1\r\nHost: x\r\n\r\n")).await;
            assert!(talk.head().await.contains("text/event-stream"));
            streams.push(talk);
        }
        let mut head = Talk::to(&url).await;
        head.say("GET / HTTP/1.1\r\nX-Slow: ").await;
        let mut body = Talk::to(&url).await;
        body.say(&format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 99\r\n\r\nx")).await;
        let mut deaf = Talk::to(&url).await;
        deaf.say(&"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n".repeat(100)).await;
        let _idle = Talk::to(&url).await;

        let asked = tokio::time::Instant::now();
        program.ask_to_stop().gone().await;
        assert!(asked.elapsed() < MANAGER, "it took {:?}", asked.elapsed());
        for mut talk in streams {
            talk.rest().await;
        }
        assert!(tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err(), "nobody is let in any more");

        // The signup is where another process finds it.
        let _next = Program::serve(port, &fresh.url, &meta.url()).await;
        assert_eq!(visitor.wait_out(&progress).await.page(), "connected");
    }
}
