//! Whose a number at Twilio is: the mark that it carries says so.
//!
//! A mark begins with what belongs to this database at this address, and ends with our id of the number. A copy of the
//! database that is served elsewhere so has other marks, and touches nothing of the first one's. A deployment that has moved
//! looks just like such a copy: that it is none only the operator can say, and says it by [`take_over`], which holds for the
//! address it was said at and for no other.

use crate::{
    app::{App, PublicUrl},
    clock::{Clock, random},
    error::{Error, Result},
    id::ProvisionedId,
    seal::{digest, hex},
    store::{
        self, Store,
        provisioned::addresses::{self, Former},
    },
};

/// The marks of a deployment.
#[derive(Clone, Debug)]
pub struct Marks {
    here: String,
    former: Vec<Former>,
}

impl Marks {
    /// The mark of a number that is asked for now.
    #[must_use]
    pub fn make(&self, id: ProvisionedId) -> String {
        format!("{}{id}", self.here)
    }

    /// Whether a mark is one of ours.
    #[must_use]
    pub fn has(&self, mark: &str) -> bool {
        mark.starts_with(&self.here) || self.former.iter().any(|former| mark.starts_with(&former.prefix))
    }

    /// Whether that is one of our paths at an address where we were before, and are not now.
    #[must_use]
    pub fn is_outdated(&self, url: &str, path: &str) -> bool {
        self.former.iter().any(|former| url.strip_prefix(&former.address) == Some(path))
    }
}

/// Those of this house.
pub async fn of(app: &App) -> Result<Marks> {
    let here = prefix(&app.store, &app.public_url).await?;
    let former = addresses::of(app.store.acquire().await?.db(), &here).await?;
    Ok(Marks { here, former })
}

/// What the marks of this database begin with at an address.
async fn prefix(store: &Store, address: &PublicUrl) -> Result<String> {
    let own = store::provisioned::deployment::mark(store.acquire().await?.db(), &hex(random::<8>())).await?;
    let digest = digest(format!("{own} {}", address.of("")));
    Ok(format!("setuplinks:{}:", hex(&digest[..6])))
}

/// The deployment that is at `here` now was at `before`: what it bought there is its own. Gives how many numbers that is.
///
/// # Errors
/// [`Error::Invalid`] when nothing that is still held was bought there, which a slip of the pen would look like.
pub async fn take_over(store: &Store, clock: &Clock, here: &PublicUrl, before: &PublicUrl) -> Result<i64> {
    let (now_at, was_at) = (prefix(store, here).await?, prefix(store, before).await?);
    let mut tx = store.begin().await?;
    let count = addresses::held(tx.db(), &was_at).await?;
    if now_at == was_at || count == 0 {
        return Err(Error::invalid("from", "from must be an address at which numbers were bought that are still held"));
    }
    let former = Former { prefix: was_at, address: before.of("") };
    addresses::add(tx.db(), &now_at, &former, clock.now()).await?;
    tx.commit().await?;
    Ok(count)
}

/// How many numbers are held that were bought at an address which nobody has said was ours.
pub(super) async fn strangers(app: &App) -> Result<i64> {
    let here = prefix(&app.store, &app.public_url).await?;
    addresses::held_elsewhere(app.store.acquire().await?.db(), &here).await
}
