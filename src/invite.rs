//! Makes setup links and changes them: whichever link was made active last is the customer's one.

use serde_json::json;

use crate::{
    app::{App, token_place},
    clock::Timestamp,
    customer::Customer,
    error::{Error, Result},
    event::{Event, Name},
    id::LinkId,
    link::{BillingMode, LIFETIME, Reconnect, SetupLink, SetupStatus, Status, Terms, token::Token},
    notify,
    seal::digest,
    store::{Tx, links, provisioned},
};

pub mod expire;

/// What a platform asks for in a new link.
pub struct Wish {
    /// What it chose.
    pub terms: Terms,
    /// Who pays Meta.
    pub meta_billing_mode: BillingMode,
    /// The number to connect again.
    pub reconnect: Option<Reconnect>,
    /// When it shall expire, if not as all do.
    pub expires_at: Option<Timestamp>,
}

/// Makes a link, and ends the customer's active one. The token is told this once.
///
/// # Errors
/// [`Error::NotFound`] when the customer is gone by now.
pub async fn make(app: &App, customer: &Customer, wish: Wish) -> Result<(SetupLink, Token)> {
    let (now, token) = (app.clock.now(), Token::new());
    let mut link = SetupLink {
        id: LinkId::new(now),
        project_id: customer.project_id,
        customer_id: customer.id,
        token: Vec::new(),
        stored_status: Status::Active,
        terms: wish.terms,
        meta_billing_mode: wish.meta_billing_mode,
        reconnect: wish.reconnect,
        setup_status: SetupStatus::Pending,
        setup_error: None,
        created_at: now,
        updated_at: now,
        expires_at: wish.expires_at.unwrap_or_else(|| now.plus(LIFETIME)),
        renewal_requested_at: None,
    };
    link.token = app.sealer.seal(token_place(&link), token.expose())?;

    let mut tx = app.store.begin().await?;
    if !links::lock_customer(tx.db(), customer.project_id, customer.id).await? {
        return Err(Error::NotFound("customer"));
    }
    supersede(&mut tx, &link, now).await?;
    links::insert(tx.db(), &link, &digest(token.expose())).await?;
    tx.commit().await?;
    Ok((link, token))
}

/// Changes a link as `edit` says, which is given the link as it is and gives it as it shall be.
///
/// # Errors
/// What `edit` refuses, with nothing changed; [`Error::NotFound`] when the customer has no such link.
pub async fn change(
    app: &App,
    customer: &Customer,
    id: LinkId,
    edit: impl FnOnce(&SetupLink, Timestamp) -> Result<SetupLink> + Send,
) -> Result<SetupLink> {
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    links::lock_customer(tx.db(), customer.project_id, customer.id).await?;
    let found = links::find(tx.db(), customer.project_id, customer.id, id).await?;
    found.ok_or(Error::NotFound("setup link"))?;
    // Read again under its lock: a signup that ends just now must not be unsaid.
    let mut before = links::lock(tx.db(), id).await?.ok_or(Error::NotFound("setup link"))?;
    if before.status(now) != before.stored_status {
        // Its time ran out before this, whatever it becomes now; nobody has said so yet.
        before.stored_status = before.status(now);
        told(&mut tx, Name::LinkExpired, &before, now).await?;
    }
    let mut link = edit(&before, now)?;
    link.updated_at = now;
    if link.status(now) == Status::Active {
        supersede(&mut tx, &link, now).await?;
    }
    if link.stored_status == Status::Revoked && before.stored_status != Status::Revoked {
        told(&mut tx, Name::LinkRevoked, &link, now).await?;
    }
    links::update(tx.db(), &link).await?;
    tx.commit().await?;
    Ok(link)
}

/// The customer of a link that is over asks for a new one: the platform is told, unless it just was.
pub async fn ask_for_another(app: &App, id: LinkId) -> Result<()> {
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    let Some(link) = links::lock(tx.db(), id).await?.filter(|link| link.may_be_renewed(now)) else { return Ok(()) };
    links::renewal_requested(tx.db(), id, now).await?;
    let more = json!({"status": link.status(now)});
    notify::tell(&mut tx, &Event::of_link(Name::LinkRenewalRequested, &link, &more, now)).await?;
    tx.commit().await
}

/// Ends the customer's other active links, and tells what each has become: expired where its time was over, else revoked.
async fn supersede(tx: &mut Tx, link: &SetupLink, now: Timestamp) -> Result<()> {
    for ended in links::supersede(tx.db(), link.customer_id, link.id, now).await? {
        let name = if ended.stored_status == Status::Revoked { Name::LinkRevoked } else { Name::LinkExpired };
        told(tx, name, &ended, now).await?;
    }
    Ok(())
}

/// Tells that a link was taken back.
pub async fn revoked(tx: &mut Tx, link: &SetupLink, now: Timestamp) -> Result<()> {
    told(tx, Name::LinkRevoked, link, now).await
}

async fn told(tx: &mut Tx, name: Name, link: &SetupLink, now: Timestamp) -> Result<()> {
    // A number that was bought for it need not wait for the next look at it.
    provisioned::hurry(tx.db(), link.id, now).await?;
    let more = if name == Name::LinkExpired { json!({"expires_at": link.expires_at.rfc3339()}) } else { json!({}) };
    notify::tell(tx, &Event::of_link(name, link, &more, now)).await
}
