//! `Idempotency-Key`: a POST that is sent again gets the answer that it had, and nothing is done twice.
//!
//! A key is claimed in the database before its request is answered, for longer than an answer may take: a process that
//! dies leaves a claim that runs out. A request that died between what it did and the keeping of its answer is then
//! done once more; nothing tells that case from one that did nothing.

use std::time::Duration;

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{FromRequest as _, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};

use super::{face, key::Caller};
use crate::{
    app::App,
    clock::{Timestamp, random},
    error::{Error, Result},
    id::ProjectId,
    seal::digest,
    store::idempotency::{self as kept, Claim},
    web::RequestId,
};

const KEY: &str = "Idempotency-Key";
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// How long a claim holds: twice what an answer may take.
const LEASE: Duration = Duration::from_secs(60);
/// The largest answer that is kept; the API's own are far smaller.
const LARGEST: usize = 1024 * 1024;

/// An answer as it is kept.
#[derive(Serialize, Deserialize)]
struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

/// Answers a POST with a key once, and from then on with the same answer.
pub async fn once(State(app): State<App>, request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().copied();
    let caller = request.extensions().get::<Caller>().copied();
    let has_key = request.method() == Method::POST && request.headers().contains_key(KEY);
    match caller.filter(|_| has_key) {
        None => next.run(request).await,
        Some(Caller(project)) => match answer(&app, project, request, next).await {
            Ok(response) => response,
            Err(refused) => face(refused, id),
        },
    }
}

/// The first answer or the one that was kept; as an error, what still wants a face.
async fn answer(app: &App, project: ProjectId, request: Request, next: Next) -> Result<Response, Response> {
    let key = key(request.headers()).map_err(Error::into_response)?.to_owned();
    let (parts, body) = request.into_parts();
    // It is in memory already.
    let body = Bytes::from_request(Request::from_parts(parts.clone(), body), &()).await;
    let body = body.map_err(axum::response::IntoResponse::into_response)?;

    let now = app.clock.now();
    let claim = Claim {
        key: digest([project.0.as_bytes(), key.as_bytes()].concat()),
        project,
        request: digest([parts.uri.to_string().as_bytes(), b"\0", &body].concat()),
        number: i64::from_le_bytes(random()),
        lease_until: now.plus(LEASE),
    };
    if let Some(answer) = before(app, &claim, now).await.map_err(Error::into_response)? {
        return Ok(replay(answer));
    }
    let request = Request::from_parts(parts, Body::from(body));
    let owned = app.clone();
    // In a task of its own: a caller that hangs up finds the answer when it asks again.
    let first = app.tasks.spawn(async move { keep(&owned, &claim, next.run(request).await).await });
    first.await.map_err(|e| Error::Internal(format!("a request was not finished: {e}")).into_response())
}

/// What was kept then or before counts no more.
fn forgotten(app: &App, now: Timestamp) -> Timestamp {
    Timestamp(now.0.saturating_sub(i64::try_from(app.retention.answers.as_millis()).unwrap_or(i64::MAX)))
}

/// The key of a request: 1 to 255 printable ASCII characters.
fn key(headers: &HeaderMap) -> Result<&str> {
    let mut given = headers.get_all(KEY).into_iter();
    let alone = given.next().filter(|_| given.next().is_none());
    let text = alone.and_then(|value| value.to_str().ok()).filter(|text| !text.contains('\t'));
    text.filter(|text| (1..=255).contains(&text.len()))
        .ok_or_else(|| Error::invalid(KEY, format!("{KEY} must be one header of 1 to 255 printable ASCII characters")))
}

/// What the key was answered before; `None` when it is claimed now.
async fn before(app: &App, claim: &Claim, now: Timestamp) -> Result<Option<Answer>> {
    let mut lease = app.store.acquire().await?;
    // What is given up between the two looks can be claimed at the next.
    for _ in 0..3 {
        if kept::claim(lease.db(), claim, now, forgotten(app, now)).await? {
            return Ok(None);
        }
        let Some(found) = kept::find(lease.db(), &claim.key).await? else { continue };
        if found.request != claim.request {
            return Err(Error::invalid(
                KEY,
                format!("{KEY} was used with another request; a new request needs a new key"),
            ));
        }
        let sealed = found.answer.ok_or(Error::StillRunning)?;
        let plain = app.sealer.open(kept::place(&claim.key), &sealed)?;
        let answer = serde_json::from_str(plain.expose_secret());
        return answer.map(Some).map_err(|e| Error::Internal(format!("a kept answer: {e}")));
    }
    Err(Error::StillRunning)
}

/// Keeps an answer that would be the same again, and gives the key up after any other. The answer goes out in any case.
async fn keep(app: &App, claim: &Claim, response: Response) -> Response {
    let (parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, LARGEST).await else {
        return Error::Internal("an answer is too large to keep".to_owned()).into_response();
    };
    let kept = async {
        let mut lease = app.store.acquire().await?;
        if !is_lasting(parts.status) {
            return kept::release(lease.db(), claim).await;
        }
        let headers = parts.headers.iter();
        let headers = headers.filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())));
        let body = String::from_utf8(body.to_vec()).map_err(|_| Error::Internal("an answer is no text".to_owned()))?;
        let answer = Answer { status: parts.status.as_u16(), headers: headers.collect(), body };
        let plain = serde_json::to_string(&answer).map_err(|e| Error::Internal(e.to_string()))?;
        let sealed = app.sealer.seal(kept::place(&claim.key), &plain)?;
        kept::answer(lease.db(), claim, &sealed).await
    };
    if let Err(error) = kept.await {
        tracing::error!(%error, "an answer could not be kept; its key opens again when the claim has run out");
    }
    Response::from_parts(parts, Body::from(body))
}

/// Whether the same request would be answered so again. Trouble of ours passes, and so does a time-out.
fn is_lasting(status: StatusCode) -> bool {
    !status.is_server_error() && status != StatusCode::REQUEST_TIMEOUT
}

fn replay(answer: Answer) -> Response {
    let mut response = Body::from(answer.body).into_response();
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.append(name, value);
        }
    }
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    response
}
