//! `/whatsapp/setup/{token}/device`: on to another device, or to the person who has the Facebook login. The page follows
//! what happens there.

use askama::Template;
use axum::{
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use url::form_urlencoded;

use super::{
    Frame, Policy, chosen_language, keeping, language, leave,
    live::{self, Look, Watched},
    open, outcome, parameter,
    progress::{Row, steps},
    qr, respond,
};
use crate::{
    app::App,
    connect::elsewhere::{self, Elsewhere},
    device::{Device, InApp, LoginHere, android_intent},
    error::{Error, Result},
    id::LinkId,
    link::{ConnectionType, token::Token},
    signup::Progress,
    store::{links, links::Visit},
    web::client::Client,
    words::Lang,
};

/// What the setup page says about the device that it is on.
pub(super) struct Here {
    /// For a browser inside an app.
    pub(super) notice: Option<Notice>,
    /// Which device is right, for each type on offer.
    pub(super) lines: Vec<String>,
    /// Where to go on with another device.
    pub(super) elsewhere: String,
    /// Where to send it to another person.
    pub(super) colleague: String,
    /// Where a device that came from another one says that it is here.
    pub(super) arrived: Option<String>,
}

/// What a browser inside an app should know.
pub(super) struct Notice {
    pub(super) title: String,
    pub(super) text: String,
    pub(super) intent: Option<String>,
    pub(super) link: String,
}

/// The device that a request comes from.
pub(super) fn device(headers: &HeaderMap) -> Device {
    Device::of(headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default())
}

impl Here {
    pub(super) fn new(app: &App, token: &Token, frame: &Frame, visit: &Visit, request: (Option<&str>, Device)) -> Self {
        let (query, device) = request;
        let lang = chosen_language(query);
        let elsewhere = keeping(&format!("{}/device", token.path()), lang);
        let line = |kind: &ConnectionType| {
            frame.say(match kind {
                ConnectionType::Coexistence if device.is_handheld => "devices-coexistence-phone",
                ConnectionType::Coexistence => "devices-coexistence-computer",
                ConnectionType::Dedicated => "devices-dedicated",
            })
        };
        let came_along = parameter(query, "via").is_some_and(|via| via == "device");
        Self {
            notice: notice(frame.lang, device, app.public_url.of(&keeping(&token.path(), lang))),
            lines: visit.link.connection_types().iter().map(line).collect(),
            colleague: format!("{elsewhere}#colleague"),
            elsewhere,
            arrived: came_along.then(|| format!("{}/arrived", token.path())),
        }
    }

    /// Whether anything on the page is better with our script.
    pub(super) fn wants_script(&self) -> bool {
        self.notice.is_some() || self.arrived.is_some()
    }
}

fn notice(lang: Lang, device: Device, link: String) -> Option<Notice> {
    let title = match device.app? {
        InApp::Named(app) => lang.say("in-app-named", &[("app", app.into())]),
        InApp::Other => lang.say("in-app-unnamed", &[]),
    };
    let text = match device.login() {
        LoginHere::Unsupported => "in-app-unsupported",
        LoginHere::Doubtful | LoginHere::Works => "in-app-doubtful",
    };
    let intent = device.is_android.then(|| android_intent(&link)).flatten();
    Some(Notice { title, text: lang.say(text, &[]), intent, link })
}

#[derive(Template)]
#[template(path = "device.html")]
struct DevicePage {
    frame: Frame,
    code: Option<qr::Drawing>,
    link: String,
    rows: Vec<Row>,
    events: String,
    here: String,
    setup: String,
    message: Message,
}

/// What is sent to the person who has the Facebook login.
struct Message {
    text: String,
    mail: String,
    whatsapp: String,
}

impl Message {
    fn new(frame: &Frame, link: &str) -> Self {
        let text = format!("{}\n\n{link}", frame.plain("colleague-text"));
        // Mail programs show a plus as a plus.
        let encode =
            |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
        Self {
            mail: format!("mailto:?subject={}&body={}", encode(&frame.plain("colleague-subject")), encode(&text)),
            whatsapp: format!("https://wa.me/?text={}", encode(&text)),
            text,
        }
    }
}

/// The code, the link and the message, and how far the other device is. Changes nothing.
pub async fn get(
    State(app): State<App>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response> {
    let (token, visit) = open(&app, &token).await?;
    let query = query.as_deref();
    let (lang, chosen) = (language(query, Some(&visit.link), &headers), chosen_language(query));
    let rows = match elsewhere::look(&app, &visit).await? {
        Elsewhere::OnItsWay => return Ok(leave(&keeping(&format!("{}/progress", token.path()), chosen))),
        Elsewhere::Over => return outcome::of_link(&app, &token, &visit, lang, query).await,
        still => rows(still, lang, &visit.project_name),
    };
    let path = format!("{}/device", token.path());
    let setup = keeping(&token.path(), chosen);
    let joint = if setup.contains('?') { '&' } else { '?' };
    let frame = Frame::of("device", lang, &visit).titled("device-title").with_languages();
    let page = DevicePage {
        code: qr::draw(&app.public_url.of(&format!("{setup}{joint}via=device"))),
        link: app.public_url.of(&setup),
        rows,
        events: keeping(&format!("{path}/events"), chosen),
        here: keeping(&path, chosen),
        message: Message::new(&frame, &app.public_url.of(&setup)),
        setup,
        frame,
    };
    respond(StatusCode::OK, &page.frame, &Policy { script: true, ..Policy::default() }, &page)
}

/// How far the other device is, live.
pub async fn events(
    State(app): State<App>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
    client: Client,
    headers: HeaderMap,
) -> Result<Response> {
    let (_, visit) = open(&app, &token).await?;
    let lang = language(query.as_deref(), Some(&visit.link), &headers);
    live::follow(app, client, Watch { link: visit.link.id, lang })
}

struct Watch {
    link: LinkId,
    lang: Lang,
}

impl Watched for Watch {
    fn link(&self) -> LinkId {
        self.link
    }

    async fn look(&mut self, app: &App) -> Result<Look> {
        let visit = links::visit_by_id(app.store.acquire().await?.db(), self.link).await?;
        let visit = visit.ok_or(Error::NotFound("page"))?;
        Ok(match elsewhere::look(app, &visit).await? {
            Elsewhere::OnItsWay | Elsewhere::Over => Look::Over,
            still => Look::Steps(steps(&rows(still, self.lang, &visit.project_name))?),
        })
    }
}

/// The second device is here: the first one is told.
pub async fn arrived(State(app): State<App>, Path(token): Path<String>) -> Result<StatusCode> {
    let (_, visit) = open(&app, &token).await?;
    elsewhere::arrived(&app, &visit).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn rows(elsewhere: Elsewhere, lang: Lang, project: &str) -> Vec<Row> {
    use Progress::{Done, Next, Now, Stopped};
    let (opened, facebook) = match elsewhere {
        Elsewhere::Waiting => (Now, Next),
        Elsewhere::Opened => (Done, Next),
        Elsewhere::AtFacebook => (Done, Now),
        Elsewhere::Failed(_) | Elsewhere::OnItsWay | Elsewhere::Over => (Done, Done),
    };
    let row = |words: &str, progress| Row::new(lang.plain(words, &[("project", project.into())]), progress, lang);
    let last = match elsewhere {
        // It can be tried again, there or here.
        Elsewhere::Failed(reason) => row(&format!("{}-title", reason.words()), Stopped),
        _ => row("device-connected", Next),
    };
    vec![row("device-opened", opened), row("device-facebook", facebook), last]
}
