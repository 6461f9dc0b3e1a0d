//! How it ended: the platform's URL, or a page of ours that says the same.

use askama::Template;
use axum::{http::StatusCode, response::Response};

use super::{Frame, Policy, Preview, chosen_language, keeping, leave, progress::Row, renewal::Renewal, respond};
use crate::{
    app::App,
    clock::Timestamp,
    error::Result,
    id::NumberId,
    landing,
    link::{SetupLink, Status, redirect, token::Token},
    number::{PhoneNumber, is_meta_provided},
    signup::{self, ErrorCode, Reason},
    store::{
        links::{self, Visit},
        numbers, signups,
    },
    words::Lang,
};

#[derive(Template)]
#[template(path = "outcome.html")]
pub(super) struct OutcomePage {
    pub(super) frame: Frame,
    /// `good`, `bad` or `calm`.
    pub(super) tone: &'static str,
    pub(super) title: String,
    pub(super) text: String,
    pub(super) is_failure: bool,
    pub(super) retry: Option<String>,
    pub(super) back: Option<String>,
    pub(super) reference: Option<String>,
    pub(super) renewal: Option<Renewal>,
    /// The steps, and at which of them it stopped.
    pub(super) rows: Vec<Row>,
    /// What the customer should know besides: its title and text.
    pub(super) note: Option<(String, String)>,
    pub(super) receipt: Option<Receipt>,
}

/// What was connected, to be kept or printed.
pub(super) struct Receipt {
    number: String,
    name: Option<String>,
    platform: String,
    at: String,
    /// For machines.
    rfc3339: String,
    reference: String,
    keeps_app: bool,
}

impl Receipt {
    fn of(visit: &Visit, number: &PhoneNumber, at: Timestamp, lang: Lang) -> Self {
        Self {
            number: unbroken(&number.display_phone_number),
            name: number.verified_name.clone(),
            platform: visit.project_name.clone(),
            at: lang.moment(at),
            rfc3339: at.rfc3339(),
            reference: visit.link.id.to_string(),
            keeps_app: number.is_coexistence,
        }
    }
}

/// A number that breaks over two lines is read as two.
fn unbroken(number: &str) -> String {
    number.replace(' ', "\u{a0}").replace('-', "\u{2011}")
}

impl OutcomePage {
    pub(super) fn new(frame: Frame, tone: &'static str) -> Self {
        Self {
            frame,
            tone,
            title: String::new(),
            text: String::new(),
            is_failure: false,
            retry: None,
            back: None,
            reference: None,
            note: None,
            receipt: None,
            renewal: None,
            rows: Vec::new(),
        }
    }

    /// A page whose words are the messages `{stem}-title` and `{stem}-text`.
    fn saying(frame: Frame, tone: &'static str, stem: &str) -> Self {
        let frame = frame.titled(&format!("{stem}-title"));
        let (title, text) = (frame.say(&format!("{stem}-title")), frame.say(&format!("{stem}-text")));
        Self { title, text, ..Self::new(frame, tone) }
    }

    fn respond(&self, status: StatusCode) -> Result<Response> {
        respond(status, &self.frame, &Policy::default(), self)
    }
}

/// A link that is over. A revoked one has no code of its own in the published list: it lands as an expired one.
pub(super) async fn of_link(
    app: &App,
    token: &Token,
    visit: &Visit,
    lang: Lang,
    query: Option<&str>,
) -> Result<Response> {
    let (page, tone, code) = match visit.link.status(app.clock.now()) {
        Status::Used => ("used", "good", ErrorCode::AlreadyUsed),
        Status::Expired => ("expired", "calm", ErrorCode::LinkExpired),
        Status::Revoked | Status::Active => ("revoked", "calm", ErrorCode::LinkExpired),
    };
    if let Some(url) = landing::failure(app, &visit.link, code).await? {
        return Ok(leave(&url));
    }
    // "There is a newer one" is said only where it is true.
    let is_alone =
        page == "revoked" && !links::has_other(app.store.acquire().await?.db(), &visit.link, app.clock.now()).await?;
    let words = if is_alone { "withdrawn" } else { page };
    let frame = Frame::of(page, lang, visit).with_languages();
    let mut ended = OutcomePage::saying(frame, tone, words);
    ended.frame.preview = Some(Preview::of(app, token, &format!("{words}-text")));
    ended.renewal = Renewal::of(app, token, visit, query);
    ended.back = platform(&visit.link);
    if page == "used" {
        ended.receipt = kept(app, visit, lang).await?;
    }
    ended.respond(StatusCode::OK)
}

/// The receipt of what a used link connected, as long as the number is there.
async fn kept(app: &App, visit: &Visit, lang: Lang) -> Result<Option<Receipt>> {
    let mut lease = app.store.acquire().await?;
    let Some(signup) = signups::newest(lease.db(), visit.link.id).await? else { return Ok(None) };
    let signup::State::Connected { number } = signup.state else { return Ok(None) };
    let number = numbers::by_id(lease.db(), number).await?;
    Ok(number.zip(signup.ended_at).map(|(number, at)| Receipt::of(visit, &number, at, lang)))
}

/// A number is connected: to the success URL with what was connected in its query.
pub(super) async fn connected(
    app: &App,
    token: &Token,
    visit: &Visit,
    (number, at): (NumberId, Timestamp),
    lang: Lang,
    query: Option<&str>,
) -> Result<Response> {
    let number = numbers::by_id(app.store.acquire().await?.db(), number).await?;
    let Some(number) = number else { return of_link(app, token, visit, lang, query).await };
    if let Some(url) = landing::success(app, &visit.link, &number).await? {
        return Ok(leave(&url));
    }
    let frame = Frame::of("connected", lang, visit).with_languages();
    let display = unbroken(&number.display_phone_number);
    let args = [("project", visit.project_name.as_str().into()), ("number", display.into())];
    let title = lang.say("connected-title", &args);
    let mut page = OutcomePage { text: frame.say("connected-lead"), title, ..OutcomePage::new(frame, "good") };
    page.frame.title = lang.plain("connected-title", &args);
    if is_meta_provided(&number.display_phone_number) {
        page.note = Some((page.frame.say("meta-number"), page.frame.say("meta-number-text")));
    }
    page.receipt = Some(Receipt::of(visit, &number, at, lang));
    page.respond(StatusCode::OK)
}

/// The way back to the platform from a page of ours, where the link says where that is.
fn platform(link: &SetupLink) -> Option<String> {
    let known = [&link.terms.failure_redirect_url, &link.terms.success_redirect_url];
    known.into_iter().flatten().find_map(|url| redirect::origin(url))
}

/// A signup failed: to the failure URL, or to what happened, what it means, what to do, and how far it came. Where the link
/// says so, that page comes before the failure URL, which is then one of two ways out.
pub(super) async fn failed(
    app: &App,
    token: &Token,
    visit: &Visit,
    (reason, rows): (Reason, Vec<Row>),
    lang: Lang,
    query: Option<&str>,
) -> Result<Response> {
    let status = visit.link.status(app.clock.now());
    if matches!(status, Status::Used | Status::Revoked) {
        return of_link(app, token, visit, lang, query).await;
    }
    // Written with the failure, by whichever version knew its reason.
    let code = visit.link.setup_error.as_deref().and_then(ErrorCode::parse).unwrap_or(reason.error_code());
    let elsewhere = landing::failure(app, &visit.link, code).await?;
    // With the link's time over, "start again" would be no help.
    let may_start_again = status == Status::Active;
    if let Some(url) = elsewhere.as_ref().filter(|_| !(may_start_again && visit.link.terms.recover_in_place)) {
        return Ok(leave(url));
    }
    if !may_start_again {
        return of_link(app, token, visit, lang, query).await;
    }
    let frame = Frame::of("failed", lang, visit).with_languages();
    let mut page = OutcomePage::saying(frame, "bad", reason.words());
    page.is_failure = true;
    page.retry = Some(keeping(&token.path(), chosen_language(query)));
    page.back = elsewhere.or_else(|| platform(&visit.link));
    page.rows = rows;
    page.respond(StatusCode::OK)
}
