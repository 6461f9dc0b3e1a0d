//! Entity tags: two callers who change one thing do not undo each other, and who asks again is told that nothing changed.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use serde::Serialize;

use crate::{
    error::{Error, Result},
    seal::{digest, hex},
};

/// The strong tag of what an answer shows: another whenever anything in it is.
pub fn of(shown: &impl Serialize) -> Result<HeaderValue> {
    let text = serde_json::to_vec(shown).map_err(|e| Error::Internal(format!("a tag: {e}")))?;
    let tag = format!("\"{}\"", &hex(digest(text))[..32]);
    HeaderValue::try_from(tag).map_err(|_| Error::Internal("a tag is no header".to_owned()))
}

/// Holds `If-Match` against the tag of what is there. A weak tag matches nothing (RFC 9110).
///
/// # Errors
/// [`Error::Changed`] when the caller means another state.
pub fn must_match(headers: &HeaderMap, current: &HeaderValue) -> Result<()> {
    let mut named = tags(headers, header::IF_MATCH).peekable();
    let is_met = named.peek().is_none() || named.any(|tag| tag == "*" || tag.as_bytes() == current.as_bytes());
    if is_met { Ok(()) } else { Err(Error::Changed) }
}

/// Whether the caller holds what is there already (`If-None-Match`). A weak tag counts here.
pub fn is_known(headers: &HeaderMap, current: &HeaderValue) -> bool {
    let mut named = tags(headers, header::IF_NONE_MATCH);
    named.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag).as_bytes() == current.as_bytes())
}

/// The tags of a header. Ours hold no comma, so one that does is somebody else's, in parts or whole.
fn tags(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let lines = headers.get_all(name).into_iter().map(|line| line.to_str().unwrap_or("unreadable"));
    lines.flat_map(|line| line.split(',')).map(str::trim)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;
    use serde_json::json;

    use super::*;

    fn given(name: &'static str, lines: &[&str]) -> HeaderMap {
        lines.iter().map(|line| (HeaderName::from_static(name), HeaderValue::from_str(line).unwrap())).collect()
    }

    #[test]
    fn a_change_is_made_to_the_state_that_is_meant() {
        let (tag, other) = (of(&json!({"a": 1})).unwrap(), of(&json!({"a": 2})).unwrap());
        assert_ne!(tag, other);
        let text = tag.to_str().unwrap();
        let weak = format!("W/{text}");
        let list = format!("\"x\", {text}");
        for (lines, is_met) in [
            (vec![], true),
            (vec![text], true),
            (vec!["*"], true),
            (vec![list.as_str()], true),
            (vec!["\"x\"", text], true),
            (vec![weak.as_str()], false),
            (vec![other.to_str().unwrap()], false),
            (vec![""], false),
            (vec![text.trim_matches('"')], false),
        ] {
            assert_eq!(must_match(&given("if-match", &lines), &tag).is_ok(), is_met, "{lines:?}");
        }
        for (lines, is_known_already) in [
            (vec![], false),
            (vec![text], true),
            (vec![weak.as_str()], true),
            (vec!["*"], true),
            (vec!["\"x\""], false),
        ] {
            assert_eq!(is_known(&given("if-none-match", &lines), &tag), is_known_already, "{lines:?}");
        }
    }
}
