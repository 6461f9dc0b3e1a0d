//! A link that is opened again after a signup on it has failed: what happened, and the choice that was made then.

use crate::{
    app::App,
    error::Result,
    link::{ConnectionType, SetupStatus},
    page::Frame,
    signup::State,
    store::{links::Visit, signups},
};

/// How it ended last time.
pub(super) struct Before {
    pub(super) title: String,
    pub(super) text: String,
    /// What was chosen then, where nothing speaks against choosing it again.
    pub(super) again: Option<ConnectionType>,
}

impl Before {
    /// Asks the database only where the link says that something failed.
    pub(super) async fn of(app: &App, frame: &Frame, visit: &Visit) -> Result<Option<Self>> {
        if visit.link.setup_status != SetupStatus::Failed {
            return Ok(None);
        }
        let last = signups::newest(app.store.acquire().await?.db(), visit.link.id).await?;
        Ok(last.and_then(|signup| match signup.state {
            State::Failed { reason, .. } => Some(Self {
                title: frame.say(&format!("{}-title", reason.words())),
                text: frame.say(&format!("{}-text", reason.words())),
                again: Some(signup.connection_type).filter(|_| !reason.speaks_against_type()),
            }),
            _ => None,
        }))
    }
}
