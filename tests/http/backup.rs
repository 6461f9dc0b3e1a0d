//! `setuplinks backup`: a copy of a database that is being written, and a restore that is one file copy.

use std::{
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Output},
};

use serde_json::json;

use crate::{
    cli::{complaint, printed, setuplinks},
    operators::Serving,
    support::{Database, Visitor, database::Fresh, until},
};

fn backup(database: &str, path: &Path) -> Output {
    let path = path.to_str().expect("UTF-8");
    setuplinks(&["backup", path]).env("DATABASE_URL", database).output().expect("it runs")
}

fn files(folder: &Path) -> Vec<String> {
    let files = std::fs::read_dir(folder).expect("a folder");
    files.map(|file| file.expect("a file").file_name().into_string().expect("UTF-8")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_that_is_made_under_load_is_whole() {
    let serving = Serving::start(Database::Sqlite).await;
    let acme = serving.platform().await;
    let link = acme.link(json!({"language": "es"})).await;
    let writing = {
        let acme = acme.clone();
        tokio::spawn(async move {
            for nth in 0.. {
                acme.customer(&format!("Customer {nth}")).await;
            }
        })
    };
    let many = |least: u64| {
        let acme = acme.clone();
        async move {
            let answer = acme.get("/customers?name_contains=Customer&per_page=1").await;
            answer.body["meta"]["total_count"].as_u64().filter(|count| *count >= least)
        }
    };
    let before = until("some customers", || many(20)).await;
    let folder = tempfile::tempdir().expect("a folder");
    let copy = folder.path().join("copy.db");

    let made = tokio::task::block_in_place(|| printed(&backup(&serving.fresh.url, &copy)));

    assert_eq!(made, copy.display().to_string());
    assert_eq!(mode(&copy), 0o600);
    assert_eq!(files(folder.path()), ["copy.db"], "one file, and nothing beside it");
    until("more customers: nobody waited for the copy", || many(before + 20)).await;
    writing.abort();

    // The machine is lost. On another one, the copy is put where the database was.
    let elsewhere = tempfile::tempdir().expect("a folder");
    let restored = elsewhere.path().join("setuplinks.db");
    std::fs::copy(&copy, &restored).expect("copied");
    let url = format!("sqlite://{}", restored.display());
    let again = Serving::start_on(Fresh { url, folder: elsewhere }, setuplinks(&["serve"]));
    again.until_ready(200).await;
    let acme = crate::support::Platform::new(again.public.clone(), acme.key, acme.project);
    let found = acme.get("/customers?name_contains=Customer&per_page=1").await.body["meta"]["total_count"].as_u64();
    assert!(found.is_some_and(|found| found >= before), "{found:?} of {before}");
    // Its token was sealed; the key is not in the copy, but with the operator.
    assert!(acme.see(&link).await["url"].as_str().expect("a URL").ends_with(&link.token));
    let page = Visitor::new().get(&format!("{}/whatsapp/setup/{}", again.public, link.token)).await;
    assert_eq!((page.status, page.attribute("html", "lang")), (200, "es".to_owned()));
    acme.customer("One more").await;
}

fn mode(file: &Path) -> u32 {
    file.metadata().unwrap_or_else(|e| panic!("{}: {e}", file.display())).permissions().mode() & 0o777
}

/// Under an umask that lets everybody read.
async fn serving_for_all_to_read(fresh: Fresh) -> Serving {
    let mut shell = Command::new("/bin/sh");
    shell.env_clear().args(["-c", "umask 022; exec \"$0\" serve", env!("CARGO_BIN_EXE_setuplinks")]);
    let serving = Serving::start_on(fresh, shell);
    serving.until_ready(200).await;
    serving
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_is_its_owner_s_alone_unless_the_operator_made_it_otherwise() {
    let serving = serving_for_all_to_read(Database::Sqlite.fresh().await).await;
    for name in ["test.db", "test.db-wal", "test.db-shm"] {
        assert_eq!(mode(&serving.fresh.folder.path().join(name)), 0o600, "{name}");
    }

    let fresh = Database::Sqlite.fresh().await;
    let file = fresh.folder.path().join("test.db");
    std::fs::write(&file, "").expect("writable");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).expect("ours");
    let serving = serving_for_all_to_read(fresh).await;
    for name in ["test.db", "test.db-wal"] {
        assert_eq!(mode(&serving.fresh.folder.path().join(name)), 0o640, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_there_already_is_never_written_over() {
    let fresh = Database::Sqlite.fresh().await;
    printed(&setuplinks(&["project", "create", "Acme"]).env("DATABASE_URL", &fresh.url).output().expect("it runs"));
    let folder = tempfile::tempdir().expect("a folder");
    let kept = folder.path().join("kept");
    std::fs::write(&kept, "precious").expect("writable");
    std::os::unix::fs::symlink("nowhere", folder.path().join("dangling")).expect("a link");
    for name in ["kept", "dangling"] {
        let said = complaint(&backup(&fresh.url, &folder.path().join(name)));
        assert!(said.contains("is there already"), "{said}");
    }
    assert_eq!(std::fs::read_to_string(&kept).expect("readable"), "precious");
    let said = complaint(&backup(&fresh.url, &folder.path().join("no/folder/copy.db")));
    assert!(said.contains("no backup can be written to"), "{said}");
    let nowhere = format!("sqlite://{}", folder.path().join("none.db").display());
    let said = complaint(&backup(&nowhere, &folder.path().join("copy.db")));
    assert!(said.contains("DATABASE_URL"), "{said}");
    let mut left = files(folder.path());
    left.sort();
    assert_eq!(left, ["dangling", "kept"], "nothing is made by the way");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgresql_has_tools_of_its_own() {
    let fresh = Database::Postgres.fresh().await;
    let copy = fresh.folder.path().join("copy.db");
    let said = complaint(&backup(&fresh.url, &copy));
    assert!(said.contains("pg_dump"), "{said}");
    assert!(files(fresh.folder.path()).is_empty());
}
