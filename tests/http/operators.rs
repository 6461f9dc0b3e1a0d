//! What operators ask of the real binary, on the address that is theirs alone.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};
use setuplinks::{
    api::key,
    clock::Clock,
    store::{Store, projects},
};
use sqlx::{Connection as _, Executor as _};

use crate::{
    cli::{complaint, printed, setuplinks},
    support::{Database, Platform, Visitor, database::Fresh, house::SECRET_KEYS, on_both, output, until},
};

/// A running server with its two addresses.
pub struct Serving {
    child: Child,
    pub public: String,
    admin: String,
    pub fresh: Fresh,
    http: reqwest::Client,
    log: Arc<Mutex<Vec<String>>>,
}

impl Serving {
    pub async fn start(db: Database) -> Self {
        Self::start_with(db, &[]).await
    }

    /// With these settings beside the others.
    async fn start_with(db: Database, more: &[(&str, &str)]) -> Self {
        let mut serve = setuplinks(&["serve"]);
        serve.envs(more.iter().copied());
        Self::start_on(db.fresh().await, serve)
    }

    /// Starts one on a database that is there, by that command.
    pub fn start_on(fresh: Fresh, mut serve: Command) -> Self {
        serve
            .envs([("LISTEN_ADDR", "127.0.0.1:0"), ("ADMIN_ADDR", "127.0.0.1:0"), ("LOG_FORMAT", "json")])
            .envs([("DATABASE_URL", fresh.url.as_str()), ("SECRET_KEYS", SECRET_KEYS)])
            .envs([("META_APP_ID", "1"), ("META_APP_SECRET", "2"), ("META_CONFIG_ID", "3")])
            .env("RUST_LOG", output::EVERYTHING)
            .stderr(Stdio::piped());
        output::watch();
        let mut child = serve.spawn().expect("it starts");
        let log = Arc::<Mutex<Vec<String>>>::default();
        let kept = log.clone();
        let lines = BufReader::new(child.stderr.take().expect("its log")).lines().map_while(Result::ok);
        let mut lines = lines.inspect(move |line| {
            output::logged(line);
            kept.lock().expect("the log").push(line.clone());
        });
        let mut address = |message: &str| {
            let line = lines.find(|line| line.contains(message)).expect(message);
            let line: Value = serde_json::from_str(&line).expect("a JSON object a line");
            line["address"].as_str().expect("an address").to_owned()
        };
        let (admin, public) = tokio::task::block_in_place(|| (address("answering operators"), address("\"serving\"")));
        std::thread::spawn(move || lines.for_each(drop));
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        Self { child, public: format!("http://{public}"), admin: format!("http://{admin}"), fresh, http, log }
    }

    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// What it has said.
    pub fn said(&self) -> Vec<String> {
        let log = self.log.lock().expect("the log");
        let line = |line: &String| serde_json::from_str::<Value>(line).expect("a JSON object a line");
        log.iter().filter_map(|text| line(text)["message"].as_str().map(str::to_owned)).collect()
    }

    async fn ask(&self, path: &str) -> (u16, String) {
        let answer = self.http.get(format!("{}{path}", self.admin)).send().await.expect("an answer");
        let (status, text) = (answer.status().as_u16(), answer.text().await.expect("text"));
        output::logged(&text);
        (status, text)
    }

    async fn ready(&self) -> (u16, Value) {
        let (status, body) = self.ask("/readyz").await;
        (status, serde_json::from_str(&body).expect("JSON"))
    }

    /// Waits until it says so.
    pub async fn until_ready(&self, status: u16) -> Value {
        until("readiness to change", || async {
            let (found, body) = self.ready().await;
            (found == status).then_some(body)
        })
        .await
    }

    pub async fn platform(&self) -> Platform {
        let store = Store::open(&self.fresh.url).await.expect("a database");
        let now = Clock::system().now();
        let project = projects::Project::new("Acme".to_owned(), now);
        projects::insert(store.acquire().await.expect("a connection").db(), &project).await.expect("a project");
        Platform::new(
            self.public.clone(),
            key::create(&store, project.id, "test", now).await.expect("a key"),
            project.id,
        )
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The value of the first sample whose name and labels contain all of these.
fn sample(metrics: &str, parts: &[&str]) -> Option<f64> {
    let line = metrics.lines().find(|line| !line.starts_with('#') && parts.iter().all(|part| line.contains(part)))?;
    line.rsplit_once(' ')?.1.parse().ok()
}

on_both! {
    async fn operators_see_that_it_lives_and_what_it_counted(db: Database) {
        let serving = Serving::start(db).await;
        assert_eq!(serving.ask("/healthz").await, (200, "ok\n".to_owned()));
        let ready = serving.until_ready(200).await;
        assert_eq!((&ready["database"], &ready["draining"]), (&json!("ok"), &json!(false)), "{ready}");
        let workers = ["deliveries", "expiry", "notices", "provisioning", "recordings", "releases", "signups"].map(|name| (name.to_owned(), json!("ok")));
        assert_eq!(ready["workers"], serde_json::Value::Object(workers.into_iter().collect()));

        let platform = serving.platform().await;
        let link = platform.link(json!({})).await;
        let page = Visitor::new().get(&format!("{}/whatsapp/setup/{}", serving.public, link.token)).await;
        assert_eq!(page.status, 200);
        let (status, metrics) = serving.ask("/metrics").await;
        assert_eq!(status, 200);
        let seen = sample(&metrics, &["request_duration_seconds_count", "route=\"/whatsapp/setup/{token}\"", "status=\"200\""]);
        assert_eq!(seen, Some(1.0), "{metrics}");
        for (status, count) in [("active", 1.0), ("used", 0.0), ("expired", 0.0), ("revoked", 0.0)] {
            assert_eq!(sample(&metrics, &["setuplinks_setup_links{", status]), Some(count), "{status}: {metrics}");
        }
        assert_eq!(sample(&metrics, &["setuplinks_deliveries_pending"]), Some(0.0));
        assert!(sample(&metrics, &["setuplinks_database_connections{", "idle"]).is_some_and(|idle| idle > 0.0), "{metrics}");
        assert!(!metrics.contains(&link.token) && !metrics.contains(&platform.key), "no secret is counted");
    }

    async fn a_health_check_needs_no_other_program(db: Database) {
        let mut serving = Serving::start(db).await;
        serving.until_ready(200).await;
        let address = serving.admin.trim_start_matches("http://").to_owned();
        let port = address.rsplit(':').next().expect("a port").to_owned();
        let ask = |admin: &str, flags: &[&str]| {
            let mut health = setuplinks(&["health"]);
            health.env("ADMIN_ADDR", admin).args(flags);
            tokio::task::block_in_place(|| health.output()).expect("it runs")
        };
        assert_eq!(printed(&ask(&address, &[])), "ok");
        // What listens everywhere is asked here.
        assert_eq!(printed(&ask(&format!("0.0.0.0:{port}"), &[])), "ok");
        assert!(printed(&ask(&address, &["--ready"])).contains("\"ready\":true"));

        serving.child.kill().expect("killed");
        tokio::task::block_in_place(|| serving.child.wait()).expect("an end");
        let said = complaint(&ask(&address, &[]));
        assert!(said.contains(&format!("nobody answers at {address}")), "{said}");
        let said = complaint(&ask("9090", &[]));
        assert!(said.contains("must be an address and port"), "{said}");
    }

    async fn limits_on_numbers_and_accounts_that_do_not_open_are_counted(db: Database) {
        for (setting, limit) in [("NUMBER_MAX_PER_DAY", "day_limit"), ("NUMBER_MAX_HELD", "live_limit")] {
            let nowhere = [
                ("TWILIO_ACCOUNT_SID", "AC0123456789abcdef0123456789abcdef"), ("TWILIO_AUTH_TOKEN", "x"),
                ("TWILIO_API_URL", "http://127.0.0.1:9"), (setting, "0"),
            ];
            let serving = Serving::start_with(db, &nowhere).await;
            let platform = serving.platform().await;
            let link = platform.link(json!({"provision_phone_number": true})).await;
            let page = format!("{}/whatsapp/setup/{}/provision", serving.public, link.token);
            let refused = Visitor::new().post(&page, &[("country", "US")]).await;
            assert_eq!(refused.texts("[data-testid=setup-error]"), ["No more numbers can be set up right now"]);
            let (_, metrics) = serving.ask("/metrics").await;
            assert_eq!(sample(&metrics, &["setuplinks_provisioned_numbers_total{", limit]), Some(1.0), "{metrics}");
            until("the comparison to be counted", || async {
                let (_, metrics) = serving.ask("/metrics").await;
                sample(&metrics, &["setuplinks_twilio_comparisons_total{", "failed"]).filter(|count| *count >= 1.0)
            })
            .await;
        }
    }

    async fn nobody_else_is_told(db: Database) {
        let serving = Serving::start(db).await;
        for path in ["/healthz", "/readyz", "/metrics"] {
            assert_eq!(Visitor::new().get(&format!("{}{path}", serving.public)).await.status, 404, "{path}");
        }
        for path in ["/", "/platform/v1/customers", "/static/style.css"] {
            assert_eq!(serving.ask(path).await.0, 404, "{path}");
        }
    }

    async fn a_house_that_closes_says_so_until_it_has(db: Database) {
        let mut serving = Serving::start(db).await;
        serving.until_ready(200).await;
        // A request whose body is still to come holds the house open.
        let mut slow = tokio::net::TcpStream::connect(serving.public.trim_start_matches("http://")).await.expect("a connection");
        let head = "POST /whatsapp/setup/x HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 9\r\n\r\n";
        tokio::io::AsyncWriteExt::write_all(&mut slow, head.as_bytes()).await.expect("sent");
        let platform = serving.platform().await;
        assert_eq!(platform.get("/customers").await.status, 200, "the slow one has been taken before this");
        let asked = std::process::Command::new("sh").args(["-c", &format!("kill -TERM {}", serving.child.id())]).status();
        assert!(asked.expect("a shell").success());
        let draining = serving.until_ready(503).await;
        assert_eq!((&draining["draining"], &draining["database"]), (&json!(true), &json!("ok")), "{draining}");
        drop(slow);
        let ended = tokio::task::block_in_place(|| serving.child.wait()).expect("an end");
        assert!(ended.success(), "{ended}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_cannot_be_written_is_not_ready() {
    // SQLite: somebody else holds the write lock for longer than anybody waits.
    let serving = Serving::start(Database::Sqlite).await;
    serving.until_ready(200).await;
    let mut other = sqlx::SqliteConnection::connect(&serving.fresh.url).await.expect("a connection");
    other.execute("begin immediate").await.expect("the lock");
    let found = serving.until_ready(503).await;
    assert!(found["database"].as_str().is_some_and(|text| text != "ok"), "{found}");
    let mut health = setuplinks(&["health", "--ready"]);
    health.env("ADMIN_ADDR", serving.admin.trim_start_matches("http://"));
    let said = complaint(&tokio::task::block_in_place(|| health.output()).expect("it runs"));
    assert!(said.contains("/readyz answers 503"), "{said}");
    assert_eq!(serving.ask("/healthz").await.0, 200, "the process lives");
    other.execute("rollback").await.expect("given back");
    serving.until_ready(200).await;

    // PostgreSQL: the server takes no writes.
    let serving = Serving::start(Database::Postgres).await;
    serving.until_ready(200).await;
    let mut other = sqlx::PgConnection::connect(&serving.fresh.url).await.expect("a connection");
    let name: String = sqlx::query_scalar("select current_database()").fetch_one(&mut other).await.expect("a name");
    for (read_only, status) in [("on", 503), ("off", 200)] {
        let alter = format!("alter database {name} set default_transaction_read_only = {read_only}");
        other.execute("set default_transaction_read_only = off").await.expect("writable here");
        other.execute(sqlx::AssertSqlSafe(alter)).await.expect("altered");
        let others = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
        other.execute(others).await.expect("ended");
        let found = serving.until_ready(status).await;
        assert_eq!(found["database"] == "ok", status == 200, "{found}");
    }
}

#[test]
fn an_admin_address_that_is_none_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut serve = setuplinks(&["serve", "--admin-addr", "9090"]);
    serve.env("DATABASE_URL", format!("sqlite://{}", folder.path().join("test.db").display()));
    let said = complaint(&serve.output().expect("it runs"));
    assert!(said.contains("ADMIN_ADDR must be an address and port"), "{said}");
}
