//! DELETE of numbers: what Meta was told is undone where nothing else needs it, however often it takes.

use std::time::Duration;

use serde_json::json;
use setuplinks::{
    app::App,
    clock::Clock,
    release::worker,
    sandbox::{Fault, Login, NumberView, Outcome, When},
};

use crate::{
    connected::{at_meta, attach, by_hand, connect, nothing_is_left_to_undo, path},
    stored::{count, standing_clock},
    support::{Database, House, Platform, Visitor, on_both, until},
};

/// A platform with one connected number, in a house whose clock the test moves.
async fn stage(db: Database) -> (House, Platform, String, NumberView) {
    let house = House::open_at(db, standing_clock()).await;
    let acme = house.platform("Acme").await;
    let customer = acme.customer("Bakery").await;
    let number = connect(&house, &acme, &customer, Outcome::Dedicated, "+1 555 010 0101").await;
    (house, acme, customer, number)
}

async fn delete(platform: &Platform, number: &NumberView, query: &str) {
    assert_eq!(platform.delete(&format!("{}{query}", path(number))).await.status, 204);
}

fn is_registered(house: &House, number: &NumberView) -> bool {
    house.world().number(&number.id).expect("a number").registered
}

/// Another process on the same database, whose clock stands there; it carries out what is due.
fn another_process(house: &House, clock: Clock) -> App {
    let first = &house.app;
    let ways = (first.meta.clone(), first.guard.clone(), first.twilio.clone());
    let app = App::new(first.store.clone(), clock, first.sealer.clone(), ways, first.public_url.clone());
    tokio::spawn(worker::run(app.clone()));
    app
}

on_both! {
    async fn the_account_is_unsubscribed_and_the_number_stays_registered(db: Database) {
        let (house, acme, _, number) = stage(db).await;
        delete(&acme, &number, "").await;
        nothing_is_left_to_undo(&house).await;
        assert!(!house.world().subscribed(&number.waba_id) && is_registered(&house, &number));
        assert_eq!((house.world().count("unsubscribe"), house.world().count("deregister")), (1, 0));
        let call = house.world().calls().into_iter().find(|call| call.name == "unsubscribe").expect("a call");
        assert!(call.proof_ok && call.status == 200, "{call:?}");
    }

    async fn a_number_is_deregistered_when_that_is_asked_for(db: Database) {
        let (house, acme, _, number) = stage(db).await;
        delete(&acme, &number, "?deregister=true").await;
        nothing_is_left_to_undo(&house).await;
        assert!(!house.world().subscribed(&number.waba_id) && !is_registered(&house, &number));
        assert_eq!((house.world().count("unsubscribe"), house.world().count("deregister")), (1, 1));
    }

    async fn the_subscription_stays_while_any_project_has_a_number_of_the_account(db: Database) {
        let (house, acme, _, one) = stage(db).await;
        let rival = house.platform("Rival").await;
        let theirs = rival.customer("Bakery").await;
        let two = attach(&house, &rival, &theirs, "+1 555 010 0102", Some(&one.waba_id)).await;

        delete(&acme, &one, "").await;
        nothing_is_left_to_undo(&house).await;
        assert!(house.world().subscribed(&one.waba_id));
        assert_eq!(house.world().count("unsubscribe"), 0);

        delete(&rival, &two, "").await;
        nothing_is_left_to_undo(&house).await;
        assert!(!house.world().subscribed(&one.waba_id));
    }

    async fn the_same_number_in_another_project_is_neither_deregistered_nor_unsubscribed(db: Database) {
        let (house, acme, _, number) = stage(db).await;
        let rival = house.platform("Rival").await;
        let theirs = rival.customer("Bakery").await;
        connect(&house, &rival, &theirs, Outcome::Dedicated, "+1 555 010 0101").await;
        delete(&acme, &number, "?deregister=true").await;
        nothing_is_left_to_undo(&house).await;
        assert!(house.world().subscribed(&number.waba_id) && is_registered(&house, &number));
        assert_eq!((house.world().count("unsubscribe"), house.world().count("deregister")), (0, 0));
    }

    async fn what_passes_is_tried_again(db: Database) {
        let (house, acme, _, number) = stage(db).await;
        for call in ["deregister", "unsubscribe"] {
            for fault in [
                Fault::transient(),
                Fault::CutBefore,
                Fault::CutAfter,
                Fault::Html { status: 502 },
                Fault::Limited { status: 400, code: 80007, minutes: 90 },
            ] {
                house.world().fault(call, 1, fault);
            }
        }
        delete(&acme, &number, "?deregister=true").await;
        nothing_is_left_to_undo(&house).await;
        assert!(!house.world().subscribed(&number.waba_id) && !is_registered(&house, &number));
        assert_eq!((house.world().count("deregister"), house.world().count("unsubscribe")), (6, 6));
    }

    async fn too_many_deregistrations_are_waited_out(db: Database) {
        let (house, acme, _, number) = stage(db).await;
        house.world().fault("deregister", 5, Fault::graph(400, 133_016, "(#133016) too many"));
        delete(&acme, &number, "?deregister=true").await;
        until("the first refusal", || async { (house.world().count("deregister") == 1).then_some(()) }).await;
        nothing_is_left_to_undo(&house).await;
        assert!(!house.world().subscribed(&number.waba_id) && !is_registered(&house, &number));
    }

    async fn what_meta_refuses_for_good_is_given_up(db: Database) {
        let (house, acme, _, number) = stage(db).await;
        house.world().revoke(&number.waba_id);
        delete(&acme, &number, "?deregister=true").await;
        nothing_is_left_to_undo(&house).await;
        // A token that is dead is of no use for either.
        assert_eq!((house.world().count("deregister"), house.world().count("unsubscribe")), (1, 1));
    }

    async fn a_refusal_to_deregister_does_not_keep_the_subscription(db: Database) {
        let (house, acme, _, number) = stage(db).await;
        house.world().fault("deregister", 9, Fault::graph(403, 200, "(#200) permission"));
        delete(&acme, &number, "?deregister=true").await;
        nothing_is_left_to_undo(&house).await;
        assert!(!house.world().subscribed(&number.waba_id) && is_registered(&house, &number));
        assert_eq!(house.world().count("deregister"), 1);
    }

    async fn after_a_week_it_is_given_up(db: Database) {
        let (house, acme, _, number) = stage(db).await;
        house.world().fault("unsubscribe", 1000, Fault::transient());
        delete(&acme, &number, "").await;
        until("the week to be over", || async {
            house.clock.advance(Duration::from_hours(1));
            (count(&house, "releases").await == 0).then_some(())
        })
        .await;
        let tries = house.world().count("unsubscribe");
        assert!((2..100).contains(&tries), "{tries} tries");
        assert!(house.world().subscribed(&number.waba_id));
    }

    async fn a_number_that_is_connected_again_while_it_waits_is_left_alone(db: Database) {
        let (house, acme, customer, number) = stage(db).await;
        house.world().fault("deregister", 1, Fault::transient());
        delete(&acme, &number, "?deregister=true").await;
        until("the first try", || async { (house.world().count("deregister") == 1).then_some(()) }).await;

        connect(&house, &acme, &customer, Outcome::Dedicated, "+1 555 010 0101").await;

        assert_eq!(count(&house, "releases").await, 0, "what was to be undone is wanted again");
        house.clock.advance(Duration::from_hours(24));
        assert!(house.world().subscribed(&number.waba_id) && is_registered(&house, &number));
        assert_eq!((house.world().count("deregister"), house.world().count("unsubscribe")), (1, 0));
    }

    async fn another_number_of_the_account_that_is_connected_meanwhile_keeps_the_subscription(db: Database) {
        let (house, acme, customer, number) = stage(db).await;
        house.world().fault("unsubscribe", 1, Fault::transient());
        delete(&acme, &number, "").await;
        until("the first try", || async { (house.world().count("unsubscribe") == 1).then_some(()) }).await;
        attach(&house, &acme, &customer, "+1 555 010 0102", Some(&number.waba_id)).await;
        nothing_is_left_to_undo(&house).await;
        assert!(house.world().subscribed(&number.waba_id));
        assert_eq!(house.world().count("unsubscribe"), 1);
    }

    async fn who_connects_waits_for_an_end_that_is_under_way(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let customer = acme.customer("Bakery").await;
        let number = connect(&house, &acme, &customer, Outcome::Dedicated, "+1 555 010 0101").await;
        let before = house.world().count("subscribe");
        let hold = house.world().hold("unsubscribe", When::Before);
        delete(&acme, &number, "").await;
        hold.reached().await;
        let link = acme.link_for(&customer, json!({})).await;
        let visitor = Visitor::new();
        let login = Login::from(Outcome::Dedicated).phone("+1 555 010 0101");
        let progress = visitor.log_in(&link, "dedicated", house.world(), login).await.location();
        until("the signup to say that it comes", || async { (count(&house, "account_holds").await == 1).then_some(()) }).await;
        let refused = acme
            .post(&format!("/customers/{customer}/whatsapp/phone_numbers"), &json!({"whatsapp_phone_number": by_hand(&house, &number)}))
            .await;
        assert_eq!((refused.status, refused.header("retry-after")), (503, "20"), "{}", refused.body);
        assert_eq!(house.world().count("subscribe"), before, "nobody subscribes what is about to be unsubscribed");

        drop(hold);

        assert_eq!(visitor.wait_out(&progress).await.page(), "connected");
        assert!(house.world().subscribed(&number.waba_id), "the later wish counts");
        assert_eq!((count(&house, "releases").await, count(&house, "account_holds").await), (0, 0));
    }

    async fn the_end_waits_for_who_connects(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let customer = acme.customer("Bakery").await;
        let one = attach(&house, &acme, &customer, "+1 555 010 0101", None).await;
        let two = at_meta(&house, "+1 555 010 0102", Some(&one.waba_id));
        let hold = house.world().hold("subscribe", When::After);
        let path = format!("/customers/{customer}/whatsapp/phone_numbers");
        let body = json!({"whatsapp_phone_number": by_hand(&house, &two)});
        let connecting = acme.post(&path, &body);
        let deleting = async {
            hold.reached().await;
            delete(&acme, &one, "").await;
            until("the release to look", || async {
                looked(&house).await.then_some(())
            }).await;
            drop(hold);
        };
        let (connected, ()) = tokio::join!(connecting, deleting);
        connected.data(201);
        until("the release to be over", || async { (count(&house, "releases").await == 0).then_some(()) }).await;
        assert!(house.world().subscribed(&one.waba_id));
        assert_eq!(house.world().count("unsubscribe"), 0);
    }

    async fn a_process_that_hangs_is_taken_over_from_and_writes_nothing(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let customer = acme.customer("Bakery").await;
        let number = connect(&house, &acme, &customer, Outcome::Dedicated, "+1 555 010 0101").await;
        let hold = house.world().hold("unsubscribe", When::Before);
        delete(&acme, &number, "").await;
        hold.reached().await;

        let later = Clock::manual(house.clock.now().plus(Duration::from_secs(60)));
        let other = another_process(&house, later);

        until("the other to carry it out", || async { (count(&house, "releases").await == 0).then_some(()) }).await;
        assert!(!house.world().subscribed(&number.waba_id));
        assert_eq!(house.world().count("unsubscribe"), 2);
        drop(hold);
        other.stopping.cancel();
    }

    async fn several_processes_carry_each_out_once(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let customer = acme.customer("Bakery").await;
        let others: Vec<App> = (0..3).map(|_| another_process(&house, house.clock.clone())).collect();
        let mut numbers = Vec::new();
        for line in 0..6 {
            numbers.push(attach(&house, &acme, &customer, &format!("+1 555 010 010{line}"), None).await);
        }
        assert_eq!(acme.delete(&format!("/customers/{customer}")).await.status, 204);
        nothing_is_left_to_undo(&house).await;
        assert!(numbers.iter().all(|number| !house.world().subscribed(&number.waba_id)));
        assert_eq!(house.world().count("unsubscribe"), numbers.len());
        for other in others {
            other.stopping.cancel();
        }
    }
}

/// Whether the release was put off because somebody connects a number of its account.
async fn looked(house: &House) -> bool {
    use setuplinks::store::Store;
    let query = "select count(*) from releases where next_at > created_at and lease_until is null";
    let count: i64 = match &house.app.store {
        Store::Sqlite(pool) => sqlx::query_scalar(query).fetch_one(pool).await.expect("a count"),
        Store::Postgres(pool) => sqlx::query_scalar(query).fetch_one(pool).await.expect("a count"),
    };
    count > 0
}
