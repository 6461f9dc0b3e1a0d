//! What is handed over with the program is true: its help and the page made of it, manual, completions, licences, the files
//! of `deploy/`, and what the documentation of its security names.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod deploy;
mod licenses;
mod papers;
mod security;
mod settings;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// A path below the project's root.
fn at(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A file of the project.
#[track_caller]
fn read(path: &str) -> String {
    fs::read_to_string(at(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// The program, with nothing in its environment.
fn setuplinks(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_setuplinks"));
    command.env_clear().args(arguments).stdin(Stdio::null());
    command
}

/// What it printed.
#[track_caller]
fn printed(arguments: &[&str]) -> String {
    let output = setuplinks(arguments).output().expect("it runs");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// Holds a file to what it must say; with `UPDATE` set, writes it.
#[track_caller]
fn hold(path: &str, must_say: &str) {
    if std::env::var_os("UPDATE").is_some() {
        fs::write(at(path), must_say).expect("writable");
    }
    assert!(read(path) == must_say, "{path} is not up to date: UPDATE=1 cargo test --test parcel");
}
