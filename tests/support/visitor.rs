//! A person with a browser that runs no script: cookies, forms and redirects, one at a time.

use std::{collections::HashMap, sync::Mutex};

use reqwest::{
    Method,
    header::{HeaderMap, LOCATION, SET_COOKIE},
};
use scraper::{Html, Selector};
use setuplinks::sandbox::{Login, World};
use url::Url;

use super::{Link, output, until};

/// One browser.
pub struct Visitor {
    http: reqwest::Client,
    cookies: Mutex<HashMap<String, String>>,
    /// What the browser sends as `Accept-Language`.
    pub accept_language: String,
    /// What the browser calls itself; by itself it does not say, as a program would.
    pub user_agent: Option<String>,
    /// The address that a proxy in front says it comes from.
    pub address: Option<String>,
}

/// What the browser got.
#[derive(Debug)]
pub struct Page {
    pub url: String,
    pub status: u16,
    pub headers: HeaderMap,
    pub html: String,
}

impl Page {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    /// Where a redirect leads, absolute.
    #[track_caller]
    pub fn location(&self) -> String {
        assert_eq!(self.status, 303, "{}: no redirect: {}", self.url, self.html);
        let base: Url = self.url.parse().expect("a URL");
        base.join(self.header("location")).expect("a location").to_string()
    }

    /// Where a redirect leads, up to its time and signature, which come last and change from second to second.
    #[track_caller]
    pub fn unsigned(&self) -> String {
        let location = self.location();
        location.split_once("&iat=").map_or(location.clone(), |(head, _)| head.to_owned())
    }

    /// The parameters of the URL that a redirect leads to.
    #[track_caller]
    pub fn landing(&self) -> HashMap<String, String> {
        let url: Url = self.location().parse().expect("a URL");
        url.query_pairs().into_owned().collect()
    }

    /// The `data-page` of `<main>`.
    #[track_caller]
    pub fn page(&self) -> String {
        self.attribute("main", "data-page")
    }

    #[track_caller]
    pub fn attribute(&self, selector: &str, name: &str) -> String {
        let html = Html::parse_document(&self.html);
        let found = html.select(&Selector::parse(selector).expect("a selector")).next();
        let found = found.unwrap_or_else(|| panic!("{} ({}) has no {selector}: {}", self.url, self.status, self.html));
        found.attr(name).unwrap_or_else(|| panic!("{selector} has no {name}")).to_owned()
    }

    /// The texts of every element that matches.
    pub fn texts(&self, selector: &str) -> Vec<String> {
        let html = Html::parse_document(&self.html);
        let selector = Selector::parse(selector).expect("a selector");
        html.select(&selector).map(|found| found.text().collect::<String>().trim().to_owned()).collect()
    }

    pub fn has(&self, selector: &str) -> bool {
        !self.texts(selector).is_empty()
    }
}

impl Default for Visitor {
    fn default() -> Self {
        Self::new()
    }
}

impl Visitor {
    /// A browser that has been nowhere.
    pub fn new() -> Self {
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build();
        Self::with(http.expect("a client"))
    }

    /// One with a connection of its own kind; it follows no redirects.
    pub fn with(http: reqwest::Client) -> Self {
        Self { http, cookies: Mutex::default(), accept_language: "en".to_owned(), user_agent: None, address: None }
    }

    /// One behind a proxy that says so.
    pub fn from(address: &str) -> Self {
        Self { address: Some(address.to_owned()), ..Self::new() }
    }

    /// One that a person uses.
    pub fn in_person(user_agent: &str) -> Self {
        Self { user_agent: Some(user_agent.to_owned()), ..Self::new() }
    }

    pub fn speaking(accept_language: &str) -> Self {
        Self { accept_language: accept_language.to_owned(), ..Self::new() }
    }

    async fn send(&self, method: Method, url: &str, form: Option<&[(&str, &str)]>) -> Page {
        // A fragment stays in the browser.
        let url = url.split('#').next().unwrap_or(url);
        let cookies: Vec<String> =
            self.cookies.lock().expect("cookies").iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = self.http.request(method, url).header("Accept-Language", &self.accept_language);
        if let Some(name) = &self.user_agent {
            request = request.header("User-Agent", name);
        }
        if let Some(address) = &self.address {
            request = request.header("X-Forwarded-For", address);
        }
        if !cookies.is_empty() {
            request = request.header("Cookie", cookies.join("; "));
        }
        if let Some(form) = form {
            request = request.form(form);
        }
        let response = request.send().await.expect("an answer");
        for cookie in response.headers().get_all(SET_COOKIE) {
            let cookie = cookie.to_str().expect("text").split(';').next().expect("a pair").to_owned();
            let (name, value) = cookie.split_once('=').expect("a pair");
            output::secret(value);
            self.cookies.lock().expect("cookies").insert(name.to_owned(), value.to_owned());
        }
        output::secrets_of_address(url);
        if let Some(location) = response.headers().get(LOCATION) {
            output::secrets_of_address(location.to_str().expect("text"));
        }
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let html = response.text().await.expect("a body");
        output::answered(status, &html);
        Page { url: url.to_owned(), status, headers, html }
    }

    pub async fn get(&self, url: &str) -> Page {
        self.send(Method::GET, url, None).await
    }

    pub async fn head(&self, url: &str) -> Page {
        self.send(Method::HEAD, url, None).await
    }

    pub async fn post(&self, url: &str, form: &[(&str, &str)]) -> Page {
        self.send(Method::POST, url, Some(form)).await
    }

    /// Presses the Facebook button; gives the dialog's address.
    pub async fn choose(&self, link: &Link, connection_type: &str) -> String {
        self.post(&link.url, &[("connection_type", connection_type)]).await.location()
    }

    /// What our script does when the SDK has opened its window: asks for a state.
    pub async fn begin_in_window(&self, link: &Link, connection_type: &str) -> String {
        let begun = self.post(&format!("{}/popup", link.url), &[("connection_type", connection_type)]).await;
        assert_eq!(begun.status, 200, "{}", begun.html);
        let begun: serde_json::Value = serde_json::from_str(&begun.html).expect("JSON");
        begun["state"].as_str().expect("a state").to_owned()
    }

    /// What our script does when the window has answered.
    pub async fn answer_from_window(
        &self,
        link: &Link,
        state: &str,
        code: Option<&str>,
        message: Option<&str>,
    ) -> Page {
        let form = [("state", state), ("code", code.unwrap_or_default()), ("message", message.unwrap_or_default())];
        self.post(&format!("{}/popup/answer", link.url), &form).await
    }

    /// Chooses, logs in at the stand-in, and comes back; gives the answer of the callback.
    pub async fn log_in(&self, link: &Link, connection_type: &str, world: &World, login: impl Into<Login>) -> Page {
        let dialog = self.choose(link, connection_type).await;
        let callback = world.login(&dialog, login).expect("the dialog takes the request");
        self.get(&callback).await
    }

    /// Follows server-sent events until the last of them; `false` when the stream breaks off before.
    pub async fn follow(&self, url: &str) -> bool {
        let Ok(mut response) = self.http.get(url).header("Accept", "text/event-stream").send().await else {
            return false;
        };
        let mut text = String::new();
        while let Ok(Some(chunk)) = response.chunk().await {
            text.push_str(&String::from_utf8_lossy(&chunk));
            if text.contains("event: end") {
                return true;
            }
        }
        false
    }

    /// Looks at the progress until it is something else; gives that.
    pub async fn wait_out(&self, progress: &str) -> Page {
        until("the progress to end", || async {
            let page = self.get(progress).await;
            let running = page.status == 200 && page.page() == "progress";
            (!running).then_some(page)
        })
        .await
    }

    /// The whole way, until it is over one way or another.
    pub async fn walk(&self, link: &Link, connection_type: &str, world: &World, login: impl Into<Login>) -> Page {
        let back = self.log_in(link, connection_type, world, login).await;
        self.wait_out(&back.location()).await
    }
}
