//! Compares our rows with the accounts, at the start and every hour: what is ours is adopted, what carries our mark and belongs
//! to nothing is given back, and what an account has lost is no longer counted as had. What was bought at an address of
//! before is told what reaches it at the present one. Nothing else is touched, and no account stands in another's way.

use std::time::Duration;

use super::{
    accounts, keep,
    marks::{self, Marks},
    settle,
};
use crate::{
    app::App,
    error::{Error, Result},
    meter,
    provisioned::{Provisioned, Status},
    store::provisioned,
    twilio::{Account, inbound, numbers::Owned},
};

/// How often.
const EVERY: Duration = Duration::from_secs(60 * 60);

/// Compares until the house closes.
pub async fn run(app: App) {
    loop {
        if let Err(e) = once(&app).await {
            tracing::error!(error = %e, "numbers could not be compared with the accounts");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = app.stopping.cancelled() => return,
        }
    }
}

/// Compares every account once. What goes wrong with one is logged and counted, and the others are compared all the same.
pub async fn once(app: &App) -> Result<()> {
    let marks = marks::of(app).await?;
    for sid in accounts::sids(app).await? {
        let compared = compare(app, &marks, &sid).await;
        if let Err(e) = &compared {
            tracing::error!(account = sid, error = %e, "an account could not be compared with what we have");
        }
        meter::compared(if matches!(compared, Ok(true)) { "done" } else { "failed" });
    }
    for id in settle::unknown(&app.store, app.clock.now()).await? {
        tracing::error!(provisioned = %id, "a number may have been bought more than an hour ago, and Twilio still does not say; if its account is gone for good, look into its console, and when it does not bill the number, say so: setuplinks number settle ID");
    }
    let strangers = marks::strangers(app).await?;
    if strangers > 0 {
        tracing::warn!(
            numbers = strangers,
            "numbers are held that were bought at another PUBLIC_URL, and are not given back from here; if this deployment has moved, say so: setuplinks number adopt --from URL"
        );
    }
    Ok(())
}

/// `false` when something could not be compared, which the log has.
async fn compare(app: &App, marks: &Marks, sid: &str) -> Result<bool> {
    let began = app.clock.now();
    let held = provisioned::held_of_account(app.store.acquire().await?.db(), sid).await?;
    let Some((account, owned)) = list(app, sid).await? else { return Ok(false) };
    let mut is_whole = true;
    for number in owned.iter().filter(|number| marks.has(&number.friendly_name)) {
        if let Err(e) = attend(app, marks, &account, number).await {
            tracing::error!(number = number.sid, error = %e, "a number could not be compared with what we have");
            is_whole = false;
        }
    }
    for row in held {
        let is_there = owned.iter().any(|number| Some(&number.sid) == row.sid.as_ref());
        let was_there = row.bought_at.is_some_and(|at| at < began);
        if !is_there
            && was_there
            && let Err(e) = lost(app, &account, &row).await
        {
            tracing::error!(provisioned = %row.id, error = %e, "whether a number is still ours could not be asked");
            is_whole = false;
        }
    }
    Ok(is_whole)
}

/// What an account has, by the first credentials that open it: several projects may have some, and some of them old ones.
async fn list(app: &App, sid: &str) -> Result<Option<(Account, Vec<Owned>)>> {
    for (_, account) in accounts::by_sid(app, sid).await? {
        match app.twilio.all(&account).await {
            Ok(owned) => return Ok(Some((account, owned))),
            Err(failure) => {
                tracing::error!(account = sid, %failure, "an account could not be asked for its numbers");
            }
        }
    }
    Ok(None)
}

/// A number that carries a mark of ours.
async fn attend(app: &App, marks: &Marks, account: &Account, number: &Owned) -> Result<()> {
    let row = provisioned::by_mark(app.store.acquire().await?.db(), &number.friendly_name).await?;
    if is_orphan(row.as_ref(), number) {
        return keep::orphan(app, account, &number.friendly_name, number).await;
    }
    // What somebody has pointed elsewhere on purpose stays as they want it.
    let renew = |url: &str, path: &str| marks.is_outdated(url, path).then(|| app.public_url.of(path));
    let (sms, voice) = (renew(&number.sms_url, inbound::SMS), renew(&number.voice_url, inbound::VOICE));
    if sms.is_some() || voice.is_some() {
        let pointed = app.twilio.point(account, &number.sid, sms.as_deref(), voice.as_deref()).await;
        pointed.map_err(|failure| Error::Internal(failure.to_string()))?;
        tracing::info!(number = number.sid, "what reaches a number is told at our present address from now on");
    }
    Ok(())
}

/// Whether nothing of ours will ever use a number that carries our mark. One that is picked is asked for by whoever moves it.
fn is_orphan(row: Option<&Provisioned>, number: &Owned) -> bool {
    let Some(row) = row else { return true };
    match row.status {
        Status::Bought | Status::Connected | Status::Releasing => row.sid.as_ref() != Some(&number.sid),
        Status::Picked => row.phone_number.as_ref() != Some(&number.phone_number),
        Status::Wanted | Status::Released | Status::Failed => true,
    }
}

/// Somebody gave a number back behind our back: asked once more, since lists may be late.
async fn lost(app: &App, account: &Account, row: &Provisioned) -> Result<()> {
    let (sid, phone_number) = (row.sid.as_deref().unwrap_or_default(), row.phone_number.as_deref().unwrap_or_default());
    let found =
        app.twilio.by_sid(account, sid, phone_number).await.map_err(|failure| Error::Internal(failure.to_string()))?;
    if found.is_none() {
        tracing::warn!(provisioned = %row.id, status = %row.status, "the account does not have a number of ours any more");
        let now = app.clock.now();
        provisioned::let_go_at(app.store.acquire().await?.db(), row.project_id, row.id, now).await?;
        super::worker::start(app, row.id);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clock::Timestamp,
        id::{CustomerId, LinkId, ProjectId, ProvisionedId},
    };

    fn row(status: Status, phone_number: Option<&str>, sid: Option<&str>) -> Provisioned {
        let now = Timestamp(0);
        Provisioned {
            id: ProvisionedId::new(now),
            project_id: ProjectId::new(now),
            customer_id: CustomerId::new(now),
            link_id: LinkId::new(now),
            account_sid: String::new(),
            country_iso: "US".to_owned(),
            area_code: None,
            mark: "m".to_owned(),
            status,
            trouble: None,
            phone_number: phone_number.map(str::to_owned),
            takes_sms: true,
            sid: sid.map(str::to_owned),
            passed: Vec::new(),
            created_at: now,
            bought_at: None,
            release_at: None,
            listening: crate::provisioned::Listening::default(),
            pooled: crate::provisioned::pool::Pooled::default(),
            tries: 0,
            next_at: now,
            fence: 0,
        }
    }

    #[test]
    fn only_what_nothing_of_ours_will_use_is_an_orphan() {
        let number = Owned {
            sid: "PN1".to_owned(),
            phone_number: "+14155550100".to_owned(),
            friendly_name: "m".to_owned(),
            sms_url: String::new(),
            voice_url: String::new(),
        };
        assert!(is_orphan(None, &number));
        for (row, expected) in [
            (row(Status::Picked, Some("+14155550100"), None), false),
            (row(Status::Picked, Some("+14155550199"), None), true),
            (row(Status::Bought, Some("+14155550100"), Some("PN1")), false),
            (row(Status::Bought, Some("+14155550199"), Some("PN2")), true),
            (row(Status::Connected, Some("+14155550100"), Some("PN1")), false),
            (row(Status::Releasing, Some("+14155550100"), Some("PN1")), false),
            (row(Status::Released, Some("+14155550100"), Some("PN1")), true),
            (row(Status::Failed, None, None), true),
            (row(Status::Wanted, None, None), true),
        ] {
            assert_eq!(is_orphan(Some(&row), &number), expected, "{row:?}");
        }
    }
}
