//! Search, pick, buy: whatever Twilio answers, and whoever else wants the same number.

use std::time::Duration;

use serde_json::json;
use setuplinks::{
    clock::Clock,
    sandbox::{Fault, When, twilio::ACCOUNT_SID},
};

use super::{Wish, with_number};
use crate::{
    story::each,
    support::{House, Visitor, on_both, until},
};

/// What the page's title says.
const CLOSED: &str = "A number cannot be set up right now";

on_both! {
    async fn a_number_is_bought_when_the_customer_starts_and_not_before(db: Database) {
        let wish = Wish::begin(db).await;
        let first = wish.visitor.get(&wish.link.url).await;
        assert_eq!((first.status, &*first.page()), (200, "provision"));
        assert!(first.has("[data-testid=provision-start]"), "{}", first.html);
        assert!(first.html.contains("United States"), "{}", first.html);
        assert_eq!((wish.twilio().calls().len() - wish.twilio().count("numbers"), wish.twilio().sums()), (0, (0, 0)));
        assert!(wish.seen().await.is_null());

        let number = wish.gets().await;
        let owned = wish.owned();
        assert_eq!((owned.len(), &owned[0].phone_number), (1, &number));
        assert_eq!(owned[0].sms_url, format!("{}/twilio/sms", wish.house.url));
        assert_eq!(owned[0].voice_url, format!("{}/twilio/voice", wish.house.url));
        assert!(owned[0].friendly_name.starts_with("setuplinks:") && owned[0].friendly_name.len() <= 64);
        let seen = wish.seen().await;
        assert_eq!(owned[0].friendly_name.rsplit(':').next(), seen["id"].as_str());
        assert_eq!((&seen["status"], &seen["phone_number"]), (&json!("bought"), &json!(number)));
        assert_eq!((&seen["country_iso"], &seen["country_dial_code"]), (&json!("US"), &json!("1")));
        assert_eq!(seen["area_code"], number[2..5]);
        // By name, never by area: a purchase that is made again would buy another.
        let calls = wish.twilio().calls();
        let buy: Vec<_> = calls.iter().filter(|call| call.name == "buy").collect();
        assert_eq!((buy.len(), buy[0].field("PhoneNumber"), buy[0].field("AreaCode")), (1, Some(&*number), None));

        // Leaving and coming back finds the same one; so does pressing the button again.
        assert_eq!(Visitor::new().get(&wish.link.url).await.location(), wish.page());
        assert_eq!(wish.gets().await, number);
        assert_eq!(wish.twilio().sums(), (1, 0));
    }

    async fn an_answer_that_never_came_is_asked_after_and_nothing_is_bought_twice(db: Database) {
        let server = |status| Fault::graph(status, 20_500, "Internal Server Error");
        let faults = [
            Fault::CutAfter, Fault::CutBefore, server(500), server(503), Fault::Html { status: 502 },
            Fault::graph(429, 20_429, "Too Many Requests"),
        ];
        let calls = ["search", "buy", "numbers"];
        let all = faults.iter().flat_map(|fault| calls.map(|call| (fault.clone(), call)));
        each(all, |(fault, call)| async move {
            let wish = Wish::begin(db).await;
            wish.is_compared().await;
            wish.twilio().fault(call, 2, fault.clone());
            let number = wish.gets().await;
            let owned = wish.owned();
            assert_eq!((owned.len(), &owned[0].phone_number), (1, &number), "{call} {fault:?}");
            assert_eq!(wish.twilio().sums(), (1, 0), "{call} {fault:?}");
            // One pick, however often it was tried.
            let calls = wish.twilio().calls();
            let bought: Vec<_> = calls.iter().filter(|call| call.name == "buy").filter_map(|call| call.field("PhoneNumber")).collect();
            assert!(bought.iter().all(|picked| *picked == number), "{call} {fault:?}: {bought:?}");
        })
        .await;
    }

    async fn a_purchase_that_hangs_is_asked_after(db: Database) {
        let wish = Wish::begin(db).await;
        wish.twilio().fault("buy", 1, Fault::HangAfter(Duration::from_secs(20)));
        wish.gets().await;
        assert_eq!((wish.twilio().count("buy"), wish.twilio().sums()), (1, (1, 0)), "its effect was found");
    }

    async fn what_is_not_available_is_passed_over(db: Database) {
        let wish = Wish::begin(db).await;
        wish.twilio().fault("buy", 2, Fault::graph(400, 21_422, "is not available"));
        let number = wish.gets().await;
        let calls = wish.twilio().calls();
        let tried: Vec<_> = calls.iter().filter(|call| call.name == "buy").filter_map(|call| call.field("PhoneNumber")).collect();
        assert_eq!((tried.len(), tried[2]), (3, &*number));
        assert!(tried[0] != tried[1] && tried[1] != tried[2] && tried[0] != tried[2], "{tried:?}");
        assert_eq!(wish.twilio().sums(), (1, 0));
    }

    async fn every_refusal_has_its_words(db: Database) {
        let refusals = [
            ("search", 401, 20_003, CLOSED), ("search", 403, 20_008, CLOSED), ("buy", 403, 20_005, CLOSED),
            ("buy", 400, 21_404, CLOSED), ("buy", 400, 21_631, CLOSED), ("buy", 400, 21_649, CLOSED),
            ("buy", 400, 21_650, CLOSED), ("buy", 400, 20_002, CLOSED), ("buy", 403, 70_051, CLOSED),
            ("search", 400, 21_452, "No number with this area code is free"),
        ];
        each(refusals, |(call, status, code, title)| async move {
            let wish = Wish::begin(db).await;
            wish.twilio().fault(call, 1, Fault::graph(status, code, "no"));
            wish.start("US").await;
            assert_eq!(wish.trouble().await, title, "{call} {code}");
            assert_eq!(wish.twilio().sums(), (0, 0), "{call} {code}");
            assert!(wish.seen().await.is_null());
            // Once it is mended, the next try works.
            wish.gets().await;
        })
        .await;
    }

    async fn an_area_code_is_kept_to_unless_the_customer_says_otherwise(db: Database) {
        let wish = Wish::of(House::selling(db).await, json!({"phone_number_area_code": "415"})).await;
        assert_eq!(wish.gets().await[..5], *"+1415");

        let wish = Wish::of(House::selling(db).await, json!({"phone_number_area_code": "533"})).await;
        wish.start("US").await;
        assert_eq!(wish.trouble().await, "No number with this area code is free");
        let page = wish.look().await;
        assert!(page.has("[data-testid=provision-any-area]"), "{}", page.html);
        wish.visitor.post(&wish.page(), &[("country", "US"), ("any_area", "1")]).await;
        assert_ne!(wish.number().await[2..5], *"533");
    }

    async fn of_two_customers_who_race_for_one_number_one_gets_it(db: Database) {
        let wish = Wish::begin(db).await;
        wish.twilio().only("US", &["+16285550100"]);
        let others: Vec<_> = futures_util::future::join_all((0..4).map(|_| wish.platform.link(with_number(&json!({}))))).await;
        let visitor = Visitor::new();
        let pages: Vec<_> = others.iter().map(|link| format!("{}/provision", link.url)).collect();
        futures_util::future::join_all(pages.iter().map(|page| visitor.post(page, &[("country", "US")]))).await;
        let shown = until("all of them to know", || async {
            let seen = futures_util::future::join_all(pages.iter().map(|page| visitor.get(page))).await;
            let is_known = seen.iter().all(|page| page.has("[data-testid=provisioned-number]") || page.has("[data-testid=setup-error]"));
            is_known.then(|| seen.iter().filter(|page| page.has("[data-testid=provisioned-number]")).count())
        });
        assert_eq!(shown.await, 1);
        assert_eq!((wish.twilio().sums(), wish.owned().len()), ((1, 0), 1));
    }

    async fn many_who_start_at_once_get_a_number_each(db: Database) {
        let wish = Wish::begin(db).await;
        let links: Vec<_> = futures_util::future::join_all((0..12).map(|_| wish.platform.link(with_number(&json!({}))))).await;
        each(&links, |link| async {
            let (visitor, page) = (Visitor::new(), format!("{}/provision", link.url));
            // Twice at once, as an impatient hand does.
            let (a, b) = tokio::join!(visitor.post(&page, &[("country", "US")]), visitor.post(&page, &[("country", "US")]));
            assert_eq!((a.status, b.status), (303, 303));
            until("a number", || async { visitor.get(&page).await.has("[data-testid=provisioned-number]").then_some(()) }).await;
        })
        .await;
        let mut numbers: Vec<_> = wish.owned().into_iter().map(|owned| owned.phone_number).collect();
        numbers.sort();
        numbers.dedup();
        assert_eq!((numbers.len(), wish.twilio().sums()), (12, (12, 0)));
    }

    async fn a_number_that_the_account_has_from_elsewhere_is_never_taken_over(db: Database) {
        let wish = Wish::begin(db).await;
        wish.twilio().only("US", &["+16285550100", "+16285550101"]);
        // Searched and picked, and bought by hand before our purchase.
        let hold = wish.twilio().hold("search", When::After);
        wish.start("US").await;
        hold.reached().await;
        wish.twilio().buy_by_hand(ACCOUNT_SID, "+16285550100", "front desk");
        hold.release();
        assert_eq!(wish.number().await, "+16285550101");
        let owned = wish.owned();
        assert_eq!((owned.len(), &*owned[0].friendly_name, &*owned[0].sms_url), (2, "front desk", ""), "{owned:?}");
    }

    async fn limits_protect_the_operator_s_money(db: Database) {
        let house = House::open_with(db, Clock::system(), |settings| {
            settings.account = Some(crate::support::house::twilio_account());
            settings.most_a_day = 1;
        });
        let wish = Wish::of(house.await, json!({})).await;
        wish.gets().await;
        let another = wish.platform.link(with_number(&json!({}))).await;
        let refused = Visitor::new().post(&format!("{}/provision", another.url), &[("country", "US")]).await;
        assert_eq!(refused.texts("[data-testid=setup-error]"), ["No more numbers can be set up right now"]);
        assert_eq!(wish.twilio().sums(), (1, 0));

        let dear = |highest| async move {
            let house = House::open_with(db, Clock::system(), |settings| {
                settings.account = Some(crate::support::house::twilio_account());
                settings.highest_price = Some(highest);
            });
            Wish::of(house.await, json!({})).await
        };
        let wish = dear(114).await;
        wish.start("US").await;
        assert_eq!(wish.trouble().await, CLOSED);
        assert_eq!(wish.twilio().sums(), (0, 0));
        dear(115).await.gets().await;
    }

    async fn without_an_account_the_page_is_the_usual_one(db: Database) {
        let wish = Wish::of(House::open(db).await, json!({})).await;
        let page = wish.visitor.get(&wish.link.url).await;
        assert_eq!((page.page(), page.attribute("input[name=connection_type]", "value")), ("setup".to_owned(), "dedicated".to_owned()));
        assert_eq!(wish.start("US").await.location(), wish.link.url);
    }
}
