//! Signed redirects: what we send is what the verifiers of `docs/verify` take, and nothing else is.

use std::{io::Write as _, process::Stdio, time::Duration};

use serde_json::{Value, json};
use setuplinks::{clock::Timestamp, sandbox::Outcome};

use crate::{
    stored::standing_clock,
    support::{House, Link, Platform, Visitor, on_both},
};

#[path = "../../docs/verify/verify.rs"]
#[allow(clippy::pedantic, reason = "it is a platform's code, by a platform's rules")]
mod verify;

const VECTORS: &str = include_str!("../../docs/verify/vectors.json");
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/verify");

/// Says of each case on standard input what the verifier says of it, as JSON.
const NODE: &str = r#"
import { pathToFileURL } from "node:url";
import { text } from "node:stream/consumers";
const { verifyRedirect } = await import(pathToFileURL(process.argv[1] + "/verify.mjs"));
const said = await Promise.all(JSON.parse(await text(process.stdin)).map(({ url, secret, now }) =>
  verifyRedirect(url, secret, { now }).then((parameters) => ({ result: "ok", parameters }), (e) => ({ result: e.message }))));
console.log(JSON.stringify(said));
"#;
const PYTHON: &str = r#"
import json, sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from verify import verify_redirect
def say(case):
    try:
        return {"result": "ok", "parameters": verify_redirect(case["url"], case["secret"], case["now"])}
    except ValueError as e:
        return {"result": str(e)}
print(json.dumps([say(case) for case in json.load(sys.stdin)]))
"#;

/// One redirect as somebody received it.
fn case(url: &str, secret: &Value, now: Timestamp) -> Value {
    json!({"url": url, "secret": secret, "now": now.0 / 1000})
}

fn said_by_program(program: &str, arguments: &[&str], cases: &Value) -> Vec<Value> {
    let mut child = std::process::Command::new(program)
        .args(arguments)
        .arg(FOLDER)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("{program} does not run ({e}): ./check installs it"));
    child.stdin.take().expect("a pipe").write_all(cases.to_string().as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{program} failed");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn said_by_rust(cases: &Value) -> Vec<Value> {
    let say = |case: &Value| {
        let text = |name: &str| case[name].as_str().expect(name);
        match verify::verify_redirect(text("url"), text("secret"), case["now"].as_i64().expect("now"), 300) {
            Ok(parameters) => json!({"result": "ok", "parameters": parameters}),
            Err(refused) => json!({"result": format!("{refused:?}").to_lowercase()}),
        }
    };
    cases.as_array().expect("cases").iter().map(say).collect()
}

/// What every verifier says of these cases; all say the same.
fn said(cases: &[Value]) -> Vec<Value> {
    let cases = json!(cases);
    let rust = said_by_rust(&cases);
    let node = said_by_program("node", &["--input-type=module", "--eval", NODE, "--"], &cases);
    let python = said_by_program("python3", &["-c", PYTHON], &cases);
    for ((case, rust), (node, python)) in
        cases.as_array().expect("cases").iter().zip(&rust).zip(node.iter().zip(&python))
    {
        assert_eq!((node, python), (rust, rust), "JavaScript and Python against Rust: {case}");
    }
    rust
}

fn results(cases: &[Value]) -> Vec<String> {
    said(cases).iter().map(|said| said["result"].as_str().expect("a result").to_owned()).collect()
}

async fn secret(platform: &Platform) -> Value {
    platform.get("/project").await.data(200)["redirect_secret"].clone()
}

async fn succeeds(house: &House, link: &Link) -> String {
    Visitor::new().walk(link, "dedicated", house.world(), Outcome::Dedicated).await.location()
}

fn query(url: &str) -> Vec<(String, String)> {
    url::Url::parse(url).expect("a URL").query_pairs().into_owned().collect()
}

fn values<'a>(pairs: &'a [(String, String)], name: &str) -> Vec<&'a str> {
    pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect()
}

#[test]
fn every_verifier_says_of_every_vector_what_is_written_there() {
    let vectors: Value = serde_json::from_str(VECTORS).expect("JSON");
    let checked = vectors["checked"].as_array().expect("vectors");
    for (vector, result) in checked.iter().zip(results(checked)) {
        assert_eq!(vector["result"], result.as_str(), "{}", vector["name"]);
    }
}

on_both! {
    async fn a_landing_verifies_and_one_that_was_touched_does_not(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({"success_redirect_url": "https://acme.example/done?x=%20y", "state": "a&b=ü 🥐"})).await;
        let url = succeeds(&house, &link).await;
        let (key, now) = (secret(&acme).await, house.clock.now());

        let taken = said(&[case(&url, &key, now)]).remove(0);
        assert_eq!(taken["result"], "ok", "{url}");
        let parameters = &taken["parameters"];
        assert_eq!((&parameters["setup_link_id"], &parameters["status"]), (&json!(link.id), &json!("completed")));
        assert_eq!((&parameters["state"], &parameters["iat"]), (&json!("a&b=ü 🥐"), &json!((now.0 / 1000).to_string())));
        assert_eq!(parameters.as_object().expect("an object").len(), 8, "{parameters}");

        let other = house.platform("Other").await;
        let (head, tail) = url.split_once("&status=completed").expect("the status");
        let reordered: Vec<&str> = url.split_once('?').expect("a query").1.split('&').rev().collect();
        let phone = parameters["phone_number_id"].as_str().expect("an id");
        assert_eq!(
            results(&[
                case(&url, &secret(&other).await, now),
                case(&url.replace(&link.id, "0193f0a0-0000-7000-8000-000000000000"), &key, now),
                case(&url.replace(phone, "1"), &key, now),
                case(&format!("{head}{tail}"), &key, now),
                case(&format!("{url}&error_code=link_expired"), &key, now),
                case(&format!("{url}&phone_number_id=1"), &key, now),
                case(&format!("{url}&utm_source=mail"), &key, now),
                case(&format!("https://acme.example/done?{}", reordered.join("&")), &key, now),
                case(&url, &key, now.plus(Duration::from_secs(301))),
            ]),
            ["forged", "forged", "forged", "forged", "forged", "repeated", "ok", "ok", "stale"],
        );
    }

    async fn every_way_to_the_failure_url_is_signed(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = house.platform("Acme").await;
        let terms = json!({"failure_redirect_url": "https://acme.example/no", "state": "s"});
        let failed = acme.link(terms.clone()).await;
        let mut landed = vec![Visitor::new().walk(&failed, "dedicated", house.world(), Outcome::NoNumber).await.location()];
        let expired = acme.link(terms.clone()).await;
        house.clock.advance(Duration::from_hours(30 * 24));
        let used = acme.link(terms.clone()).await;
        Visitor::new().walk(&used, "dedicated", house.world(), Outcome::Dedicated).await;
        let revoked = acme.link(terms).await;
        acme.change(&revoked, json!({"status": "revoked"})).await.data(200);
        let (key, now) = (secret(&acme).await, house.clock.now());
        for link in [&expired, &used, &revoked] {
            landed.push(Visitor::new().get(&link.url).await.location());
        }
        landed.push(Visitor::new().get(&format!("{}/progress", failed.url)).await.location());

        let cases: Vec<Value> = landed.iter().map(|url| case(url, &key, now)).collect();
        let said = said(&cases);
        // The first landing is a month old by now.
        let results: Vec<_> = said.iter().map(|said| said["result"].as_str().expect("a result")).collect();
        assert_eq!(results, ["stale", "ok", "ok", "ok", "ok"]);
        let codes: Vec<_> = said[1..].iter().map(|said| &said["parameters"]["error_code"]).collect();
        assert_eq!(codes, ["link_expired", "already_used", "link_expired", "phone_verification_failed"]);
        assert!(said[1..].iter().all(|said| said["parameters"]["state"] == "s"));
    }

    async fn receivers_change_over_from_one_secret_to_the_next_without_a_gap(db: Database) {
        let house = House::open_at(db, standing_clock()).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({"success_redirect_url": "https://acme.example/done"})).await;
        let landing = succeeds(&house, &link).await;
        let old = secret(&acme).await;
        let progress = format!("{}/progress", link.url);

        acme.post("/project/redirect_secret/rotate", &json!({})).await.data(200);
        let new = secret(&acme).await;
        let meanwhile = Visitor::new().get(&progress).await.location();
        let now = house.clock.now();
        house.clock.advance(Duration::from_hours(24));
        let after = Visitor::new().get(&progress).await.location();

        let late = house.clock.now();
        assert_eq!(
            results(&[
                case(&landing, &old, now), case(&landing, &new, now),
                case(&meanwhile, &old, now), case(&meanwhile, &new, now),
                case(&after, &old, late), case(&after, &new, late),
            ]),
            ["ok", "forged", "ok", "ok", "forged", "ok"],
        );
    }

    async fn the_state_comes_back_and_wins_over_the_url_s_own(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let base = "https://acme.example/done?a=1&state=own&sig=mine&iat=1&b=%20&a=2";
        let with = acme.link(json!({"success_redirect_url": base, "state": "x y+z&=%🥐"})).await;
        let pairs = query(&succeeds(&house, &with).await);
        assert_eq!(values(&pairs, "state"), ["x y+z&=%🥐"]);
        assert_eq!((values(&pairs, "a"), values(&pairs, "b")), (vec!["1", "2"], vec![" "]));
        assert_eq!(pairs.iter().filter(|(name, _)| name == "iat" || name == "sig").count(), 2);
        assert!(!values(&pairs, "sig")[0].contains("mine"), "{pairs:?}");
        assert_eq!(pairs.last().expect("a pair").0, "sig");

        // Without one of the link's the URL's own stays, and is signed: it is of a name that verifiers hold us to.
        let without = acme.link(json!({"success_redirect_url": base})).await;
        let url = succeeds(&house, &without).await;
        assert_eq!(values(&query(&url), "state"), ["own"]);
        let changed = url.replace("state=own", "state=theirs");
        let key = secret(&acme).await;
        let now = house.clock.now();
        assert_eq!(results(&[case(&url, &key, now), case(&changed, &key, now)]), ["ok", "forged"]);
    }

    async fn a_state_that_was_changed_is_the_one_that_comes_back(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let link = acme.link(json!({"success_redirect_url": "https://acme.example/done", "state": "first"})).await;
        acme.change(&link, json!({"state": "second"})).await.data(200);
        assert_eq!(values(&query(&succeeds(&house, &link).await), "state"), ["second"]);
    }

    async fn a_customer_lands_although_the_secret_does_not_open(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        secret(&acme).await;
        let broken = "update projects set redirect_secret_sealed = redirect_secret_sealed || redirect_secret_sealed";
        match &house.app.store {
            setuplinks::store::Store::Sqlite(pool) => drop(sqlx::query("update projects set redirect_secret_sealed = x'01'").execute(pool).await.expect("an update")),
            setuplinks::store::Store::Postgres(pool) => drop(sqlx::query(broken).execute(pool).await.expect("an update")),
        }
        let link = acme.link(json!({"success_redirect_url": "https://acme.example/done"})).await;
        let landed = query(&succeeds(&house, &link).await);
        assert_eq!((values(&landed, "status"), values(&landed, "sig")), (vec!["completed"], vec![]));
    }
}
