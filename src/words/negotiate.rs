//! Which language a visitor reads: their own choice, else the link's, else the browser's, else English.

use super::Lang;

/// More than any browser sends. Beyond it `accept-language` 3.1 can be made to panic (`q=nan` among 30 ranges).
const MOST_RANGES: usize = 16;
const MOST_BYTES: usize = 255;

/// The language for a page.
///
/// `chosen` is the visitor's `?lang=`, `link` the language the platform set, `header` the `Accept-Language` header.
#[must_use]
pub fn language(chosen: Option<&str>, link: Option<Lang>, header: Option<&str>) -> Lang {
    chosen.and_then(look_up).or(link).or_else(|| header.and_then(from_header)).unwrap_or(Lang::En)
}

/// The first language of the header that we write, by the visitor's order of preference (RFC 9110, 12.5.4).
fn from_header(header: &str) -> Option<Lang> {
    let mut end = header.len().min(MOST_BYTES);
    while !header.is_char_boundary(end) {
        end -= 1;
    }
    // A range that was cut in two may have lost its weight, or half of its name.
    let whole = if end < header.len() { header[..end].rsplit_once(',').map_or("", |(whole, _)| whole) } else { header };
    let ranges: Vec<&str> = whole.split(',').filter(|range| is_wanted(range)).take(MOST_RANGES).collect();
    accept_language::parse(&ranges.join(",")).iter().find_map(|range| match range.as_str() {
        "*" => Some(Lang::En),
        range => look_up(range),
    })
}

/// Whether a range has a weight that is a number above zero: `q=0` means "not this one", and garbage means nothing.
fn is_wanted(range: &str) -> bool {
    let mut parts = range.split(';').map(str::trim);
    let named = parts.next().is_some_and(|tag| !tag.is_empty());
    named
        && parts.all(|parameter| match parameter.split_once('=') {
            Some((name, weight)) if name.trim().eq_ignore_ascii_case("q") => {
                let weight = weight.trim();
                weight.len() <= 5
                    && weight.bytes().all(|b| b.is_ascii_digit() || b == b'.')
                    && weight.parse::<f32>().is_ok_and(|weight| weight > 0.0 && weight <= 1.0)
            }
            _ => true,
        })
}

/// RFC 4647 look-up: `pt-BR` is served by `pt`. `in` is what old Android still sends for Indonesian.
#[must_use]
pub fn look_up(range: &str) -> Option<Lang> {
    let mut tag = range.trim().replace('_', "-");
    loop {
        let known = if tag.eq_ignore_ascii_case("in") { "id" } else { &tag };
        let found = Lang::ALL.iter().find(|lang| lang.as_str().eq_ignore_ascii_case(known));
        if found.is_some() {
            return found.copied();
        }
        tag.truncate(tag.rfind('-')?);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_read_by_weight_region_and_wildcard() {
        for (header, lang) in [
            ("es", Lang::Es),
            ("pt-BR,pt;q=0.9,en;q=0.8", Lang::Pt),
            ("PT-br", Lang::Pt),
            ("en;q=0.5, ar;q=0.9", Lang::Ar),
            ("de-DE, de;q=0.9, hi;q=0.3", Lang::Hi),
            ("zh, *;q=0.1", Lang::En),
            ("*", Lang::En),
            ("ar;q=0, es;q=0.1", Lang::Es),
            ("ar;q=0", Lang::En),
            ("in-ID", Lang::Id),
            ("hi-Latn-IN", Lang::Hi),
            ("", Lang::En),
            (",,;;==,q", Lang::En),
            ("es;q=abc, pt;q=0.2", Lang::Pt),
            ("es;q=nan, id", Lang::Id),
            ("ar ; q = 0.7 , es ; q = 0.2", Lang::Ar),
        ] {
            assert_eq!(language(None, None, Some(header)), lang, "{header:?}");
        }
    }

    #[test]
    fn no_header_makes_it_panic() {
        let hostile = "en;q=nan,".repeat(100);
        assert_eq!(language(None, None, Some(&hostile)), Lang::En);
        assert_eq!(language(None, None, Some(&"ü".repeat(300))), Lang::En);
        assert_eq!(language(None, None, Some(&"es;q=nan,".repeat(100))), Lang::En, "a range cut in two is none");
        assert_eq!(language(None, None, Some(&format!("{hostile}es"))), Lang::En);
    }

    #[test]
    fn the_visitor_s_choice_comes_before_the_link_s_and_the_browser_s() {
        assert_eq!(language(Some("ar"), Some(Lang::Es), Some("hi")), Lang::Ar);
        assert_eq!(language(Some("klingon"), Some(Lang::Es), Some("hi")), Lang::Es);
        assert_eq!(language(None, Some(Lang::Es), Some("hi")), Lang::Es);
        assert_eq!(language(None, None, Some("hi")), Lang::Hi);
        assert_eq!(language(None, None, None), Lang::En);
    }

    proptest::proptest! {
        #[test]
        fn any_header_at_all_is_answered(header in "\\PC{0,400}") {
            let _ = language(None, None, Some(&header));
        }

        #[test]
        fn any_list_of_ranges_is_answered(ranges in proptest::collection::vec("[a-z*]{0,3}(;q=(nan|inf|[0-9.-]{0,4}))?", 0..60)) {
            let _ = language(None, None, Some(&ranges.join(",")));
        }
    }
}
