//! `docs/security.md` names tests that there are, and answers every requirement of the standard.

use std::{collections::BTreeMap, fs, path::Path};

use crate::{at, hold, read};

const PAGE: &str = "docs/security.md";

/// How many requirements of level 1 and 2 each section of ASVS 5.0.0 has; in each they come first, those of level 3 after them.
const ASVS: [(&str, usize); 75] = [
    ("V1.1", 2),
    ("V1.2", 9),
    ("V1.3", 11),
    ("V1.4", 3),
    ("V1.5", 2),
    ("V2.1", 3),
    ("V2.2", 3),
    ("V2.3", 4),
    ("V2.4", 1),
    ("V3.2", 2),
    ("V3.3", 4),
    ("V3.4", 6),
    ("V3.5", 5),
    ("V3.7", 2),
    ("V4.1", 3),
    ("V4.2", 1),
    ("V4.3", 2),
    ("V4.4", 4),
    ("V5.1", 1),
    ("V5.2", 3),
    ("V5.3", 2),
    ("V5.4", 3),
    ("V6.1", 3),
    ("V6.2", 12),
    ("V6.3", 4),
    ("V6.4", 4),
    ("V6.5", 5),
    ("V6.6", 3),
    ("V6.8", 4),
    ("V7.1", 3),
    ("V7.2", 4),
    ("V7.3", 2),
    ("V7.4", 5),
    ("V7.5", 2),
    ("V7.6", 2),
    ("V8.1", 2),
    ("V8.2", 3),
    ("V8.3", 1),
    ("V8.4", 1),
    ("V9.1", 3),
    ("V9.2", 4),
    ("V10.1", 2),
    ("V10.2", 2),
    ("V10.3", 4),
    ("V10.4", 11),
    ("V10.5", 5),
    ("V10.6", 2),
    ("V10.7", 3),
    ("V11.1", 2),
    ("V11.2", 3),
    ("V11.3", 3),
    ("V11.4", 4),
    ("V11.5", 1),
    ("V11.6", 1),
    ("V12.1", 3),
    ("V12.2", 2),
    ("V12.3", 4),
    ("V13.1", 1),
    ("V13.2", 5),
    ("V13.3", 2),
    ("V13.4", 5),
    ("V14.1", 2),
    ("V14.2", 4),
    ("V14.3", 3),
    ("V15.1", 3),
    ("V15.2", 3),
    ("V15.3", 7),
    ("V16.1", 1),
    ("V16.2", 5),
    ("V16.3", 4),
    ("V16.4", 3),
    ("V16.5", 3),
    ("V17.1", 1),
    ("V17.2", 4),
    ("V17.3", 2),
];

const STATES: [&str; 5] = ["met", "in part", "not met", "operator", "n/a"];

fn number(requirement: &str) -> (&str, usize) {
    let (section, number) = requirement.rsplit_once('.').unwrap_or_else(|| panic!("{requirement}"));
    (section, number.parse().unwrap_or_else(|e| panic!("{requirement}: {e}")))
}

/// Every requirement that the page answers, with what it says of it.
fn answered(page: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for row in page.lines().filter(|line| line.starts_with("| V")) {
        let cells: Vec<&str> = row.split(" | ").map(|cell| cell.trim_matches(['|', ' '])).collect();
        let [requirements, state, how] = cells[..] else { panic!("{row}") };
        assert!(STATES.contains(&state) && !how.is_empty(), "{row}");
        let (first, last) = requirements.split_once('–').unwrap_or((requirements, requirements));
        let ((section, from), (end, to)) = (number(first), number(last));
        assert!(section == end && from <= to, "{row}");
        all.extend((from..=to).map(|number| (format!("{section}.{number}"), state.to_owned())));
    }
    all
}

#[test]
fn every_requirement_of_the_standard_is_answered_once() {
    let page = read(PAGE);
    let asked: Vec<String> = ASVS
        .iter()
        .flat_map(|(section, count)| (1..=*count).map(move |number| format!("{section}.{number}")))
        .collect();
    assert_eq!(asked.len(), 253, "70 of level 1, 183 of level 2");
    let answered = answered(&page);
    let given: Vec<&String> = answered.iter().map(|(requirement, _)| requirement).collect();
    assert_eq!(given, asked.iter().collect::<Vec<_>>());

    let mut sums: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, state) in &answered {
        *sums.entry(state).or_default() += 1;
    }
    let sum = |state: &str| sums.get(state).copied().unwrap_or_default();
    let [met, part, not, operator, none] = STATES.map(sum);
    let sentence = format!("Of 253: {met} met, {part} in part, {not} not met, {operator} operator, {none} n/a.");
    let counted: Vec<&str> =
        page.lines().map(|line| if line.starts_with("Of 253: ") { sentence.as_str() } else { line }).collect();
    assert!(counted.contains(&sentence.as_str()), "the page has no sentence that begins with \"Of 253: \"");
    hold(PAGE, &(counted.join("\n") + "\n"));
}

/// Every function of the tests and the source, as text to look into.
fn sources(folder: &Path, all: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder").filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() && !path.ends_with("node_modules") && !path.ends_with("python") {
            sources(&path, all);
        } else if path.extension().is_some_and(|end| end == "rs") {
            all.push_str(&fs::read_to_string(&path).expect("text"));
        }
    }
}

#[test]
fn every_test_that_is_named_is_there() {
    let mut all = String::new();
    sources(&at("tests"), &mut all);
    sources(&at("src"), &mut all);
    let page = read(PAGE);
    let words = page.split('`').skip(1).step_by(2);
    let is_test = |word: &&str| {
        word.matches('_').count() >= 2 && word.chars().all(|c| c == '_' || c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    let named: Vec<&str> = words.filter(is_test).filter(|word| *word != "this_one_of_a_test").collect();
    assert!(named.len() > 100, "{}", named.len());
    for name in named {
        assert!(all.contains(&format!("fn {name}(")), "there is no test {name}");
    }
}

#[test]
fn whoever_finds_a_weakness_is_told_where_to_go() {
    let page = read("SECURITY.md");
    for part in ["Report a vulnerability", "docs/security.md", "LICENSES.txt"] {
        assert!(page.contains(part), "{part}");
    }
}
