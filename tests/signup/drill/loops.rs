//! What every process does by itself, on three of them at once: each thing happens once.

use serde_json::json;
use setuplinks::{
    sandbox::{Login, Outcome, twilio::ACCOUNT_SID},
    twilio::{Settings, Twilio},
};

use super::fleet::Fleet;
use crate::{
    provision::{e164, with_number},
    records,
    story::{SUCCESS, each, terms},
    support::{Visitor, house::twilio_account, on_both, until},
};

on_both! {
    async fn of_three_processes_each_link_s_end_is_told_by_one(db: Database) {
        let fleet = Fleet::start(db, 3).await;
        each(0..12, |_| async {
            fleet.platform.link(json!({})).await;
        })
        .await;
        assert_eq!(records::write(&fleet.store, "update setup_links set expires_at = 1").await, 12);
        until("every end to be told", || async {
            (records::count(&fleet.store, "select count(*) from setup_links where status = 'expired'").await == 12).then_some(())
        })
        .await;
        fleet.receiver.wait_for(12).await;
        let told = records::counts(&fleet.store, "select name, count(*) from events group by name").await;
        assert_eq!(told.into_iter().collect::<Vec<_>>(), [("setup_link.expired".to_owned(), 12)]);
        assert_eq!((fleet.receiver.received().len(), fleet.receiver.twice_at_once()), (12, vec![]), "to the receiver too");
    }

    async fn of_three_processes_one_gives_back_what_belongs_to_nothing(db: Database) {
        let fleet = Fleet::start(db, 3).await;
        let (links, visitor) = ([with_number(&json!({})), with_number(&json!({}))].map(|terms| fleet.platform.link(terms)), Visitor::new());
        let mut numbers = Vec::new();
        for link in links {
            let link = link.await;
            let page = format!("{}/provision", link.url);
            assert_eq!(visitor.post(&page, &[("country", "US")]).await.status, 303);
            numbers.push(until("a number", || async {
                visitor.get(&page).await.texts("[data-testid=provisioned-number]").pop().map(|shown| e164(&shown))
            }).await);
        }
        (0..3).for_each(|which| fleet.kill(which));
        let twilio = fleet.world().twilio();
        // One that nobody asked for carries our mark, and one of ours went behind our back.
        let ours = twilio.owned()[0].friendly_name.rsplit_once(':').expect("a mark").0.to_owned();
        twilio.buy_by_hand(ACCOUNT_SID, "+16285559004", &format!("{ours}:{}", uuid::Uuid::nil()));
        let lost = twilio.owned().into_iter().find(|owned| owned.phone_number == numbers[0]).expect("owned").sid;
        let by_hand = Twilio::new(Settings::at(fleet.starts[0].facebook_url.parse().expect("a URL"))).expect("a client");
        by_hand.release(&twilio_account(), &lost).await.expect("released");
        fleet.wake();
        until("both to be noticed", || async {
            let released = "select count(*) from provisioned_numbers where status = 'released'";
            let is_gone = twilio.owned().iter().all(|owned| owned.phone_number != "+16285559004");
            (is_gone && records::count(&fleet.store, released).await == 1).then_some(())
        })
        .await;
        let told = records::counts(&fleet.store, "select name, count(*) from events where name = 'provisioned_number.released' group by name").await;
        assert_eq!(told.into_values().sum::<i64>(), 1, "told by one of them");
        assert_eq!(twilio.owned().len(), 1, "the other customer's number stays");
    }

    async fn what_is_over_is_swept_out_by_whoever_comes_first(db: Database) {
        let fleet = Fleet::start(db, 3).await;
        let (link, visitor) = (fleet.platform.link(terms(&json!({}))).await, Visitor::new());
        let end = visitor.walk(&link, "dedicated", fleet.world(), Login::from(Outcome::Dedicated)).await;
        assert!(end.location().starts_with(SUCCESS), "{}", end.location());
        fleet.receiver.wait_for(4).await;
        (0..3).for_each(|which| fleet.kill(which));
        for statement in [
            "update events set created_at = 1",
            "update deliveries set created_at = 1, status = 'delivered'",
            "update sessions set expires_at = 1",
        ] {
            assert!(records::write(&fleet.store, statement).await > 0, "{statement}");
        }
        fleet.wake();
        until("it to be swept out", || async {
            let left = "select (select count(*) from events) + (select count(*) from deliveries) + (select count(*) from sessions)";
            (records::count(&fleet.store, left).await == 0).then_some(())
        })
        .await;
        for which in 0..3 {
            fleet.take(which).assert_alive();
        }
    }
}
