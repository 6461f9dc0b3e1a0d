//! Numbers for customers, as platforms and operators set them up: accounts, countries, limits, lists.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    cli::{complaint, printed, setuplinks},
    stored::{self, everything, holds},
    support::{Database, House, Platform, Visitor, house::SECRET_KEYS, on_both, until},
};

const OWN: &str = "AC0123456789abcdef0123456789abcdef";
const TOKEN: &str = "a-token-of-the-project-0123456789";
const KEY: &str = "SK0123456789abcdef0123456789abcdef";
const SECRET: &str = "a-secret-of-the-key-0123456789";
const BUNDLE: &str = "BU0123456789abcdef0123456789abcdef";
const ADDRESS: &str = "AD0123456789abcdef0123456789abcdef";
const NEEDS_TWILIO: &str = "Custom Twilio credentials are required to set non-US phone_number_country_isos";

async fn put(platform: &Platform, account: Value) -> crate::support::Answer {
    platform.send(platform.request(Method::PUT, "/project/twilio").json(&json!({"twilio": account}))).await
}

fn chile() -> Value {
    json!([{"iso": "CL", "bundle_sid": BUNDLE, "address_sid": ADDRESS}])
}

/// A house whose stand-in Twilio has an account for a project.
async fn house(db: Database) -> House {
    let house = House::selling(db).await;
    let twilio = house.world().twilio();
    twilio.open_account(OWN, TOKEN, Some((KEY, SECRET)));
    twilio.approve(OWN, BUNDLE, ADDRESS);
    house
}

/// Starts a number on the page; gives it once it is there.
async fn number(house: &House, url: &str, country: &str) -> String {
    let (visitor, page) = (Visitor::new(), format!("{url}/provision"));
    assert_eq!(visitor.post(&page, &[("country", country)]).await.status, 303);
    let shown = until("a number", || async {
        let shown = visitor.get(&page).await;
        assert!(!shown.has("[data-testid=setup-error]"), "{}", shown.html);
        shown.texts("[data-testid=provisioned-number]").pop()
    });
    let shown = shown.await;
    assert!(shown.is_ascii(), "whoever marks it by hand pastes it at Facebook as it is: {shown:?}");
    let number = format!("+{}", setuplinks::number::digits(&shown));
    assert!(house.world().twilio().owned().iter().any(|owned| owned.phone_number == number));
    number
}

on_both! {
    async fn a_project_with_its_own_account_offers_other_countries(db: Database) {
        let house = house(db).await;
        let acme = house.platform("Acme").await;
        let customer = acme.customer("Bakery").await;
        let path = format!("/customers/{customer}/setup_links");
        let wanted = json!({"setup_link": {"provision_phone_number": true, "phone_number_country_isos": ["US", "CL"]}});
        assert_eq!(acme.post(&path, &wanted).await.body["error"], NEEDS_TWILIO);
        assert_eq!(acme.get("/project/twilio").await.status, 404);

        let account = json!({"account_sid": OWN, "auth_token": TOKEN, "countries": chile()});
        let set = put(&acme, account).await.data(200);
        assert_eq!((&set["account_sid"], &set["api_key_sid"], &set["countries"][0]["iso"]), (&json!(OWN), &Value::Null, &json!("CL")));
        assert_eq!(acme.get("/project/twilio").await.data(200), set);
        assert!(!set.to_string().contains(TOKEN));
        // Another project has none of it.
        let other = house.platform("Other").await;
        assert_eq!(other.get("/project/twilio").await.status, 404);

        let link = acme.link_for(&customer, wanted["setup_link"].clone()).await;
        let visitor = Visitor::speaking("es");
        let page = visitor.get(&link.url).await;
        assert_eq!(page.texts("option"), ["Elige un país", "Chile", "Estados Unidos"]);
        let unsaid = visitor.post(&format!("{}/provision", link.url), &[("country", "")]).await;
        assert_eq!((unsaid.status, unsaid.texts("[data-testid=setup-error]").len()), (422, 1));
        let number = number(&house, &link.url, "CL").await;
        assert_eq!(number[..3], *"+56");
        let owned = house.world().twilio().owned();
        assert_eq!(owned.iter().map(|owned| &*owned.account).collect::<Vec<_>>(), [OWN]);
        let shown = Visitor::new().get(&format!("{}/provision", link.url)).await;
        assert!(shown.html.contains("phone call. We answer it"), "it takes no SMS: {}", shown.html);

        // Nobody could give the number back without the account.
        let forgotten = acme.send(acme.request(Method::DELETE, "/project/twilio")).await;
        assert_eq!(forgotten.status, 409, "{}", forgotten.body);
        house.world().twilio().open_account("ACffffffffffffffffffffffffffffffff", "x", None);
        let exchanged = json!({"account_sid": "ACffffffffffffffffffffffffffffffff", "auth_token": "x"});
        assert_eq!(put(&acme, exchanged).await.status, 409);

        let list = acme.get("/provisioned_phone_numbers").await.data(200);
        assert_eq!((list.as_array().map(Vec::len), &list[0]["phone_number"]), (Some(1), &json!(number)));
        assert_eq!((&list[0]["setup_link_id"], &list[0]["account_sid"]), (&json!(link.id), &json!(OWN)));
        let id = list[0]["id"].as_str().expect("an id");
        assert_eq!(acme.get(&format!("/provisioned_phone_numbers/{id}")).await.data(200)["id"], id);
        assert_eq!(other.get(&format!("/provisioned_phone_numbers/{id}")).await.status, 404);
        assert_eq!(other.get("/provisioned_phone_numbers").await.data(200), json!([]));

        acme.send(acme.request(Method::DELETE, &format!("/provisioned_phone_numbers/{id}"))).await;
        until("it to be released", || async {
            let now = acme.get(&format!("/provisioned_phone_numbers/{id}")).await.data(200);
            (now["status"] == "released").then_some(())
        })
        .await;
        assert_eq!(acme.send(acme.request(Method::DELETE, "/project/twilio")).await.status, 204);
        assert_eq!(acme.get("/project/twilio").await.status, 404);
        // What the link asks for cannot be had any more, and everything else of it can be changed.
        acme.change(&link, json!({"language": "es"})).await.data(200);
        assert_eq!(acme.change(&link, json!({"phone_number_country_isos": ["CL"]})).await.body["error"], NEEDS_TWILIO);
    }

    async fn an_account_that_does_not_open_is_refused(db: Database) {
        let house = house(db).await;
        let acme = house.platform("Acme").await;
        let fine = json!({"account_sid": OWN, "auth_token": TOKEN, "api_key_sid": KEY, "api_key_secret": SECRET});
        let with = |field: &str, value: Value| {
            let mut account = fine.clone();
            account[field] = value;
            account
        };
        for (account, field) in [
            (with("auth_token", json!("another")), "api_key_sid"),
            (with("api_key_secret", json!("another")), "api_key_sid"),
            (with("api_key_secret", Value::Null), "api_key_secret"),
            (with("api_key_sid", Value::Null), "api_key_sid"),
            (with("api_key_sid", json!(OWN)), "api_key_sid"),
            (with("account_sid", json!("AC1")), "account_sid"),
            (with("auth_token", Value::Null), "auth_token"),
            (with("countries", json!([{"iso": "XX"}])), "countries"),
            (with("countries", json!([{"iso": "CL"}, {"iso": "CL"}])), "countries"),
            (with("countries", json!([{"iso": "CL", "number_type": "pager"}])), "countries"),
            (with("countries", json!([{"iso": "CL", "bundle_sid": ADDRESS}])), "countries"),
            (with("countries", json!([{"iso": "CL", "bundle_sid": "BUffffffffffffffffffffffffffffffff"}])), "countries[0].bundle_sid"),
        ] {
            let refused = put(&acme, account.clone()).await;
            assert_eq!(refused.refused_fields(), [field], "{account}");
            assert!(!refused.body.to_string().contains(TOKEN), "{account}");
        }
        assert_eq!(acme.get("/project/twilio").await.status, 404, "nothing was saved");
        house.world().twilio().fault("account", 1, setuplinks::sandbox::Fault::CutBefore);
        let unanswered = put(&acme, fine.clone()).await;
        assert_eq!((unanswered.status, &unanswered.body["code"]), (503, &json!("unavailable")));
        put(&acme, fine).await.data(200);
    }

    async fn what_lets_us_in_is_sealed_and_so_is_the_code(db: Database) {
        let house = house(db).await;
        let acme = house.platform("Acme").await;
        put(&acme, json!({"account_sid": OWN, "auth_token": TOKEN, "api_key_sid": KEY, "api_key_secret": SECRET})).await.data(200);
        let link = acme.link(json!({"provision_phone_number": true})).await;
        let number = number(&house, &link.url, "US").await;
        let visitor = Visitor::new();
        visitor.choose(&link, "dedicated").await;
        house.world().twilio().text("WhatsApp", &number, "Your WhatsApp code is 941-573").await;
        let page = visitor.get(&format!("{}/provision", link.url)).await;
        assert_eq!(page.texts("[data-testid=verification-code]"), ["941-573"]);
        let bytes = everything(&house).await;
        for secret in [TOKEN, SECRET, "941573", "941-573"] {
            assert!(!holds(&bytes, secret), "{secret}");
        }
        assert!(holds(&bytes, OWN), "one would find what is there");
    }

    async fn an_area_code_is_for_the_us(db: Database) {
        let house = house(db).await;
        let acme = house.platform("Acme").await;
        put(&acme, json!({"account_sid": OWN, "auth_token": TOKEN})).await.data(200);
        let path = format!("/customers/{}/setup_links", acme.customer("Bakery").await);
        let terms = json!({"setup_link": {"provision_phone_number": true, "phone_number_country_isos": ["CL"], "phone_number_area_code": "415"}});
        assert_eq!(acme.post(&path, &terms).await.refused_fields(), ["phone_number_area_code"]);
    }

    async fn the_operator_sets_a_project_s_account_by_the_command_line(db: Database) {
        let house = house(db).await;
        let acme = house.platform("Acme").await;
        let run = |token: &str| {
            let project = acme.project.to_string();
            let countries = chile().to_string();
            let mut command = setuplinks(&[
                "project", "twilio", "--project", &project, "--account-sid", OWN, "--countries", &countries,
            ]);
            command
                .env("DATABASE_URL", &house.database.url)
                .env("SECRET_KEYS", SECRET_KEYS)
                .env("TWILIO_API_URL", house.facebook.url())
                .env("TWILIO_AUTH_TOKEN", token);
            tokio::task::block_in_place(|| command.output().expect("it runs"))
        };
        let said = complaint(&run("another"));
        assert!(said.contains("auth_token must open the account"), "{said}");
        assert!(run(TOKEN).status.success());
        assert_eq!(acme.get("/project/twilio").await.data(200)["countries"][0]["iso"], "CL");
    }

    async fn the_operator_says_by_the_command_line_that_the_deployment_has_moved(db: Database) {
        let house = house(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({"provision_phone_number": true})).await;
        number(&house, &link.url, "US").await;
        let adopt = |from: &str| {
            let mut command = setuplinks(&["number", "adopt", "--from", from]);
            command.env("DATABASE_URL", &house.database.url).env("PUBLIC_URL", "https://moved.example");
            tokio::task::block_in_place(|| command.output().expect("it runs"))
        };
        assert!(complaint(&adopt("https://elsewhere.example")).contains("numbers were bought"));
        assert!(complaint(&adopt("https://elsewhere.example/path")).contains("--from must be an http or https address"));
        assert_eq!(printed(&adopt(&house.url)), "1");
        assert_eq!(printed(&adopt(&house.url)), "1", "saying it twice does no harm");
    }

    async fn the_operator_settles_only_what_nobody_can_be_asked_about(db: Database) {
        let house = house(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({"provision_phone_number": true})).await;
        number(&house, &link.url, "US").await;
        let settle = |id: &str| {
            let mut command = setuplinks(&["number", "settle", id]);
            command.env("DATABASE_URL", &house.database.url);
            tokio::task::block_in_place(|| command.output().expect("it runs"))
        };
        let id = acme.see(&link).await["provisioned_phone_number"]["id"].as_str().expect("an id").to_owned();
        for bought in [id.as_str(), "0193f0a0-7a53-7c1e-9a55-3f0c6f0c2d11"] {
            assert!(complaint(&settle(bought)).contains("id must be of a number that is picked"), "{bought}");
        }
        assert!(complaint(&settle("1")).contains("a number's id is a UUID"));
        assert_eq!(acme.see(&link).await["provisioned_phone_number"]["status"], "bought");
        let picked = "update provisioned_numbers set status = 'picked', sid = null, next_at = 9999999999999, fence = fence + 1";
        stored::run(&house, picked).await;
        assert!(complaint(&settle(&id)).contains("id must be"), "no purchase of it was sent off");
        stored::run(&house, "insert into purchases (number_id, sent_at) select id, 1 from provisioned_numbers").await;
        let examined = || {
            let mut command = setuplinks(&["doctor", "--json"]);
            command.env("DATABASE_URL", &house.database.url);
            let output = tokio::task::block_in_place(|| command.output().expect("it runs"));
            String::from_utf8(output.stdout).expect("text")
        };
        let found = examined();
        assert!(found.contains(&format!("has not said so for more than an hour: {id}")), "{found}");
        assert_eq!(printed(&settle(&id)), "failed");
        assert!(!examined().contains("more than an hour"));
        let settled = acme.get(&format!("/provisioned_phone_numbers/{id}")).await.data(200);
        assert_eq!((&settled["status"], &settled["trouble"]), (&json!("failed"), &json!("written_off")));
    }

    async fn a_limit_of_numbers_at_a_time_is_said_and_counts_those_that_are_connected(db: Database) {
        let house = House::open_with(db, setuplinks::clock::Clock::system(), |settings| {
            settings.account = Some(crate::support::house::twilio_account());
            settings.most_held = 1;
        })
        .await;
        let acme = house.platform("Acme").await;
        let first = acme.link(json!({"provision_phone_number": true})).await;
        let held = number(&house, &first.url, "US").await;
        let login = setuplinks::sandbox::Login::from(setuplinks::sandbox::Outcome::Dedicated).phone(&held);
        Visitor::new().walk(&first, "dedicated", house.world(), login).await;
        let second = acme.link(json!({"provision_phone_number": true})).await;
        let refused = Visitor::new().post(&format!("{}/provision", second.url), &[("country", "US")]).await;
        assert_eq!(refused.texts("[data-testid=setup-error]"), ["No more numbers can be set up right now"]);
        assert_eq!(house.world().twilio().sums(), (1, 0));
        // Another project has its own.
        let other = house.platform("Other").await;
        number(&house, &other.link(json!({"provision_phone_number": true})).await.url, "US").await;
        // One that was given back makes room.
        let list = acme.get("/provisioned_phone_numbers").await.data(200);
        let id = list[0]["id"].as_str().expect("an id").to_owned();
        acme.send(acme.request(Method::DELETE, &format!("/provisioned_phone_numbers/{id}"))).await;
        until("it to be released", || async { (house.world().twilio().sums() == (2, 1)).then_some(()) }).await;
        until("room", || async {
            let started = Visitor::new().post(&format!("{}/provision", second.url), &[("country", "US")]).await;
            (started.status == 303).then_some(())
        })
        .await;
    }
}
