//! Meta's JavaScript SDK, which opens the dialog in a window of its own: where it comes from, what it is told, and which
//! browsers are offered it.

use serde_json::{Value, json};
use url::Url;

use super::Meta;
use crate::{choice::choice, device::Device, link::ConnectionType, words::Lang};

choice! {
    /// How customers get to Facebook's dialog.
    pub enum LoginMode {
        /// The page goes there and comes back.
        Redirect = "redirect",
        /// In a window of its own wherever a script can open one.
        Popup = "popup",
        /// In a window of its own on a computer, else the page goes there.
        Auto = "auto",
    }
}

impl LoginMode {
    /// Whether a window of its own is offered on that device.
    ///
    /// Never inside an app: such browsers open no second window that can speak to the first. `auto` leaves phones and tablets
    /// to the redirect too: a second window is a second tab there, and Meta says of the tokens of Embedded Signup that logins
    /// on mobile devices are "not currently supported" by the SDK's way.
    #[must_use]
    pub fn opens_window(self, device: Device) -> bool {
        match self {
            Self::Redirect => false,
            Self::Popup => device.app.is_none(),
            Self::Auto => device.app.is_none() && !device.is_handheld,
        }
    }
}

/// What our script tells the SDK. None of it is secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sdk {
    /// The SDK's script, in the page's language.
    pub script: String,
    /// The app's id.
    pub app_id: String,
    /// The Facebook Login for Business configuration.
    pub config_id: String,
    /// The Graph version.
    pub version: String,
    /// Where the dialog is, and with it the origin that may send messages.
    pub origin: String,
}

impl Meta {
    /// What the SDK needs on that device; `None` where no window of its own is offered.
    #[must_use]
    pub fn sdk(&self, device: Device, lang: Lang) -> Option<Sdk> {
        let settings = &self.settings;
        settings.login.opens_window(device).then(|| {
            let mut script = settings.sdk_url.clone();
            if let Ok(mut path) = script.path_segments_mut() {
                path.pop_if_empty().extend([lang.facebook_locale().as_str(), "sdk.js"]);
            }
            Sdk {
                script: script.to_string(),
                app_id: settings.app_id.clone(),
                config_id: settings.config_id.clone(),
                version: settings.graph_version.clone(),
                origin: origin(&settings.dialog_url),
            }
        })
    }

    /// Whether any device is offered a window of its own.
    #[must_use]
    pub fn may_load_sdk(&self) -> bool {
        self.settings.login != LoginMode::Redirect
    }

    /// Whether a window of its own is offered on that device.
    #[must_use]
    pub fn may_open_window(&self, device: Device) -> bool {
        self.settings.login.opens_window(device)
    }

    /// Where the SDK's script may come from, and whom it may speak with and frame.
    #[must_use]
    pub fn sdk_origins(&self) -> (String, Vec<String>) {
        let script = origin(&self.settings.sdk_url);
        let mut spoken_with = self.dialog_origins();
        if !spoken_with.contains(&script) {
            spoken_with.push(script.clone());
        }
        (script, spoken_with)
    }

    /// The dialog's `extras` for a type; with the id of a number that is verified beforehand, the dialog offers that one.
    #[must_use]
    pub fn extras_of(&self, connection_type: ConnectionType, preverified: Option<&str>) -> String {
        let configured = match connection_type {
            ConnectionType::Coexistence => &self.settings.extras_coexistence,
            ConnectionType::Dedicated => &self.settings.extras_dedicated,
        };
        // What is already in an app has no place in the pool.
        match preverified.filter(|_| connection_type == ConnectionType::Dedicated) {
            Some(id) => offering(configured, id),
            None => configured.clone(),
        }
    }
}

/// The same `extras` with that number on offer (Meta's documentation: an array of which the first is shown).
fn offering(extras: &str, id: &str) -> String {
    let Ok(Value::Object(mut extras)) = serde_json::from_str(extras) else { return extras.to_owned() };
    let setup = extras.entry("setup").or_insert_with(|| json!({}));
    if !setup.is_object() {
        *setup = json!({});
    }
    setup["preVerifiedPhone"] = json!({"ids": [id]});
    Value::Object(extras).to_string()
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_on_offer_stands_beside_whatever_was_configured() {
        let offered = |extras: &str| serde_json::from_str::<Value>(&offering(extras, "7")).unwrap();
        for (configured, expected) in [
            (
                crate::meta::dialog::EXTRAS_DEDICATED,
                json!({"setup": {"preVerifiedPhone": {"ids": ["7"]}}, "sessionInfoVersion": "3", "version": "v4"}),
            ),
            ("{}", json!({"setup": {"preVerifiedPhone": {"ids": ["7"]}}})),
            (
                r#"{"setup":{"solutionID":"1","preVerifiedPhone":{"ids":["6"]}}}"#,
                json!({"setup": {"solutionID": "1", "preVerifiedPhone": {"ids": ["7"]}}}),
            ),
            (r#"{"setup":null}"#, json!({"setup": {"preVerifiedPhone": {"ids": ["7"]}}})),
        ] {
            assert_eq!(offered(configured), expected, "{configured}");
        }
    }

    #[test]
    fn a_window_is_offered_where_one_can_work() {
        let desk = Device::default();
        let phone = Device { is_handheld: true, ..desk };
        let inside = Device { app: Some(crate::device::InApp::Other), ..desk };
        for (mode, offered) in [
            (LoginMode::Redirect, [false, false, false]),
            (LoginMode::Popup, [true, true, false]),
            (LoginMode::Auto, [true, false, false]),
        ] {
            assert_eq!([desk, phone, inside].map(|device| mode.opens_window(device)), offered, "{mode}");
        }
    }
}
