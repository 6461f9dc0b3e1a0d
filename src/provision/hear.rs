//! What reaches a number, while its customer waits for a code. Nothing else is read, and nothing else is stored.

use std::time::Duration;

use secrecy::ExposeSecret as _;

use super::{Provisioned, accounts, place, tell, verify, worker};
use crate::{
    app::App,
    clock::Timestamp,
    error::Result,
    event::Name,
    id::ProvisionedId,
    provisioned::{
        CODE_LIFETIME,
        code::{self, Reading},
    },
    store::provisioned::{calls, heard},
    twilio::inbound::{Message, is_signed},
};

/// How much longer than its code a call is kept at Twilio: nobody is to listen to what is being deleted.
const MARGIN: Duration = Duration::from_secs(1);

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

/// The same, where it is known which number it is.
pub async fn listener_of(app: &App, account: &str, id: ProvisionedId) -> Result<Option<Provisioned>> {
    let now = app.clock.now();
    heard::listener_of(app.store.acquire().await?.db(), account, id, now).await
}

/// A message has come: its code is kept, if it has one.
pub async fn message(app: &App, number: &Provisioned, from: &str, body: &str, sid: &str) -> Result<()> {
    let Some(reading) = code::read(from, body) else {
        tracing::info!(provisioned = %number.id, "a message without a code reached a number that waits for one");
        return Ok(());
    };
    keep(app, number, &reading, sid).await
}

/// Messages were asked for, and these came, newest first. Of those that came after the one whose code is kept already, the
/// one that counts is kept; where that one is not in the list, the list is late, or the code was heard in a call.
pub(super) async fn messages(app: &App, number: &Provisioned, messages: &[Message], now: Timestamp) -> Result<()> {
    let source = heard::source(app.store.acquire().await?.db(), number.id).await?;
    let newer = match source.filter(|_| number.listening.has_code(now)) {
        Some(source) => {
            let at = messages.iter().position(|message| message.sid == source);
            at.and_then(|at| messages.get(..at)).unwrap_or_default()
        }
        None => messages,
    };
    // One that is older than a code is good for does not come back to life.
    let fresh = newer.iter().filter(|message| now.since(message.at) < CODE_LIFETIME);
    let read = fresh.filter_map(|message| Some((message, code::read(&message.from, &message.body)?)));
    match code::choose(read) {
        Some((message, reading)) => keep(app, number, &reading, &message.sid).await,
        None => Ok(()),
    }
}

/// A call is answered with a recorder: that Twilio keeps something of it is written down before.
pub async fn called(app: &App, number: &Provisioned, sid: &str) -> Result<()> {
    let when = app.clock.now().plus(CODE_LIFETIME + MARGIN);
    calls::remember(app.store.acquire().await?.db(), sid, &number.account_sid, when).await
}

/// What was heard in a call. `false` when no code could be made out.
pub async fn speech(app: &App, number: &Provisioned, text: &str, sid: &str) -> Result<bool> {
    let Some(reading) = code::heard(text) else { return Ok(false) };
    keep(app, number, &reading, sid).await?;
    Ok(true)
}

/// A call was recorded: it can be played for as long as a code is good for.
pub async fn recorded(app: &App, number: &Provisioned, sid: &str) -> Result<()> {
    let now = app.clock.now();
    let look = now.plus(CODE_LIFETIME + MARGIN);
    heard::record(app.store.acquire().await?.db(), number.id, sid, now, look).await.map(|_| ())
}

/// Keeps a code, sealed, and tells that there is one; never which. The same code again changes nothing.
async fn keep(app: &App, number: &Provisioned, reading: &Reading, source: &str) -> Result<()> {
    let now = app.clock.now();
    if super::code(app, number)?.is_some_and(|known| known.expose_secret() == reading.code) {
        return Ok(());
    }
    let sealed = app.sealer.seal(place(number), &reading.code)?;
    let unless_since = (!reading.is_named).then(|| now.minus(CODE_LIFETIME));
    let mut tx = app.store.begin().await?;
    if heard::hear(tx.db(), number.id, (&sealed, source), unless_since, now).await? {
        tell(&mut tx, Name::ProvisionedCodeReceived, number, now).await?;
        let is_ours = verify::wake(&mut tx, number.id, now).await?;
        tx.commit().await?;
        if is_ours {
            worker::start(app, number.id);
        }
        let way = if source.starts_with("CA") { "voice" } else { "sms" };
        tracing::info!(provisioned = %number.id, way, is_named = reading.is_named, "a code was received");
    }
    Ok(())
}
