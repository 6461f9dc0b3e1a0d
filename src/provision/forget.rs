//! Has Twilio forget the calls that it recorded for us: their recordings, and what was made of those.
//!
//! A call is written down before it is answered with a recorder, so that nothing is kept of which we do not know, and is
//! struck off when Twilio has nothing of it any more, whatever became of its number.

use std::time::Duration;

use super::accounts;
use crate::{
    app::App,
    clock::backoff,
    error::Result,
    lasting::Lasting,
    store::provisioned::calls::{self, Call},
    twilio::{Account, Failure, Remedy, inbound::is_call},
};

/// How often the loop looks for what is due.
const PAUSE: Duration = Duration::from_secs(2);
/// How long a claim holds: longer than the calls to Twilio take.
const LEASE: Duration = Duration::from_secs(5 * 60);
/// The first pause between tries, and the longest one.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(60 * 60));

/// Has forgotten what is due until the house closes.
pub async fn run(app: App) {
    let looking =
        Lasting::new("recordings that are due could not be looked for", "recordings that are due are looked for again");
    while !app.stopping.is_cancelled() {
        app.pulse.beat("recordings", app.clock.now());
        let worked = tokio::select! {
            worked = next(&app) => worked,
            // What was begun is done again by the next process: forgetting twice does no harm.
            () = app.stopping.cancelled() => return,
        };
        if looking.note(worked) == Some(true) {
            continue;
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = app.stopping.cancelled() => {}
        }
    }
}

/// One call. `false` when none is due.
async fn next(app: &App) -> Result<bool> {
    let now = app.clock.now();
    let Some(call) = calls::claim(app.store.acquire().await?.db(), now, now.plus(LEASE)).await? else {
        return Ok(false);
    };
    if is_forgotten(app, &call).await? {
        calls::forget(app.store.acquire().await?.db(), &call.sid).await?;
    } else {
        let when = app.clock.now().plus(backoff(BACKOFF, call.tries));
        calls::later(app.store.acquire().await?.db(), &call.sid, when).await?;
    }
    Ok(true)
}

/// Whether Twilio has nothing of a call any more. Several may have credentials of its account, and some of them old ones.
async fn is_forgotten(app: &App, call: &Call) -> Result<bool> {
    let mut why = "nobody has the account's credentials".to_owned();
    for (_, account) in accounts::by_sid(app, &call.account_sid).await? {
        match forget(app, &account, &call.sid).await {
            Ok(()) => return Ok(true),
            Err(failure) => why = failure.to_string(),
        }
    }
    tracing::error!(
        call = call.sid,
        account = call.account_sid,
        tries = call.tries,
        why,
        "what Twilio recorded of a call could not be forgotten; it will be tried again"
    );
    Ok(false)
}

async fn forget(app: &App, account: &Account, sid: &str) -> std::result::Result<(), Failure> {
    let recordings = if is_call(sid) { app.twilio.recordings_of(account, sid).await? } else { vec![sid.to_owned()] };
    for recording in recordings {
        match app.twilio.transcriptions_of(account, &recording).await {
            Ok(transcriptions) => {
                for transcription in transcriptions {
                    app.twilio.forget_transcription(account, &recording, &transcription).await?;
                }
            }
            // A key that may not see them must not keep the recording itself from being forgotten.
            Err(failure) if matches!(failure.remedy(), Remedy::Stop(_)) => {
                tracing::warn!(recording, %failure, "the transcriptions of a recording could not be looked for");
            }
            Err(failure) => return Err(failure),
        }
        app.twilio.forget_recording(account, &recording).await?;
    }
    Ok(())
}
