//! What reaches a number, while its customer waits for a code. Nothing else is read, and nothing else is stored.

use std::time::Duration;

use secrecy::ExposeSecret as _;

use super::{Provisioned, accounts, place, tell, verify, worker};
use crate::{
    app::App,
    error::Result,
    event::Name,
    provisioned::{CODE_LIFETIME, code},
    store::provisioned::heard,
    twilio::inbound::is_signed,
};

/// Whether a form that was posted to one of our paths comes from the account that it names.
pub async fn is_authentic(app: &App, path: &str, form: &[(String, String)], signature: &str) -> Result<bool> {
    let account = form.iter().find(|(name, _)| name == "AccountSid").map_or("", |(_, value)| value.as_str());
    let url = app.public_url.of(path);
    let accounts = accounts::by_sid(app, account).await?;
    Ok(accounts.iter().fold(false, |found, (_, account)| found | is_signed(&account.auth_token, &url, form, signature)))
}

/// The number that waits for what has reached it.
pub async fn listener(app: &App, account: &str, phone_number: &str) -> Result<Option<Provisioned>> {
    let now = app.clock.now();
    heard::listener(app.store.acquire().await?.db(), account, phone_number, now).await
}

/// A message has come: its code is kept, if it has one.
pub async fn message(app: &App, number: &Provisioned, body: &str) -> Result<()> {
    let Some(code) = code::read(body) else {
        tracing::info!(provisioned = %number.id, "a message without a code reached a number that waits for one");
        return Ok(());
    };
    keep(app, number, &code, "sms").await
}

/// What was heard in a call. `false` when no code could be made out.
pub async fn speech(app: &App, number: &Provisioned, text: &str) -> Result<bool> {
    let Some(code) = code::heard(text) else { return Ok(false) };
    keep(app, number, &code, "voice").await?;
    Ok(true)
}

/// A call was recorded: it can be played for as long as a code is good for, and is forgotten then.
pub async fn recorded(app: &App, number: &Provisioned, sid: &str) -> Result<()> {
    let now = app.clock.now();
    let look = now.plus(CODE_LIFETIME + Duration::from_secs(1));
    heard::record(app.store.acquire().await?.db(), number.id, sid, now, look).await.map(|_| ())
}

/// Keeps a code, sealed, and tells that there is one; never which. The same code again changes nothing.
async fn keep(app: &App, number: &Provisioned, code: &str, way: &'static str) -> Result<()> {
    let now = app.clock.now();
    if super::code(app, number)?.is_some_and(|known| known.expose_secret() == code) {
        return Ok(());
    }
    let sealed = app.sealer.seal(place(number), code)?;
    let mut tx = app.store.begin().await?;
    if heard::hear(tx.db(), number.id, &sealed, now).await? {
        tell(&mut tx, Name::ProvisionedCodeReceived, number, now).await?;
        let is_ours = verify::wake(&mut tx, number.id, now).await?;
        tx.commit().await?;
        if is_ours {
            worker::start(app, number.id);
        }
        tracing::info!(provisioned = %number.id, way, "a code was received");
    }
    Ok(())
}
