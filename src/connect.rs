//! Takes a signup from the customer's choice to a connected number.
//!
//! A person makes three moves: [`begin`] (the button was pressed), [`come_back`] (Facebook sent them back) and
//! [`choose`] (which of several numbers). Everything between is [`steps`], driven by the request that is there and by
//! the [`worker`] when none is. Whatever moves a signup writes link and event in the same transaction ([`settle`]).

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::ExposeSecret as _;

use crate::{
    app::App,
    clock::random,
    error::{Error, Result},
    id::{LinkId, SignupId},
    link::ConnectionType,
    meta::dialog::Answer,
    provision,
    seal::digest,
    signup::{Reason, Signup, State, Step, Way, place},
    store::{is_orphan, links, links::Visit, signups},
    trace,
    words::Lang,
};

pub mod arrive;
pub mod by_hand;
mod claim;
pub mod elsewhere;
mod measure;
pub mod settle;
mod steps;
pub mod worker;

/// How long Meta's login may take: its own flow warns of an hour.
pub const LOGIN_LIFETIME: Duration = Duration::from_secs(60 * 60);

/// How long several numbers wait for the customer's choice.
pub const CHOICE_LIFETIME: Duration = Duration::from_secs(60 * 60);

/// How long the work after the login may go on when Meta stumbles, beyond the waits that Meta itself asks for.
pub const DEADLINE: Duration = Duration::from_secs(2 * 60);

/// The secret by which a browser is known to have started a login. It lives in the session.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Visitor(String);

impl Visitor {
    /// What a session keeps it under.
    pub const IN_SESSION: &str = "visitor";

    /// A visitor nobody has seen before.
    #[must_use]
    pub fn new() -> Self {
        Self(secret())
    }

    /// What a signup keeps of it.
    #[must_use]
    pub fn digest(&self) -> Vec<u8> {
        digest(&self.0)
    }
}

impl Default for Visitor {
    fn default() -> Self {
        Self::new()
    }
}

fn secret() -> String {
    URL_SAFE_NO_PAD.encode(random::<32>())
}

/// The customer pressed the button: notes the login and gives its state, which only this visitor can bring back. The
/// language is the one that was chosen on the page, if one was, and is kept for the way back.
///
/// # Errors
/// When the link does not allow that type, or is gone with its customer.
pub async fn begin(
    app: &App,
    visit: &Visit,
    connection_type: ConnectionType,
    visitor: &Visitor,
    chosen: Option<Lang>,
) -> Result<String> {
    let link = &visit.link;
    if !link.connection_types().contains(&connection_type) {
        return Err(Error::BadRequest("the link does not allow this connection type"));
    }
    let (now, state) = (app.clock.now(), secret());
    let signup = Signup {
        id: SignupId::new(now),
        project_id: link.project_id,
        customer_id: link.customer_id,
        link_id: link.id,
        connection_type,
        language: chosen,
        state: State::Login,
        since: Some(now),
        way: Way::Redirect,
        claim: None,
        code: None,
        token: None,
        token_expires_at: None,
        pin: None,
        business_id: None,
        created_at: now,
        ended_at: None,
        deadline_at: None,
        tries: 0,
        next_at: now,
        lease_until: None,
        fence: 0,
    };
    trace::belongs_to(signup.id);
    let login = signups::Login { state: digest(&state), visitor: visitor.digest() };
    let mut tx = app.store.begin().await?;
    let noted = signups::insert(tx.db(), &signup, &login).await;
    noted.map_err(|e| if is_orphan(&e) { Error::NotFound("setup link") } else { e })?;
    settle::started(&mut tx, &signup, link, now).await?;
    provision::listen(&mut tx, link.id, now).await?;
    tx.commit().await?;
    app.watchers.moved(link.id);
    Ok(state)
}

/// Facebook sent a browser back, or its window answered to the page of that link. Gives the link whose progress it should
/// see, and the language of the visit.
///
/// # Errors
/// [`Error::ForeignLogin`] when this browser did not start the login of that state, or not on that link: nothing has happened
/// then.
pub async fn come_back(
    app: &App,
    state: Option<&str>,
    visitor: &Visitor,
    answer: Answer,
    on: Option<LinkId>,
) -> Result<(LinkId, Option<Lang>)> {
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    let found = match (state, &answer) {
        (Some(state), _) => {
            let login = signups::Login { state: digest(state), visitor: visitor.digest() };
            signups::by_login(tx.db(), &login).await?
        }
        // Some cancels come back without the state: they mean the login this browser started last.
        (None, Answer::Refused { .. }) => signups::newest_login(tx.db(), &visitor.digest()).await?,
        (None, Answer::Code { .. }) => None,
    };
    let found = found.filter(|found| on.is_none_or(|link| link == found.link_id)).ok_or(Error::ForeignLogin)?;
    trace::belongs_to(found.id);
    let landing = (found.link_id, found.language);
    let mut replaced = None;
    if found.state != State::Login
        || !may_go_on(app, &mut tx, found.link_id, matches!(answer, Answer::Code { .. }), &mut replaced).await?
    {
        // Seen before, overtaken by another tab, or the link is done: its progress page says which.
        tx.commit().await?;
        return Ok(landing);
    }
    let Some(mut signup) = signups::take(tx.db(), found.id).await? else { return Err(Error::ForeignLogin) };
    if signup.state != State::Login {
        // The same answer came twice at once, and the other was first.
        return Ok(landing);
    }
    match answer {
        Answer::Refused { reason, screen } => settle::left(&mut tx, &mut signup, reason, screen, now).await?,
        Answer::Code { .. } if now.since(signup.created_at) > LOGIN_LIFETIME => {
            settle::failed(&mut tx, &mut signup, Reason::TooLate, now).await?;
        }
        Answer::Code { code, way, claim } => {
            (signup.way, signup.claim) = (way, claim);
            signup.code = Some(app.sealer.seal(place(signup.id, "code"), code.expose_secret())?);
            signup.state = signup.state.returned().map_err(|e| Error::Internal(e.to_string()))?;
            signup.deadline_at = Some(now.plus(DEADLINE));
            signup.next_at = now;
            measure::passed(&mut signup, Step::Login, now);
            settle::processing(&mut tx, &signup, now).await?;
        }
    }
    tx.commit().await?;
    for ended in replaced.iter().chain([&signup]) {
        measure::over(ended, now);
    }
    worker::start(app, signup.id);
    Ok(landing)
}

/// Whether a login may become the link's running signup. One that only waits for a choice of number makes room for a new
/// code, not for a cancel in another tab; one that is being carried through, or has been, makes none. The one that made room
/// is put into `replaced`.
async fn may_go_on(
    app: &App,
    tx: &mut crate::store::Tx,
    link: LinkId,
    brings_code: bool,
    replaced: &mut Option<Signup>,
) -> Result<bool> {
    use crate::link::Status;
    let Some(locked) = links::lock(tx.db(), link).await? else { return Ok(false) };
    if matches!(locked.stored_status, Status::Used | Status::Revoked) {
        return Ok(false);
    }
    match links::visit_by_id(tx.db(), link).await?.and_then(|visit| visit.running) {
        None => Ok(true),
        Some((_, step)) if step != Step::Choose || !brings_code => Ok(false),
        Some((waiting, _)) => {
            let Some(mut waiting) = signups::take(tx.db(), waiting).await? else { return Ok(true) };
            let now = app.clock.now();
            match waiting.state {
                State::Choose { .. } => settle::failed(tx, &mut waiting, Reason::Cancelled, now).await?,
                State::Newer(_) => return Ok(false),
                _ => signups::save(tx.db(), &waiting, None, now).await?,
            }
            let makes_room = waiting.state.is_over();
            *replaced = Some(waiting).filter(|_| makes_room);
            Ok(makes_room)
        }
    }
}

/// The customer chose one of several numbers. `false` when it is none of those on offer; a signup that has no choice
/// to make any more is left as it is.
pub async fn choose(app: &App, link: LinkId, phone_number_id: &str) -> Result<bool> {
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    // Link before signup, as everywhere: two that take them in turns would wait for each other.
    links::lock(tx.db(), link).await?;
    let running = links::visit_by_id(tx.db(), link).await?.and_then(|visit| visit.running);
    let Some((id, Step::Choose)) = running else { return Ok(true) };
    let Some(mut signup) = signups::take(tx.db(), id).await? else { return Ok(true) };
    trace::belongs_to(id);
    match signup.state.clone().chosen(phone_number_id) {
        Err(_) => Ok(true),
        Ok(None) => Ok(false),
        Ok(Some(state)) => {
            signup.state = state;
            signup.deadline_at = Some(now.plus(DEADLINE));
            signup.next_at = now;
            measure::passed(&mut signup, Step::Choose, now);
            settle::processing(&mut tx, &signup, now).await?;
            tx.commit().await?;
            worker::start(app, id);
            Ok(true)
        }
    }
}
