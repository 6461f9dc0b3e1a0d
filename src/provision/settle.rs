//! What only a person can find out: that a number which nobody can be asked about is not paid for.
//!
//! An account that is gone for good never says what became of a purchase, and takes no number back. The operator looks into
//! it, and says so. Should it ever open again with the number on it, the number's mark is one of ours and belongs to nothing:
//! the comparison gives it back.

use std::time::Duration;

use super::tell;
use crate::{
    clock::{Clock, Timestamp},
    error::{Error, Result},
    event::Name,
    id::ProvisionedId,
    provisioned::{Status, Trouble},
    store::{
        Store,
        provisioned::{self, purchases},
        records,
    },
};

/// How long Twilio may take to say what became of a purchase before somebody is told to look.
const PATIENCE: Duration = Duration::from_secs(60 * 60);
/// How many are named at a time.
const MOST: i64 = 20;

/// The operator has looked: that number is not paid for. Gives where it stands now.
///
/// # Errors
/// [`Error::Invalid`] when there is somebody to ask, or nothing to be asked.
pub async fn settle(store: &Store, clock: &Clock, id: ProvisionedId) -> Result<Status> {
    let now = clock.now();
    let mut tx = store.begin().await?;
    let taken = provisioned::take(tx.db(), id).await?;
    let is_open = purchases::is_open(tx.db(), id).await?;
    let settled = taken.and_then(|number| match number.status {
        Status::Picked if is_open => Some((number, Status::Failed)),
        Status::Releasing => Some((number, Status::Released)),
        _ => None,
    });
    let Some((mut number, status)) = settled else {
        return Err(Error::invalid(
            "id",
            "id must be of a number that is picked, and Twilio does not say whether it was bought, or of one that is releasing",
        ));
    };
    (number.status, number.trouble) = (status, Some(Trouble::WrittenOff));
    provisioned::save(tx.db(), &number, None, now).await?;
    purchases::close(tx.db(), id).await?;
    if status == Status::Released {
        tell(&mut tx, Name::ProvisionedReleased, &number, now).await?;
    }
    // One whose customer was erased was kept until now, and no longer.
    records::forget_returned(tx.db(), 1).await?;
    tx.commit().await?;
    Ok(status)
}

/// Some of the numbers of which Twilio should have said long ago whether they were bought.
pub async fn unknown(store: &Store, now: Timestamp) -> Result<Vec<ProvisionedId>> {
    purchases::unknown(store.acquire().await?.db(), now.minus(PATIENCE), MOST).await
}
