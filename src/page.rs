//! The customer's pages: the frame every one of them shares, and the page face of an error.
//!
//! A page is a struct above the handler that fills it. Nothing here decides anything about a signup: a handler takes
//! the request apart, calls once into the house, and shows what came of it.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{Html, IntoResponse as _, Redirect, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use url::form_urlencoded;

use crate::{
    app::App,
    clock::random,
    error::{Error, Result},
    link::{Branding, SetupLink, Theme, redirect, theme::Palette, token::Token},
    seal::digest,
    store::links::{self, Visit},
    web::{RequestId, assets},
    words::{Lang, negotiate},
};

pub mod hand_over;
mod live;
pub mod login;
pub mod logo;
pub mod number;
pub mod outcome;
pub mod popup;
pub mod progress;
pub mod provision;
mod qr;
pub mod renewal;
pub mod setup;

/// What every page shares.
pub struct Frame {
    lang: Lang,
    page: &'static str,
    title: String,
    nonce: String,
    theme: Option<Palette>,
    project: Option<String>,
    branding: Branding,
    /// The host of the platform's own page that the customer goes back to.
    host: Option<String>,
    languages: Vec<LanguageLink>,
    /// Where the page goes by itself after a second when no script does it.
    refresh: Option<String>,
    /// What a chat shows of the page's address.
    preview: Option<Preview>,
}

/// What a chat or a mail program shows of a link: the platform's name and never the customer's, in the link's language.
struct Preview {
    /// Our own address, before the path of a picture: previews want it whole.
    house: String,
    url: String,
    /// The message that says what the page is for.
    description: String,
}

impl Preview {
    fn of(app: &App, token: &Token, description: &str) -> Self {
        let (house, url) = (app.public_url.of(""), app.public_url.of(&token.path()));
        Self { house, url, description: description.to_owned() }
    }
}

struct LanguageLink {
    code: &'static str,
    name: String,
    href: String,
    dir: &'static str,
    current: bool,
}

impl Frame {
    fn new(page: &'static str, lang: Lang) -> Self {
        Self {
            lang,
            page,
            title: String::new(),
            nonce: STANDARD_NO_PAD.encode(random::<16>()),
            theme: None,
            project: None,
            branding: Branding::default(),
            host: None,
            languages: Vec::new(),
            refresh: None,
            preview: None,
        }
    }

    /// The frame of a page about a link: in its platform's name and colours.
    fn of(page: &'static str, lang: Lang, visit: &Visit) -> Self {
        Self {
            theme: visit.link.terms.theme_config.as_ref().and_then(Theme::palette),
            project: Some(visit.project_name.clone()),
            branding: visit.branding.clone(),
            host: visit.link.terms.redirect_host(),
            ..Self::new(page, lang)
        }
    }

    /// Names the page after one of its messages.
    fn titled(mut self, message: &str) -> Self {
        self.title = self.plain(message);
        self
    }

    /// Offers every language, at this address.
    fn with_languages(self) -> Self {
        self.with_languages_keeping("")
    }

    /// Offers every language, at this address with more to its query: empty, or `&name=value` once or several times.
    fn with_languages_keeping(mut self, more: &str) -> Self {
        self.languages = Lang::ALL
            .iter()
            .map(|&lang| LanguageLink {
                code: lang.as_str(),
                name: lang.own_name(),
                href: format!("?lang={lang}{more}"),
                dir: lang.dir(),
                current: lang == self.lang,
            })
            .collect();
        self
    }

    fn name(&self) -> &str {
        self.project.as_deref().unwrap_or_default()
    }

    /// Whether the platform has pages of its own to offer.
    fn has_links(&self) -> bool {
        let Branding { support_url, terms_url, privacy_url, .. } = &self.branding;
        support_url.is_some() || terms_url.is_some() || privacy_url.is_some()
    }

    /// The platform's own headline in the page's language, or ours.
    fn headline(&self) -> String {
        self.branding.headline(self.lang).map_or_else(|| self.say("headline"), str::to_owned)
    }

    /// The platform's own introduction in the page's language, or ours.
    fn introduction(&self) -> String {
        self.branding.introduction(self.lang).map_or_else(|| self.say("lead"), str::to_owned)
    }

    /// What the browser draws around the page.
    fn background(&self) -> String {
        self.theme
            .as_ref()
            .and_then(|palette| palette.of("background"))
            .map(|colour| colour.to_string())
            .unwrap_or_default()
    }

    fn say(&self, id: &str) -> String {
        self.lang.say(id, &[("project", self.name().into())])
    }

    fn plain(&self, id: &str) -> String {
        self.lang.plain(id, &[("project", self.name().into())])
    }

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]
    fn speed(&self, id: &str, per_second: &u32) -> String {
        self.lang.say(id, &[("project", self.name().into()), ("speed", (*per_second).into())])
    }

    #[allow(clippy::unused_self, reason = "templates reach it through the frame")]
    fn asset(&self, name: &str) -> String {
        assets::address(name)
    }
}

/// How strict a page's content policy is, beyond `default-src 'none'`.
#[derive(Default)]
struct Policy {
    /// Origins that a form's answer may redirect to: Chromium holds redirects against `form-action` too.
    form_action: Vec<String>,
    /// Whether the page runs our script, which listens to our events.
    script: bool,
    /// Where Meta's SDK comes from, and whom it speaks with, on a page that loads it.
    sdk: Option<(String, Vec<String>)>,
    /// Whether the page plays sound of ours.
    media: bool,
}

impl Policy {
    /// For a page with a form: the dialog, and wherever the link may send people.
    fn of_form(app: &App, link: &SetupLink) -> Self {
        let terms = &link.terms;
        let redirects = [&terms.success_redirect_url, &terms.failure_redirect_url];
        let mut form_action = app.meta.dialog_origins();
        form_action.extend(redirects.into_iter().flatten().filter_map(|url| redirect::origin(url)));
        form_action.dedup();
        Self { form_action, ..Self::default() }
    }

    fn header(&self, nonce: &str) -> String {
        let mut policy = format!(
            "default-src 'none'; style-src 'nonce-{nonce}'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
        );
        for origin in &self.form_action {
            policy.push(' ');
            policy.push_str(origin);
        }
        if self.media {
            policy.push_str("; media-src 'self'");
        }
        if self.script {
            let (from, with) = match &self.sdk {
                Some((script, origins)) => (format!(" {script}"), format!(" {}", origins.join(" "))),
                None => Default::default(),
            };
            policy.extend(["; script-src 'nonce-", nonce, "'", &from, "; connect-src 'self'", &with]);
            if self.sdk.is_some() {
                policy.extend(["; frame-src", &with]);
            }
        }
        policy
    }
}

/// A page as a response: its language, its policy, and what every page of ours says about itself.
fn respond(status: StatusCode, frame: &Frame, policy: &Policy, page: &impl Template) -> Result<Response> {
    let html = page.render().map_err(|e| Error::Internal(format!("page {}: {e}", frame.page)))?;
    let policy = HeaderValue::try_from(policy.header(&frame.nonce));
    let headers = [
        (header::CONTENT_SECURITY_POLICY, policy.map_err(|_| Error::Internal("an origin is no header".into()))?),
        (header::CONTENT_LANGUAGE, HeaderValue::from_static(frame.lang.as_str())),
        (header::VARY, HeaderValue::from_static("Accept-Language")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow")),
        // A login in a window of its own must be able to speak to the page that opened it.
        (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin-allow-popups")),
    ];
    Ok((status, headers, Html(html)).into_response())
}

/// A query's parameter, decoded; the first of that name.
fn parameter(query: Option<&str>, name: &str) -> Option<String> {
    form_urlencoded::parse(query?.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// The language the visitor chose on the page, if they did.
fn chosen_language(query: Option<&str>) -> Option<Lang> {
    parameter(query, "lang").and_then(|lang| negotiate::look_up(&lang))
}

fn language(query: Option<&str>, link: Option<&SetupLink>, headers: &HeaderMap) -> Lang {
    let header = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let of_link = link.and_then(|link| link.terms.language);
    negotiate::language(parameter(query, "lang").as_deref(), of_link, header)
}

/// One of our paths with the visitor's choice of language kept.
fn keeping(path: &str, lang: Option<Lang>) -> String {
    lang.map_or_else(|| path.to_owned(), |lang| format!("{path}?lang={lang}"))
}

/// The link of a path's token.
async fn open(app: &App, token: &str) -> Result<(Token, Visit)> {
    let token = Token::parse(token).ok_or(Error::NotFound("page"))?;
    let visit = links::visit(app.store.acquire().await?.db(), &digest(token.expose())).await?;
    Ok((token, visit.ok_or(Error::NotFound("page"))?))
}

/// A redirect that no cache keeps.
fn leave(url: &str) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Redirect::to(url)).into_response()
}

/// A page that a customer reached without a link of ours, or through trouble of ours.
fn trouble(error: &Error, is_look: bool, lang: Lang, reference: Option<String>) -> Result<Response> {
    let (page, stem) = match error {
        Error::NotFound(_) => ("not-found", "not-found"),
        Error::ForeignLogin => ("error", "other-browser"),
        Error::Crowded { .. } => ("waiting", "crowded"),
        Error::DatabaseDown(_) if !is_look => ("error", "unsaved"),
        error if error.is_passing() => ("waiting", "busy"),
        error if error.is_internal() => ("error", "error"),
        _ => ("error", "bad-request"),
    };
    let frame = Frame::new(page, lang).titled(&format!("{stem}-title"));
    let is_waiting = page == "waiting";
    let shown = outcome::OutcomePage {
        title: frame.say(&format!("{stem}-title")),
        text: frame.say(&format!("{stem}-text")),
        reference: reference.map(|id| frame.lang.say("error-reference", &[("id", id.into())])),
        is_failure: !is_waiting,
        ..outcome::OutcomePage::new(frame, if is_waiting { "calm" } else { "bad" })
    };
    respond(error.status(), &shown.frame, &Policy::default(), &shown)
}

/// Where a page that has to wait goes on by itself: what was looked at is looked at again, what was sent leads back to the
/// link's page, which knows where it stands.
fn again(method: &Method, uri: &Uri) -> Option<String> {
    match uri.path().split('/').collect::<Vec<_>>()[..] {
        ["", "whatsapp", "setup", token, ..] if method == Method::POST => {
            Some(keeping(&format!("/whatsapp/setup/{token}"), chosen_language(uri.query())))
        }
        _ if method == Method::GET => uri.path_and_query().map(ToString::to_string),
        _ => None,
    }
}

/// Browsers from before `Sec-Fetch-Site` send `Origin: null` from our own pages, because of our referrer policy. They
/// are let through: whoever posts here has the token, which no other site knows.
pub async fn old_browsers(mut request: Request, next: Next) -> Response {
    let headers = request.headers_mut();
    let is_null = headers.get(header::ORIGIN).is_some_and(|origin| origin == "null");
    if is_null && !headers.contains_key("sec-fetch-site") {
        headers.remove(header::ORIGIN);
    }
    next.run(request).await
}

/// An address that no page has.
pub async fn nothing_here() -> Error {
    Error::NotFound("page")
}

/// The page face: gives words to the errors of page handlers and to what the router refused by itself.
pub async fn faces(request: Request, next: Next) -> Response {
    let lang = language(request.uri().query(), None, request.headers());
    let reference = request.extensions().get::<RequestId>().map(ToString::to_string);
    let (is_look, again) = (request.method() == Method::GET, again(request.method(), request.uri()));
    let response = next.run(request).await;
    let error = response.extensions().get::<Arc<Error>>().cloned();
    let refused = match (&error, response.status()) {
        (Some(error), _) => error.clone(),
        (None, StatusCode::NOT_FOUND) => Arc::new(Error::NotFound("page")),
        // Asked by what plays a sound, which reads its headers.
        (None, StatusCode::RANGE_NOT_SATISFIABLE) => return response,
        (None, status) if status.is_client_error() && !response.headers().contains_key(header::CONTENT_LANGUAGE) => {
            Arc::new(Error::BadRequest("refused before it reached a handler"))
        }
        // What stands around a handler has no words: a session that cannot be written, for one.
        (None, status) if status.is_server_error() && !response.headers().contains_key(header::CONTENT_LANGUAGE) => {
            Arc::new(Error::Internal("failed around a handler".to_owned()))
        }
        _ => return response,
    };
    let status = if error.is_some() { refused.status() } else { response.status() };
    match trouble(&refused, is_look, lang, reference) {
        Ok(mut shown) => {
            *shown.status_mut() = status;
            if let Some(seconds) = refused.retry_after() {
                shown.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
                // A page that is only looked at need not be left for half a minute.
                let seconds = if refused.is_passing() { seconds.min(5) } else { seconds };
                let refresh = again.and_then(|to| HeaderValue::try_from(format!("{seconds};url={to}")).ok());
                shown.headers_mut().extend(refresh.map(|refresh| (header::REFRESH, refresh)));
            }
            if let Some(error) = error {
                shown.extensions_mut().insert(error);
            }
            shown
        }
        Err(_) => response,
    }
}
