//! The commands of the real binary: projects, keys, and a server that is told everything by its settings.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use crate::support::{Visitor, house::SECRET_KEYS, on_both, output};

/// The binary with nothing in its environment but what a test puts there.
pub fn setuplinks(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_setuplinks"));
    command.env_clear().args(arguments).stdin(Stdio::null());
    command
}

/// What it printed, when it succeeded.
#[track_caller]
pub fn printed(output: &Output) -> String {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    output::logged(&err);
    assert!(output.status.success(), "{out}{err}");
    out.trim_end().to_owned()
}

/// What it said, when it failed.
#[track_caller]
pub fn complaint(output: &Output) -> String {
    assert!(!output.status.success(), "it should have failed");
    assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    output::logged(&said);
    said
}

/// Asks it to end, as Ctrl-C (`INT`) or a service manager (`TERM`) does, and waits until it has.
pub fn end(mut child: Child, signal: &str) {
    let asked = Command::new("sh").args(["-c", &format!("kill -{signal} {}", child.id())]).status();
    assert!(asked.expect("a shell").success());
    assert!(child.wait().expect("an end").success(), "it ends well");
}

struct Shell {
    database: String,
}

impl Shell {
    fn run(&self, arguments: &[&str]) -> Output {
        setuplinks(arguments).env("DATABASE_URL", &self.database).output().expect("it runs")
    }
}

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("writable");
    path.display().to_string()
}

on_both! {
    async fn projects_and_keys_are_made_listed_and_revoked(db: Database) {
        let fresh = db.fresh().await;
        let shell = Shell { database: fresh.url.clone() };

        let project = printed(&shell.run(&["project", "create", "Acme & Söhne"]));
        assert!(uuid::Uuid::try_parse(&project).is_ok(), "the id alone: {project}");
        let listed = printed(&shell.run(&["project", "list"]));
        let columns: Vec<&str> = listed.split('\t').collect();
        assert_eq!((columns[0], columns[2]), (project.as_str(), "Acme & Söhne"));
        let again = shell.run(&["project", "list"]);
        assert_eq!(String::from_utf8_lossy(&again.stderr), "", "a database that is there and well is no news");

        let key = printed(&shell.run(&["key", "create", "--project", &project, "--name", "ci"]));
        assert!(key.len() > 40 && !key.contains(char::is_whitespace), "the key alone: {key}");
        let listed = printed(&shell.run(&["key", "list", "--project", &project]));
        assert!(!listed.contains(&key), "a key is printed once");
        let columns: Vec<String> = listed.split('\t').map(str::to_owned).collect();
        assert_eq!((columns[1].as_str(), columns[3].as_str(), columns[4].as_str()), (project.as_str(), "active", "ci"));

        assert_eq!(columns[5..], ["admin", "-", "-"].map(str::to_owned), "it may do everything, for ever");

        let arguments = ["key", "create", "--project", &project, "--scope", "links:write,webhooks:*", "--days", "90"];
        printed(&shell.run(&arguments));
        let all = printed(&shell.run(&["key", "list"]));
        let bounded: Vec<&str> = all.lines().last().expect("the newest").split('\t').collect();
        assert_eq!((bounded[4], bounded[5], bounded[7]), ("default", "links:write webhooks:*", "-"));
        assert!(bounded[6].starts_with("20") && bounded[6] > bounded[2], "{bounded:?}");
        for (flag, value, says) in
            [("--scope", "links", "must be one of links:read"), ("--days", "0", "1..=3650"), ("--days", "never", "invalid")]
        {
            let refused = complaint(&shell.run(&["key", "create", "--project", &project, flag, value]));
            assert!(refused.contains(says), "{refused}");
        }

        assert_eq!(printed(&shell.run(&["key", "revoke", &columns[0]])), "");
        assert!(printed(&shell.run(&["key", "list"])).contains("\trevoked\tci"));
        assert!(complaint(&shell.run(&["key", "revoke", &columns[0]])).contains("no active key"));

        let nobody = "0193f0a0-0000-7000-8000-000000000000";
        assert_eq!(printed(&shell.run(&["key", "list", "--project", nobody])), "");
        for (arguments, says) in [
            (["key", "create", "--project", nobody], "there is no project"),
            (["key", "create", "--project", "acme"], "--project must be"),
            (["key", "list", "--project", "acme"], "--project must be"),
        ] {
            assert!(complaint(&shell.run(&arguments)).contains(says), "{arguments:?}");
        }
        assert!(complaint(&shell.run(&["key", "revoke", "acme"])).contains("UUID"));
        for name in ["", "  "] {
            assert!(complaint(&shell.run(&["project", "create", name])).contains("name"), "a page needs somebody who asks");
        }
    }

    async fn the_server_takes_its_secrets_from_files_and_ends_when_asked(db: Database) {
        let fresh = db.fresh().await;
        let folder = fresh.folder.path();
        let mut serve = setuplinks(&["serve"]);
        serve
            .env("LISTEN_ADDR", "127.0.0.1:0")
            .env("DATABASE_URL_FILE", write(folder, "database", &format!("{}\n", fresh.url)))
            .env("SECRET_KEYS_FILE", write(folder, "keys", &format!("{SECRET_KEYS}\r\n")))
            .env("META_APP_SECRET_FILE", write(folder, "secret", "0123456789abcdef\n"))
            .envs([("META_APP_ID", "1"), ("META_CONFIG_ID", "2"), ("LOG_FORMAT", "json")])
            // What an orchestrator's unset variables look like.
            .envs([("SECRET_KEYS", ""), ("META_APP_SECRET", ""), ("PUBLIC_URL", ""), ("META_GRAPH_URL", ""), ("DATABASE_URL", "")])
            .stderr(Stdio::piped());

        let mut child = serve.spawn().expect("it starts");
        let mut lines = BufReader::new(child.stderr.take().expect("its log")).lines();
        let address = tokio::task::block_in_place(|| {
            let serving = lines.by_ref().map(|line| line.expect("text")).find(|line| line.contains("\"serving\""));
            let line: serde_json::Value = serde_json::from_str(&serving.expect("it serves")).expect("a JSON object a line");
            assert_eq!(line["public"], "http://localhost:8080", "an empty setting is none");
            line["address"].as_str().expect("an address").to_owned()
        });
        let page = Visitor::new().get(&format!("http://{address}/whatsapp/setup/{}", "x".repeat(32))).await;
        assert_eq!((page.status, page.page()), (404, "not-found".to_owned()));
        let sandbox = Visitor::new().get(&format!("http://{address}/v26.0/dialog/oauth")).await;
        assert_eq!(sandbox.status, 404, "the stand-in is never reachable from serve");

        let shell = Shell { database: fresh.url.clone() };
        let project = printed(&shell.run(&["project", "create", "Acme"])).trim().to_owned();
        let key = printed(&shell.run(&["key", "create", "--project", &project])).trim().to_owned();
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        for (path, status) in [("customers", 200), ("customers/none", 404)] {
            let call = client.get(format!("http://{address}/platform/v1/{path}")).header("x-api-key", &key);
            assert_eq!(call.send().await.expect("an answer").status(), status);
        }

        tokio::task::block_in_place(|| end(child, "TERM"));
        let rest: Vec<String> = lines.map_while(Result::ok).collect();
        output::logged(&rest.join("\n"));
        let listed = printed(&shell.run(&["key", "list"]));
        let calls: Vec<&String> = rest.iter().filter(|line| line.contains("/platform/v1/customers")).collect();
        assert_eq!(calls.len(), 2, "{rest:?}");
        for call in calls {
            let call: serde_json::Value = serde_json::from_str(call).expect("a JSON object");
            assert!(listed.contains(call["key"].as_str().expect("whose call it was")), "{call}");
        }
        assert!(!rest.iter().any(|line| line.contains(&key)));
        assert!(rest.iter().all(|line| !line.contains(&"x".repeat(32))), "a log line has no token: {rest:?}");
    }
}

#[test]
fn help_says_every_setting() {
    let help = printed(&setuplinks(&["serve", "--help"]).output().expect("it runs"));
    for name in [
        "LISTEN_ADDR",
        "ADMIN_ADDR",
        "PUBLIC_URL",
        "DATABASE_URL",
        "DATABASE_URL_FILE",
        "SECRET_KEYS",
        "SECRET_KEYS_FILE",
        "META_APP_ID",
        "META_APP_SECRET",
        "META_APP_SECRET_FILE",
        "META_CONFIG_ID",
        "META_GRAPH_VERSION",
        "META_GRAPH_URL",
        "META_DIALOG_URL",
        "META_EXTRAS_COEXISTENCE",
        "META_EXTRAS_DEDICATED",
        "LOG_FORMAT",
        "RUST_LOG",
    ] {
        assert!(help.contains(name), "{name} is not in:\n{help}");
    }
    for default in
        ["127.0.0.1:8080", "http://localhost:8080", "sqlite://setuplinks.db", "v26.0", "https://graph.facebook.com"]
    {
        assert!(help.contains(default), "{default} is not in:\n{help}");
    }
    let mut with_secret = setuplinks(&["serve", "--help"]);
    let help = printed(
        &with_secret.env("SECRET_KEYS", "hunter2").env("META_APP_SECRET", "hunter2").output().expect("it runs"),
    );
    assert!(!help.contains("hunter2"), "{help}");
    for command in ["serve", "doctor", "demo", "project", "key"] {
        assert!(printed(&setuplinks(&["--help"]).output().expect("it runs")).contains(command));
    }
}
