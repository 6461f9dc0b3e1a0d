//! Compares our rows with the accounts, at the start and every hour: what is ours is adopted, what carries our mark and belongs
//! to nothing is given back, and what an account has lost is no longer counted as had. Nothing else is touched.

use std::time::Duration;

use super::{accounts, keep, prefix};
use crate::{
    app::App,
    error::Result,
    provisioned::{Provisioned, Status},
    store::provisioned,
    twilio::{Account, Failure, numbers::Owned},
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

/// Compares every account once.
pub async fn once(app: &App) -> Result<()> {
    for account in accounts::all(app).await? {
        if let Err(failure) = compare(app, &account).await? {
            tracing::error!(account = account.sid, %failure, "an account could not be compared with what we have");
        }
    }
    Ok(())
}

async fn compare(app: &App, account: &Account) -> Result<std::result::Result<(), Failure>> {
    let ours = prefix(app).await?;
    let began = app.clock.now();
    let held = provisioned::held_of_account(app.store.acquire().await?.db(), &account.sid).await?;
    let owned = match app.twilio.all(account).await {
        Ok(owned) => owned,
        Err(failure) => return Ok(Err(failure)),
    };
    for number in owned.iter().filter(|number| number.friendly_name.starts_with(&ours)) {
        let row = provisioned::by_mark(app.store.acquire().await?.db(), &number.friendly_name).await?;
        if is_orphan(row.as_ref(), number) {
            keep::orphan(app, account, &number.friendly_name, &number.sid).await?;
        }
    }
    for row in held {
        let is_there = owned.iter().any(|number| Some(&number.sid) == row.sid.as_ref());
        let was_there = row.bought_at.is_some_and(|at| at < began);
        if !is_there
            && was_there
            && let Err(failure) = lost(app, account, row).await?
        {
            return Ok(Err(failure));
        }
    }
    Ok(Ok(()))
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
async fn lost(app: &App, account: &Account, row: Provisioned) -> Result<std::result::Result<(), Failure>> {
    let sid = row.sid.clone().unwrap_or_default();
    match app.twilio.by_sid(account, &sid).await {
        Ok(Some(_)) => Ok(Ok(())),
        Ok(None) => {
            tracing::warn!(provisioned = %row.id, status = %row.status, "the account does not have a number of ours any more");
            let now = app.clock.now();
            provisioned::let_go_at(app.store.acquire().await?.db(), row.project_id, row.id, now).await?;
            super::worker::start(app, row.id);
            Ok(Ok(()))
        }
        Err(failure) => Ok(Err(failure)),
    }
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
        let number =
            Owned { sid: "PN1".to_owned(), phone_number: "+14155550100".to_owned(), friendly_name: "m".to_owned() };
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
