//! Who moves signups: a task for one that a request just touched, and a loop that finds those nobody is at.
//!
//! Both [`claim`] a signup before they touch it. A process that dies leaves a claim that runs out, and the next one goes
//! on from the last state that was saved.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::Semaphore;

use super::{
    claim, measure, settle,
    steps::{self, Outcome},
};
use crate::{
    app::App,
    clock::{Timestamp, backoff},
    error::{Error, Result},
    id::SignupId,
    lasting::Lasting,
    meter,
    signup::{Reason, Signup, State, Step},
    store::{links, signups},
    trace::{self, Of},
};

/// How often the loop looks for work that no request announced.
const PAUSE: Duration = Duration::from_millis(500);
/// Signups moved by one process at a time.
const HANDS: usize = 64;
/// A wait that Meta asks for is kept up to here, and so many times in a step; beyond it the customer is better told.
const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);
const MOST_WAITS: i32 = 20;
/// How long a call in flight may go on after the end was asked for; less than the house waits for its tasks.
const LAST_CALL: Duration = Duration::from_secs(6);
/// The first pause between our own tries, and the longest one.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(20));

/// Moves that signup in the background, if it is due and nobody is at it.
pub fn start(app: &App, id: SignupId) {
    let owned = app.clone();
    app.tasks.spawn(async move {
        match claim::one(&owned, id).await {
            Ok(Some(signup)) => Box::pin(drive(&owned, signup)).await,
            Ok(None) => {}
            Err(e) => {
                tracing::error!(signup = %id, error = %e, "a signup could not be claimed; the loop will try again");
            }
        }
    });
}

/// Finds and moves signups until the house closes.
pub async fn run(app: App) {
    let hands = Arc::new(Semaphore::new(HANDS));
    let looking = Lasting::new("signups could not be looked for", "signups are looked for again");
    while !app.stopping.is_cancelled() {
        app.pulse.beat("signups", app.clock.now());
        let Ok(hand) = hands.clone().acquire_owned().await else { return };
        if let Some(signup) = looking.note(claim::next(&app).await).flatten() {
            let owned = app.clone();
            app.tasks.spawn(async move {
                Box::pin(drive(&owned, signup)).await;
                drop(hand);
            });
            continue;
        }
        drop(hand);
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = app.stopping.cancelled() => {}
        }
    }
}

/// Moves a claimed signup as far as it goes now.
async fn drive(app: &App, mut signup: Signup) {
    let (id, link, fence) = (signup.id, signup.link_id, signup.fence);
    if let State::Newer(_) = signup.state {
        tracing::info!(signup = %id, %link, "a signup is left to the newer version that wrote it");
        return;
    }
    let now = app.clock.now();
    if now.since(signup.next_at) > super::DEADLINE {
        // The house was closed meanwhile: that was not Meta's time.
        signup.deadline_at = Some(now.plus(super::DEADLINE));
    }
    // The end of the house ends this between two steps: the state is saved, and another process goes on from it.
    while !app.stopping.is_cancelled() {
        let stepped = tokio::select! {
            biased;
            stepped = step(app, &mut signup) => stepped,
            lost = claim::renewed(app, id, fence) => Err(lost),
            () = overrun(app) => break,
        };
        match stepped {
            Ok(true) => {}
            Ok(false) => break,
            Err(Error::Conflict(_)) => {
                tracing::info!(signup = %id, %link, "somebody else has taken the signup");
                break;
            }
            Err(e) => {
                tracing::error!(signup = %id, %link, step = %signup.state.step(), error = %e, "a step failed on our side; it will be tried again");
                if let Err(e) = stumbled(app, id, fence).await {
                    tracing::error!(signup = %id, %link, error = %e, "a signup could not be put aside; its claim will run out");
                }
                break;
            }
        }
    }
    if app.stopping.is_cancelled() {
        claim::release(app, id, fence).await;
    }
    app.watchers.moved(signup.link_id);
}

/// Ready when the end was asked for and Meta has had its last chance to answer. What is in flight then is left as it
/// would be by a process that died.
async fn overrun(app: &App) {
    app.stopping.cancelled().await;
    tokio::time::sleep(LAST_CALL).await;
}

/// Puts a signup aside after trouble of our own, as it is stored: what is in memory may be ahead of that.
async fn stumbled(app: &App, id: SignupId, fence: i64) -> Result<()> {
    let stored = signups::find(app.store.acquire().await?.db(), id).await?;
    let Some(mut signup) = stored.filter(|signup| signup.fence == fence && !signup.state.is_over()) else {
        return Ok(());
    };
    later(app, &mut signup, None, app.clock.now()).await.map(|_| ())
}

/// One step, traced. `false` when nothing more can be done now.
async fn step(app: &App, signup: &mut Signup) -> Result<bool> {
    let mut span = trace::part(Of::Signup(signup.id), signup.state.step().as_str());
    span.set("setuplinks.tries", i64::from(signup.tries));
    let stepped = span.around(take(app, signup)).await;
    match &stepped {
        Ok((_, outcome)) => span.set("setuplinks.outcome", *outcome),
        Err(e) => span.fail(e.code()),
    }
    stepped.map(|(goes_on, _)| goes_on)
}

/// What Meta says, and what that means, saved: whether it goes on, and what the step came to.
async fn take(app: &App, signup: &mut Signup) -> Result<(bool, &'static str)> {
    let Some(visit) = links::visit_by_id(app.store.acquire().await?.db(), signup.link_id).await? else {
        return Ok((false, "gone"));
    };
    let at = signup.state.step();
    let outcome = if visit.link.stored_status == crate::link::Status::Revoked {
        Outcome::Failed(Reason::Revoked)
    } else {
        let began = Instant::now();
        let outcome = steps::advance(app, signup, &visit.link).await?;
        meter::stepped(at.as_str(), outcome.name(), began.elapsed());
        outcome
    };
    let name = outcome.name();
    let now = app.clock.now();
    let goes_on = match outcome {
        Outcome::Moved => moved(app, signup, at, now).await?,
        Outcome::Later(asked) => later(app, signup, asked, now).await?,
        Outcome::Failed(reason) => {
            fail(app, signup, reason).await?;
            false
        }
    };
    Ok((goes_on, name))
}

/// Saves a signup that has left a step. `true` when there is more to do.
async fn moved(app: &App, signup: &mut Signup, left: Step, now: Timestamp) -> Result<bool> {
    tracing::debug!(signup = %signup.id, link = %signup.link_id, from = %left, to = %signup.state.step(), "a signup moved");
    signup.tries = 0;
    let goes_on = !signup.state.is_over() && signup.state.step() != Step::Choose;
    if signup.state.step() == Step::Choose {
        signup.next_at = now.plus(super::CHOICE_LIFETIME);
    }
    if let Step::Store = left {
        measure::over(signup, now);
        return Ok(goes_on);
    }
    if signup.state.step() != left {
        measure::passed(signup, left, now);
    }
    claim::keep(app, signup, goes_on.then(|| claim::until(now))).await?;
    Ok(goes_on)
}

async fn fail(app: &App, signup: &mut Signup, reason: Reason) -> Result<()> {
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    settle::failed(&mut tx, signup, reason, now).await?;
    tx.commit().await?;
    measure::over(signup, now);
    Ok(())
}

/// Puts the signup aside: for as long as Meta asked, else for a while that doubles with every try, until the deadline.
/// `true` when the present step is done without instead.
async fn later(app: &App, signup: &mut Signup, asked: Option<Duration>, now: Timestamp) -> Result<bool> {
    let next_at = now.plus(asked.unwrap_or_default().max(backoff(BACKOFF, signup.tries)));
    let deadline = signup.deadline_at.unwrap_or(now);
    let is_enough = match asked {
        Some(asked) => asked > LONGEST_WAIT || signup.tries >= MOST_WAITS,
        None => next_at > deadline,
    };
    if is_enough {
        return give_up(app, signup, asked.is_some(), now).await;
    }
    signup.next_at = next_at;
    if asked.is_some() {
        signup.deadline_at = Some(deadline.max(next_at.plus(super::DEADLINE)));
    }
    signup.tries = signup.tries.saturating_add(1);
    claim::keep(app, signup, None).await?;
    Ok(false)
}

async fn give_up(app: &App, signup: &mut Signup, was_asked: bool, now: Timestamp) -> Result<bool> {
    let step = signup.state.step();
    if let Some(state) = steps::go_on_without(&signup.state) {
        tracing::warn!(signup = %signup.id, link = %signup.link_id, %step, "Meta did not answer in time; the number is connected without");
        signup.state = state;
        signup.next_at = now;
        signup.tries = 0;
        measure::passed(signup, step, now);
        claim::keep(app, signup, Some(claim::until(now))).await?;
        return Ok(true);
    }
    let reason = match step {
        Step::Register if was_asked => Reason::Pause,
        Step::Login | Step::Exchange | Step::Accounts | Step::Numbers => Reason::MetaDown,
        _ => Reason::MetaDownLater,
    };
    fail(app, signup, reason).await?;
    Ok(false)
}
