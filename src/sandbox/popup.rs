//! The login in a window of its own: the stand-in for Meta's JavaScript SDK, and what its window says to the page behind it.
//!
//! As the real one, it is noisy: the window's messages are text, others come between them, the message of Embedded Signup and
//! the code arrive in either order, and what is said of the number is nobody's promise.

use askama::Template;
use axum::{
    Extension,
    body::Body,
    extract::{RawQuery, State},
    http::{Response, StatusCode, header},
};
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

use super::{
    Scissors,
    answer::Answer,
    ask::pairs,
    choices::choices,
    dialog::{Refused, Request},
    fault::{Fault, When},
    login::{Granted, Login},
    phone::Mode,
    trouble::Trouble,
    world::World,
};

choices! {
    /// How the window speaks to the page that opened it.
    Speech {
        Plain "plain" "Its message, then the code"
        After "after" "The code, then its message"
        Silent "silent" "The code and no message"
        Object "object" "Its message as an object and not as text"
        Noise "noise" "Noise between: text that is no JSON, other JSON, unknown keys"
        Foreign "foreign" "Another origin speaks first, and names another number"
        Lie "lie" "Its message names a number that is not in this login"
        ErrorId "error-id" "An error comes as error_id, as in older text of Meta's"
        ErrorEvent "error-event" "An error comes as the event ERROR"
        Lost "lost" "It says that it is finished, and no code comes"
    }
}

/// Where a window came from: the page's origin, and the name of the SDK's call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Opener {
    pub(super) origin: String,
    pub(super) call: String,
}

impl Opener {
    /// Reads the SDK's own redirect URI, which is no address of the app's; `None` for any other.
    pub(super) fn read(redirect_uri: &str, base: &str) -> Option<Self> {
        let rest = redirect_uri.strip_prefix(base)?.strip_prefix("/x/connect/xd_arbiter/?version=46#")?;
        let value = |wanted: &str| {
            let mut pairs = form_urlencoded::parse(rest.as_bytes());
            pairs.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
        };
        let page = Url::parse(&value("origin")?).ok()?;
        Some(Self { origin: page.origin().ascii_serialization(), call: value("cb")? })
    }
}

/// What a window does, one thing after the other.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Acts(Vec<Value>);

/// What a login in a window comes to.
#[derive(Clone, Debug)]
pub struct Said {
    /// The code, if there is one.
    pub code: Option<String>,
    /// The message of Embedded Signup, as text.
    pub message: String,
}

/// Carries a login out and gives what the window says.
pub(super) fn finish(granted: Result<&Granted, Trouble>, speech: Speech) -> Said {
    let message = match granted {
        Ok(granted) => finished(granted, speech),
        Err(trouble) => left(trouble, speech),
    };
    let code = granted.ok().filter(|_| speech != Speech::Lost).map(|granted| granted.code.clone());
    Said { code, message: message.to_string() }
}

/// Meta's documentation: a number that stays in the app comes with its WABA alone; no number at all is an event of its own.
fn finished(granted: &Granted, speech: Speech) -> Value {
    let (phone, waba) = match (speech, &granted.phone) {
        (Speech::Lie, _) => ("999999999999999", "888888888888888"),
        (_, Some((id, _))) => (id.as_str(), granted.waba.as_str()),
        (_, None) => ("", granted.waba.as_str()),
    };
    let (event, data) = match &granted.phone {
        None => ("FINISH_ONLY_WABA", json!({ "waba_id": waba, "business_id": granted.business })),
        Some((_, Mode::Coexistence)) => ("FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING", json!({ "waba_id": waba })),
        Some((_, Mode::Dedicated)) => {
            ("FINISH", json!({ "phone_number_id": phone, "waba_id": waba, "business_id": granted.business }))
        }
    };
    let mut said = json!({ "data": data, "type": "WA_EMBEDDED_SIGNUP", "event": event });
    if event != "FINISH" {
        said["version"] = 3.into();
    }
    if speech == Speech::Noise {
        said["data"]["page_ids"] = json!(["1"]);
        said["data"]["something_new"] = json!({ "of": ["meta's"] });
        said["trace"] = "x".into();
    }
    said
}

fn left(trouble: Trouble, speech: Speech) -> Value {
    let code = match trouble {
        Trouble::WabaLimit => "2388098",
        Trouble::DialogError => "1349003",
        _ => {
            return json!({
                "data": { "current_step": "PHONE_NUMBER_SETUP" }, "type": "WA_EMBEDDED_SIGNUP", "event": "CANCEL",
                "version": 3,
            });
        }
    };
    let mut data =
        json!({ "error_message": "You can't do that.", "session_id": "f34b51dab5e0498", "timestamp": "1746041036" });
    data[if speech == Speech::ErrorId { "error_id" } else { "error_code" }] = code.into();
    let event = if speech == Speech::ErrorEvent { "ERROR" } else { "CANCEL" };
    json!({ "data": data, "type": "WA_EMBEDDED_SIGNUP", "event": event })
}

/// What the window does to say that.
fn acts(said: &Said, speech: Speech, opener: &Opener, elsewhere: &str) -> Acts {
    let relay = |code: Option<&str>| {
        let mut text = form_urlencoded::Serializer::new(String::new());
        text.append_pair("cb", &opener.call).extend_pairs(code.map(|code| ("code", code)));
        json!({ "say": text.finish() })
    };
    let message = match speech {
        Speech::Object => json!({ "say": serde_json::from_str::<Value>(&said.message).unwrap_or_default() }),
        _ => json!({ "say": said.message }),
    };
    let code = relay(said.code.as_deref());
    Acts(match speech {
        Speech::After => vec![code, json!({ "wait": 300 }), message],
        Speech::Silent => vec![code],
        Speech::Noise => vec![
            json!({ "say": "setImmediate$0.1$" }),
            json!({ "say": "{\"type\":\"WA_EMBEDDED_SIGNUP\",\"event\":\"RESIZE\"" }),
            json!({ "say": { "type": "WA_EMBEDDED_SIGNUP_CHANNEL" } }),
            json!({ "say": Value::Null }),
            message,
            json!({ "say": "[1,2]" }),
            code,
        ],
        Speech::Foreign => {
            let forged = json!({
                "data": { "phone_number_id": "999999999999999", "waba_id": "888888888888888" },
                "type": "WA_EMBEDDED_SIGNUP", "event": "FINISH",
            });
            let forged = form_urlencoded::byte_serialize(forged.to_string().as_bytes()).collect::<String>();
            vec![
                json!({ "frame": format!("{elsewhere}/sandbox/foreign#{}", forged.replace('+', "%20")) }),
                json!({ "wait": 300 }),
                message,
                code,
            ]
        }
        _ => vec![message, code],
    })
}

#[derive(Template)]
#[template(path = "sandbox/window.html")]
struct WindowPage {
    nonce: String,
    acts: String,
}

/// The page after the dialog's last one: it speaks and closes.
pub(super) fn speak(
    world: &World,
    request: &Request,
    opener: &Opener,
    login: &Login,
) -> Result<Response<Body>, Refused> {
    let granted = world.grant(request, login)?;
    let said = finish(granted.as_ref().map_err(|trouble| *trouble), login.speech);
    let elsewhere = elsewhere(world.url());
    let Acts(acts) = acts(&said, login.speech, opener, &elsewhere);
    let nonce = super::page::nonce();
    let page = WindowPage { nonce: nonce.clone(), acts: Value::Array(acts).to_string() };
    Ok(super::page::show_with(
        &page,
        &format!(
            "default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; frame-src {elsewhere}; img-src data:; base-uri 'none'"
        ),
    ))
}

/// This very server by another name: to a browser it is another origin.
fn elsewhere(base: &str) -> String {
    base.replacen("//127.0.0.1", "//localhost", 1)
}

#[derive(Template)]
#[template(path = "sandbox/foreign.html")]
struct ForeignPage {
    nonce: String,
}

/// `GET /sandbox/foreign`: somebody else's page in a frame, which speaks to the page that opened the window.
pub(super) async fn foreign() -> Response<Body> {
    let nonce = super::page::nonce();
    let policy = format!("default-src 'none'; script-src 'nonce-{nonce}'; base-uri 'none'");
    super::page::show_with(&ForeignPage { nonce }, &policy)
}

#[derive(Template)]
#[template(path = "sandbox/sdk.js", escape = "none")]
struct SdkScript<'a> {
    facebook: &'a str,
    version: &'a str,
}

/// `GET /{locale}/sdk.js`. A fault or a hold that was planned for `sdk` meets it.
pub(super) async fn sdk(State(world): State<World>, Extension(scissors): Extension<Scissors>) -> Response<Body> {
    let (fault, gate) = world.planned("sdk");
    if let Some(gate) = gate.filter(|gate| gate.when == When::Before) {
        gate.pass().await;
    }
    match fault {
        Some(Fault::CutBefore | Fault::CutAfter) => return scissors.cut().await,
        Some(fault) => {
            if let Some(answer) = Answer::of_fault(&fault, "") {
                let mut response = answer.into_response(&world.settings().graph_version);
                response
                    .headers_mut()
                    .insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, header::HeaderValue::from_static("*"));
                return response;
            }
        }
        None => {}
    }
    let script = SdkScript { facebook: world.url(), version: &world.settings().graph_version };
    Response::builder()
        .header(header::CONTENT_TYPE, "application/x-javascript; charset=utf-8")
        .header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")
        .header(header::CACHE_CONTROL, "public,max-age=1200,stale-while-revalidate=3600")
        .body(Body::from(script.render().unwrap_or_default()))
        .unwrap_or_default()
}

/// `GET /x/connect/xd_arbiter/` and `GET /x/oauth/status`: what the SDK frames and asks behind the page's back.
pub(super) async fn behind(RawQuery(query): RawQuery) -> Response<Body> {
    let known =
        pairs(query.unwrap_or_default().as_bytes()).iter().any(|(name, _)| name == "version" || name == "client_id");
    Response::builder()
        .status(if known { StatusCode::OK } else { StatusCode::BAD_REQUEST })
        .header(header::CONTENT_TYPE, "text/html; charset=utf-8")
        .header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")
        .header("fb-s", "unknown")
        .body(Body::empty())
        .unwrap_or_default()
}
