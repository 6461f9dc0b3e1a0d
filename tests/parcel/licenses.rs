//! `LICENSES.txt` names everything that is in the program, under licences that we take, with their texts.
//!
//! `UPDATE=1 cargo test --test parcel` writes it from the packages of the dependency tree and the licence files they bring.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::Path,
    process::Command,
};

use serde_json::Value;
use spdx::{Expression, ParseMode};

use crate::{at, read};

const FILE: &str = "LICENSES.txt";

/// What the released programs are built for. Only the first machine's tree is compared: another's may need a download.
const TARGETS: [&str; 2] = ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"];

/// What we take: licences that ask for their text and a name, and no more. The MPL asks that changes to its files are
/// published; we change none.
const TAKEN: [&str; 14] = [
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// What is in the program and in no package.
const OTHERS: [(&str, &str, &str); 3] = [
    (
        "The Rust Standard Library",
        "(MIT OR Apache-2.0) AND Zlib AND Unicode-3.0",
        "The Rust Project Developers (see https://thanks.rust-lang.org), with compiler_builtins, foldhash, gimli,\n\
         hashbrown, libc, rustc-demangle and tables of the Unicode Character Database",
    ),
    ("Names of countries", "Unicode-3.0", "Unicode, Inc., from the Common Locale Data Repository, version 48"),
    ("SQLite", "blessing", "in libsqlite3-sys; its authors disclaim copyright, see https://sqlite.org/copyright.html"),
];

const BLESSING: &str = "The author disclaims copyright to this source code. In place of a legal notice, here is a blessing:\n\n\
    May you do good and not evil.\n\
    May you find forgiveness for yourself and forgive others.\n\
    May you share freely, never taking more than you give.";

const ABOUT: &str = "\
What setuplinks is made of
==========================

The packages that are linked into setuplinks or write code that is, and what is in it besides; each with its licence as an SPDX
expression, and the numbers of the texts below that come with it. Where an expression leaves a choice, any will do.
The pages, words, scripts and pictures of setuplinks are its own, under its licence. No fonts are in it. The marks of Meta and
WhatsApp belong to their owner.

";

/// A package as `name version`, and its expression.
type Packages = BTreeMap<String, String>;

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO")).current_dir(at("")).args(arguments).output().expect("cargo");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// What is in the program on that machine, which is not what is only used to build or to test it.
fn tree(target: &str) -> Packages {
    let listed = cargo(&[
        "tree",
        "--locked",
        "--offline",
        "--edges",
        "normal",
        "--target",
        target,
        "--prefix",
        "none",
        "--format",
        "{p}\t{l}",
    ]);
    let packages = listed.lines().filter_map(|line| {
        let (package, expression) = line.trim_end_matches(" (*)").split_once('\t')?;
        let (name, version) = package.split(' ').next().zip(package.split(" v").nth(1))?;
        let version = version.split(' ').next()?;
        // The older way to write a choice.
        Some((format!("{name} {version}"), expression.replace(" / ", " OR ").replace('/', " OR ")))
    });
    packages.filter(|(package, _)| !package.starts_with("setuplinks ")).collect()
}

/// The packages that the file lists, with their expressions, and the texts that each refers to.
fn listed(file: &str) -> BTreeMap<String, (String, Vec<usize>)> {
    let rows = file.split("\n=== ").next().unwrap_or_default();
    let rows = rows.lines().filter_map(|line| line.split_once(" | ")).filter_map(|(package, rest)| {
        let (expression, texts) = rest.split_once(" | ")?;
        let texts = texts.split(' ').filter_map(|number| number.parse().ok()).collect();
        Some((package.trim_start().to_owned(), (expression.to_owned(), texts)))
    });
    rows.collect()
}

fn is_licence(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["license", "licence", "copying", "notice", "unlicense", "copyright", "patents"]
        .iter()
        .any(|word| name.starts_with(word))
}

/// The licence files of a package, in order; the standard texts where it brings none.
fn texts_of(folder: &Path, expression: &str, authors: &str) -> Vec<String> {
    let mut files: Vec<_> = fs::read_dir(folder).expect("a package").filter_map(Result::ok).collect();
    files.sort_by_key(fs::DirEntry::file_name);
    let is_one = |entry: &fs::DirEntry| {
        is_licence(&entry.file_name().to_string_lossy()) && entry.file_type().is_ok_and(|kind| kind.is_file())
    };
    let texts: Vec<String> = files
        .iter()
        .filter(|entry| is_one(entry))
        .filter_map(|entry| fs::read_to_string(entry.path()).ok())
        .flat_map(|text| parted(&tidied(&text)))
        .collect();
    if texts.is_empty() { standard(expression, authors) } else { texts }
}

/// The Apache License is kept once: where its terms are word for word those of our own, only what stands below them is another's.
fn parted(text: &str) -> Vec<String> {
    const END: &str = "END OF TERMS AND CONDITIONS";
    let letters = |text: &str| -> String {
        text.to_ascii_lowercase().replace("https", "http").chars().filter(char::is_ascii_alphanumeric).collect()
    };
    let ours = tidied(&read("LICENSE"));
    let (terms, _) = ours.split_once(END).expect("our own licence");
    let Some((_, below)) = text.split_once(END).filter(|(theirs, _)| letters(theirs) == letters(terms)) else {
        return vec![text.to_owned()];
    };
    // The appendix says how to name oneself; longer than that, it is something else.
    let names: Vec<&str> =
        below.lines().map(str::trim).filter(|line| line.starts_with("Copyright ") && !line.contains("yyyy")).collect();
    let own = match (below.len(), names.as_slice()) {
        (1300.., _) => Some(below.trim().to_owned()),
        (_, []) => None,
        (_, names) => Some(format!("{}\n\nLicensed under the Apache License, Version 2.0.", names.join("\n"))),
    };
    std::iter::once(ours).chain(own).collect()
}

/// The standard texts of every licence in an expression, under the names of the authors.
fn standard(expression: &str, authors: &str) -> Vec<String> {
    if expression == "blessing" {
        return vec![BLESSING.to_owned()];
    }
    let parsed = Expression::parse_mode(expression, ParseMode::LAX).expect("an expression");
    let ids = parsed.requirements().filter_map(|asked| asked.req.license.id());
    ids.map(|id| tidied(&format!("Copyright: {authors}\n\n{}", id.text()))).collect()
}

/// The same text is the same, whatever its lines end with.
fn tidied(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(|line| line.trim_end().trim_matches('\u{feff}')).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

fn write_out() -> String {
    let metadata: Value =
        serde_json::from_str(&cargo(&["metadata", "--locked", "--format-version", "1"])).expect("JSON");
    let described: BTreeMap<String, &Value> = metadata["packages"]
        .as_array()
        .expect("packages")
        .iter()
        .map(|package| {
            (format!("{} {}", package["name"].as_str().unwrap(), package["version"].as_str().unwrap()), package)
        })
        .collect();
    let mut texts: Vec<String> = Vec::new();
    let mut rows = String::new();
    let mut row = |package: &str, expression: &str, own: Vec<String>| {
        let mut numbers = Vec::new();
        for text in own {
            let same = |known: &String| known.split_whitespace().eq(text.split_whitespace());
            let number = texts.iter().position(same).unwrap_or_else(|| {
                texts.push(text);
                texts.len() - 1
            });
            numbers.push((number + 1).to_string());
        }
        let _ = writeln!(rows, "{package} | {expression} | {}", numbers.join(" "));
    };
    for (what, expression, authors) in OTHERS {
        row(what, expression, standard(expression, authors));
    }
    let all: Packages = TARGETS.iter().flat_map(|target| tree(target)).collect();
    for (package, expression) in &all {
        let described = described[package];
        let folder = Path::new(described["manifest_path"].as_str().expect("a path")).parent().expect("a folder");
        let authors: Vec<&str> =
            described["authors"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
        let authors = if authors.is_empty() { "its authors".to_owned() } else { authors.join(", ") };
        row(package, expression, texts_of(folder, expression, &format!("{authors}, of {package}")));
    }
    let mut file = format!("{ABOUT}{rows}");
    for (number, text) in texts.iter().enumerate() {
        let _ = write!(file, "\n\n{:=<80}\n\n{text}\n", format!("=== {} ", number + 1));
    }
    file
}

#[test]
fn everything_in_the_program_is_named_with_its_licence() {
    if std::env::var_os("UPDATE").is_some() {
        let written = write_out();
        fs::write(at(FILE), written).expect("writable");
    }
    let file = read(FILE);
    let listed = listed(&file);
    let missing: Vec<_> = tree(TARGETS[0])
        .into_iter()
        .filter(|(package, expression)| listed.get(package).is_none_or(|(listed, _)| listed != expression))
        .collect();
    assert!(missing.is_empty(), "{FILE} does not name {missing:?}: UPDATE=1 cargo test --test parcel");
    // And names nothing that is not, or no longer, among the packages.
    let lock = read("Cargo.lock");
    let locked: BTreeSet<String> = lock
        .split("[[package]]")
        .filter_map(|package| {
            let value =
                |name: &str| Some(package.split(&format!("\n{name} = \"")).nth(1)?.split('"').next()?.to_owned());
            Some(format!("{} {}", value("name")?, value("version")?))
        })
        .collect();
    let others: Vec<&str> = OTHERS.iter().map(|(what, ..)| *what).collect();
    let stale: Vec<_> =
        listed.keys().filter(|package| !locked.contains(*package) && !others.contains(&package.as_str())).collect();
    assert!(stale.is_empty(), "{FILE} names {stale:?}: UPDATE=1 cargo test --test parcel");
}

#[test]
fn every_licence_is_one_that_we_take_and_its_text_is_there() {
    let file = read(FILE);
    let texts: BTreeSet<usize> =
        file.lines().filter_map(|line| line.strip_prefix("=== ")?.trim_end_matches('=').trim().parse().ok()).collect();
    for (package, (expression, numbers)) in listed(&file) {
        assert!(!numbers.is_empty() && numbers.iter().all(|number| texts.contains(number)), "{package} has no text");
        if expression == "blessing" {
            continue;
        }
        let parsed = Expression::parse_mode(&expression, ParseMode::LAX).unwrap_or_else(|e| panic!("{package}: {e}"));
        let is_taken = parsed.evaluate(|asked| asked.license.id().is_some_and(|id| TAKEN.contains(&id.name)));
        assert!(is_taken, "{package} is under {expression}");
    }
}

#[test]
fn a_licence_that_asks_for_more_is_not_taken() {
    for (expression, is_taken) in
        [("GPL-3.0-only", false), ("MIT OR GPL-2.0-only", true), ("MIT AND AGPL-3.0-only", false), ("SSPL-1.0", false)]
    {
        let parsed = Expression::parse_mode(expression, ParseMode::LAX).expect("an expression");
        let takes = parsed.evaluate(|asked| asked.license.id().is_some_and(|id| TAKEN.contains(&id.name)));
        assert_eq!(takes, is_taken, "{expression}");
    }
}
