//! What is measured is true with several processes: what stands is the same from each, what was counted adds up.

#![allow(clippy::float_cmp, reason = "Prometheus writes counts as floats, and they are whole")]

use serde_json::json;
use setuplinks::sandbox::{AppWebhook, Outcome};

use crate::support::{
    Database, Place, Visitor, on_both, output,
    program::{Program, port},
    until,
};

/// A program and where operators ask it.
struct Measured {
    _program: Program,
    admin: String,
}

impl Measured {
    async fn start(place: &Place, public: u16) -> Self {
        let admin = format!("127.0.0.1:{}", port());
        let settings = [
            ("PUBLIC_URL", place.platform.base.as_str()),
            ("ADMIN_ADDR", admin.as_str()),
            ("NUMBER_MAX_PER_DAY", "1"),
            ("API_RATE_LIMIT", "40"),
        ];
        Self { _program: place.serve_at(public, &settings).await, admin: format!("http://{admin}/metrics") }
    }

    async fn read(&self) -> String {
        let text = Visitor::new().get(&self.admin).await.html;
        output::logged(&text);
        text
    }
}

/// The sum of the samples of that name that have these labels.
fn sum(metrics: &str, name: &str, labels: &[(&str, &str)]) -> f64 {
    let has = |line: &str, (label, value): &(&str, &str)| line.contains(&format!("{label}=\"{value}\""));
    let lines = metrics.lines().filter(|line| line.split(['{', ' ']).next() == Some(name));
    lines
        .filter(|line| labels.iter().all(|label| has(line, label)))
        .map(|line| line.rsplit_once(' ').expect("a value").1.parse::<f64>().expect("a number"))
        .sum()
}

/// Both processes, asked until they agree on what stands.
async fn both(processes: &[Measured; 2], name: &str, labels: &[(&str, &str)], expected: f64) {
    until(&format!("{name}{labels:?} to be {expected} at both"), || async {
        let (first, second) = (processes[0].read().await, processes[1].read().await);
        let is_so = |metrics: &str| sum(metrics, name, labels) == expected;
        (is_so(&first) && is_so(&second)).then_some(())
    })
    .await;
}

/// What both counted together.
async fn counted(processes: &[Measured; 2], name: &str, labels: &[(&str, &str)]) -> f64 {
    sum(&processes[0].read().await, name, labels) + sum(&processes[1].read().await, name, labels)
}

on_both! {
    async fn signups_are_measured_stage_by_stage_over_processes(db: Database) {
        let place = Place::new(db).await;
        let processes = [Measured::start(&place, place.port).await, Measured::start(&place, port()).await];
        both(&processes, "setuplinks_signups_running", &[("stage", "login")], 0.0).await;

        let (link, visitor) = (place.platform.link(json!({})).await, Visitor::new());
        let dialog = visitor.choose(&link, "dedicated").await;
        both(&processes, "setuplinks_signups_running", &[("stage", "login")], 1.0).await;
        both(&processes, "setuplinks_sessions", &[], 1.0).await;
        let callback = place.world().login(&dialog, Outcome::Dedicated).expect("the dialog takes the request");
        let back = visitor.get(&callback).await;
        assert!(visitor.wait_out(&back.location()).await.status < 400);

        both(&processes, "setuplinks_signups_running", &[], 0.0).await;
        both(&processes, "setuplinks_phone_numbers", &[], 1.0).await;
        for stage in ["login", "exchange", "accounts", "numbers", "check", "subscribe", "register", "store"] {
            let labels = [("stage", stage), ("outcome", "moved")];
            let count = counted(&processes, "setuplinks_signup_stage_duration_seconds_count", &labels).await;
            assert_eq!(count, 1.0, "{stage} was passed once");
        }
        let took = counted(&processes, "setuplinks_signup_stage_duration_seconds_sum", &[("stage", "login")]).await;
        assert!(took > 0.0 && took < 600.0, "the customer took {took} seconds");
        assert_eq!(counted(&processes, "setuplinks_signups_ended_total", &[("outcome", "connected")]).await, 1.0);

        // One that fails is counted where it stood.
        let link = place.platform.link(json!({"allowed_connection_types": ["coexistence"]})).await;
        let end = visitor.walk(&link, "coexistence", place.world(), Outcome::Dedicated).await;
        assert!(end.status < 400);
        let failed = counted(&processes, "setuplinks_signup_stage_duration_seconds_count", &[("outcome", "failed")]).await;
        assert_eq!(failed, 1.0);
        both(&processes, "setuplinks_signups_running", &[], 0.0).await;
    }

    async fn bought_numbers_limits_and_the_pool_are_measured(db: Database) {
        let place = Place::new(db).await;
        let processes = [Measured::start(&place, place.port).await, Measured::start(&place, port()).await];
        both(&processes, "setuplinks_provisioned_numbers_held", &[], 0.0).await;
        for (bought, refused) in [(1.0, 0.0), (1.0, 1.0)] {
            let link = place.platform.link(json!({"provision_phone_number": true})).await;
            Visitor::new().post(&format!("{}/provision", link.url), &[("country", "US")]).await;
            both(&processes, "setuplinks_provisioned_numbers_held", &[("status", "bought")], bought).await;
            assert_eq!(counted(&processes, "setuplinks_refused_total", &[("what", "day_limit")]).await, refused);
        }
        until("the key's limit", || async { (place.platform.get("/customers").await.status == 429).then_some(()) }).await;
        assert!(counted(&processes, "setuplinks_refused_total", &[("what", "api_calls")]).await >= 1.0);

        let metrics = processes[0].read().await;
        let most = if db == Database::Sqlite { 4.0 } else { 16.0 };
        assert_eq!(sum(&metrics, "setuplinks_database_connections_limit", &[]), most);
        let open = sum(&metrics, "setuplinks_database_connections", &[]);
        assert!(open >= 1.0 && open <= most, "{open} of {most}");
        assert!(sum(&metrics, "setuplinks_database_wait_seconds_count", &[]) > 0.0);
        let calls = counted(&processes, "setuplinks_call_duration_seconds_count", &[("service", "twilio"), ("outcome", "ok")]);
        assert!(calls.await >= 2.0, "a search and a purchase at least");
    }

    async fn what_meta_tells_is_counted_by_what_became_of_it(db: Database) {
        let place = Place::new(db).await;
        let processes = [Measured::start(&place, place.port).await, Measured::start(&place, port()).await];
        let callback_url = format!("{}/meta/webhooks", place.platform.base);
        let fields = vec!["account_update".to_owned(), "messages".to_owned()];
        let world = place.world();
        world.set_app_webhook(Some(AppWebhook { callback_url, is_active: true, fields }));
        let link = place.platform.link(json!({"success_redirect_url": "https://app.example/done"})).await;
        let end = Visitor::new().walk(&link, "dedicated", world, Outcome::Dedicated).await;
        let account = end.landing()["business_account_id"].clone();
        let is = async |outcome: &str, expected: f64| {
            until(&format!("{outcome} to be {expected}"), || async {
                let labels = [("field", "account_update"), ("outcome", outcome)];
                (counted(&processes, "setuplinks_meta_notices_total", &labels).await == expected).then_some(())
            })
            .await;
        };
        let begun = [counted(&processes, "setuplinks_meta_notices_total", &[("outcome", "received")]).await];
        let notice = world.notice("PARTNER_REMOVED", &account, &json!({}));
        assert_eq!(world.tell(&notice).await, Some(200));
        is("changed", 1.0).await;
        is("received", begun[0] + 1.0).await;
        assert_eq!(world.tell(&notice).await, Some(200));
        is("known", 1.0).await;
        assert_eq!(world.tell(&world.notice("ACCOUNT_DELETED", "123", &json!({}))).await, Some(200));
        is("nobody's", 1.0).await;
        assert_eq!(world.tell_as(notice.to_string(), None).await, Some(403));
        assert_eq!(counted(&processes, "setuplinks_meta_notices_total", &[("outcome", "forged")]).await, 1.0);
    }
}
