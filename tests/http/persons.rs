//! Who is taken for a person, held against two collections of user agents that others keep.

use serde_json::Value;
use setuplinks::web::person;

fn collection(path: &str) -> Vec<Value> {
    let path = format!("{}/tests/judges/node_modules/{path}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path);
    let text = text.unwrap_or_else(|e| panic!("{path}: {e}: ./check installs it"));
    serde_json::from_str(&text).expect("a list")
}

/// Those that look like a browser in every letter cannot be told from one, and apps that people use are among them.
#[test]
fn nearly_every_known_program_is_told_from_a_person() {
    let programs = collection("crawler-user-agents/crawler-user-agents.json");
    let names: Vec<&str> = programs
        .iter()
        .filter_map(|program| program["instances"].as_array())
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    assert!(names.len() > 1000, "{} names", names.len());
    let missed: Vec<&str> = names.iter().copied().filter(|name| person::is_browser(name)).collect();
    assert!(missed.len() * 100 <= names.len() * 3, "{} of {}: {missed:#?}", missed.len(), names.len());
    // What makes previews in messengers and mail, whose links our links mostly are.
    for preview in [
        "WhatsApp",
        "facebookexternalhit",
        "Twitterbot",
        "Slackbot",
        "TelegramBot",
        "Discordbot",
        "LinkedInBot",
        "SkypeUriPreview",
        "Applebot",
        "bingbot",
        "Googlebot",
    ] {
        let seen = names.iter().filter(|name| name.contains(preview)).count();
        let missed: Vec<&&str> = missed.iter().filter(|name| name.contains(preview)).collect();
        assert!(seen > 0 && missed.is_empty(), "{preview}: {missed:#?}");
    }
}

#[test]
fn no_browser_that_people_use_is_taken_for_a_program() {
    let people = collection("user-agents/dist/user-agents.json");
    let names: Vec<&str> = people.iter().filter_map(|one| one["userAgent"].as_str()).collect();
    assert!(names.len() > 1000, "{} names", names.len());
    let refused: Vec<&str> = names.iter().copied().filter(|name| !person::is_browser(name)).collect();
    assert!(refused.is_empty(), "{} of {}: {refused:#?}", refused.len(), names.len());
}
