//! Meta: what its API says of the app, and what only its dashboard shows.

use super::{Finding, Patient, skew};
use crate::meta::{
    Failure, Meta,
    application::{FIELDS, Probe},
};

/// A version that ends within this is worth a word.
const SOON_DAYS: i64 = 90;

pub(super) async fn look(patient: &Patient, findings: &mut Vec<Finding>) {
    let Some(meta) = &patient.meta else { return };
    findings.extend(extras(meta));
    let is_reached = match meta.probe().await {
        Ok(probe) => {
            findings.push(version(meta, patient, &probe));
            findings.extend(skew("clock", "Meta's", probe.date, patient.clock.now()));
            true
        }
        Err(failure) => {
            findings.push(Finding::broken(
                "meta_reached",
                format!("the Graph API is not reached from here: {failure}"),
                "open the way out to META_GRAPH_URL (https://graph.facebook.com), or set HTTPS_PROXY",
            ));
            false
        }
    };
    if is_reached && application(meta, findings).await {
        subscriptions(meta, patient, findings).await;
        findings.extend(pool(meta).await);
        findings.extend(system_token(meta, patient).await);
    }
    for what in BY_HAND {
        findings.push(Finding::look("dashboard", *what));
    }
    if meta.pool().is_some() {
        findings.push(Finding::look("dashboard", FOR_THE_POOL));
    }
    if meta.may_load_sdk() {
        findings.push(Finding::look("dashboard", FOR_THE_SDK));
    }
}

/// The same, where the SDK opens the dialog.
const FOR_THE_SDK: &str = "Facebook Login for Business, Settings: Login with the JavaScript SDK is on, and PUBLIC_URL's domain is among Allowed Domains for the JavaScript SDK as well as in the redirect URIs";

/// The same, where numbers are verified beforehand.
const FOR_THE_POOL: &str = "Meta Partner portal: the business of META_BUSINESS_ID is an approved Solution Partner; a Tech Provider has no pool of pre-verified numbers";

/// What Meta's API does not tell, by the dashboard's own names.
const BY_HAND: &[&str] = &[
    "Facebook Login for Business, Settings: Client OAuth login, Web OAuth login, Enforce HTTPS, Embedded Browser OAuth Login and Use Strict Mode for redirect URIs are on",
    "Facebook Login for Business, Configurations: META_CONFIG_ID is one with the login variation WhatsApp Embedded Signup, made for version 4 with the products you onboard to",
    "App mode (top of the App Dashboard) is Live: in Development only people with a role in the app get through",
    "App Review, Permissions and Features: advanced access for public_profile, whatsapp_business_management and whatsapp_business_messaging",
    "Business Settings, Security Centre: your own business is verified, or customers read that it can't onboard them at the moment",
    "The business portfolio that owns the app is not the one that a test customer connects: Meta refuses that",
];

fn version(meta: &Meta, patient: &Patient, probe: &Probe) -> Finding {
    const CHECK: &str = "graph_version";
    let (version, ends) = (meta.version(), meta.version_ends());
    let mend = "set META_GRAPH_VERSION to one that Meta's changelog calls current, such as v26.0";
    let days = ends.map(|end| (end.0 - patient.clock.now().0) / (24 * 60 * 60 * 1000));
    match days {
        _ if !probe.knows_version => Finding::broken(CHECK, format!("Meta does not know {version}"), mend),
        Some(days) if days < 0 => Finding::broken(CHECK, format!("{version} is past its end of life"), mend),
        Some(days) if days <= SOON_DAYS => Finding::doubt(CHECK, format!("{version} ends in {days} days"), mend),
        _ => Finding::fine(CHECK, format!("{version} is known to Meta")),
    }
}

/// Whether the app and its secret are those of each other.
async fn application(meta: &Meta, findings: &mut Vec<Finding>) -> bool {
    const CHECK: &str = "meta_app";
    match meta.application().await {
        Ok(name) => {
            findings.push(Finding::fine(CHECK, format!("app id and secret belong together: {name}")));
            true
        }
        Err(failure) => {
            let is_about_id = matches!(&failure, Failure::Graph(error) if matches!(error.code, 101 | 803));
            let what = match &failure {
                _ if is_about_id => format!("META_APP_ID is no app that Meta knows: {failure}"),
                Failure::Graph(_) => format!("META_APP_ID and META_APP_SECRET are not those of one app: {failure}"),
                other => format!("Meta did not say whether app id and secret belong together: {other}"),
            };
            findings.push(Finding::broken(CHECK, what, "copy both anew from App Dashboard, App settings, Basic"));
            false
        }
    }
}

/// Whether Meta tells the app what happens to numbers, and whether we hear it.
async fn subscriptions(meta: &Meta, patient: &Patient, findings: &mut Vec<Finding>) {
    const CHECK: &str = "meta_webhooks";
    let place = "App Dashboard, WhatsApp, Configuration, Webhook fields";
    let ours = patient.public_url.as_ref().map_or_else(String::new, |url| url.of("/meta/webhooks"));
    let has_token = patient.listening.verify_token.is_some();
    match meta.subscriptions().await {
        Err(failure) => findings.push(Finding::doubt(
            CHECK,
            format!("Meta did not say which webhook fields the app is subscribed to: {failure}"),
            format!("look at {place}"),
        )),
        Ok(None) => findings.push(Finding::doubt(
            CHECK,
            "the app has no webhook for whatsapp_business_account: no message and no status will arrive anywhere",
            format!(
                "set META_VERIFY_TOKEN; {place}: enter it with the callback URL {ours}, and subscribe to {}",
                FIELDS.join(", ")
            ),
        )),
        Ok(Some(found)) => {
            let missing: Vec<&str> =
                FIELDS.iter().copied().filter(|field| !found.fields.iter().any(|has| has == field)).collect();
            if !found.is_active {
                let mend = format!("{place}: verify the callback URL {} again", found.callback_url);
                findings.push(Finding::doubt(CHECK, "Meta switched the app's webhook off", mend));
            }
            if found.callback_url != ours {
                findings.push(Finding::look(CHECK, format!(
                    "Meta sends to {} and not to {ours}: let that endpoint hand everything on to {ours}, byte for byte and with X-Hub-Signature-256, or enter {ours} in its place and name that endpoint in META_FORWARD_URL. Otherwise nobody is told when a number is offboarded, disconnected or reconnected",
                    found.callback_url
                )));
            } else if !has_token {
                findings.push(Finding::doubt(
                    CHECK,
                    format!(
                        "Meta sends to {ours}, and META_VERIFY_TOKEN is not set: Meta cannot verify the address again"
                    ),
                    "set META_VERIFY_TOKEN to the verify token that was entered in the App Dashboard",
                ));
            }
            if missing.is_empty() {
                findings.push(Finding::fine(CHECK, format!("Meta tells {} of every field", found.callback_url)));
            } else {
                let what = format!("the app is not subscribed to {}", missing.join(", "));
                findings.push(Finding::doubt(CHECK, what, format!("{place}: subscribe to them")));
            }
        }
    }
}

/// Whether the pool of numbers that are verified beforehand opens. Where it does not, customers type codes as others do.
async fn pool(meta: &Meta) -> Option<Finding> {
    const CHECK: &str = "meta_preverified";
    let (pool, mend) = (
        meta.pool()?,
        "Business settings, System users: an admin of META_BUSINESS_ID's portfolio, with business_management in its token",
    );
    Some(match pool.knock().await {
        Ok(()) => Finding::fine(CHECK, "META_SYSTEM_TOKEN opens the pool of pre-verified numbers"),
        Err(Failure::Graph(error)) if error.code == 190 => {
            Finding::doubt(CHECK, format!("META_SYSTEM_TOKEN is no token that works: {error}"), mend)
        }
        Err(Failure::Graph(error)) => Finding::doubt(
            CHECK,
            format!("META_SYSTEM_TOKEN does not open the pool of META_BUSINESS_ID: {error}"),
            mend,
        ),
        Err(failure) => Finding::doubt(CHECK, format!("Meta did not say whether the pool opens: {failure}"), mend),
    })
}

/// Whether the token works by which signups go on without their browsers.
async fn system_token(meta: &Meta, patient: &Patient) -> Option<Finding> {
    const CHECK: &str = "system_token";
    let token = patient.listening.system_token.as_ref()?;
    let mend = "make a new one: Business settings, System users, an admin of the portfolio that owns the app, with business_management";
    Some(match meta.inspect(token).await {
        Ok(inspected) if inspected.is_valid => Finding::fine(CHECK, "META_SYSTEM_TOKEN is valid"),
        Ok(_) => Finding::doubt(CHECK, "META_SYSTEM_TOKEN is no token that works", mend),
        Err(failure) => Finding::doubt(CHECK, format!("META_SYSTEM_TOKEN could not be looked at: {failure}"), mend),
    })
}

/// Old copies of the dialog's extras end on a page of Facebook's that leads nowhere.
fn extras(meta: &Meta) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, extras, is_coexistence) in meta.extras() {
        let version = extras.get("version").and_then(serde_json::Value::as_str);
        match version {
            Some(old) if !old.starts_with("v4") => findings.push(Finding::broken(
                "extras",
                format!("{name} asks for Embedded Signup {old}, which ended in October 2026"),
                format!("remove {name} for the default, or set its version to v4"),
            )),
            _ => {}
        }
        let feature = extras.get("featureType").and_then(serde_json::Value::as_str);
        if is_coexistence && feature != Some("whatsapp_business_app_onboarding") {
            findings.push(Finding::doubt(
                "extras",
                format!("{name} does not ask for coexistence: customers may not be offered to keep their app"),
                "set its featureType to whatsapp_business_app_onboarding",
            ));
        }
        if !is_coexistence && feature == Some("only_waba_sharing") {
            findings.push(Finding::broken(
                "extras",
                format!("{name} leaves the phone number out (featureType only_waba_sharing)"),
                "remove its featureType",
            ));
        }
    }
    if findings.is_empty() {
        findings.push(Finding::fine("extras", "the dialog is asked for Embedded Signup version 4"));
    }
    findings
}
