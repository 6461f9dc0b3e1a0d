//! What somebody else does to the accounts and numbers inside: the customer, a developer, or Meta.

use super::{account::Subscription, phone::Registration, trouble::Trouble, world::World};

impl World {
    /// Sets the two-step PIN that `register` will ask for.
    pub fn set_pin(&self, phone_number_id: &str, pin: &str) {
        if let Some(phone) = self.state().estate.phone_mut(phone_number_id) {
            phone.pin = Some(pin.to_owned());
        }
    }

    /// The customer disconnects the WhatsApp Business app and connects it again: a new 24 hours, nothing synchronized.
    pub fn reconnect_app(&self, phone_number_id: &str) {
        let now = self.now();
        if let Some(phone) = self.state().estate.phone_mut(phone_number_id) {
            phone.onboard(now);
        }
    }

    /// The customer removes the app: every token that sees this WABA is dead.
    pub fn revoke(&self, waba_id: &str) {
        let mut state = self.state();
        let grants = state.estate.grants.iter_mut();
        grants.filter(|grant| grant.wabas.iter().any(|id| id == waba_id)).for_each(|grant| grant.revoked = true);
    }

    /// A token that manages this WABA, as a developer takes one from the App Dashboard; it never expires.
    #[must_use]
    pub fn token(&self, waba_id: &str) -> String {
        let now = self.now();
        let mut state = self.state();
        let business = state.estate.waba(waba_id).map(|waba| waba.business_id.clone()).unwrap_or_default();
        let place = state.estate.add_grant(&business, vec![waba_id.to_owned()], vec![Trouble::NoExpiry], now);
        let grant = &mut state.estate.grants[place];
        grant.born = true;
        grant.token.clone()
    }

    /// Somebody moves a number to another WABA.
    pub fn move_number(&self, phone_number_id: &str, waba_id: &str) {
        if let Some(phone) = self.state().estate.phone_mut(phone_number_id) {
            waba_id.clone_into(&mut phone.waba_id);
        }
    }

    /// Somebody else deregisters a number.
    pub fn deregister(&self, phone_number_id: &str) {
        if let Some(phone) = self.state().estate.phone_mut(phone_number_id) {
            phone.registration = Registration::None;
        }
    }

    /// Meta limits what a number may send.
    pub fn limit(&self, phone_number_id: &str) {
        if let Some(phone) = self.state().estate.phone_mut(phone_number_id) {
            phone.limited = true;
        }
    }

    /// Somebody ends the app's subscription to a WABA.
    pub fn unsubscribe(&self, waba_id: &str) {
        if let Some(waba) = self.state().estate.waba_mut(waba_id) {
            waba.subscription = Subscription::None;
        }
    }
}
