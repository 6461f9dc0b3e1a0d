//! Facebook's refusals, in every shape they come in: the customer is told, and the link can be opened again.

use serde_json::{Value, json};
use setuplinks::sandbox::{Outcome, Trouble};
use url::Url;

use crate::{
    stored::count,
    support::{House, Visitor, on_both},
};

/// What Meta sends instead of a code, and the error code it means.
const SHAPES: &[(&str, &str)] = &[
    ("error_reason=user_denied&error=access_denied&error_description=Permissions+error.", "facebook_auth_failed"),
    (
        "error=access_denied&error_code=200&error_description=Permissions+error&error_reason=user_denied#_=_",
        "facebook_auth_failed",
    ),
    ("error=access_denied", "facebook_auth_failed"),
    ("error=something_new", "facebook_auth_failed"),
    ("error_code=1349003&error_message=Sorry%2C+something+went+wrong", "facebook_auth_failed"),
    ("error=access_denied&code=still-here", "facebook_auth_failed"),
    ("error_code=2388098&error_message=You+can+only+create+a+limited+number", "waba_limit_reached"),
    ("error_code=3441045&error_message=Not+eligible+yet", "phone_verification_failed"),
    ("error=server_error&error_code=1675030&error_message=Try+again", "facebook_auth_failed"),
];

/// The callback with this query, with or without the state that the dialog was given.
fn callback(house: &House, dialog: &str, shape: &str, with_state: bool) -> String {
    let dialog: Url = dialog.parse().expect("a URL");
    let state = dialog.query_pairs().find(|(name, _)| name == "state").expect("a state").1.into_owned();
    let (query, fragment) = shape.split_once('#').unwrap_or((shape, ""));
    let state = if with_state { format!("&state={state}") } else { String::new() };
    format!("{}/auth/facebook/callback?{query}{state}#{fragment}", house.url)
}

on_both! {
    async fn every_shape_of_a_cancel_ends_at_the_failure_url(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let visitor = Visitor::new();
        let link = acme.link(json!({"failure_redirect_url": "https://acme.example/no"})).await;
        for with_state in [true, false] {
            for (shape, code) in SHAPES {
                let dialog = visitor.choose(&link, "dedicated").await;
                let back = visitor.get(&callback(&house, &dialog, shape, with_state)).await;
                let end = visitor.get(&back.location()).await;
                assert_eq!(end.unsigned(), format!("https://acme.example/no?setup_link_id={}&error_code={code}", link.id), "{shape}");
                let seen = acme.see(&link).await;
                assert_eq!(
                    (&seen["status"], &seen["whatsapp_setup_status"], &seen["whatsapp_setup_error"]),
                    (&json!("active"), &json!("failed"), &json!(code)),
                    "{shape}"
                );
            }
        }
        assert_eq!(house.world().calls(), [], "nothing of it is Meta's business");
        let end = visitor.walk(&link, "dedicated", house.world(), Outcome::Dedicated).await;
        assert_eq!(end.page(), "connected", "and the link is as good as new");
    }

    async fn without_a_failure_url_the_page_offers_another_try(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({})).await;
        let visitor = Visitor::new();
        for trouble in [Trouble::CancelPlain, Trouble::CancelNoState, Trouble::CancelMeta, Trouble::DialogError, Trouble::WabaLimit] {
            let end = visitor.walk(&link, "coexistence", house.world(), trouble).await;
            assert_eq!((end.status, end.page()), (200, "failed".to_owned()));
            let retry = end.attribute("[data-testid=retry]", "href");
            assert_eq!(visitor.get(&format!("{}{retry}", house.url)).await.page(), "setup");
        }
        assert_eq!(acme.see(&link).await["whatsapp_setup_error"], "waba_limit_reached", "the last one");
    }

    async fn a_cancel_from_a_browser_that_left_from_nowhere_changes_nothing(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({})).await;
        let dialog = Visitor::new().choose(&link, "dedicated").await;
        for with_state in [true, false] {
            for (shape, _) in SHAPES {
                let page = Visitor::new().get(&callback(&house, &dialog, shape, with_state)).await;
                assert_eq!((page.status, page.page()), (403, "error".to_owned()), "{shape}");
            }
        }
        assert_eq!(acme.see(&link).await["whatsapp_setup_error"], Value::Null);
        assert_eq!(count(&house, "events").await, 1, "it was started, and that is all");
    }

    async fn a_cancel_without_state_means_the_login_that_began_last(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let (first, second) = (acme.link(json!({})).await, acme.link(json!({})).await);
        let visitor = Visitor::new();
        let dialog = visitor.choose(&first, "dedicated").await;
        visitor.choose(&second, "dedicated").await;

        let back = visitor.get(&callback(&house, &dialog, "error=access_denied", false)).await;

        assert_eq!(back.location(), format!("{}/progress", second.url));
        assert_eq!(acme.see(&first).await["whatsapp_setup_error"], Value::Null);
        let login = house.world().login(&dialog, Outcome::Dedicated).expect("a login");
        let back = visitor.get(&login).await;
        assert_eq!(visitor.wait_out(&back.location()).await.page(), "connected", "the other tab is not harmed");
    }

    async fn a_reload_of_a_cancel_says_the_same_again(db: Database) {
        let house = House::open(db).await;
        let link = house.platform("Acme").await.link(json!({})).await;
        for with_state in [true, false] {
            let visitor = Visitor::new();
            let dialog = visitor.choose(&link, "dedicated").await;
            let cancel = callback(&house, &dialog, "error=access_denied", with_state);
            for _ in 0..2 {
                let back = visitor.get(&cancel).await;
                assert_eq!(visitor.get(&back.location()).await.page(), "failed");
            }
        }
        assert_eq!(count(&house, "events").await, 4, "two began and two were cancelled");
    }
}
