//! A number as a test puts it in place, and as it looks at it.

use crate::{
    clock::Timestamp,
    sandbox::{
        account::Estate,
        phone::{Mode, Phone, Registration},
    },
};

/// A number to be there before anybody logs in; see [`add_number`](super::World::add_number).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberSpec {
    /// In any international form.
    pub phone_number: String,
    /// The WABA it stands in; a new one of a new business when there is none.
    pub waba_id: Option<String>,
    /// How it is used.
    pub mode: Mode,
    /// Whether its owner proved it with a code.
    pub verified: bool,
    /// Whether it is registered for the Cloud API.
    pub registered: bool,
    /// Its two-step PIN.
    pub pin: Option<String>,
}

impl NumberSpec {
    /// A verified, unregistered, dedicated number without a PIN in a WABA of its own.
    #[must_use]
    pub fn new(phone_number: &str) -> Self {
        Self {
            phone_number: phone_number.to_owned(),
            waba_id: None,
            mode: Mode::Dedicated,
            verified: true,
            registered: false,
            pin: None,
        }
    }
}

/// What is known of a number.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "a view for assertions, not a state")]
pub struct NumberView {
    /// Its `phone_number_id`.
    pub id: String,
    /// The WABA it stands in.
    pub waba_id: String,
    /// The business of that WABA.
    pub business_id: String,
    /// As Meta would print it.
    pub display_phone_number: String,
    /// How it is used.
    pub mode: Mode,
    /// The same as Meta's field.
    pub is_on_biz_app: bool,
    /// Whether its owner proved it with a code.
    pub verified: bool,
    /// Whether `register` succeeded.
    pub registered: bool,
    /// Its two-step PIN.
    pub pin: Option<String>,
    /// Whether `smb_app_data` was called for the contacts.
    pub contacts_synced: bool,
    /// Whether `smb_app_data` was called for the history.
    pub history_synced: bool,
    /// When the customer brought it.
    pub onboarded_at: Timestamp,
    /// The code that `request_code` sent.
    pub sms_code: Option<String>,
}

impl NumberView {
    /// What the estate knows of this phone.
    pub(in crate::sandbox) fn of(phone: &Phone, estate: &Estate) -> Self {
        Self {
            id: phone.id.clone(),
            waba_id: phone.waba_id.clone(),
            business_id: estate.waba(&phone.waba_id).map(|waba| waba.business_id.clone()).unwrap_or_default(),
            display_phone_number: phone.display.clone(),
            mode: phone.mode,
            is_on_biz_app: phone.mode == Mode::Coexistence,
            verified: phone.verified,
            registered: phone.registration == Registration::Registered,
            pin: phone.pin.clone(),
            contacts_synced: phone.contacts_synced,
            history_synced: phone.history_synced,
            onboarded_at: phone.onboarded,
            sms_code: phone.sms.as_ref().map(|(code, _)| code.clone()),
        }
    }
}
