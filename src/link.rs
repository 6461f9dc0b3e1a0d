//! A setup link: what the platform chose for one customer.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::{
    choice::choice,
    clock::Timestamp,
    id::{CustomerId, LinkId, ProjectId},
    words::Lang,
};

pub mod advice;
pub mod branding;
pub mod redirect;
pub mod signature;
pub mod state;
pub mod theme;
pub mod token;

pub use branding::Branding;
pub use state::Status;
pub use theme::Theme;

/// How long a link lives unless the platform says otherwise: 30 days.
pub const LIFETIME: std::time::Duration = std::time::Duration::from_secs(30 * 24 * 60 * 60);

/// The longest that a new link may be given: a year. Its URL is a secret, and secrets that live for ever are found.
pub const LONGEST_LIFETIME: std::time::Duration = std::time::Duration::from_secs(365 * 24 * 60 * 60);

/// How often the platform is told at most that a link's customer asks for a new one.
pub const RENEWAL_INTERVAL: std::time::Duration = std::time::Duration::from_secs(60 * 60);

choice! {
    /// How a number is connected.
    pub enum ConnectionType {
        /// The WhatsApp Business app stays in use beside the API.
        Coexistence = "coexistence",
        /// API only.
        Dedicated = "dedicated",
    }
}

impl ConnectionType {
    /// Messages a second that the connection carries at most, as customers are told (the product's documentation).
    #[must_use]
    pub fn messages_per_second(self) -> u32 {
        match self {
            Self::Coexistence => 5,
            Self::Dedicated => 1000,
        }
    }
}

choice! {
    /// Who pays Meta.
    pub enum BillingMode {
        /// The customer, with a payment method of their own.
        CustomerManaged = "customer_managed",
        /// The platform's partner.
        PartnerManaged = "partner_managed",
    }
}

choice! {
    /// How far the setup behind a link has come (`whatsapp_setup_status`).
    pub enum SetupStatus {
        /// Nobody has come back from Facebook yet.
        Pending = "pending",
        /// A signup is being carried through.
        Processing = "processing",
        /// A number is connected.
        Completed = "completed",
        /// The last signup failed; the link may still be active.
        Failed = "failed",
    }
}

/// What the platform chose, and may change later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Where the customer lands when it worked; `None` for a page of ours.
    pub success_redirect_url: Option<String>,
    /// Where the customer lands when it did not; `None` for a page of ours.
    pub failure_redirect_url: Option<String>,
    /// Origins that may embed or talk to the flow.
    pub allowed_origins: Vec<String>,
    /// The types the customer may choose from; never empty.
    pub allowed_connection_types: Vec<ConnectionType>,
    /// The platform's colours.
    pub theme_config: Option<Theme>,
    /// Whether a number shall be bought for the customer.
    pub provision_phone_number: bool,
    /// Countries a bought number may come from, ISO 3166-1 alpha-2.
    pub phone_number_country_isos: Vec<String>,
    /// The area code a bought number shall have, US only.
    pub phone_number_area_code: Option<String>,
    /// The page's language, unless the visitor chooses another; one that a newer version alone speaks is none.
    #[serde(deserialize_with = "spoken")]
    pub language: Option<Lang>,
    /// Whether the customer may try again on our page after a failure, although there is a failure URL.
    #[serde(default)]
    pub recover_in_place: bool,
    /// How the platform shows itself, where that is not the project's way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branding: Option<Branding>,
    /// The platform's own id of the link.
    #[serde(default)]
    pub external_id: Option<String>,
    /// What the platform wants to find again, wherever the link is told of.
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
    /// What both redirects bring back as `state`.
    #[serde(default)]
    pub state: Option<String>,
    /// The digits of the one number that may be connected.
    #[serde(default)]
    pub expected_phone_number: Option<String>,
    /// What a newer version wrote beside these: kept as it is.
    #[serde(flatten)]
    pub unknown: BTreeMap<String, Value>,
}

fn spoken<'de, D: Deserializer<'de>>(stored: D) -> Result<Option<Lang>, D::Error> {
    Ok(Option::<String>::deserialize(stored)?.as_deref().and_then(Lang::parse))
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            success_redirect_url: None,
            failure_redirect_url: None,
            allowed_origins: Vec::new(),
            allowed_connection_types: ConnectionType::ALL.to_vec(),
            theme_config: None,
            provision_phone_number: false,
            phone_number_country_isos: vec!["US".to_owned()],
            phone_number_area_code: None,
            language: None,
            recover_in_place: false,
            branding: None,
            external_id: None,
            metadata: BTreeMap::new(),
            state: None,
            expected_phone_number: None,
            unknown: BTreeMap::new(),
        }
    }
}

impl Terms {
    /// What pages had to move of the platform's colours, so that they can be read.
    #[must_use]
    pub fn theme_warnings(&self) -> Vec<theme::Warning> {
        self.theme_config.as_ref().and_then(Theme::palette).map(|palette| palette.warnings).unwrap_or_default()
    }

    /// The host that the customer goes back to, as browsers show it; `None` when the link names no page of the platform's.
    #[must_use]
    pub fn redirect_host(&self) -> Option<String> {
        [&self.success_redirect_url, &self.failure_redirect_url]
            .into_iter()
            .flatten()
            .find_map(|url| redirect::host(url))
    }
}

/// A number that is to be connected again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconnect {
    /// Meta's id of it.
    pub phone_number_id: String,
    /// Its digits, as E.164 has them.
    pub digits: String,
}

/// A setup link as it is stored.
#[derive(Clone, Debug)]
pub struct SetupLink {
    /// The link's id.
    pub id: LinkId,
    /// The project it belongs to.
    pub project_id: ProjectId,
    /// The customer it was made for.
    pub customer_id: CustomerId,
    /// The token of its URL, sealed.
    pub token: Vec<u8>,
    /// The status as stored; time makes an active one expired: ask [`SetupLink::status`].
    pub stored_status: Status,
    /// What the platform chose.
    pub terms: Terms,
    /// Who pays Meta.
    pub meta_billing_mode: BillingMode,
    /// The number that must come back, when the link was made to reconnect one.
    pub reconnect: Option<Reconnect>,
    /// How far the setup has come.
    pub setup_status: SetupStatus,
    /// The error code of the last failure.
    pub setup_error: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it expires.
    pub expires_at: Timestamp,
    /// When its customer asked for a new one last.
    pub renewal_requested_at: Option<Timestamp>,
}

impl SetupLink {
    /// The link's status at the moment `now`.
    #[must_use]
    pub fn status(&self, now: Timestamp) -> Status {
        self.stored_status.at(self.expires_at, now)
    }

    /// Whether its customer may ask for a new link at the moment `now`: it is over, and they have not just done so.
    #[must_use]
    pub fn may_be_renewed(&self, now: Timestamp) -> bool {
        let is_over = matches!(self.status(now), Status::Expired | Status::Revoked);
        is_over && self.renewal_requested_at.is_none_or(|last| now.since(last) >= RENEWAL_INTERVAL)
    }

    /// The types the customer may really choose from: a bought number is never in an app already.
    #[must_use]
    pub fn connection_types(&self) -> &[ConnectionType] {
        if self.terms.provision_phone_number {
            &[ConnectionType::Dedicated]
        } else {
            &self.terms.allowed_connection_types
        }
    }
}
