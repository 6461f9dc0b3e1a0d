//! Where the customer lands: the platform's URL with what happened in its query.

use url::{Url, form_urlencoded};

/// The longest URL we take: what every browser and proxy carries.
const LONGEST: usize = 2048;

/// Checks a redirect URL when a link is made.
///
/// # Errors
/// A sentence that says what is allowed.
pub fn check(text: &str) -> Result<(), &'static str> {
    if text.len() > LONGEST {
        return Err("must be at most 2048 characters long");
    }
    // Browsers quietly drop or turn these characters, so what a person reads is not where it leads.
    if text.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
        return Err("must not contain spaces, control characters or backslashes");
    }
    let absolute = "must be an absolute http or https URL";
    let url = Url::parse(text).map_err(|_| absolute)?;
    let spelled_out = ["http://", "https://"].iter().any(|start| starts_with_ignoring_case(text, start));
    if !spelled_out || url.host_str().is_none_or(str::is_empty) {
        return Err(absolute);
    }
    // The origin goes into a header, where other characters would mean something.
    let is_host = |host: &str| host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._:[]".contains(&b));
    if !url.host_str().is_some_and(is_host) {
        return Err("must have a host of letters, digits, dots and hyphens");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not contain a user name or password");
    }
    if url.fragment().is_some() {
        return Err("must not contain a fragment (#…): parameters are added to its query");
    }
    Ok(())
}

fn starts_with_ignoring_case(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
}

/// Checks an entry of `allowed_origins`.
///
/// # Errors
/// A sentence that says what is allowed.
pub fn check_origin(text: &str) -> Result<(), &'static str> {
    let allowed = "must be an https origin such as https://app.example.com, without path or query";
    let url = Url::parse(text).map_err(|_| allowed)?;
    let is_origin = url.scheme() == "https" && url.origin().ascii_serialization() == text.trim_end_matches('/');
    if is_origin { Ok(()) } else { Err(allowed) }
}

/// `base` with `parameters` in its query. Its own parameters stay as they were written, except those of our names.
#[must_use]
pub fn with_parameters(base: &str, parameters: &[(&str, &str)]) -> String {
    // Header fields are ASCII: what a person may write in an address is encoded, what is encoded already stays.
    let base = Url::parse(base).map_or_else(|_| base.to_owned(), String::from);
    let (address, query) = base.split_once('?').unwrap_or((&base, ""));
    let is_ours = |pair: &str| {
        form_urlencoded::parse(pair.as_bytes())
            .next()
            .is_some_and(|(name, _)| parameters.iter().any(|(ours, _)| *ours == name))
    };
    let kept = query.split('&').filter(|pair| !pair.is_empty() && !is_ours(pair)).map(str::to_owned);
    let ours = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    format!("{address}?{}", kept.chain([ours]).collect::<Vec<_>>().join("&"))
}

/// The origin of a redirect URL, as `form-action` wants it. `None` when there is no such URL.
#[must_use]
pub fn origin(url: &str) -> Option<String> {
    Url::parse(url).ok().map(|url| url.origin().ascii_serialization())
}

/// The host of a redirect URL, in ASCII: letters of other scripts that look like Latin ones stay told apart.
#[must_use]
pub fn host(url: &str) -> Option<String> {
    Url::parse(url).ok()?.host_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_absolute_web_addresses_are_taken() {
        for fine in [
            "https://app.example.com/done",
            "http://localhost:3000/?a=1&b=2",
            "HTTPS://Example.com",
            "https://münchen.example/ü",
        ] {
            assert_eq!(check(fine), Ok(()), "{fine}");
        }
        let long = format!("https://a.example/{}", "a".repeat(2048));
        for refused in [
            "",
            "/done",
            "//evil.example",
            "example.com/done",
            "javascript:alert(1)",
            "data:text/html,x",
            "ftp://a.example",
            "https://",
            "https:/a.example",
            "https:a.example",
            "https://user@a.example",
            "https://user:pw@a.example",
            "https://a.example/#x",
            "https://good.example\\@evil.example",
            "https://a.example/ b",
            " https://a.example",
            "https://a.example/\nx",
            "https://[::1",
            "https://a.example;sandbox/",
            "https://a.example,b/",
            &long,
        ] {
            assert!(check(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn origins_are_https_and_bare() {
        for fine in ["https://app.example.com", "https://app.example.com:8443", "https://app.example.com/"] {
            assert_eq!(check_origin(fine), Ok(()), "{fine}");
        }
        for refused in [
            "http://app.example.com",
            "https://app.example.com/x",
            "*",
            "https://*.example.com/?",
            "null",
            "https://u@a.example",
        ] {
            assert!(check_origin(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn our_parameters_are_added_and_win_while_the_platform_s_stay_as_written() {
        let ours = [("setup_link_id", "1"), ("display_phone_number", "+15551234567")];
        assert_eq!(
            with_parameters("https://a.example/d", &ours),
            "https://a.example/d?setup_link_id=1&display_phone_number=%2B15551234567"
        );
        assert_eq!(
            with_parameters("https://a.example/d?x=a%20b&setup_link_id=forged&setup%5Flink_id=too&y", &ours),
            "https://a.example/d?x=a%20b&y&setup_link_id=1&display_phone_number=%2B15551234567"
        );
        assert_eq!(
            with_parameters("https://münchen.example/ü", &[("a", "ü")]),
            "https://xn--mnchen-3ya.example/%C3%BC?a=%C3%BC"
        );
    }
}
