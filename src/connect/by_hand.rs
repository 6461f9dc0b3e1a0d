//! Connects a number by the token that a platform has for it, without a customer on a page.
//!
//! The token is proven before anything is told to Meta: it is one of this deployment's app, it reads the account, and the
//! account has the number. Then the account is subscribed, a number that came with a PIN is registered, and it is stored.
//! What fails leaves nothing behind: a subscription that nothing needs is ended in the background.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};

use crate::{
    app::App,
    clock::{Timestamp, random},
    customer::Customer,
    error::{Error, Result},
    event::{Event, Name},
    id::{NumberId, ProjectId},
    meta::{Failure, Remedy},
    notify,
    number::{Connection, Facts, PhoneNumber, Standing, place},
    release,
    store::{links, numbers, numbers::Secrets, releases},
};

/// Longer than every call that is made takes together.
const HOLD: Duration = Duration::from_secs(2 * 60);

/// What a platform knows of a number.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The platform's name for it; what Meta calls it when there is none.
    pub name: Option<String>,
    /// Meta's id of the number.
    pub phone_number_id: String,
    /// Its WABA.
    pub business_account_id: String,
    /// A token that may manage the account.
    pub access_token: SecretString,
    /// The two-step PIN to register the number with, if it is to be registered.
    pub pin: Option<SecretString>,
    /// Kept for the platform.
    pub inbound_processing_enabled: bool,
    /// Kept for the platform.
    pub calls_enabled: bool,
}

/// A token that was held against what it is said to open.
pub struct Proven {
    facts: Facts,
    token: SecretString,
    expires_at: Option<Timestamp>,
}

/// Connects a number for that customer.
///
/// # Errors
/// [`Error::Conflict`] when the project has the number already, [`Error::Invalid`] with the field that Meta refuses,
/// [`Error::MetaDown`] when it does not answer. Nothing is stored then.
pub async fn connect(app: &App, customer: &Customer, wish: Wish) -> Result<PhoneNumber> {
    let known = numbers::find(app.store.acquire().await?.db(), customer.project_id, &wish.phone_number_id).await?;
    if known.is_some() {
        return Err(duplicate());
    }
    let proven = prove(app, (&wish.phone_number_id, &wish.business_account_id), wish.access_token.clone()).await?;
    // A caller who hangs up must not leave it half done.
    let (owned, customer) = (app.clone(), customer.clone());
    let carried = app.tasks.spawn(async move { carry_through(&owned, &customer, &wish, proven).await });
    carried.await.map_err(|e| Error::Internal(format!("connecting a number by hand: {e}")))?
}

fn duplicate() -> Error {
    Error::Conflict("the phone number is connected in this project already".to_owned())
}

/// Shows that a token is one of this app's, reads the account, and that the account has the number.
///
/// # Errors
/// [`Error::Invalid`] with the field that is to blame, or [`Error::MetaDown`].
pub async fn prove(app: &App, (phone, account): (&str, &str), token: SecretString) -> Result<Proven> {
    let not_ours = || Error::invalid("access_token", "access_token must be a valid token of this server's Meta app");
    let inspected = match app.meta.inspect(&token).await {
        Ok(inspected) if inspected.is_valid => inspected,
        Ok(_) => return Err(not_ours()),
        Err(failure) => return Err(refusal(&failure, "the token was not accepted", not_ours)),
    };
    let closed =
        || Error::invalid("business_account_id", "business_account_id must be an account that access_token may manage");
    let listed = app.meta.numbers_of(account, &token).await.map_err(|failure| match failure.remedy() {
        Remedy::GiveUp(reason) if reason.is_dead_login() => not_ours(),
        _ => refusal(&failure, "the account was not read", closed),
    })?;
    let found = listed.into_iter().find(|number| number.facts.phone_number_id == phone);
    let facts = found.map(|number| number.facts).ok_or_else(|| {
        Error::invalid("phone_number_id", "phone_number_id must be a number of that business_account_id")
    })?;
    Ok(Proven { facts, token, expires_at: inspected.expires_at })
}

/// What a caller is told of Meta's refusal: `otherwise`, unless it is one that passes.
fn refusal(failure: &Failure, what: &str, otherwise: impl FnOnce() -> Error) -> Error {
    tracing::warn!(%failure, what, "a number is not connected by hand");
    match failure.remedy() {
        Remedy::Retry(wait) => Error::MetaDown(wait.map(|wait| wait.as_secs().max(1))),
        Remedy::GiveUp(_) => otherwise(),
    }
}

async fn carry_through(app: &App, customer: &Customer, wish: &Wish, proven: Proven) -> Result<PhoneNumber> {
    let now = app.clock.now();
    let id = NumberId::new(now);
    let owner = (customer.project_id, customer.id);
    let number = PhoneNumber::connected(id, owner, proven.facts.clone(), now).ok_or_else(|| {
        let message =
            "phone_number_id must be a number of the Cloud API; this one is in the WhatsApp Business app alone";
        Error::invalid("phone_number_id", message)
    })?;
    if number.is_coexistence && wish.pin.is_some() {
        let message = "pin must not be given for a number in the WhatsApp Business app: it is registered already";
        return Err(Error::invalid("pin", message));
    }
    let holder = uuid::Builder::from_random_bytes(random()).into_uuid();
    let account = &wish.business_account_id;
    if !release::hold_off(app, holder, account, HOLD).await? {
        releases::let_go(app.store.acquire().await?.db(), holder).await?;
        return Err(Error::MetaDown(Some(LEASE_IS_OVER)));
    }
    let done = tell_meta(app, wish, number, proven, holder).await;
    if done.is_err() {
        releases::let_go(app.store.acquire().await?.db(), holder).await?;
    }
    done
}

/// A release of another number of the account is done by then, one way or another.
const LEASE_IS_OVER: u64 = 20;

async fn tell_meta(
    app: &App,
    wish: &Wish,
    mut number: PhoneNumber,
    mut proven: Proven,
    holder: uuid::Uuid,
) -> Result<PhoneNumber> {
    let (phone, account) = (wish.phone_number_id.as_str(), wish.business_account_id.as_str());
    if let Err(failure) = app.meta.subscribe(account, &proven.token).await {
        if failure.is_ambiguous() {
            release::of_nothing(app, number.project_id, (phone, account), &proven.token).await?;
        }
        return Err(refusal(&failure, "the account was not subscribed", || {
            let message = "business_account_id must be an account whose webhooks access_token may subscribe to";
            Error::invalid("business_account_id", message)
        }));
    }
    let stored = async {
        if let Some(pin) = wish.pin.as_ref().filter(|_| !proven.facts.is_registered()) {
            app.meta.register(phone, pin, &proven.token).await.map_err(|failure| {
                refusal(&failure, "the number was not registered", || {
                    let message =
                        format!("pin must be one that Meta registers the number with; it answered {}", failure.code());
                    Error::invalid("pin", message)
                })
            })?;
            // It changed more than its status; what Meta does not say now a health check will.
            if let Ok(facts) = app.meta.number(phone, account, &proven.token).await {
                proven.facts = facts;
            }
            number.learn(proven.facts.clone());
            number.is_pin_enabled = true;
        }
        if let Some(name) = &wish.name {
            number.name.clone_from(name);
        }
        number.inbound_processing_enabled = wish.inbound_processing_enabled;
        number.calls_enabled = wish.calls_enabled;
        store(app, &number, &secrets(app, number.id, &proven, wish.pin.as_ref())?, holder).await
    };
    if let Err(e) = stored.await {
        release::of_nothing(app, number.project_id, (phone, account), &proven.token).await?;
        return Err(e);
    }
    tracing::info!(number = %number.id, "a number is connected by hand");
    Ok(number)
}

fn secrets(app: &App, id: NumberId, proven: &Proven, pin: Option<&SecretString>) -> Result<Secrets> {
    let seal = |column, secret: &SecretString| app.sealer.seal(place(id, column), secret.expose_secret());
    Ok(Secrets {
        token: seal("token", &proven.token)?,
        token_expires_at: proven.expires_at,
        pin: pin.map(|pin| seal("pin", pin)).transpose()?,
    })
}

async fn store(app: &App, number: &PhoneNumber, secrets: &Secrets, holder: uuid::Uuid) -> Result<()> {
    let mut tx = app.store.begin().await?;
    if !links::lock_customer(tx.db(), number.project_id, number.customer_id).await? {
        return Err(Error::NotFound("customer"));
    }
    let known = numbers::find(tx.db(), number.project_id, &number.phone_number_id).await?;
    if known.is_some() || !numbers::store(tx.db(), number, secrets).await? {
        return Err(duplicate());
    }
    releases::forget(tx.db(), &number.phone_number_id).await?;
    releases::let_go(tx.db(), holder).await?;
    notify::tell(&mut tx, &Event::of_number(Name::NumberCreated, number, None, number.created_at)).await?;
    tx.commit().await
}

/// Changes a number as `edit` says, which is given the number as it is; with a token that was proven, that takes the place
/// of the one it has.
///
/// # Errors
/// What `edit` refuses, with nothing changed; [`Error::NotFound`] when the project has no such number.
pub async fn change(
    app: &App,
    project: ProjectId,
    phone_number_id: &str,
    proven: Option<Proven>,
    edit: impl FnOnce(&mut PhoneNumber) + Send,
) -> Result<PhoneNumber> {
    let mut tx = app.store.begin().await?;
    let locked = numbers::lock(tx.db(), project, phone_number_id).await?;
    let mut number = locked.ok_or(Error::NotFound("phone number"))?;
    edit(&mut number);
    number.updated_at = app.clock.now();
    if let Some(proven) = proven {
        number.learn(proven.facts.clone());
        // The new token reads the account: whatever Meta told of the old one is over.
        let was = number.standing.connection();
        number.standing = Standing::connected(number.updated_at);
        let secrets = secrets(app, number.id, &proven, None)?;
        numbers::store(tx.db(), &number, &secrets).await?;
        if was != Connection::Connected {
            notify::tell(&mut tx, &Event::of_number(Name::NumberReconnected, &number, None, number.updated_at)).await?;
        }
    }
    numbers::change(tx.db(), &number).await?;
    tx.commit().await?;
    Ok(number)
}
