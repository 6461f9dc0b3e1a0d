//! `docs/configure.md` says what `--help` says.

use std::{collections::BTreeSet, fmt::Write as _};

use clap::{Arg, Command, CommandFactory as _};
use setuplinks::cli::Cli;

use crate::{hold, read};

const PAGE: &str = "docs/configure.md";

/// Every command, as it is after the flags for all of them were handed down.
pub fn commands() -> Command {
    let mut all = Cli::command();
    all.build();
    all
}

/// The names that the environment is read by.
pub fn names() -> BTreeSet<String> {
    fn add(command: &Command, names: &mut BTreeSet<String>) {
        let of = command.get_arguments().filter_map(|arg| Some(arg.get_env()?.to_str()?.to_owned()));
        names.extend(of);
        command.get_subcommands().for_each(|command| add(command, names));
    }
    let mut names = BTreeSet::from(["RUST_LOG".to_owned()]);
    add(&commands(), &mut names);
    names
}

/// The manual pages there must be, by name.
pub fn pages() -> Vec<String> {
    fn add(command: &Command, name: &str, pages: &mut Vec<String>) {
        pages.push(name.to_owned());
        for command in command.get_subcommands().filter(|command| command.get_name() != "help") {
            add(command, &format!("{name}-{}", command.get_name()), pages);
        }
    }
    let mut pages = Vec::new();
    add(&commands(), "setuplinks", &mut pages);
    pages
}

/// A name in capitals with an underscore is code wherever it stands.
fn marked(text: &str) -> String {
    let is_name = |word: &str| {
        word.contains('_') && word.chars().all(|c| c == '_' || c.is_ascii_digit() || c.is_ascii_uppercase())
    };
    let text = text.replace('|', "\\|").replace('\n', " ");
    let words = text.split(' ').map(|word| {
        let core = word.trim_matches(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        if is_name(core) { word.replacen(core, &format!("`{core}`"), 1) } else { word.to_owned() }
    });
    words.collect::<Vec<_>>().join(" ")
}

fn help(arg: &Arg) -> String {
    let text = arg.get_long_help().or_else(|| arg.get_help()).map(ToString::to_string).unwrap_or_default();
    format!("{}.", marked(text.trim()))
}

/// A row for each setting of `serve`.
fn settings(serve: &Command) -> String {
    let mut table = "| environment | flag | default | meaning |\n|---|---|---|---|\n".to_owned();
    for arg in serve.get_arguments() {
        let (Some(env), Some(flag)) = (arg.get_env(), arg.get_long()) else { continue };
        let default = match arg.get_default_values().first().and_then(|value| value.to_str()) {
            None | Some("") if help(arg).contains("required") => "required".to_owned(),
            None | Some("") => "none".to_owned(),
            Some(value) => format!("`{value}`"),
        };
        let (env, help) = (env.to_string_lossy(), help(arg));
        let _ = writeln!(table, "| `{env}` | `--{flag}` | {default} | {help} |");
    }
    table
}

/// A row for each command, with the flags that are its own.
fn list(command: &Command, path: &str, known: &BTreeSet<&str>, table: &mut String) {
    for command in command.get_subcommands().filter(|command| command.get_name() != "help") {
        let mut path = format!("{path} {}", command.get_name());
        for place in command.get_positionals() {
            let name = place.get_id().as_str().to_uppercase();
            let _ = if place.is_required_set() { write!(path, " {name}") } else { write!(path, " [{name}]") };
        }
        if command.has_subcommands() {
            list(command, &path, known, table);
            continue;
        }
        let is_own = |arg: &&Arg| arg.get_long().is_some_and(|flag| !known.contains(flag));
        let flags: Vec<String> =
            command.get_arguments().filter(is_own).filter_map(|arg| Some(format!("`--{}`", arg.get_long()?))).collect();
        let about = command.get_long_about().or_else(|| command.get_about()).map(ToString::to_string);
        let about = marked(&about.unwrap_or_default().replace("\n\n", ". "));
        let _ = writeln!(table, "| `{path}` | {} | {}. |", flags.join(" "), about.trim_end_matches('.'));
    }
}

/// Puts text between a pair of marks.
fn between(page: &str, name: &str, text: &str) -> String {
    let (open, close) = (format!("<!-- {name}: made of --help -->\n"), format!("<!-- /{name} -->"));
    let (before, rest) = page.split_once(&open).unwrap_or_else(|| panic!("{PAGE} has no {open}"));
    let (_, after) = rest.split_once(&close).unwrap_or_else(|| panic!("{PAGE} has no {close}"));
    format!("{before}{open}{text}{close}{after}")
}

#[test]
fn the_page_of_settings_is_made_of_the_help_text() {
    let all = commands();
    let serve = all.find_subcommand("serve").expect("the command");
    let mut known: BTreeSet<&str> = serve.get_arguments().filter_map(Arg::get_long).collect();
    known.extend(["help", "version"]);
    let mut table = "| command | flags of its own | what it does |\n|---|---|---|\n".to_owned();
    list(&all, "setuplinks", &known, &mut table);
    let page = read(PAGE);
    hold(PAGE, &between(&between(&page, "settings", &settings(serve)), "commands", &table));
}

#[test]
fn every_setting_and_command_has_a_line_of_help() {
    fn look(command: &Command, path: &str) {
        assert!(command.get_about().is_some(), "{path}");
        for arg in command.get_arguments() {
            assert!(arg.get_help().is_some(), "{path} {}", arg.get_id());
        }
        for command in command.get_subcommands().filter(|command| command.get_name() != "help") {
            look(command, &format!("{path} {}", command.get_name()));
        }
    }
    look(&commands(), "setuplinks");
}

#[test]
fn no_secret_is_shown_by_the_help_text() {
    let secrets = [
        "SECRET_KEYS",
        "META_APP_SECRET",
        "META_VERIFY_TOKEN",
        "DATABASE_URL",
        "TWILIO_AUTH_TOKEN",
        "TWILIO_API_KEY_SECRET",
    ];
    for command in ["serve", "doctor"] {
        let mut program = crate::setuplinks(&[command, "--help"]);
        for secret in secrets {
            program.env(secret, "hunter2");
        }
        let output = program.output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(said.contains("SECRET_KEYS") && !said.contains("hunter2"), "{said}");
    }
}
