//! `/whatsapp/setup/{token}/provision`: a number of the customer's own, from the wish for it to its code.
//!
//! This page stays while Facebook is open in another tab; it works without script.

use std::collections::HashMap;

use askama::Template;
use axum::{
    Form,
    extract::{Path, RawQuery, State, rejection::FormRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use secrecy::ExposeSecret as _;

use super::{
    Frame, Policy, Preview, chosen_language, hand_over, keeping, language, leave, open, popup::Popup, respond,
};
use crate::{
    app::App,
    error::{Error, Result},
    link::{Status as LinkStatus, token::Token},
    number::spelled,
    provision::{self, verify::Way},
    provisioned::{Provisioned, Trouble},
    store::{links::Visit, provisioned},
    web::ranges,
    words::{Lang, countries},
};

pub mod live;
mod phase;

use phase::Phase;

#[derive(Template)]
#[template(path = "provision.html")]
struct ProvisionPage {
    frame: Frame,
    /// `start`, `trouble`, `buying`, `ready`, `verified`, `connecting` or `done`.
    kind: &'static str,
    title: String,
    text: String,
    action: String,
    connect: String,
    countries: Vec<Country>,
    error: Option<String>,
    any_area: Option<String>,
    number: Option<String>,
    copied_number: String,
    takes_sms: bool,
    panel: Panel,
    /// Facebook in a window of its own, where no code is awaited in this one.
    popup: Option<Popup>,
    events: String,
    here: String,
}

struct Country {
    iso: String,
    name: String,
}

/// What is known of the code; the part of the page that changes by itself.
#[derive(Default)]
struct Panel {
    /// Whether no code is expected: it is shown all the same, if Facebook sends one.
    is_quiet: bool,
    is_waiting: bool,
    code: Option<String>,
    recording: Option<String>,
    words: Vec<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "parts/code.html")]
struct PanelPart<'a> {
    panel: &'a Panel,
}

impl Panel {
    fn of(app: &App, number: &Provisioned, token: &Token, lang: Lang) -> Result<Self> {
        let now = app.clock.now();
        let code = provision::code(app, number)?;
        let code = code.map(|code| code.expose_secret().to_owned());
        let playable = number.listening.playable(now).filter(|_| number.listening.is_unread());
        let say = |id| (id, lang.say(id, &[]));
        Ok(Self {
            is_quiet: provision::verify::way(app, number) == Way::Verified,
            is_waiting: number.listening.is_on(now),
            recording: playable.map(|sid| format!("{}/provision/recording?{sid}", token.path())),
            code,
            words: [
                "provision-code-idle",
                "provision-code-waiting",
                "provision-code-call",
                "provision-code-lasts",
                "provision-recording",
                "provision-copy-code",
                "provision-copied",
            ]
            .map(say)
            .into(),
        })
    }

    fn say(&self, id: &str) -> &str {
        self.words.iter().find(|(known, _)| *known == id).map_or("", |(_, words)| words)
    }

    /// In two groups, as messages write it.
    fn shown(&self) -> String {
        self.code.as_deref().map_or_else(String::new, |code| match code.split_at_checked(3) {
            Some((first, second)) => format!("{first}-{second}"),
            None => code.to_owned(),
        })
    }

    /// One digit after the other, so that nobody hears a number of thousands.
    fn spoken(&self) -> String {
        self.code.as_deref().unwrap_or_default().chars().map(String::from).collect::<Vec<_>>().join(" ")
    }

    fn copied(&self) -> &str {
        self.code.as_deref().unwrap_or_default()
    }
}

/// What a page is about: whose it is, and how it was asked for.
struct Asked<'a> {
    app: &'a App,
    token: &'a Token,
    visit: &'a Visit,
    query: Option<&'a str>,
    lang: Lang,
}

impl Asked<'_> {
    fn path(&self) -> String {
        keeping(&format!("{}/provision", self.token.path()), chosen_language(self.query))
    }
}

/// What somebody sees who opens the link itself: the offer of a number, or the way to the one there is. `None` when the link
/// has no number to set up.
pub(super) async fn of_setup(
    app: &App,
    token: &Token,
    visit: &Visit,
    query: Option<&str>,
    headers: &HeaderMap,
) -> Result<Option<Response>> {
    let offered = provision::countries(app, &visit.link).await?;
    if offered.is_empty() {
        return Ok(None);
    }
    let asked = Asked { app, token, visit, query, lang: language(query, Some(&visit.link), headers) };
    let number = provisioned::newest(app.store.acquire().await?.db(), visit.link.id).await?;
    match Phase::of(app, visit, number.as_ref(), true) {
        // Whoever comes again tries again.
        Phase::Start | Phase::Trouble(_) => show(&asked, Phase::Start, number.as_ref(), headers, None).await.map(Some),
        Phase::Elsewhere => Ok(None),
        _ => Ok(Some(leave(&asked.path()))),
    }
}

/// Shows where the number stands.
pub async fn get(
    State(app): State<App>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response> {
    let (token, visit) = open(&app, &token).await?;
    let query = query.as_deref();
    let asked =
        Asked { app: &app, token: &token, visit: &visit, query, lang: language(query, Some(&visit.link), &headers) };
    let number = provisioned::newest(app.store.acquire().await?.db(), visit.link.id).await?;
    match Phase::of(&app, &visit, number.as_ref(), false) {
        Phase::Start | Phase::Elsewhere => Ok(leave(&keeping(&token.path(), chosen_language(query)))),
        phase => show(&asked, phase, number.as_ref(), &headers, None).await,
    }
}

/// The customer wants a number.
pub async fn post(
    State(app): State<App>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    form: Result<Form<HashMap<String, String>>, FormRejection>,
) -> Result<Response> {
    let (token, visit) = open(&app, &token).await?;
    let form = form.map_err(|_| Error::BadRequest("not a form"))?;
    let query = query.as_deref();
    let asked =
        Asked { app: &app, token: &token, visit: &visit, query, lang: language(query, Some(&visit.link), &headers) };
    let offered = provision::countries(&app, &visit.link).await?;
    if offered.is_empty() || visit.link.status(app.clock.now()) != LinkStatus::Active {
        return Ok(leave(&keeping(&token.path(), chosen_language(query))));
    }
    let country = match form.get("country").filter(|country| offered.contains(country)) {
        Some(country) => country.clone(),
        None if offered.len() == 1 => offered[0].clone(),
        None => return show(&asked, Phase::Start, None, &headers, Some("provision-choose")).await,
    };
    match provision::start(&app, &visit.link, &country, form.contains_key("any_area")).await? {
        Ok(()) => Ok(leave(&asked.path())),
        Err(trouble) => show(&asked, Phase::Trouble(trouble), None, &headers, None).await,
    }
}

/// The recording of a call that nobody could read.
pub async fn recording(State(app): State<App>, Path(token): Path<String>, headers: HeaderMap) -> Result<Response> {
    let (_, visit) = open(&app, &token).await?;
    let number = provisioned::newest(app.store.acquire().await?.db(), visit.link.id).await?;
    let number = number.ok_or(Error::NotFound("recording"))?;
    let sound = provision::recording(&app, &number).await?.ok_or(Error::NotFound("recording"))?;
    let whole_or_part = ranges::of(sound, &headers);
    Ok(([(header::CONTENT_TYPE, "audio/mpeg"), (header::CACHE_CONTROL, "no-store")], whole_or_part).into_response())
}

async fn show(
    asked: &Asked<'_>,
    phase: Phase,
    number: Option<&Provisioned>,
    headers: &HeaderMap,
    error: Option<&str>,
) -> Result<Response> {
    let Asked { app, token, visit, lang, .. } = *asked;
    let (kind, stem) = match phase {
        Phase::Start | Phase::Elsewhere => ("start", "provision-start"),
        Phase::Buying => ("buying", "provision-buying"),
        Phase::Slow => ("buying", "provision-slow"),
        Phase::Verifying => ("buying", "provision-verifying"),
        Phase::Calling => ("buying", "provision-calling"),
        Phase::Verified => ("verified", "provision-verified"),
        Phase::Unsure => ("buying", "provision-unsure"),
        Phase::Ready => ("ready", "provision-ready"),
        Phase::Connecting => ("connecting", "provision-connecting"),
        Phase::Connected => ("done", "provision-connected"),
        Phase::Other => ("done", "provision-other"),
        Phase::Trouble(trouble) => ("trouble", trouble.words()),
    };
    let phone_number = number.and_then(|number| number.phone_number.as_deref());
    // Without scripts it is marked by hand and pasted at Facebook: nothing in it but what a number is written with.
    let shown = phone_number.map(spelled);
    let frame = Frame::of("provision", lang, visit).with_languages();
    let args = [("project", visit.project_name.as_str().into()), ("number", shown.clone().unwrap_or_default().into())];
    let mut frame = frame.titled("provision-start-title");
    if phase == Phase::Start {
        frame.preview = Some(Preview::of(app, token, "provision-start-text"));
    }
    frame.title = lang.plain(&format!("{stem}-title"), &args);
    let offered = match kind {
        "start" | "trouble" => provision::countries(app, &visit.link).await?,
        _ => Vec::new(),
    };
    let mut offered: Vec<Country> =
        offered.into_iter().map(|iso| Country { name: countries::name(&iso, lang).to_owned(), iso }).collect();
    offered.sort_by(|a, b| a.name.cmp(&b.name));
    let here = asked.path();
    let (path, query) = here.split_once('?').unwrap_or((&here, ""));
    let chosen = chosen_language(asked.query);
    let popup = match number.filter(|_| phase == Phase::Verified) {
        Some(number) => {
            let offered = number.pooled.offered(app.clock.now());
            Popup::new(app, token, visit, (lang, chosen), (hand_over::device(headers), offered))
        }
        None => None,
    };
    let sdk = popup.is_some().then(|| app.meta.sdk_origins());
    let page = ProvisionPage {
        kind,
        title: lang.say(&format!("{stem}-title"), &args),
        text: lang.say(&format!("{stem}-text"), &args),
        action: here.clone(),
        connect: keeping(&token.path(), chosen),
        countries: offered,
        error: error.map(|id| frame.say(id)),
        any_area: (phase == Phase::Trouble(Trouble::AreaCode)).then(|| frame.say("provision-any-area")),
        copied_number: phone_number.unwrap_or_default().to_owned(),
        takes_sms: number.is_none_or(|number| number.takes_sms),
        number: shown.filter(|_| phase.is_ready() || phase == Phase::Connecting),
        panel: match number.filter(|_| phase.is_ready()) {
            Some(number) => Panel::of(app, number, token, lang)?,
            None => Panel::default(),
        },
        popup,
        events: format!("{path}/events?phase={}&{query}", phase.name()),
        here,
        frame,
    };
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (script, media) = (phase.is_live(), phase.is_ready());
    let policy = Policy { script, sdk, media, ..Policy::of_form(app, &visit.link) };
    respond(status, &page.frame, &policy, &page)
}
