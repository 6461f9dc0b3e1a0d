//! Buys a number for a customer, keeps it for their link, hears its verification code, and gives it back when nothing
//! comes of it.
//!
//! A number is one row from the wish for it to its return, moved by the [`worker`] alone: search, pick, write the pick
//! down, ask whether it is ours already, buy it. What a process was doing when it died is asked of Twilio by the next, and
//! [`reconcile`] compares the rows with the accounts, so that nothing is bought twice and nothing is paid for and forgotten.
//! Which numbers there are ours, [`marks`] says; what Twilio recorded of calls to them, [`forget`] has deleted. What no
//! account can be asked about, the operator [settles](settle).

use secrecy::SecretString;
use serde_json::json;

use crate::{
    app::App,
    clock::Timestamp,
    error::{Error, Result},
    event::{Event, Name},
    id::{LinkId, ProjectId, ProvisionedId},
    link::{SetupLink, Status as LinkStatus},
    meter, notify,
    number::is_same,
    provisioned::{CountryRule, Provisioned, Status, Trouble},
    seal::Place,
    store::{self, Tx, links, twilio_accounts::TwilioAccount},
    twilio::Account,
};

pub mod accounts;
mod buy;
pub mod forget;
pub mod hear;
mod keep;
pub mod marks;
pub mod reconcile;
pub mod settle;
pub mod verify;
pub mod worker;

/// The one country whose numbers the deployment's own account sells.
pub const HOME: &str = "US";

/// How long a login listens for its code: as long as Meta's login may take.
pub const LISTENING: std::time::Duration = std::time::Duration::from_secs(60 * 60);
/// When a webhook that has not come is no longer waited for: then the account's messages are asked for.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(15);

/// The countries of a link that a number can be bought in: none when nobody would pay for it.
pub async fn countries(app: &App, link: &SetupLink) -> Result<Vec<String>> {
    if !link.terms.provision_phone_number {
        return Ok(Vec::new());
    }
    let own = accounts::of_project(app, link.project_id).await?;
    let is_sold = |iso: &&String| own.is_some() || (app.twilio.settings().account.is_some() && *iso == HOME);
    Ok(link.terms.phone_number_country_isos.iter().filter(is_sold).cloned().collect())
}

/// The customer wants a number of that country. One that the link has already is theirs; so is one that is on its way.
///
/// With `any_area` the link's area code does not count: there was none to be had.
///
/// # Errors
/// [`Error::BadRequest`] for a country that the link does not offer.
pub async fn start(app: &App, link: &SetupLink, country: &str, any_area: bool) -> Result<Result<(), Trouble>> {
    if !countries(app, link).await?.iter().any(|offered| offered == country) {
        return Err(Error::BadRequest("the link offers no number of that country"));
    }
    let Some(payer) = accounts::payer(app, link.project_id, country).await? else {
        return Ok(Err(Trouble::Credentials));
    };
    let (now, marks) = (app.clock.now(), marks::of(app).await?);
    let mut tx = app.store.begin().await?;
    store::provisioned::lock_project(tx.db(), link.project_id).await?;
    let locked = links::lock(tx.db(), link.id).await?;
    if locked.is_none_or(|link| link.status(now) != LinkStatus::Active) {
        return Ok(Err(Trouble::CalledOff));
    }
    let before = store::provisioned::newest(tx.db(), link.id).await?;
    if before.is_some_and(|number| number.status.is_live() || number.status == Status::Connected) {
        return Ok(Ok(()));
    }
    if let Some(limit) = limit(app, &mut tx, link.project_id, now).await? {
        meter::provisioned(limit.as_str());
        meter::refused(limit.as_str());
        tracing::warn!(project = %link.project_id, %limit, "no number is bought: a limit is reached");
        return Ok(Err(limit));
    }
    let id = ProvisionedId::new(now);
    let number = Provisioned {
        id,
        project_id: link.project_id,
        customer_id: link.customer_id,
        link_id: link.id,
        account_sid: payer.account.sid,
        country_iso: country.to_owned(),
        area_code: link.terms.phone_number_area_code.clone().filter(|_| country == HOME && !any_area),
        mark: marks.make(id),
        status: Status::Wanted,
        trouble: None,
        phone_number: None,
        takes_sms: true,
        sid: None,
        passed: Vec::new(),
        created_at: now,
        bought_at: None,
        release_at: None,
        listening: crate::provisioned::Listening::default(),
        pooled: crate::provisioned::pool::Pooled::default(),
        tries: 0,
        next_at: now,
        fence: 0,
    };
    store::provisioned::insert(tx.db(), &number).await?;
    tx.commit().await?;
    worker::start(app, id);
    Ok(Ok(()))
}

/// The limit that another number of the project would break.
async fn limit(app: &App, tx: &mut Tx, project: ProjectId, now: Timestamp) -> Result<Option<Trouble>> {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    let settings = app.twilio.settings();
    let (begun, held) = store::provisioned::sums(tx.db(), project, Timestamp(now.0 - DAY)).await?;
    Ok(if begun >= i64::from(settings.most_a_day) {
        Some(Trouble::DayLimit)
    } else if held >= i64::from(settings.most_held) {
        Some(Trouble::LiveLimit)
    } else {
        None
    })
}

/// The customer is on the way to Facebook: their number listens for the code from now on.
pub async fn listen(tx: &mut Tx, link: LinkId, now: Timestamp) -> Result<()> {
    store::provisioned::heard::listen(tx.db(), link, now, now.plus(LISTENING), now.plus(PATIENCE)).await
}

/// The link's signup has connected a number. If it is the one that was bought, it stays; if it is another one, which is
/// the customer's right, the one that was bought is given back after a while.
pub async fn used(app: &App, tx: &mut Tx, link: LinkId, display: &str, now: Timestamp) -> Result<()> {
    let bought = store::provisioned::newest(tx.db(), link).await?;
    let is_it = |number: &Provisioned| number.phone_number.as_deref().is_some_and(|own| is_same(own, display));
    if let Some(bought) = bought.filter(is_it)
        && let Some(number) = store::provisioned::connect(tx.db(), bought.id, now).await?
    {
        verify::claimed(tx, number.id).await?;
        meter::provisioned("connected");
        return tell(tx, Name::ProvisionedConnected, &number, now).await;
    }
    store::provisioned::unused(tx.db(), link, now.plus(app.twilio.settings().grace)).await
}

/// What Facebook's dialog is to offer a link's customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offer {
    /// Nothing: no number is verified beforehand.
    Nothing,
    /// The number of that id in the pool.
    Number(String),
    /// Not yet: the page of their number has something to say first.
    Wait,
}

/// What the dialog is to offer now.
pub async fn offer(app: &App, link: &SetupLink) -> Result<Offer> {
    if !link.terms.provision_phone_number || app.meta.pool().is_none() {
        return Ok(Offer::Nothing);
    }
    let number = store::provisioned::newest(app.store.acquire().await?.db(), link.id).await?;
    let Some(number) = number else { return Ok(Offer::Nothing) };
    Ok(match verify::way(app, &number) {
        verify::Way::Ordinary => Offer::Nothing,
        verify::Way::Verifying { .. } => Offer::Wait,
        verify::Way::Verified => verify::offer(app, &number).await?.map_or(Offer::Wait, Offer::Number),
    })
}

/// The link's login came to nothing.
pub async fn came_to_nothing(tx: &mut Tx, link: LinkId, now: Timestamp) -> Result<()> {
    verify::look_again(tx, link, now).await
}

/// The platform gives a number back. `false` when there is nothing to give back.
pub async fn release(app: &App, project: ProjectId, id: ProvisionedId) -> Result<bool> {
    let now = app.clock.now();
    let found = store::provisioned::let_go_at(app.store.acquire().await?.db(), project, id, now).await?;
    if found.is_some() {
        worker::start(app, id);
    }
    Ok(found.is_some())
}

/// Tells of a number. Nobody is told of one whose link is gone.
async fn tell(tx: &mut Tx, name: Name, number: &Provisioned, now: Timestamp) -> Result<()> {
    let Some(visit) = links::visit_by_id(tx.db(), number.link_id).await? else { return Ok(()) };
    let more = json!({"provisioned_phone_number": {
        "id": number.id, "phone_number": number.phone_number, "country_iso": number.country_iso,
        "trouble": number.trouble,
    }});
    notify::tell(tx, &Event::of_link(name, &visit.link, &more, now)).await
}

/// Where the code of a number is sealed.
fn place(number: &Provisioned) -> Place {
    Place { table: "provisioned_numbers", column: "code", row: number.id.0 }
}

/// The code that a number has heard, as long as it may be shown.
pub fn code(app: &App, number: &Provisioned) -> Result<Option<SecretString>> {
    let sealed = number.listening.code.as_ref().filter(|_| number.listening.has_code(app.clock.now()));
    sealed.map(|sealed| app.sealer.open(place(number), sealed)).transpose()
}

/// The recording of a call that may still be played.
pub async fn recording(app: &App, number: &Provisioned) -> Result<Option<Vec<u8>>> {
    let Some(sid) = number.listening.playable(app.clock.now()) else { return Ok(None) };
    let Some(account) = accounts::of_number(app, number).await? else { return Ok(None) };
    match app.twilio.recording(&account, sid).await {
        Ok(sound) => Ok(Some(sound)),
        Err(failure) => {
            tracing::warn!(provisioned = %number.id, %failure, "a recording cannot be played");
            Ok(None)
        }
    }
}
