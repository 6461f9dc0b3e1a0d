//! The login dialog's request, and every reason why Facebook would not go on with it.

use serde_json::Value;

use url::Url;

use super::{Settings, account::Typed, phone::Mode, popup::Opener};

/// The parameters Facebook reads; what else stands in the address is not carried on.
const KNOWN: &[&str] = &[
    "client_id",
    "redirect_uri",
    "state",
    "response_type",
    "config_id",
    "override_default_response_type",
    "extras",
    "scope",
    "display",
    "locale",
    "auth_type",
    "app_id",
    "domain",
    "sdk",
];

/// A dialog request that passed every check.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) redirect_uri: String,
    pub(super) state: String,
    pub(super) locale: String,
    /// The page that the SDK opened this window for.
    pub(super) opener: Option<Opener>,
    /// What `extras` asks for; the person may still end in the other flow.
    pub(super) asked: Mode,
    /// The pre-verified number that the dialog shows, and asks no code for.
    pub(super) offered: Option<Typed>,
    /// The parameters as they came, to be sent along by the form.
    pub(super) parameters: Vec<(String, String)>,
}

impl Request {
    /// What `extras.setup.preVerifiedPhone` names, if it is there.
    pub(super) fn preverified(&self) -> Option<Value> {
        let (_, extras) = self.parameters.iter().find(|(name, _)| name == "extras")?;
        let extras: Value = serde_json::from_str(extras).ok()?;
        Some(extras.get("setup")?.get("preVerifiedPhone")?.get("ids").cloned().unwrap_or_default())
    }

    /// Whether this is the number that the dialog shows as verified.
    pub(super) fn offers(&self, phone_number: &str) -> bool {
        let typed = Typed::parse(phone_number);
        self.offered.as_ref().is_some_and(|offered| typed.is_some_and(|typed| typed.digits == offered.digits))
    }
}

/// Why the dialog shows an error page. Meta's documentation: errors before the redirect stay on facebook.com.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) title: &'static str,
    pub(super) reason: String,
}

impl Refused {
    pub(super) fn new(title: &'static str, reason: impl Into<String>) -> Self {
        Self { title, reason: reason.into() }
    }

    fn parameter(reason: impl Into<String>) -> Self {
        Self::new("Invalid Parameter", reason)
    }
}

/// Checks a dialog request in the order in which Facebook looks at it: the app, the redirect URI, then the rest.
pub(super) fn check(
    settings: &Settings,
    (redirect_uris, base): (&[String], &str),
    version: &str,
    parameters: Vec<(String, String)>,
) -> Result<Request, Refused> {
    let parameters: Vec<_> = parameters.into_iter().filter(|(name, _)| KNOWN.contains(&name.as_str())).collect();
    for (place, (name, _)) in parameters.iter().enumerate() {
        if parameters[..place].iter().any(|(earlier, _)| earlier == name) {
            return Err(Refused::parameter(format!("The parameter {name} is given more than once.")));
        }
    }
    let value = |wanted: &str| parameters.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());

    if version != settings.graph_version {
        return Err(Refused::new("Page Not Found", format!("There is no version {version} of this dialog.")));
    }
    if value("client_id") != Some(settings.app_id.as_str()) {
        return Err(Refused::new(
            "Invalid App ID",
            "The provided app ID does not look like a valid app ID. (client_id)",
        ));
    }
    let redirect_uri = value("redirect_uri").unwrap_or_default();
    let opener = Opener::read(redirect_uri, base).filter(|_| value("display") == Some("popup"));
    if let Some(opener) = &opener {
        check_window(opener, redirect_uris, &value)?;
    } else if !redirect_uris.iter().any(|allowed| allowed == redirect_uri) {
        return Err(Refused::new(
            "URL blocked",
            "This redirect failed because the redirect URI is not whitelisted in the app's Client OAuth Settings. \
             Strict mode is on: it has to be the same byte by byte. (redirect_uri)",
        ));
    }
    if value("config_id") != Some(settings.config_id.as_str()) {
        return Err(Refused::parameter("The configuration is not one of this app. (config_id)"));
    }
    if value("scope").is_some() {
        return Err(Refused::parameter("A login with a configuration takes no scope. (scope beside config_id)"));
    }
    if value("response_type") != Some("code") {
        return Err(Refused::parameter("This configuration needs response_type=code."));
    }
    if value("override_default_response_type") != Some("true") {
        return Err(Refused::parameter("This configuration needs override_default_response_type=true."));
    }
    let state = value("state").unwrap_or_default();
    if state.is_empty() && opener.is_none() {
        return Err(Refused::parameter("Without state the answer could belong to anybody's login. (state)"));
    }
    let asked = extras(value("extras").unwrap_or("{}"))?;
    Ok(Request {
        redirect_uri: redirect_uri.to_owned(),
        state: state.to_owned(),
        locale: value("locale").unwrap_or_default().to_owned(),
        opener,
        asked,
        offered: None,
        parameters,
    })
}

/// Meta's documentation: the page's domain must be among those allowed for the SDK and among the redirect URIs, else nothing
/// is returned to the window that opened this one. The sandbox has one list for both.
fn check_window<'a>(
    opener: &Opener,
    redirect_uris: &[String],
    value: &impl Fn(&str) -> Option<&'a str>,
) -> Result<(), Refused> {
    let domain_of = |uri: &String| Url::parse(uri).ok().map(|url| url.origin().ascii_serialization());
    if !redirect_uris.iter().any(|uri| domain_of(uri).as_ref() == Some(&opener.origin)) {
        return Err(Refused::new(
            "JSSDK Unknown Host Domain",
            "The domain you are hosting the Facebook JavaScript SDK on is not in your app's allowed domains.",
        ));
    }
    if value("sdk") != Some("joey") || value("app_id") != value("client_id") {
        return Err(Refused::parameter("Only the JavaScript SDK comes back this way. (redirect_uri)"));
    }
    Ok(())
}

/// Meta's documentation: the version is determined inside `extras`; v2, v3 and their previews ended on 15 Oct 2026;
/// `featureType` blank or absent is the Cloud API flow; `app_only_install` does not go with coexistence.
fn extras(text: &str) -> Result<Mode, Refused> {
    let Ok(Value::Object(extras)) = serde_json::from_str(text) else {
        return Err(Refused::parameter("extras is not a JSON object."));
    };
    match extras.get("version").map(|version| version.as_str().unwrap_or_default()) {
        None | Some("v4" | "v4-public-preview") => {}
        Some(version) => {
            return Err(Refused::parameter(format!(
                "Embedded Signup {version} is not available; v2 and v3 ended on 15 October 2026. (extras.version)"
            )));
        }
    }
    if extras.get("setup").is_some_and(|setup| !setup.is_object()) {
        return Err(Refused::parameter("extras.setup is not a JSON object."));
    }
    let mode = match extras.get("featureType").map(|feature| feature.as_str()) {
        None | Some(Some("")) => Mode::Dedicated,
        Some(Some("whatsapp_business_app_onboarding")) => Mode::Coexistence,
        Some(_) => return Err(Refused::parameter("There is no such feature type in v4. (extras.featureType)")),
    };
    let features = match extras.get("features") {
        None => &[],
        Some(Value::Array(features)) => features.as_slice(),
        Some(_) => return Err(Refused::parameter("extras.features is not an array.")),
    };
    for feature in features {
        if feature["name"] != "app_only_install" {
            return Err(Refused::parameter("There is no such feature in v4. (extras.features)"));
        }
        if mode == Mode::Coexistence {
            return Err(Refused::parameter("app_only_install cannot be combined with coexistence. (extras.features)"));
        }
    }
    Ok(mode)
}
