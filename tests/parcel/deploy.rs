//! The files of `deploy/` and the `Dockerfile` name settings, files and commands that there are.

use std::collections::BTreeSet;

use crate::{at, read, settings};

/// What others read: PostgreSQL's image, and `compose.yaml` itself.
const OTHERS: [&str; 4] = ["POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD_FILE", "SETUPLINKS_HOST"];

/// The names in capitals that stand before a mark, wherever a value is given to one.
fn given(text: &str, mark: char) -> BTreeSet<String> {
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.len() > 2
            && name.chars().all(|c| c == '_' || c.is_ascii_digit() || c.is_ascii_uppercase())
    };
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    let parts =
        lines.flat_map(|line| {
            let words = line.split([' ', '"']).filter_map(move |word| Some(word.split_once(mark)?.0.to_owned()));
            // systemd's own line is an assignment of assignments.
            let nested = line.trim_start().strip_prefix("Environment=").into_iter();
            words.chain(nested.flat_map(move |rest| {
                rest.split(' ').filter_map(move |word| Some(word.split_once(mark)?.0.to_owned()))
            }))
        });
    parts.filter(|name| is_name(name)).collect()
}

#[test]
fn every_name_in_the_files_for_deployment_is_a_setting() {
    let known = settings::names();
    for (file, mark, least) in [
        ("deploy/compose.yaml", ':', 8),
        ("deploy/setuplinks.service", '=', 2),
        ("deploy/setuplinks.env.example", '=', 5),
        ("deploy/.env.example", '=', 3),
        ("Dockerfile", '=', 4),
    ] {
        let given = given(&read(file), mark);
        assert!(given.len() >= least, "{file} gives {given:?}");
        for name in given {
            assert!(known.contains(&name) || OTHERS.contains(&name.as_str()), "{file}: there is no setting {name}");
        }
    }
}

#[test]
fn what_compose_asks_of_its_environment_stands_in_the_example() {
    let (compose, example) = (read("deploy/compose.yaml"), read("deploy/.env.example"));
    for asked in compose.split("${").skip(1) {
        let name = asked.split([':', '}', '?']).next().unwrap_or_default();
        assert!(example.lines().any(|line| line.starts_with(&format!("{name}="))), "{name}");
    }
}

#[test]
fn the_image_is_built_from_files_that_are_there_and_sent() {
    let (dockerfile, ignored) = (read("Dockerfile"), read(".dockerignore"));
    let copied: Vec<&str> = dockerfile
        .lines()
        .filter_map(|line| line.strip_prefix("COPY "))
        .filter(|rest| !rest.starts_with("--from"))
        .flat_map(|rest| rest.split(' ').take(rest.split(' ').count() - 1))
        .collect();
    assert!(copied.len() >= 9, "{copied:?}");
    for path in copied {
        assert!(at(path).exists(), "{path}");
        assert!(ignored.lines().any(|line| line == format!("!{path}")), ".dockerignore keeps {path} away");
    }
    assert!(ignored.lines().any(|line| line == "*"), "what is not named is not sent");
}

#[test]
fn the_documentation_names_the_files_that_there_are() {
    let page = read("docs/deploy.md");
    for file in ["Dockerfile", "deploy/compose.yaml", "deploy/setuplinks.service", "deploy/setuplinks.sysusers"] {
        assert!(at(file).exists() && page.contains(file), "{file}");
    }
}

#[test]
fn the_server_runs_as_nobody_and_writes_where_it_may() {
    let (dockerfile, compose, unit) =
        (read("Dockerfile"), read("deploy/compose.yaml"), read("deploy/setuplinks.service"));
    assert!(dockerfile.contains("\nUSER 65532:65532\n") && dockerfile.contains("\nHEALTHCHECK "));
    assert_eq!(compose.matches("read_only: true").count(), 3, "every container");
    assert_eq!(compose.matches("cap_drop: [ALL]").count(), 3);
    assert_eq!(compose.matches("no-new-privileges:true").count(), 3);
    for line in ["NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet=", "User=setuplinks"] {
        assert!(unit.lines().any(|known| known == line), "{line}");
    }
    let starts_again = ["StartLimitIntervalSec=0", "Restart=on-failure"].iter().all(|line| unit.contains(line));
    assert!(starts_again && compose.contains("restart: unless-stopped"), "however long the database is away");
    for text in [&dockerfile, &compose, &unit] {
        let has_secret = ["SECRET_KEYS=", "META_APP_SECRET=", "PASSWORD="].iter().any(|name| text.contains(name));
        assert!(!has_secret, "a secret comes from a file");
    }
}
