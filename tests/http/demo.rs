//! `setuplinks demo`: prints a link that works to its end, and leaves nothing behind.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use url::Url;

use crate::{
    cli::{complaint, end, setuplinks},
    support::{Link, Visitor, until},
};

/// A demo that runs, and what it printed.
struct Demo {
    child: Child,
    link: String,
    curl: String,
    /// The command by which a customer takes a number away.
    leave: String,
}

impl Demo {
    /// Starts one whose temporary files go to `folder`; returns when it has said everything.
    fn start(folder: &Path, more: &[&str]) -> Self {
        let mut command = setuplinks(&["demo", "--listen", "127.0.0.1:0"]);
        command.args(more).env("TMPDIR", folder).env("RUST_LOG", "off").stdout(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let lines = BufReader::new(child.stdout.take().expect("its words")).lines();
        let mut said = Vec::new();
        for line in lines {
            said.push(line.expect("text"));
            if said.last().is_some_and(|line| line.contains("Ctrl-C")) {
                break;
            }
        }
        let link = said.iter().map(|line| line.trim()).find(|line| line.starts_with("http://localhost:"));
        let curl = said.iter().skip_while(|line| !line.starts_with("curl ")).take_while(|line| !line.is_empty());
        Self {
            link: link.unwrap_or_else(|| panic!("no link in {said:?}")).to_owned(),
            curl: curl.cloned().collect::<Vec<_>>().join("\n"),
            leave: said.iter().find(|line| line.contains("/sandbox/notices")).cloned().expect("a command"),
            child,
        }
    }

    /// The printed link, as a visitor meets it.
    fn link(&self) -> Link {
        link_at(&self.link)
    }
}

fn link_at(url: &str) -> Link {
    let token = url.rsplit('/').next().expect("a token").to_owned();
    Link { id: String::new(), url: url.to_owned(), token, customer: String::new() }
}

/// Walks through over plain HTTP: the stand-in's form, as its page would send it. Gives the landing address.
async fn walk(link: &Link, outcome: &str) -> String {
    let visitor = Visitor::new();
    assert_eq!(visitor.get(&link.url).await.page(), "setup");
    let dialog: Url = visitor.choose(link, "dedicated").await.parse().expect("a URL");
    let shown = visitor.get(dialog.as_str()).await;
    assert!(shown.status == 200 && shown.has("form[action=\"/sandbox/dialog\"]"), "{}", shown.html);
    let mut form: Vec<(String, String)> = dialog.query_pairs().into_owned().collect();
    form.push(("outcome".to_owned(), outcome.to_owned()));
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let sent = visitor.post(dialog.join("/sandbox/dialog").expect("a URL").as_str(), &form).await;
    assert_eq!(sent.status, 302, "{}", sent.html);
    let back = visitor.get(sent.header("location")).await;
    let landing = visitor.wait_out(&back.location()).await.location();
    let landed = visitor.get(&landing).await;
    assert_eq!(landed.status, 200, "the stand-in has a page there too: {landing}");
    landing
}

fn entries(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

/// The links a demo has made are in its database under `folder`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_printed_link_works_to_its_end_and_nothing_is_left_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let demo = tokio::task::block_in_place(|| Demo::start(folder.path(), &[]));
    assert!(!entries(folder.path()).is_empty(), "its database is somewhere");

    let landing = walk(&demo.link(), "dedicated").await;
    assert!(landing.contains("/platform/success?") && landing.contains("status=completed"), "{landing}");

    // The printed command takes the number away, as Meta would tell it.
    let shell = |command: String| {
        let output =
            tokio::task::block_in_place(|| Command::new("sh").args(["-c", &command]).output().expect("a shell"));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let number = Url::parse(&landing).expect("a URL");
    let landed =
        |name: &str| number.query_pairs().find(|(known, _)| known == name).expect("a parameter").1.into_owned();
    let said = shell(demo.leave.replace("THE NUMBER", &landed("display_phone_number")));
    assert!(said.contains("PARTNER_REMOVED") && said.contains("answered with 200"), "{said}");
    let key = demo.curl.split("X-API-Key: ").nth(1).and_then(|rest| rest.split('\'').next()).expect("a key");
    let house = demo.link.split("/whatsapp/").next().expect("an address");
    let ask = format!(
        "curl -s {house}/platform/v1/whatsapp/phone_numbers/{} -H 'X-API-Key: {key}'",
        landed("phone_number_id")
    );
    until("the number to be gone", || async {
        shell(ask.clone()).contains("\"status\":\"disconnected\"").then_some(())
    })
    .await;

    // The printed command line makes another.
    let output = tokio::task::block_in_place(|| Command::new("sh").args(["-c", &demo.curl]).output().expect("a shell"));
    let made: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", demo.curl));
    let another = made["data"]["url"].as_str().expect("a URL");
    assert_ne!(another, demo.link);
    let landing = walk(&link_at(another), "cancel").await;
    assert!(landing.contains("/platform/failure?") && landing.contains("error_code=facebook_auth_failed"), "{landing}");

    tokio::task::block_in_place(|| end(demo.child, "INT"));
    assert_eq!(entries(folder.path()), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kept_demo_goes_on_from_where_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let (temporary, kept) = (folder.path().join("tmp"), folder.path().join("kept"));
    std::fs::create_dir(&temporary).expect("a folder");
    let keep = ["--keep", kept.to_str().expect("text")];

    let demo = tokio::task::block_in_place(|| Demo::start(&temporary, &keep));
    let (first, customer) =
        (demo.link().token, demo.curl.split("/customers/").nth(1).map(|rest| rest[..36].to_owned()));
    tokio::task::block_in_place(|| end(demo.child, "TERM"));
    assert_eq!(entries(&temporary), Vec::<String>::new());
    assert!(kept.join("setuplinks.db").exists());

    let demo = tokio::task::block_in_place(|| Demo::start(&temporary, &keep));
    assert_eq!(demo.curl.split("/customers/").nth(1).map(|rest| rest[..36].to_owned()), customer, "the same customer");
    let mut url: Url = demo.link.parse().expect("a URL");
    url.set_path(&format!("/whatsapp/setup/{first}"));
    let old = Visitor::new().get(url.as_str()).await;
    assert_eq!(old.landing()["error_code"], "link_expired", "the first link is known, and was revoked by the second");
    tokio::task::block_in_place(|| end(demo.child, "INT"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_demo_with_numbers_that_are_verified_beforehand_asks_for_no_code() {
    let folder = tempfile::tempdir().expect("a folder");
    let demo = tokio::task::block_in_place(|| Demo::start(folder.path(), &["--preverified"]));
    let (link, visitor) = (demo.link(), Visitor::new());
    let page = format!("{}/provision", link.url);
    assert_eq!(visitor.post(&page, &[("country", "US")]).await.status, 303);
    until("a number", || async { visitor.get(&page).await.has("[data-testid=provisioned-number]").then_some(()) })
        .await;
    let dialog: Url = visitor.choose(&link, "dedicated").await.parse().expect("a URL");
    let shown = visitor.get(dialog.as_str()).await;
    assert!(shown.has("[data-testid=sandbox-verified]") && !shown.has("[data-testid=sandbox-code]"), "{}", shown.html);
    let mut form: Vec<(String, String)> = dialog.query_pairs().into_owned().collect();
    form.push(("phone_number".to_owned(), shown.attribute("input[name=phone_number]", "value")));
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let sent = visitor.post(dialog.join("/sandbox/dialog").expect("a URL").as_str(), &form).await;
    let back = visitor.get(sent.header("location")).await;
    let landing = visitor.wait_out(&back.location()).await;
    assert_eq!(landing.landing()["status"], "completed");
    assert!(landing.landing().contains_key("provisioned_phone_number_id"), "{}", landing.location());
    tokio::task::block_in_place(|| end(demo.child, "INT"));
}

#[test]
fn a_demo_is_for_this_machine_alone() {
    let said = complaint(&setuplinks(&["demo", "--listen", "0.0.0.0:0"]).output().expect("it runs"));
    assert!(said.contains("loopback"), "{said}");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let said = complaint(&setuplinks(&["demo", "--listen", &address]).output().expect("it runs"));
    assert!(said.contains(&address) && said.contains("--listen"), "{said}");
}
