//! What a move of a signup means for its link and for the platform: written together with it, or not at all.

use serde_json::json;

use crate::{
    app::App,
    clock::Timestamp,
    error::{Error, Result},
    event::{Event, Name},
    id::NumberId,
    link::{SetupLink, SetupStatus, Status},
    notify,
    number::{Facts, PhoneNumber},
    provision,
    signup::{Illegal, Reason, Screen, Signup, State},
    store::{Tx, links, numbers, releases, signups},
};

/// The customer is on the way to Facebook.
pub async fn started(tx: &mut Tx, signup: &Signup, link: &SetupLink, now: Timestamp) -> Result<()> {
    let more = json!({"connection_type": signup.connection_type});
    notify::tell(tx, &Event::of_link(Name::LinkStarted, link, &more, now)).await
}

/// The signup is being carried through, and free for whoever claims it.
pub async fn processing(tx: &mut Tx, signup: &Signup, now: Timestamp) -> Result<()> {
    set_link(tx, signup, SetupStatus::Processing, None, now).await?;
    signups::save(tx.db(), signup, None, now).await
}

/// The signup is over without a number; the link can be opened again. Its secrets are forgotten.
pub async fn failed(tx: &mut Tx, signup: &mut Signup, reason: Reason, now: Timestamp) -> Result<()> {
    let state = signup.state.clone().failed(reason);
    over(tx, signup, state, reason, now).await
}

/// The dialog was left before a code came back.
pub async fn left(
    tx: &mut Tx,
    signup: &mut Signup,
    reason: Reason,
    screen: Option<Screen>,
    now: Timestamp,
) -> Result<()> {
    let state = signup.state.clone().left(reason, screen);
    over(tx, signup, state, reason, now).await
}

async fn over(
    tx: &mut Tx,
    signup: &mut Signup,
    state: Result<State, Illegal>,
    reason: Reason,
    now: Timestamp,
) -> Result<()> {
    let at = signup.state.step();
    signup.state = state.map_err(|e| Error::Internal(e.to_string()))?;
    forget(signup);
    let code = reason.error_code();
    let link = set_link(tx, signup, SetupStatus::Failed, Some(code.as_str()), now).await?;
    let name = if reason == Reason::Cancelled { Name::LinkCancelled } else { Name::LinkFailed };
    let mut more = json!({
        "error_code": code, "reason": reason, "stage": at, "is_user_fixable": reason.is_user_fixable(),
    });
    if let State::Failed { screen: Some(screen), .. } = signup.state {
        more["dialog_screen"] = json!(screen);
    }
    notify::tell(tx, &Event::of_link(name, &link, &more, now)).await?;
    releases::let_go(tx.db(), signup.id.0).await?;
    provision::came_to_nothing(tx, signup.link_id, now).await?;
    signups::save(tx.db(), signup, None, now).await
}

/// What is stored of a number that is done with Meta.
pub struct Finished {
    /// What Meta said of it.
    pub facts: Facts,
    /// Our id of it: the one it has, or a new one.
    pub id: NumberId,
    /// Its secrets, sealed for that id.
    pub secrets: numbers::Secrets,
}

/// The number is connected: stored, the link used up, the signup over, the platform told. All of it or nothing.
///
/// Gives the reason when it must not be after all: the link was taken back, or the number has become somebody else's.
pub async fn connected(
    app: &App,
    tx: &mut Tx,
    signup: &mut Signup,
    finished: Finished,
    now: Timestamp,
) -> Result<Result<(), Reason>> {
    let Some(mut link) = links::lock(tx.db(), signup.link_id).await? else { return Ok(Err(Reason::Revoked)) };
    let Ok(used) = link.stored_status.use_up() else { return Ok(Err(Reason::Revoked)) };
    let known = numbers::find(tx.db(), signup.project_id, &finished.facts.phone_number_id).await?;
    let Some(number) = number_of(signup, &finished, known.as_ref(), now) else { return Ok(Err(Reason::NumberFailed)) };
    if !numbers::store(tx.db(), &number, &finished.secrets).await? {
        return Ok(Err(Reason::Taken));
    }
    // What was to be undone of it is wanted again.
    releases::forget(tx.db(), &number.phone_number_id).await?;
    releases::let_go(tx.db(), signup.id.0).await?;
    link.stored_status = used;
    link.setup_status = SetupStatus::Completed;
    link.setup_error = None;
    link.updated_at = now;
    links::stands(tx.db(), &link).await?;

    // Whatever the link says by now: a number that was bought for it is never forgotten.
    provision::used(app, tx, link.id, &number.display_phone_number, now).await?;
    let name = if known.is_some() { Name::NumberReconnected } else { Name::NumberCreated };
    notify::tell(tx, &Event::of_number(name, &number, Some(&link), now)).await?;
    let more = json!({"phone_number_id": number.phone_number_id, "business_account_id": number.business_account_id});
    notify::tell(tx, &Event::of_link(Name::LinkCompleted, &link, &more, now)).await?;

    signup.state = signup.state.clone().connected(number.id).map_err(|e| Error::Internal(e.to_string()))?;
    forget(signup);
    signups::save(tx.db(), signup, None, now).await?;
    Ok(Ok(()))
}

fn number_of(signup: &Signup, finished: &Finished, known: Option<&PhoneNumber>, now: Timestamp) -> Option<PhoneNumber> {
    let owner = (signup.project_id, signup.customer_id);
    let mut number = PhoneNumber::connected(finished.id, owner, finished.facts.clone(), now)?;
    number.business_id.clone_from(&signup.business_id);
    // Registering sets a PIN, which is two-step verification.
    number.is_pin_enabled |= !number.is_coexistence;
    if let Some(known) = known {
        number.name.clone_from(&known.name);
        number.created_at = known.created_at;
        number.is_official_business_account |= known.is_official_business_account;
    }
    Some(number)
}

/// Drops the secrets of a signup that is over.
fn forget(signup: &mut Signup) {
    signup.code = None;
    signup.token = None;
    signup.pin = None;
}

/// Writes how the setup stands, and gives the link; `None` when it is gone.
async fn set_link(
    tx: &mut Tx,
    signup: &Signup,
    status: SetupStatus,
    error: Option<&str>,
    now: Timestamp,
) -> Result<SetupLink> {
    let link = links::lock(tx.db(), signup.link_id).await?;
    let mut link = link.ok_or_else(|| Error::Conflict("the signup is gone with its customer".to_owned()))?;
    // A late tab's failure does not unsay that the link was completed.
    if link.stored_status != Status::Used {
        link.setup_status = status;
        link.setup_error = error.map(str::to_owned);
        link.updated_at = now;
        links::stands(tx.db(), &link).await?;
    }
    Ok(link)
}
