//! Whether a person looks, or a program that people use: previews of messengers, scanners of mail, crawlers, prefetches.
//!
//! A browser names itself `Mozilla/5.0 (…)` with its engine, and a program that is none says so: by a word such as
//! `bot`, by an address where to read about it, or by `compatible;`. Nothing here is a defence, since anyone can send
//! anything; it keeps the honest ones apart.

use axum::http::{HeaderMap, HeaderName, Method, header};

/// What every browser that people use for the web names: its engine, lower-case.
const ENGINES: &[&str] = &["applewebkit/", "gecko/", "trident/", "presto/", "goanna/"];

/// What programs call themselves, lower-case. A preview can look like a browser but for one of these.
const PROGRAMS: &[&str] = &[
    ".com",
    "agent",
    "appinsights",
    "archive",
    "bot",
    "checker",
    "collapsify",
    "cookiehub",
    "crawl",
    "dareboost",
    "datadog",
    "datanyze",
    "daumoa",
    "dlc/",
    "embed",
    "externalhit",
    "favicon",
    "feed",
    "fetch",
    "finder",
    "foregenix",
    "ghost inspector",
    "google-",
    "googleweb",
    "gtmetrix",
    "hardenize",
    "headless",
    "hotjar",
    "http:",
    "https:",
    "lighthouse",
    "linktiger",
    "manus-user",
    "marketgoo",
    "monitor",
    "ms-office",
    "newsai",
    "newsnow",
    "outlook",
    "pagespeed",
    "phantomjs",
    "pingdom",
    "playstore-google",
    "playwright",
    "preview",
    "proxy",
    "ptst/",
    "read-aloud",
    "readable/",
    "rigor)",
    "scan",
    "securityheaders",
    "selenium",
    "silktide",
    "sindup",
    "slurp",
    "snippet",
    "spider",
    "splash ",
    "synthetic",
    "testlocally",
    "validator",
    "virustotal",
    "watchtowr",
    "whatsapp/",
    "www.",
    "xmco",
    "zotero",
];

/// Headers by which a browser says that it gets a page before anybody asked for it.
const EARLY: &[&str] = &["sec-purpose", "purpose", "x-purpose", "x-moz"];

/// Whether a person is looking at what is got.
#[must_use]
pub fn looks(method: &Method, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_early = EARLY.iter().any(|name| {
        let purpose = text(name);
        ["prefetch", "prerender", "preview"].iter().any(|early| purpose.contains(early))
    });
    let is_shown = matches!(text("sec-fetch-dest"), "" | "document" | "iframe");
    method == Method::GET && is_shown && !is_early && is_browser(text(header::USER_AGENT.as_str()))
}

/// Whether that is how a browser names itself, an app's own window included.
#[must_use]
pub fn is_browser(user_agent: &str) -> bool {
    // A maker of phones is called Cubot.
    let name = user_agent.to_ascii_lowercase().replace("cubot", "");
    let is_explorer = name.contains("msie ") || name.contains("trident/");
    let names_engine = is_explorer || ENGINES.iter().any(|engine| name.contains(engine));
    let is_program = PROGRAMS.iter().any(|program| name.contains(program));
    let starts_so = name.starts_with("mozilla/") || name.starts_with("opera/");
    starts_so && names_engine && !is_program && (is_explorer || !name.contains("compatible;"))
}

/// What a browser says of itself with every request: enough to know a visitor again for a while, and little more.
#[must_use]
pub fn hints(headers: &HeaderMap) -> String {
    const HINTS: [HeaderName; 5] = [
        header::USER_AGENT,
        header::ACCEPT_LANGUAGE,
        HeaderName::from_static("sec-ch-ua"),
        HeaderName::from_static("sec-ch-ua-mobile"),
        HeaderName::from_static("sec-ch-ua-platform"),
    ];
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    HINTS.map(text).join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEOPLE: &[&str] = &[
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
        "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Linux; Android 14; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Linux; Android 14; 2201117TG; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/141.0.0.0 Mobile Safari/537.36",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/22G86 [FBAN/FBIOS;FBAV/530.0.0;FBDV/iPhone15,2;FBLC/es_ES]",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/22G86 Instagram 400.0.0 (iPhone15,2; iOS 18_6; pt_BR)",
        "Mozilla/5.0 (Linux; Android 13; CUBOT_X70) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) GSA/389.0 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (Linux; U; Android 12; id-id; CPH2269) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/115.0.0.0 Mobile Safari/537.36 UCBrowser/13.5",
        "Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; Trident/6.0)",
        "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko",
        "Opera/9.80 (Windows NT 6.1) Presto/2.12.388 Version/12.18",
    ];

    const PROGRAMS: &[&str] = &[
        "",
        "WhatsApp/2.25.20.79 A",
        "TelegramBot (like TwitterBot)",
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "meta-externalagent/1.1 (+https://developers.facebook.com/docs/sharing/webmasters/crawler)",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
        "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
        "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
        "LinkedInBot/1.0 (compatible; Mozilla/5.0; Jakarta Commons-HttpClient/3.1 +http://www.linkedin.com)",
        "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (Windows NT 6.1; rv:6.0) Gecko/20110814 Firefox/6.0 Google (+https://developers.google.com/+/web/snippet/)",
        "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/136.0.0.0 Safari/537.36",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/141.0.0.0 Safari/537.36",
        "Mozilla/5.0 (Linux; Android 11; moto g power (2022)) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/136.0.0.0 Mobile Safari/537.36 Chrome-Lighthouse",
        "Mozilla/4.0 (compatible; ms-office; MSOffice 16)",
        "curl/8.5.0",
        "python-requests/2.32.3",
        "Go-http-client/2.0",
        "okhttp/4.12.0",
        "Mozilla/5.0",
    ];

    #[test]
    fn people_are_told_from_programs() {
        for name in PEOPLE {
            assert!(is_browser(name), "{name}");
        }
        for name in PROGRAMS {
            assert!(!is_browser(name), "{name}");
        }
    }

    #[test]
    fn only_a_page_that_is_shown_now_is_looked_at() {
        let browser = |more: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            headers.insert(header::USER_AGENT, PEOPLE[0].parse().unwrap());
            headers.extend(more.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())));
            headers
        };
        assert!(looks(&Method::GET, &browser(&[])));
        assert!(looks(&Method::GET, &browser(&[("sec-fetch-dest", "document")])));
        assert!(!looks(&Method::HEAD, &browser(&[])));
        for early in [
            ("sec-purpose", "prefetch;prerender"),
            ("purpose", "prefetch"),
            ("x-moz", "prefetch"),
            ("x-purpose", "preview"),
            ("sec-fetch-dest", "image"),
            ("sec-fetch-dest", "empty"),
        ] {
            assert!(!looks(&Method::GET, &browser(&[early])), "{early:?}");
        }
    }
}
