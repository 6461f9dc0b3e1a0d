//! The main job, end to end without a browser.

use serde_json::json;
use setuplinks::sandbox::Outcome;

use crate::support::{House, Visitor, on_both};

on_both! {
    async fn from_a_link_to_a_connected_number(db: Database) {
        let house = House::open(db).await;
        let platform = house.platform("Acme").await;
        let link = platform.link(json!({"success_redirect_url": "https://acme.example/done?x=1"})).await;

        let end = Visitor::new().walk(&link, "dedicated", house.world(), Outcome::Dedicated).await;

        let landed = end.landing();
        assert!(end.location().starts_with("https://acme.example/done?x=1&setup_link_id="));
        assert_eq!(landed["status"], "completed");
        let number = platform.get(&format!("/whatsapp/phone_numbers/{}", landed["phone_number_id"])).await.data(200);
        assert_eq!(number["internal_id"], landed["whatsapp_config_id"].as_str());
        assert_eq!(number["customer_id"], link.customer.as_str());
        let seen = platform.see(&link).await;
        assert_eq!((&seen["status"], &seen["whatsapp_setup_status"]), (&json!("used"), &json!("completed")));
    }
}
