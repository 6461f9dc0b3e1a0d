//! What an operator reads of a signup in the log: its end in one line, and its requests and troubles by its id.

use serde_json::{Value, json};
use setuplinks::{
    sandbox::{Fault, Outcome},
    store::Store,
};

use crate::support::{Link, Place, Visitor, on_both, program::Log, until};

/// What was logged with that message, and of that link.
fn of_link(log: &Log, message: &str, link: &Link) -> Vec<Value> {
    let lines = log.lines().into_iter();
    lines.filter(|line| line["message"] == message && line["link"] == json!(link.id)).collect()
}

/// How the link's signups ended, in order, once so many have.
async fn ends(log: &Log, link: &Link, count: usize) -> Vec<Value> {
    until("the ends to be logged", || async {
        let ends = of_link(log, "a signup is over", link);
        (ends.len() >= count).then_some(ends)
    })
    .await
}

/// The outcomes, reasons and stages of these ends.
fn told(ends: &[Value]) -> Vec<[&str; 3]> {
    ends.iter().map(|end| ["outcome", "reason", "stage"].map(|name| end[name].as_str().unwrap_or("-"))).collect()
}

/// Lets an hour of every login pass.
async fn hours_pass(store: &Store) {
    let sql = "update signups set created_at = created_at - 7200000";
    match store {
        Store::Sqlite(pool) => sqlx::query(sql).execute(pool).await.map(drop),
        Store::Postgres(pool) => sqlx::query(sql).execute(pool).await.map(drop),
    }
    .expect("it runs");
}

on_both! {
    async fn each_signup_has_one_line_at_its_end_however_it_ends(db: Database) {
        let place = Place::new(db).await;
        let (mut program, log) = place.serve_logged().await;
        let (acme, world, visitor) = (&place.platform, place.world(), Visitor::new());
        let serving = until("it to say that it serves", || async {
            log.lines().into_iter().find(|line| line["message"] == "serving")
        })
        .await;
        let engine = if matches!(place.store, Store::Sqlite(_)) { "sqlite" } else { "postgresql" };
        assert_eq!((&serving["version"], &serving["engine"]), (&json!(env!("CARGO_PKG_VERSION")), &json!(engine)));

        let late = acme.link(json!({})).await;
        let dialog = visitor.choose(&late, "dedicated").await;
        hours_pass(&place.store).await;
        visitor.get(&world.login(&dialog, Outcome::Dedicated).expect("a login")).await;

        let cancelled = acme.link(json!({})).await;
        visitor.log_in(&cancelled, "coexistence", world, Outcome::Cancel).await;

        let failed = acme.link(json!({})).await;
        visitor.walk(&failed, "dedicated", world, Outcome::NoNumber).await;

        // Two tabs: the second comes back while the first waits for a choice.
        let replaced = acme.link(json!({})).await;
        let (one, two) = (visitor.choose(&replaced, "dedicated").await, visitor.choose(&replaced, "dedicated").await);
        let one = visitor.get(&world.login(&one, Outcome::Several).expect("a login")).await;
        visitor.wait_out(&one.location()).await;
        let two = visitor.get(&world.login(&two, Outcome::Dedicated).expect("a login")).await;
        visitor.wait_out(&two.location()).await;

        for (link, expected) in [
            (&late, vec![["failed", "too-late", "login"]]),
            (&cancelled, vec![["cancelled", "-", "login"]]),
            (&failed, vec![["failed", "no-number", "numbers"]]),
            (&replaced, vec![["replaced", "-", "choose"], ["connected", "-", "store"]]),
        ] {
            assert_eq!(told(&ends(&log, link, expected.len()).await), expected);
        }
        program.ask_to_stop().gone().await;
        let all = log.lines();
        assert_eq!(all.iter().filter(|line| line["message"] == "a signup is over").count(), 5, "one each");
    }

    async fn a_signup_s_requests_and_troubles_are_found_from_its_link(db: Database) {
        let place = Place::new(db).await;
        let (mut program, log) = place.serve_logged().await;
        let link = place.platform.link(json!({})).await;
        let visitor = Visitor::new();
        visitor.get(&link.url).await;
        place.world().fault("exchange", 1, Fault::transient());
        let end = visitor.walk(&link, "dedicated", place.world(), Outcome::Dedicated).await;
        assert_eq!(end.page(), "connected");
        let ended = ends(&log, &link, 1).await.remove(0);
        program.ask_to_stop().gone().await;

        let troubles = of_link(&log, "Meta did not do it", &link);
        assert_eq!(troubles.len(), 1, "{troubles:?}");
        assert_eq!((&troubles[0]["signup"], &troubles[0]["step"]), (&ended["signup"], &json!("exchange")));
        let lines = log.lines();
        let requests = lines.iter().filter(|line| line["message"] == "request");
        let (of_it, others): (Vec<&Value>, Vec<&Value>) = requests.partition(|line| line["signup"] == ended["signup"]);
        let seen: Vec<_> = of_it.iter().map(|line| (line["method"].as_str(), line["route"].as_str())).collect();
        assert_eq!(seen, [
            (Some("POST"), Some("/whatsapp/setup/{token}")),
            (Some("GET"), Some("/auth/facebook/callback")),
        ]);
        assert!(others.iter().all(|line| line["signup"].is_null()), "{others:?}");
        assert!(others.iter().any(|line| line["route"] == "/whatsapp/setup/{token}"), "the page alone begins nothing");
        let text = lines.iter().map(Value::to_string).collect::<String>();
        for secret in [&link.token, &place.platform.key] {
            assert!(!text.contains(secret.as_str()), "{secret} is in the log");
        }
    }
}
