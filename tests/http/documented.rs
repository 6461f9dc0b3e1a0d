//! The published examples of setup links, as they are printed there: base URL, customer and key are all that changes.

use std::process::{Command, Output};

use reqwest::{Method, header::CONTENT_TYPE};
use serde_json::{Value, json};

use crate::support::{House, Platform, Visitor, on_both};

/// Each body that is printed as JSON, under its heading.
const BODIES: &[(&str, &str)] = &[
    (
        "Redirect URLs",
        r#"{
  "setup_link": {
    "success_redirect_url": "https://your-app.com/whatsapp/success",
    "failure_redirect_url": "https://your-app.com/whatsapp/failed"
  }
}"#,
    ),
    (
        "Language",
        r#"{
  "setup_link": {
    "language": "es"
  }
}"#,
    ),
    (
        "Show both options (default)",
        r#"{
  "setup_link": {
    "allowed_connection_types": ["coexistence", "dedicated"]
  }
}"#,
    ),
    (
        "Coexistence only",
        r#"{
  "setup_link": {
    "allowed_connection_types": ["coexistence"]
  }
}"#,
    ),
    (
        "Dedicated only",
        r#"{
  "setup_link": {
    "allowed_connection_types": ["dedicated"]
  }
}"#,
    ),
    (
        "Theme customization",
        r##"{
  "setup_link": {
    "theme_config": {
      "primary_color": "#3b82f6",
      "background_color": "#ffffff",
      "text_color": "#1f2937",
      "muted_text_color": "#64748b",
      "card_color": "#f9fafb",
      "border_color": "#e5e7eb"
    }
  }
}"##,
    ),
    (
        "Phone number provisioning",
        r#"{
  "setup_link": {
    "provision_phone_number": true,
    "phone_number_country_isos": ["US"]
  }
}"#,
    ),
];

/// "Non-US countries require custom Twilio credentials."
const BEYOND_THE_US: &str = r#"{
  "setup_link": {
    "provision_phone_number": true,
    "phone_number_country_isos": ["US", "CL"]
  }
}"#;

const QUICK_START: &str = include_str!("documented/quick_start.sh");
const LIST: &str = include_str!("documented/list.sh");
const FULL_EXAMPLE: &str = include_str!("documented/full_example.js");

/// What is ours instead of the example's.
fn ours(example: &str, platform: &Platform, customer: &str) -> String {
    let replaced = example
        .replace("https://api.kapso.ai", &platform.base)
        .replace("{customer_id}", customer)
        .replace("YOUR_API_KEY", &platform.key);
    assert_ne!(replaced, example);
    replaced
}

fn program(name: &str, package: &str, arguments: &[&str]) -> Output {
    let output = Command::new(name).args(arguments).env("NO_PROXY", "*").output();
    let output = output.unwrap_or_else(|e| panic!("{name} does not run ({e}): ./check installs {package}"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

/// What a printed command line writes, as JSON.
fn shell(line: &str) -> Value {
    program("curl", "curl", &["--version"]);
    let output = program("sh", "a shell", &["-c", line]);
    serde_json::from_slice(&output.stdout).expect("JSON")
}

on_both! {
    async fn every_printed_body_makes_a_link_with_those_terms(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let path = format!("/customers/{}/setup_links", acme.customer("Bakery").await);
        for (heading, body) in BODIES {
            let request = acme.request(Method::POST, &path).header(CONTENT_TYPE, "application/json").body(*body);
            let made = acme.send(request).await.data(201);
            let asked: Value = serde_json::from_str(body).expect("JSON");
            for (field, value) in asked["setup_link"].as_object().expect("an object") {
                assert_eq!(&made[field], value, "{heading}: {field}");
            }
            let url = made["url"].as_str().expect("a URL");
            let page = Visitor::new().get(url).await;
            assert_eq!((page.status, page.page()), (200, "setup".to_owned()), "{heading}");
        }
        let all = acme.get(&path).await;
        let active = acme.get(&format!("{path}?status=active")).await;
        assert_eq!(all.body["meta"]["total_count"], BODIES.len());
        assert_eq!(active.body["meta"]["total_count"], 1, "creating a new link revokes the previous one");
    }

    async fn a_country_beyond_the_us_is_refused_as_it_says_there(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let path = format!("/customers/{}/setup_links", acme.customer("Bakery").await);
        let body: Value = serde_json::from_str(BEYOND_THE_US).expect("JSON");
        let refused = acme.post(&path, &body).await;
        assert_eq!(refused.refused_fields(), ["phone_number_country_isos"]);
        assert_eq!(refused.body["error"], "Custom Twilio credentials are required to set non-US phone_number_country_isos");
    }

    async fn the_printed_command_lines_make_a_link_and_list_it(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let customer = acme.customer("Bakery").await;
        let (make, list) = (ours(QUICK_START, &acme, &customer), ours(LIST, &acme, &customer));

        let (made, listed) = tokio::task::block_in_place(|| (shell(&make), shell(&list)));

        assert_eq!(made["data"]["success_redirect_url"], "https://your-app.com/whatsapp/success");
        assert_eq!(made["data"]["failure_redirect_url"], "https://your-app.com/whatsapp/failed");
        assert_eq!(listed["data"][0]["id"], made["data"]["id"]);
        assert!(listed["data"][0]["expires_at"].is_string(), "{listed}");
    }

    async fn the_full_example_runs_and_sends_the_customer_a_link_that_opens(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let customer = acme.customer("Bakery").await;
        let example = ours(FULL_EXAMPLE, &acme, &customer);
        // The example reads `data` off what fetch gives: its reader has a fetch that gives the parsed answer.
        let script = format!(
            "const fetch = async (...request) => (await globalThis.fetch(...request)).json();
             const customerId = '{customer}', customer = {{ email: 'owner@bakery.example' }};
             const sendEmail = async (to, mail) => console.log(JSON.stringify({{ to, ...mail }}));
             {example}"
        );

        let output = tokio::task::block_in_place(|| program("node", "nodejs", &["--input-type=module", "--eval", &script]));

        let mail: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!((&mail["to"], &mail["subject"]), (&json!("owner@bakery.example"), &json!("Connect your WhatsApp")));
        let url = mail["body"].as_str().and_then(|body| body.strip_prefix("Click here to connect: ")).expect("a URL");
        let page = Visitor::speaking("en").get(url).await;
        assert_eq!((page.page(), page.attribute("html", "lang")), ("setup".to_owned(), "es".to_owned()));
        assert_eq!(page.attribute("input[name=connection_type]", "value"), "dedicated");
        assert!(page.texts("style")[0].contains("--primary:#10b981;"));
        let made = acme.get(&format!("/customers/{customer}/setup_links")).await.body["data"][0].clone();
        assert_eq!(made["provision_phone_number"], true);
        assert_eq!(made["success_redirect_url"], "https://app.example.com/onboarding/complete");
    }
}
