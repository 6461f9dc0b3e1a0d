//! Completions, manual pages and licences, as they are printed.

use std::{
    fs,
    io::Write as _,
    process::{Command, Stdio},
};

use crate::{printed, settings, setuplinks};

/// What a shell says of a script that it only reads; `None` where there is no such shell.
fn complaints(shell: &str, script: &str) -> Option<String> {
    let child =
        Command::new(shell).arg("-n").stdin(Stdio::piped()).stderr(Stdio::piped()).stdout(Stdio::null()).spawn();
    let mut child = child.ok()?;
    child.stdin.take().expect("open").write_all(script.as_bytes()).expect("taken");
    let output = child.wait_with_output().expect("an end");
    Some(format!("{}{}", String::from_utf8_lossy(&output.stderr), if output.status.success() { "" } else { "refused" }))
}

#[test]
fn shells_can_read_their_completions() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = printed(&["completions", shell]);
        for word in ["serve", "doctor", "project", "licenses", "public-url"] {
            assert!(script.contains(word), "{shell} does not know {word}");
        }
        if ["bash", "zsh", "fish"].contains(&shell) {
            assert_eq!(complaints(shell, &script).unwrap_or_default(), "", "{shell}");
        }
    }
}

#[test]
fn bash_completes_commands_and_flags() {
    let asked = |line: &str| {
        let last = line.split(' ').count() - 1;
        let words: Vec<String> = line.split(' ').map(|word| format!("{word:?}")).collect();
        let before = &words[last.saturating_sub(1)];
        format!(
            "{}\nCOMP_WORDS=({}); COMP_CWORD={last}; _setuplinks setuplinks {} {before}; echo \"${{COMPREPLY[@]}}\"",
            printed(&["completions", "bash"]),
            words.join(" "),
            words[last],
        )
    };
    for (line, answer) in
        [("setuplinks lic", "licenses"), ("setuplinks serve --public", "--public-url"), ("setuplinks key re", "revoke")]
    {
        let output = Command::new("bash").args(["--norc", "-c", &asked(line)]).output().expect("bash");
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), answer, "{line}");
    }
}

#[test]
fn every_command_has_a_manual_page_that_a_formatter_takes() {
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(printed(&["manual", folder.path().to_str().expect("text")]), "");
    let of = |name: &str| folder.path().join(name);
    for command in settings::pages() {
        let page = of(&format!("{command}.1"));
        let text = fs::read_to_string(&page).unwrap_or_else(|e| panic!("{}: {e}", page.display()));
        assert!(text.contains(".SH NAME"), "{command}");
        // Whichever of the two there is; mandoc is the stricter.
        let lint = Command::new("mandoc").args(["-T", "lint", "-W", "error"]).arg(&page).output();
        if let Ok(lint) = lint {
            assert!(lint.status.success(), "{}", String::from_utf8_lossy(&lint.stdout));
        }
        if let Ok(shown) = Command::new("man").args(["-l", "--warnings=w"]).arg(&page).env("MANPAGER", "cat").output() {
            assert_eq!(String::from_utf8_lossy(&shown.stderr), "", "{command}");
        }
    }
    let serve = fs::read_to_string(of("setuplinks-serve.1")).expect("a page");
    assert!(serve.contains("PUBLIC_URL") && serve.contains("META_APP_SECRET"));
    assert_eq!(printed(&["manual"]), fs::read_to_string(of("setuplinks.1")).expect("a page"));
}

#[test]
fn a_folder_that_is_not_there_is_said() {
    let output = setuplinks(&["manual", "/nowhere/at/all"]).output().expect("it runs");
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("/nowhere/at/all"));
}

#[test]
fn the_licences_are_in_the_program() {
    let said = printed(&["licenses"]);
    for part in ["Apache License", "setuplinks", "axum ", "aws-lc-sys ", "SQLite", "The Rust Standard Library"] {
        assert!(said.contains(part), "{part}");
    }
    assert!(said.contains(&crate::read("LICENSES.txt")));
}

#[test]
fn a_reader_who_stops_is_no_failure() {
    let asked = format!("{} licenses | head -n 1; echo ${{PIPESTATUS[0]}}", env!("CARGO_BIN_EXE_setuplinks"));
    let output = Command::new("bash").args(["-c", &asked]).output().expect("bash");
    assert!(String::from_utf8_lossy(&output.stdout).trim_end().ends_with("\n0"), "{output:?}");
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}
