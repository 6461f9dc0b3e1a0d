//! Which numbers the accounts of a login hold, and which of them can be the one.

use super::{Outcome, moved, remedy, token};
use crate::{
    app::App,
    error::Result,
    link::SetupLink,
    meta::Remedy,
    number::is_same,
    signup::{Candidate, Claim, Reason, Signup},
    store::{numbers, provisioned},
};

/// How often an account that does not answer is asked again when others did.
const ASKED_AGAIN: i32 = 2;

/// Lists the numbers of every account, and keeps those that may be meant.
pub(super) async fn find_all(app: &App, signup: &mut Signup, link: &SetupLink, accounts: &[String]) -> Result<Outcome> {
    let token = token(app, signup)?;
    let (mut listed, mut refused, mut unanswered, mut has_read) = (Vec::new(), None, None, false);
    for account in accounts {
        match app.meta.numbers_of(account, &token).await {
            Ok(numbers) => {
                has_read = true;
                listed.extend(numbers);
            }
            Err(failure) => match remedy(signup, &failure) {
                Remedy::Retry(wait) => unanswered = Some(wait),
                // An old account that is closed to us must not hide a new one that is open.
                Remedy::GiveUp(Reason::NumberFailed) => refused = refused.or(Some(Reason::NoAccess)),
                Remedy::GiveUp(reason) => refused = refused.or(Some(reason)),
            },
        }
    }
    // Nor must one that stays silent, once it was asked again.
    if let Some(wait) = unanswered
        && (listed.is_empty() || signup.tries < ASKED_AGAIN)
    {
        return Ok(Outcome::Later(wait));
    }
    let found_any = !listed.is_empty();
    let mut miss = Reason::WrongNumber;
    if let Some(wanted) = &link.reconnect {
        listed.retain(|number| number.facts.phone_number_id == wanted.phone_number_id);
        // One that was deleted since may come back from any account: nothing is known of it.
        let known = numbers::find(app.store.acquire().await?.db(), signup.project_id, &wanted.phone_number_id).await?;
        if let Some(known) = known.filter(|_| !listed.is_empty()) {
            listed.retain(|number| number.facts.business_account_id == known.business_account_id);
            miss = Reason::OtherAccount;
        }
    }
    // The newest first; the sort is stable, so what Meta gave no time for stays in Meta's own order.
    listed.sort_by_key(|number| std::cmp::Reverse(number.onboarded_at));
    let mut candidates: Vec<Candidate> = Vec::new();
    for number in listed.into_iter().map(|number| number.facts) {
        if candidates.iter().all(|known| known.phone_number_id != number.phone_number_id) {
            candidates.push(Candidate {
                phone_number_id: number.phone_number_id,
                business_account_id: number.business_account_id,
                display_phone_number: number.display_phone_number,
                verified_name: number.verified_name,
            });
        }
    }
    if let Some(expected) = &link.terms.expected_phone_number {
        keep_expected(&mut candidates, expected);
    }
    if link.terms.provision_phone_number {
        // Who has the number that was bought for them is not asked which one is meant.
        let own = provisioned::newest(app.store.acquire().await?.db(), link.id).await?;
        let own = own.and_then(|own| own.phone_number).unwrap_or_default();
        if candidates.iter().any(|candidate| is_same(&candidate.display_phone_number, &own)) {
            candidates.retain(|candidate| is_same(&candidate.display_phone_number, &own));
        }
    }
    if !candidates.is_empty() && all_taken(app, signup, &candidates).await? {
        return Ok(Outcome::Failed(Reason::Taken));
    }
    if let Some(claim) = &signup.claim {
        keep_claimed(&mut candidates, claim);
    }
    let mut candidates = candidates.into_iter();
    match candidates.next() {
        Some(first) => {
            let state = signup.state.clone().numbers_found(first, candidates.collect());
            moved(signup, state)
        }
        None if found_any && link.reconnect.is_none() => Ok(Outcome::Failed(Reason::UnexpectedNumber)),
        None if found_any => Ok(Outcome::Failed(miss)),
        None => Ok(Outcome::Failed(refused.filter(|_| !has_read).unwrap_or(Reason::NoNumber))),
    }
}

/// Of the numbers on offer the one that the platform expects. Where Meta does not list the numbers themselves, they are
/// asked for one by one ([`check`](super::check)).
fn keep_expected(candidates: &mut Vec<Candidate>, expected: &str) {
    let is_it = |candidate: &Candidate| is_same(&candidate.display_phone_number, expected);
    if candidates.iter().any(is_it) {
        candidates.retain(is_it);
    } else {
        candidates.retain(|candidate| candidate.display_phone_number.is_empty());
    }
}

/// Of the numbers that the token reaches, keeps those that the customer chose in the dialog, as the browser tells it. A claim
/// that fits none of them is no claim.
fn keep_claimed(candidates: &mut Vec<Candidate>, claim: &Claim) {
    let is_number = |candidate: &Candidate| claim.phone_number_id.as_ref() == Some(&candidate.phone_number_id);
    let is_account = |candidate: &Candidate| claim.business_account_id.as_ref() == Some(&candidate.business_account_id);
    if candidates.iter().any(is_number) {
        candidates.retain(is_number);
    } else if candidates.iter().any(is_account) {
        candidates.retain(is_account);
    }
}

/// Whether every number on offer is another customer's: then there is nothing to choose.
async fn all_taken(app: &App, signup: &Signup, candidates: &[Candidate]) -> Result<bool> {
    let mut lease = app.store.acquire().await?;
    for candidate in candidates {
        let known = numbers::find(lease.db(), signup.project_id, &candidate.phone_number_id).await?;
        if known.is_none_or(|number| number.customer_id == signup.customer_id) {
            return Ok(false);
        }
    }
    Ok(true)
}
