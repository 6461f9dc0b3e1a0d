//! Rows as a version of tomorrow would write them, met by this one beside it: left alone, shown as far as they can be, and no
//! trouble for anybody else.

use serde_json::json;
use setuplinks::sandbox::{AppWebhook, Outcome, When};

use crate::{
    records,
    story::{FAILURE, SUCCESS, Story, terms},
    support::{Database, Receiver, Visitor, on_both, until},
};

/// A customer in the middle of a signup, which a newer version takes over with these words.
async fn taken_over(db: Database, statement: &'static str) -> (Story, String) {
    let story = Story::begin(db).await;
    let hold = story.world().hold("debug_token", When::Before);
    let progress = story.come_back("dedicated", Outcome::Dedicated).await;
    hold.reached().await;
    assert_eq!(records::write(&story.house.app.store, statement).await, 1);
    (story, progress)
}

/// Everybody else is served meanwhile.
async fn others_connect(story: &Story) {
    let link = story.platform.link(terms(&json!({}))).await;
    let end = Visitor::new().walk(&link, "dedicated", story.world(), Outcome::Dedicated).await;
    assert!(end.location().starts_with(SUCCESS), "{}", end.location());
}

/// Reads everything that a platform can read, and connects a number.
async fn everything_works(story: &Story) {
    let customer = &story.link.customer;
    for path in [
        "/customers",
        &format!("/customers/{customer}"),
        &format!("/customers/{customer}/setup_links"),
        &format!("/customers/{customer}/setup_links/{}", story.link.id),
        &format!("/customers/{customer}/setup_links/{}/events", story.link.id),
        &format!("/customers/{customer}/export"),
        "/whatsapp/phone_numbers",
        "/whatsapp/webhooks",
        "/webhook_deliveries",
        "/provisioned_phone_numbers",
        "/api_keys",
        "/project",
    ] {
        story.platform.get(path).await.data(200);
    }
    assert_eq!(story.visitor.get(&story.link.url).await.status, 200);
    story.platform.change(&story.link, json!({"language": "es"})).await.data(200);
    others_connect(story).await;
}

/// Lets the house hear Meta, and hears that it has worked on a notice.
async fn hears_meta(story: &Story) {
    let callback_url = format!("{}/meta/webhooks", story.house.url);
    let fields = vec!["account_update".to_owned()];
    story.world().set_app_webhook(Some(AppWebhook { callback_url, is_active: true, fields }));
    let notice = story.world().notice("ACCOUNT_VIOLATION", "980198427658004", &json!({}));
    assert_eq!(story.world().tell(&notice).await, Some(200));
    let worked_on = "select count(*) from meta_notices where next_at is null";
    until("the notice to be worked on", || async {
        (records::count(&story.house.app.store, worked_on).await == 1).then_some(())
    })
    .await;
}

on_both! {
    async fn columns_of_tomorrow_are_nobody_s_trouble(db: Database) {
        let story = Story::begin(db).await;
        let receiver = Receiver::open().await;
        story.platform.post("/whatsapp/webhooks", &json!({"whatsapp_webhook": {"url": receiver.url}})).await.data(201);
        everything_works(&story).await;
        receiver.wait_for(1).await;
        // Every statement is prepared by now, and every table grows.
        records::grow(&story.house.app.store).await;
        everything_works(&story).await;
        receiver.wait_for(2).await;
        hears_meta(&story).await;
    }

    async fn values_of_tomorrow_are_left_to_tomorrow(db: Database) {
        let story = Story::begin(db).await;
        let store = &story.house.app.store;
        let links = format!("/customers/{}/setup_links", story.link.customer);
        let receiver = Receiver::open().await;
        let hook = json!({"whatsapp_webhook": {"url": receiver.url}});
        story.platform.post("/whatsapp/webhooks", &hook).await.data(201);
        story.platform.post("/whatsapp/webhooks", &hook).await.data(201);
        others_connect(&story).await;
        receiver.wait_for(2).await;
        for statement in [
            "update setup_links set status = 'frozen', expires_at = 1 where status = 'active'",
            "update webhooks set kind = 'pigeon' where id = (select id from webhooks order by id limit 1)",
            "update deliveries set status = 'dreamt' where id = (select id from deliveries order by id limit 1)",
        ] {
            assert_eq!(records::write_of_tomorrow(store, statement).await, 1, "{statement}");
        }
        let told = r#"{"told":"PARTNER_MOVED","account":"9","at":1}"#;
        records::keep_notice(store, told).await;

        let list = story.platform.get(&links).await;
        assert_eq!((list.status, &list.body["meta"]["total_count"], &list.body["data"]), (200, &json!(0), &json!([])));
        assert_eq!(story.platform.get(&format!("{links}/{}", story.link.id)).await.status, 503, "another may know it");
        assert_eq!(story.visitor.get(&story.link.url).await.status, 503);
        let unknown = format!("{}/whatsapp/setup/{}", story.house.url, "A".repeat(story.link.token.len()));
        assert_eq!(story.visitor.get(&unknown).await.status, 404, "whoever is its neighbour");
        assert_eq!(story.platform.get("/whatsapp/webhooks").await.body["meta"]["total_count"], 1);
        assert_eq!(story.platform.get("/webhook_deliveries").await.body["meta"]["total_count"], 1);

        // Everybody else is served meanwhile, and nothing of it is touched.
        others_connect(&story).await;
        receiver.wait_for(3).await;
        let next = story.platform.link_for(&story.link.customer, terms(&json!({}))).await;
        assert_eq!(story.visitor.get(&next.url).await.status, 200);
        hears_meta(&story).await;
        for untouched in [
            "select count(*) from setup_links where status = 'frozen'",
            "select count(*) from webhooks where kind = 'pigeon'",
            "select count(*) from deliveries where status = 'dreamt'",
            "select count(*) from meta_notices where next_at = 1 and fence = 0",
        ] {
            assert_eq!(records::count(store, untouched).await, 1, "{untouched}");
        }
    }

    async fn a_step_of_tomorrow_is_left_to_tomorrow(db: Database) {
        let statement = "update signups set step = 'holograms', state = '{\"step\":\"holograms\",\"depth\":3}', \
            lease_until = null, fence = fence + 1, next_at = 1";
        let (story, progress) = taken_over(db, statement).await;
        others_connect(&story).await;
        let page = story.visitor.get(&progress).await;
        assert_eq!((page.status, &*page.page()), (200, "progress"));
        // A second tab is led there too, and a second login does not push it aside.
        assert_eq!(story.visitor.get(&story.link.url).await.location(), progress);
        let untouched = "select count(*) from signups where step = 'holograms' and lease_until is null and next_at = 1";
        assert_eq!(records::count(&story.house.app.store, untouched).await, 1);
        assert_eq!(story.platform.see(&story.link).await["whatsapp_setup_status"], "processing");
        story.platform.change(&story.link, json!({"status": "revoked"})).await.data(200);
        assert_eq!(records::count(&story.house.app.store, untouched).await, 1, "whoever can move it ends it");
    }

    async fn a_known_step_in_words_of_tomorrow_is_left_to_tomorrow(db: Database) {
        let statement = "update signups set step = 'register', lease_until = null, fence = fence + 1, \
            state = '{\"step\":\"register\",\"facts\":\"elsewhere\",\"attempts\":{\"due\":\"sing\"}}'";
        let (story, progress) = taken_over(db, statement).await;
        others_connect(&story).await;
        let page = story.visitor.get(&progress).await;
        assert_eq!((page.status, &*page.page()), (200, "progress"));
        let kept = "select count(*) from signups where step = 'register' and state ->> 'facts' = 'elsewhere' and tries = 0";
        assert_eq!(records::count(&story.house.app.store, kept).await, 1);
    }

    async fn a_code_that_came_in_a_way_of_tomorrow_is_exchanged_by_nobody_here(db: Database) {
        let statement = "update signups set step = 'exchange', state = '{\"step\":\"exchange\"}', way = 'dream', \
            lease_until = null, fence = fence + 1";
        let (story, progress) = taken_over(db, statement).await;
        let exchanged = story.world().count("exchange");
        others_connect(&story).await;
        assert_eq!(story.visitor.get(&progress).await.page(), "progress");
        assert_eq!(story.world().count("exchange"), exchanged + 1, "of the other alone");
    }

    async fn a_reason_of_tomorrow_is_told_by_the_code_that_was_written_with_it(db: Database) {
        let statement = "update signups set step = 'failed', ended_at = 1, lease_until = null, fence = fence + 1, \
            state = '{\"step\":\"failed\",\"reason\":\"stage-fright\",\"at\":\"holograms\",\"screen\":\"curtain\"}'";
        let (story, progress) = taken_over(db, statement).await;
        let failed = "update setup_links set setup_status = 'failed', setup_error = 'waba_limit_reached'";
        records::write(&story.house.app.store, failed).await;
        let end = story.visitor.get(&progress).await;
        assert!(end.location().starts_with(FAILURE), "{}", end.location());
        assert_eq!(end.landing()["error_code"], "waba_limit_reached");
        story.platform.change(&story.link, json!({"failure_redirect_url": null})).await.data(200);
        let page = story.visitor.get(&progress).await;
        assert_eq!((page.status, &*page.page()), (200, "failed"));
        // And the link can be tried again.
        let end = story.walk("dedicated", Outcome::Dedicated).await;
        assert!(end.location().starts_with(SUCCESS), "{}", end.location());
    }

    async fn what_tomorrow_keeps_of_a_link_is_kept(db: Database) {
        let story = Story::begin(db).await;
        let more = json!({"hologram": {"depth": 3}, "language": "tlh"});
        records::write_on(
            &story.house.app.store,
            "update setup_links set terms = json_patch(terms, '{\"hologram\":{\"depth\":3},\"language\":\"tlh\"}')",
            "update setup_links set terms = terms || '{\"hologram\":{\"depth\":3},\"language\":\"tlh\"}'",
        )
        .await;
        assert_eq!(story.visitor.get(&story.link.url).await.status, 200);
        let end = story.walk("dedicated", Outcome::Dedicated).await;
        assert!(end.location().starts_with(SUCCESS), "{}", end.location());
        let kept = records::terms(&story.house.app.store, &story.link.id).await;
        assert_eq!((&kept["hologram"], &kept["language"]), (&more["hologram"], &more["language"]), "a signup leaves all of it");
        story.platform.change(&story.link, json!({"success_redirect_url": SUCCESS})).await.data(200);
        let kept = records::terms(&story.house.app.store, &story.link.id).await;
        assert_eq!(kept["hologram"], more["hologram"], "and a change what it does not name");
    }
}
