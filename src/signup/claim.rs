//! What comes back with a login beside its code: how it came, what the browser says was chosen, where the dialog was left.
//! All of it is the browser's word. A claim only chooses among what a token proves; a screen only picks words.

use serde::{Deserialize, Serialize};

use crate::choice::choice;

choice! {
    /// How a login's code came back. Meta wants a code exchanged as it was asked for.
    pub enum Way {
        /// By a redirect to our callback.
        Redirect = "redirect",
        /// From Meta's JavaScript SDK, which opened a window of its own.
        Popup = "popup",
    }
}

choice! {
    /// A screen of Meta's dialog (`current_step` in Meta's documentation of Embedded Signup's errors).
    pub enum Screen {
        /// The business portfolio is chosen.
        Portfolio = "portfolio",
        /// The WhatsApp account is chosen.
        Account = "account",
        /// The business's profile is filled in.
        Profile = "profile",
        /// The number is entered.
        Number = "number",
        /// The number is proven by code.
        Code = "code",
        /// The permissions are reviewed.
        Permissions = "permissions",
    }
}

impl Screen {
    /// Reads Meta's name of a screen; `None` for one that the documentation does not know.
    #[must_use]
    pub fn of_meta(name: &str) -> Option<Self> {
        Some(match name {
            "BUSINESS_ACCOUNT_SELECTION" => Self::Portfolio,
            "WABA_PHONE_PROFILE_PICKER" => Self::Account,
            "WHATSAPP_BUSINESS_PROFILE_SETUP" => Self::Profile,
            "PHONE_NUMBER_SETUP" => Self::Number,
            "PHONE_NUMBER_VERIFICATION" => Self::Code,
            "PERMISSIONS" => Self::Permissions,
            _ => return None,
        })
    }
}

/// What the browser says was chosen in the dialog. Both ids are digits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Meta's id of the number; a number that stays in the app comes without.
    pub phone_number_id: Option<String>,
    /// The WABA.
    pub business_account_id: Option<String>,
}
