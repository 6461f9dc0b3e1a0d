//! The process dies at any call to Twilio, and another one goes on: one number is bought, and none is forgotten.

use serde_json::json;
use setuplinks::sandbox::{Login, Outcome, When};

use super::{e164, told, with_number};
use crate::{
    kill::Deployment,
    story::{SUCCESS, each},
    support::{Database, Link, Visitor, on_both, until},
};

const POINTS: [When; 2] = [When::Before, When::After];

/// A deployment whose customer has a link with a number, and whose first comparison is over.
async fn deployment(db: Database) -> (Deployment, Link, Visitor) {
    let deployment = Deployment::start(db).await;
    let link = deployment.place.platform.link(with_number(&json!({}))).await;
    until("the first comparison", || async { (deployment.world().twilio().count("numbers") > 0).then_some(()) }).await;
    (deployment, link, Visitor::new())
}

async fn number(visitor: &Visitor, link: &Link) -> String {
    until("a number", || async {
        let page = visitor.get(&format!("{}/provision", link.url)).await;
        page.texts("[data-testid=provisioned-number]").pop().map(|shown| e164(&shown))
    })
    .await
}

on_both! {
    async fn killed_at_every_call_of_a_purchase(db: Database) {
        let points = ["search", "numbers", "buy"].into_iter().flat_map(|call| POINTS.map(|when| (call, when)));
        each(points, |(call, when)| async move {
            let (mut deployment, link, visitor) = deployment(db).await;
            let hold = deployment.world().twilio().hold(call, when);
            visitor.post(&format!("{}/provision", link.url), &[("country", "US")]).await;
            hold.reached().await;
            deployment.kill();
            deployment.start_again().await;
            let number = number(&visitor, &link).await;
            let twilio = deployment.world().twilio().clone();
            assert_eq!(twilio.sums(), (1, 0), "{call} {when:?}");
            let owned = twilio.owned();
            assert_eq!((owned.len(), &owned[0].phone_number, twilio.sums()), (1, &number, (1, 0)), "{call} {when:?}");
            let end = visitor.walk(&link, "dedicated", deployment.world(), Login::from(Outcome::Dedicated).phone(&number)).await;
            assert!(end.location().starts_with(SUCCESS), "{call} {when:?}: {}", end.location());
            assert_eq!(twilio.sums(), (1, 0), "{call} {when:?}");
            for (event, times) in [("bought", 1), ("connected", 1), ("released", 0)] {
                assert_eq!(told(&deployment, &link, event).await, times, "{call} {when:?}: {event}");
            }
            drop(hold);
        })
        .await;
    }

    async fn killed_at_every_call_of_a_release(db: Database) {
        let points = ["number", "release"].into_iter().flat_map(|call| POINTS.map(|when| (call, when)));
        each(points, |(call, when)| async move {
            let (mut deployment, link, visitor) = deployment(db).await;
            visitor.post(&format!("{}/provision", link.url), &[("country", "US")]).await;
            number(&visitor, &link).await;
            let hold = deployment.world().twilio().hold(call, when);
            deployment.place.platform.change(&link, json!({"status": "revoked"})).await.data(200);
            hold.reached().await;
            deployment.kill();
            deployment.start_again().await;
            until("the number to be given back", || async {
                let seen = deployment.place.platform.see(&link).await;
                (seen["provisioned_phone_number"]["status"] == "released").then_some(())
            })
            .await;
            let twilio = deployment.world().twilio();
            assert_eq!((twilio.sums(), twilio.owned().len()), ((1, 1), 0), "{call} {when:?}");
            for (event, times) in [("bought", 1), ("connected", 0), ("released", 1)] {
                assert_eq!(told(&deployment, &link, event).await, times, "{call} {when:?}: {event}");
            }
            drop(hold);
        })
        .await;
    }
}
