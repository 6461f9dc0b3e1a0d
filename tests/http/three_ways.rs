//! "Three ways to know" of docs/integrate.md: its code runs as it stands there, and all three say the same.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::{Value, json};
use setuplinks::sandbox::Outcome;
use tempfile::TempDir;

use crate::support::{House, Platform, Visitor, on_both, until};

const PAGE: &str = include_str!("../../docs/integrate.md");
const VERIFY: &str = include_str!("../../docs/verify/verify.mjs");

/// A platform's own server around the code of the page.
const SERVER: &str = r#"
const { BASE, KEY, WEBHOOK_SECRET, REDIRECT_SECRET, STATE } = process.env;
import { createServer } from "node:http";
const book = { seen: new Set(), numbers: new Map() };
const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const [, way, ...rest] = new URL(request.url, "http://localhost").pathname.split("/");
  if (way === "hooks") return response.writeHead(event(request.headers, Buffer.concat(chunks), book)).end();
  const said = { done: () => done(request.url, { state: STATE }), book: () => [...book.numbers], numbers: () => numbers(...rest), progress: () => progress(...rest) };
  response.end(JSON.stringify(await said[way]()));
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
"#;

/// Everything that is printed as JavaScript in the section.
fn printed() -> String {
    let section = PAGE.split("## Three ways to know").nth(1).expect("the section");
    let section = section.split("\n## ").next().expect("its end");
    let blocks: Vec<&str> =
        section.split("```js\n").skip(1).map(|rest| rest.split("```").next().expect("an end")).collect();
    assert_eq!(blocks.len(), 3);
    blocks.concat()
}

/// The platform's server; it ends with the test.
struct Theirs {
    program: Child,
    url: String,
    _folder: TempDir,
}

impl Drop for Theirs {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

impl Theirs {
    fn open(platform: &Platform, redirect_secret: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            let path: &Path = folder.path();
            std::fs::write(path.join(name), text).expect("written");
        };
        write("verify.mjs", VERIFY);
        write("server.mjs", &format!("{}{SERVER}", printed()));
        let mut program = Command::new("node")
            .arg(folder.path().join("server.mjs"))
            .envs([("BASE", platform.base.as_str()), ("KEY", &platform.key), ("NO_PROXY", "*")])
            .envs([
                ("WEBHOOK_SECRET", "a secret of our own"),
                ("REDIRECT_SECRET", redirect_secret),
                ("STATE", "session-7"),
            ])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| panic!("node does not run ({e}): ./check installs nodejs"));
        let mut port = String::new();
        BufReader::new(program.stdout.take().expect("a pipe")).read_line(&mut port).expect("a port");
        Self { program, url: format!("http://127.0.0.1:{}", port.trim()), _folder: folder }
    }

    async fn says(&self, path: &str) -> Value {
        let answer =
            reqwest::Client::builder().no_proxy().build().expect("a client").get(format!("{}{path}", self.url));
        answer.send().await.expect("an answer").json().await.expect("JSON")
    }
}

on_both! {
    async fn all_three_say_the_same(db: Database) {
        let house = House::open(db).await;
        let acme = house.platform("Acme").await;
        let project = acme.get("/project").await.data(200);
        let theirs = Theirs::open(&acme, project["redirect_secret"].as_str().expect("a secret"));
        let asked = json!({"url": format!("{}/hooks", theirs.url), "secret_key": "a secret of our own"});
        acme.post("/whatsapp/webhooks", &json!({"whatsapp_webhook": asked})).await.data(201);
        let link = acme.link(json!({"success_redirect_url": format!("{}/done", theirs.url), "state": "session-7"})).await;
        let progress = format!("/progress/{}/{}", link.customer, link.id);
        assert_eq!(theirs.says(&progress).await, json!({"over": false, "status": "pending", "error": null}));
        assert_eq!(theirs.says(&format!("/numbers/{}", link.customer)).await, json!([]));

        let end = Visitor::new().walk(&link, "dedicated", house.world(), Outcome::Dedicated).await;

        let (landing, landed) = (end.location(), end.landing());
        let told = landing.strip_prefix(&theirs.url).expect("their page");
        let number = landed["phone_number_id"].as_str();
        assert_eq!(theirs.says(told).await, format!("{} is connected.", landed["display_phone_number"]));
        let written = until("the webhook to be told", || async {
            Some(theirs.says("/book").await).filter(|book| *book != json!([]))
        });
        assert_eq!(written.await, json!([[number, link.customer]]));
        assert_eq!(theirs.says(&format!("/numbers/{}", link.customer)).await, json!([number]));
        assert_eq!(theirs.says(&progress).await, json!({"over": true, "status": "completed", "error": null}));

        let forged = told.replace(number, "1");
        assert!(theirs.says(&forged).await.as_str().expect("text").starts_with("Something is not right"));
        let unsigned = reqwest::Client::builder().no_proxy().build().expect("a client").post(format!("{}/hooks", theirs.url));
        assert_eq!(unsigned.body("{}").send().await.expect("an answer").status(), 401);
    }
}
