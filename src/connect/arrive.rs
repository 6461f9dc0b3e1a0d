//! A signup goes on although its browser never came back: Meta has told of the account, and it is certain whose it is.

use secrecy::{ExposeSecret as _, SecretString};

use super::{DEADLINE, measure, settle};
use crate::{
    app::App,
    clock::Timestamp,
    error::{Error, Result},
    id::SignupId,
    link::Status,
    signup::{Claim, State, Step, place},
    store::{Tx, links, signups},
    trace::{self, Of},
};

/// What is known of the account.
pub struct Arrival {
    /// The WABA.
    pub account: String,
    /// Meta's id of the number that is meant.
    pub number: String,
    /// The business portfolio that owns it.
    pub business: String,
    /// The token that the business has granted to the app.
    pub token: SecretString,
    /// When that ends, if it does.
    pub expires_at: Option<Timestamp>,
}

/// Lets a signup go on whose customer is still at Facebook. `false`, with nothing written, when it is overtaken: by its
/// browser, by another try on the same link, or by the end of the link.
pub async fn arrive(app: &App, tx: &mut Tx, id: SignupId, arrival: Arrival) -> Result<bool> {
    let now = app.clock.now();
    let Some(found) = signups::find(tx.db(), id).await? else { return Ok(false) };
    // Link before signup, as everywhere.
    let Some(link) = links::lock(tx.db(), found.link_id).await? else { return Ok(false) };
    let is_running = links::visit_by_id(tx.db(), link.id).await?.is_none_or(|visit| visit.running.is_some());
    if matches!(link.stored_status, Status::Used | Status::Revoked) || is_running {
        return Ok(false);
    }
    let Some(mut signup) = signups::take(tx.db(), id).await? else { return Ok(false) };
    if signup.state != State::Login {
        return Ok(false);
    }
    signup.token = Some(app.sealer.seal(place(id, "token"), arrival.token.expose_secret())?);
    signup.token_expires_at = arrival.expires_at;
    signup.business_id = Some(arrival.business);
    let state = signup.state.clone().arrived(arrival.account.clone());
    signup.state = state.map_err(|e| Error::Internal(e.to_string()))?;
    signup.claim = Some(Claim { phone_number_id: Some(arrival.number), business_account_id: Some(arrival.account) });
    signup.deadline_at = Some(now.plus(DEADLINE));
    signup.next_at = now;
    measure::passed(&mut signup, Step::Login, now);
    trace::part(Of::Signup(id), "arrive").around(settle::processing(tx, &signup, now)).await?;
    Ok(true)
}
