//! The process dies at any call by which a number is verified beforehand: another one goes on, and no code is asked for a third
//! time.

use serde_json::json;
use setuplinks::sandbox::{Outcome, When, World};

use super::{e164, with_number};
use crate::{
    kill::Deployment,
    story::{SUCCESS, each},
    support::{Visitor, on_both, until},
};

fn partner(world: &World) -> Vec<(&'static str, String)> {
    let (business_id, token) = world.make_partner();
    vec![("META_PREVERIFIED", "true".to_owned()), ("META_BUSINESS_ID", business_id), ("META_SYSTEM_TOKEN", token)]
}

on_both! {
    async fn killed_at_every_call_of_a_verification(db: Database) {
        let calls = ["preverified_numbers", "add_phone_numbers", "request_code", "verify_code", "pooled"];
        let points = calls.into_iter().flat_map(|call| [When::Before, When::After].map(|when| (call, when)));
        each(points, |(call, when)| async move {
            let mut deployment = Deployment::start_with(db, partner).await;
            let link = deployment.place.platform.link(with_number(&json!({}))).await;
            let visitor = Visitor::new();
            let hold = deployment.world().hold(call, when);
            visitor.post(&format!("{}/provision", link.url), &[("country", "US")]).await;
            hold.reached().await;
            deployment.kill();
            deployment.start_again().await;
            let number = until("a number", || async {
                let page = visitor.get(&format!("{}/provision", link.url)).await;
                assert!(!page.has("section.heard"), "{call} {when:?}: the ordinary way: {}", page.html);
                page.texts("[data-testid=provisioned-number]").pop().map(|shown| e164(&shown))
            })
            .await;
            let world = deployment.world();
            let pool = world.pool();
            assert_eq!((pool.len(), &pool[0].phone_number, pool[0].verified), (1, &number, true), "{call} {when:?}");
            assert!(world.count("request_code") <= 2, "{call} {when:?}");
            assert_eq!(world.twilio().sums(), (1, 0), "{call} {when:?}");
            let end = visitor.walk(&link, "dedicated", world, Outcome::Dedicated).await;
            assert!(end.location().starts_with(SUCCESS), "{call} {when:?}: {}", end.location());
            assert_eq!((end.landing()["display_phone_number"].as_str(), world.pool().len()), (&*number, 0), "{call} {when:?}");
            drop(hold);
        })
        .await;
    }

    async fn killed_while_a_number_leaves_the_pool(db: Database) {
        each([When::Before, When::After], |when| async move {
            let mut deployment = Deployment::start_with(db, partner).await;
            let link = deployment.place.platform.link(with_number(&json!({}))).await;
            let visitor = Visitor::new();
            visitor.post(&format!("{}/provision", link.url), &[("country", "US")]).await;
            until("a number", || async {
                visitor.get(&format!("{}/provision", link.url)).await.has("[data-testid=provisioned-number]").then_some(())
            })
            .await;
            let hold = deployment.world().hold("unpool", when);
            deployment.place.platform.change(&link, json!({"status": "revoked"})).await.data(200);
            hold.reached().await;
            deployment.kill();
            deployment.start_again().await;
            until("the number to be given back", || async {
                (deployment.world().twilio().sums() == (1, 1)).then_some(())
            })
            .await;
            assert_eq!(deployment.world().pool(), [], "{when:?}");
            drop(hold);
        })
        .await;
    }
}
