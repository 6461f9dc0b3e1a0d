//! Two tabs, and two links in one browser: none makes two connections or loses one.

use futures_util::future::join_all;
use serde_json::json;
use setuplinks::sandbox::{Login, Outcome, When};

use crate::support::{House, Visitor, on_both};

on_both! {
    async fn of_two_tabs_the_second_sees_what_the_first_did(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({"success_redirect_url": "https://acme.example/done"})).await;
        let visitor = Visitor::new();
        let (one, two) = (visitor.choose(&link, "dedicated").await, visitor.choose(&link, "dedicated").await);
        assert_ne!(one, two, "each tab has a state of its own");
        let one = house.world().login(&one, Outcome::Dedicated).expect("a login");
        let two = house.world().login(&two, Outcome::Dedicated).expect("a login");

        let back = visitor.get(&one).await;
        let end = visitor.wait_out(&back.location()).await.location();
        let back = visitor.get(&two).await;

        assert_eq!(visitor.wait_out(&back.location()).await.location(), end);
        assert_eq!(house.world().count("exchange"), 1);
        assert_eq!(acme.get("/whatsapp/phone_numbers").await.body["meta"]["total_count"], 1);
    }

    async fn the_older_tab_may_be_the_one_that_finishes(db: Database) {
        let house = House::open(db).await;
        let link = house.platform("Acme").await.link(json!({})).await;
        let visitor = Visitor::new();
        let (older, newer) = (visitor.choose(&link, "coexistence").await, visitor.choose(&link, "dedicated").await);
        let cancel = house.world().login(&newer, Outcome::Cancel).expect("a login");
        let back = visitor.get(&cancel).await;
        assert_eq!(visitor.get(&back.location()).await.page(), "failed");

        let callback = house.world().login(&older, Outcome::Coexistence).expect("a login");
        let back = visitor.get(&callback).await;
        assert_eq!(visitor.wait_out(&back.location()).await.page(), "connected");
    }

    async fn while_one_tab_is_carried_through_the_other_watches(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({})).await;
        let visitor = Visitor::new();
        let second = visitor.choose(&link, "dedicated").await;
        let second = house.world().login(&second, Outcome::Dedicated).expect("a login");
        let hold = house.world().hold("exchange", When::After);
        let back = visitor.log_in(&link, "dedicated", house.world(), Outcome::Dedicated).await;
        hold.reached().await;

        let watching = visitor.get(&second).await;
        assert_eq!(watching.location(), back.location());
        assert_eq!(visitor.get(&watching.location()).await.page(), "progress");
        assert_eq!(visitor.get(&link.url).await.location(), back.location(), "and so does a third, wherever it is");
        assert_eq!(Visitor::new().get(&link.url).await.location(), back.location());
        let pressed = visitor.post(&link.url, &[("connection_type", "dedicated")]).await;
        assert_eq!(pressed.location(), back.location(), "the button of an old tab starts nothing anew");

        hold.release();
        assert_eq!(visitor.wait_out(&back.location()).await.page(), "connected");
        assert_eq!(house.world().count("exchange"), 1);
        assert_eq!(house.world().count("register"), 1);
        assert_eq!(acme.get("/whatsapp/phone_numbers").await.body["meta"]["total_count"], 1);
    }

    async fn tabs_that_come_back_at_once_make_one_connection(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({})).await;
        let visitor = Visitor::new();
        // The first press brings the cookie that all tabs share.
        visitor.choose(&link, "dedicated").await;
        let mut callbacks = Vec::new();
        for _ in 0..5 {
            let dialog = visitor.choose(&link, "dedicated").await;
            callbacks.push(house.world().login(&dialog, Login::from(Outcome::Dedicated)).expect("a login"));
        }

        let backs = join_all(callbacks.iter().map(|callback| visitor.get(callback))).await;

        for back in backs {
            assert_eq!(visitor.wait_out(&back.location()).await.page(), "connected");
        }
        assert_eq!(house.world().count("register"), 1);
        assert_eq!(acme.get("/whatsapp/phone_numbers").await.body["meta"]["total_count"], 1);
    }

    async fn two_links_in_one_browser_do_not_clash(db: Database) {
        let house = House::open(db).await;
        let (acme, rival) = (house.platform("Acme").await, house.platform("Rival").await);
        let (ours, theirs) = (acme.link(json!({})).await, rival.link(json!({})).await);
        let visitor = Visitor::new();
        let (one, two) = (visitor.choose(&ours, "dedicated").await, visitor.choose(&theirs, "coexistence").await);
        // They come back in the other order.
        let two = house.world().login(&two, Login::from(Outcome::Coexistence).phone("+1 555 010 0102")).expect("a login");
        let one = house.world().login(&one, Login::from(Outcome::Dedicated).phone("+1 555 010 0101")).expect("a login");
        let (two, one) = (visitor.get(&two).await, visitor.get(&one).await);
        assert_eq!(one.location(), format!("{}/progress", ours.url));
        assert_eq!(two.location(), format!("{}/progress", theirs.url));
        for back in [&one, &two] {
            assert_eq!(visitor.wait_out(&back.location()).await.page(), "connected");
        }
        for (platform, link, digits) in [(&acme, &ours, "15550100101"), (&rival, &theirs, "15550100102")] {
            let list = platform.get("/whatsapp/phone_numbers").await;
            assert_eq!(list.body["meta"]["total_count"], 1);
            let number = &list.body["data"][0];
            assert_eq!(number["display_phone_number_normalized"], digits);
            assert_eq!(number["customer_id"], link.customer.as_str());
        }
    }
}
