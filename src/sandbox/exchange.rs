//! Codes and tokens: the exchange, `debug_token`, and whether a call may be made at all.

use serde_json::{Value, json};

use super::{
    Settings,
    account::{CODE_LASTS, Estate, Grant, Standing},
    answer::{Problem, proof},
    ask::Ask,
    trouble::Trouble,
};
use crate::clock::Timestamp;

/// Who makes a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Caller {
    /// The app itself, with `APP_ID|APP_SECRET`.
    App,
    /// The system user of the solution partner.
    Partner,
    /// A system user of the business that owns the app.
    System,
    /// A business token; its place among the grants.
    Business(usize),
}

/// Meta's documentation: the code lives 30 seconds, works once, and only with an identical `redirect_uri`; a code of the SDK
/// only without one.
pub(super) fn exchange(
    estate: &mut Estate,
    settings: &Settings,
    redirect_uris: &[String],
    ask: &Ask,
    now: Timestamp,
) -> Result<Value, Problem> {
    match ask.text("client_id") {
        None => return Err(Problem::plain(101, "Missing client_id parameter.")),
        Some(id) if id != settings.app_id => {
            return Err(Problem::plain(101, "Error validating application. Invalid application ID."));
        }
        Some(_) => {}
    }
    match ask.text("client_secret") {
        None => return Err(Problem::plain(1, "Missing client_secret parameter.")),
        Some(secret) if secret != settings.app_secret => {
            return Err(Problem::plain(1, "Error validating client secret."));
        }
        Some(_) => {}
    }
    if ask.text("grant_type").is_some_and(|kind| kind != "authorization_code") {
        return Err(Problem::plain(100, "Unsupported grant_type."));
    }
    let Some(text) = ask.text("code") else {
        return Err(Problem::plain(1, "Missing authorization code"));
    };
    let redirect_uri = ask.text("redirect_uri");
    if redirect_uri.is_some_and(|uri| !redirect_uris.iter().any(|allowed| allowed == uri)) {
        return Err(Problem::plain(
            191,
            "Can't load URL: The redirect_uri is not included in the app's Client OAuth Settings.",
        ));
    }
    let Some(code) = estate.codes.iter_mut().find(|code| code.text == text) else {
        return Err(Problem::plain(100, "Invalid verification code format.").subcode(36_009));
    };
    if code.used {
        return Err(Problem::plain(100, "This authorization code has been used.").subcode(36_009));
    }
    if redirect_uri != code.redirect_uri.as_deref() {
        return Err(Problem::plain(
            100,
            "Error validating verification code. Please make sure your redirect_uri is identical to the one you used \
             in the OAuth dialog request",
        )
        .subcode(36_008));
    }
    if now.since(code.issued) >= CODE_LASTS {
        return Err(Problem::plain(100, "This authorization code has expired.").subcode(36_007));
    }
    code.used = true;
    let grant = &mut estate.grants[code.grant];
    grant.born = true;
    grant.issued = now;
    let mut answer = json!({ "access_token": grant.token, "token_type": "bearer" });
    if let Some(span) = grant.lasts() {
        answer["expires_in"] = span.as_secs().into();
    }
    Ok(answer)
}

/// The token of a call, and its proof. Meta's documentation: `appsecret_proof` has to be on every call of an app that
/// requires it.
pub(super) fn authenticate(estate: &Estate, settings: &Settings, ask: &Ask, now: Timestamp) -> Result<Caller, Problem> {
    let Some(token) = ask.token.as_deref() else {
        return Err(Problem::plain(
            2500,
            "An active access token must be used to query information about the current user.",
        ));
    };
    let caller = if token.contains('|') {
        if token != format!("{}|{}", settings.app_id, settings.app_secret) {
            return Err(Problem::plain(190, "Invalid OAuth access token signature."));
        }
        Caller::App
    } else if estate.is_partner(token) {
        Caller::Partner
    } else if estate.system_token.as_deref() == Some(token) {
        Caller::System
    } else {
        let place = estate.grants.iter().position(|grant| grant.token == token);
        let standing = place.map_or(Standing::Unborn, |place| estate.grants[place].standing(now));
        match (place, dead(standing)) {
            (Some(place), None) => Caller::Business(place),
            (_, dead) => {
                let (subcode, message) = dead.unwrap_or(UNPARSABLE);
                let problem = Problem::plain(190, message).status(401);
                return Err(if subcode == 0 { problem } else { problem.subcode(subcode) });
            }
        }
    };
    match ask.text("appsecret_proof") {
        None => Err(Problem::new(100, "API calls from the server require an appsecret_proof argument")),
        Some(given) if given != proof(&settings.app_secret, token) => {
            Err(Problem::plain(100, "Invalid appsecret_proof provided in the API argument"))
        }
        Some(_) => Ok(caller),
    }
}

/// Meta's documentation: a system user of the app's business fetches the token that a customer's business has granted to the
/// app; `fetch_only` makes no new one.
pub(super) fn system_token(estate: &mut Estate, caller: Caller, ask: &Ask, business: &str) -> Result<Value, Problem> {
    if !matches!(caller, Caller::System | Caller::Partner) {
        return Err(Problem::unsupported(&ask.method, business));
    }
    let is_fetch_only = ask.value("fetch_only").is_some_and(|value| value == "true" || value == &json!(true));
    if !is_fetch_only {
        return Err(Problem::new(100, "The stand-in only fetches: fetch_only must be true."));
    }
    let grant = estate.grants.iter_mut().rev().find(|grant| grant.business_id == business && !grant.revoked);
    let grant = grant.ok_or_else(|| Problem::unsupported(&ask.method, business))?;
    grant.born = true;
    Ok(json!({ "access_token": grant.token }))
}

const UNPARSABLE: (i64, &str) = (0, "Invalid OAuth access token - Cannot parse access token");

/// Subcode and message for a token that does not work.
fn dead(standing: Standing) -> Option<(i64, &'static str)> {
    match standing {
        Standing::Valid => None,
        Standing::Unborn => Some(UNPARSABLE),
        Standing::Expired => Some((463, "Error validating access token: Session has expired.")),
        Standing::Revoked => Some((458, "Error validating access token: The user has not authorized application.")),
    }
}

/// Meta's documentation: an invalid token is told with HTTP 200 and `is_valid: false`; `target_ids` may be missing; the
/// newest account comes first.
pub(super) fn debug_token(estate: &Estate, settings: &Settings, ask: &Ask, now: Timestamp) -> Result<Value, Problem> {
    let input = ask.need("input_token")?;
    if input == format!("{}|{}", settings.app_id, settings.app_secret) {
        return Ok(json!({ "data": {
            "app_id": settings.app_id, "type": "APP", "application": "Sandbox", "is_valid": true, "scopes": [],
        } }));
    }
    if estate.system_token.as_deref() == Some(input) {
        return Ok(json!({ "data": {
            "app_id": settings.app_id, "type": "SYSTEM_USER", "application": "Sandbox", "expires_at": 0, "is_valid": true,
            "scopes": ["business_management"],
        } }));
    }
    let Some(grant) = estate.grants.iter().find(|grant| grant.token == input && grant.born) else {
        return Ok(json!({ "data": {
            "error": { "code": 190, "message": UNPARSABLE.1 }, "is_valid": false, "scopes": [],
        } }));
    };
    let (scopes, granular) = scopes(grant);
    let standing = grant.standing(now);
    let mut data = json!({
        "app_id": settings.app_id,
        "type": "SYSTEM_USER",
        "application": "Sandbox",
        "data_access_expires_at": grant.issued.0 / 1000 + 90 * 86_400,
        "expires_at": grant.expires().map_or(0, |at| at.0 / 1000),
        "is_valid": standing == Standing::Valid,
        "issued_at": grant.issued.0 / 1000,
        "scopes": scopes,
        "granular_scopes": granular,
        "user_id": grant.user_id,
    });
    if let Some((subcode, message)) = dead(standing) {
        data["error"] = json!({ "code": 190, "subcode": subcode, "message": message });
    }
    Ok(json!({ "data": data }))
}

fn scopes(grant: &Grant) -> (Vec<&'static str>, Vec<Value>) {
    let management =
        if grant.has(Trouble::OddScopes) { "whatsapp_business_manage_events" } else { "whatsapp_business_management" };
    let targets = !grant.has(Trouble::NoTargetIds) && !grant.has(Trouble::NoTargetIdsClient);
    let granular = [management, "whatsapp_business_messaging"]
        .into_iter()
        .map(
            |scope| {
                if targets { json!({ "scope": scope, "target_ids": grant.wabas }) } else { json!({ "scope": scope }) }
            },
        )
        .collect();
    (vec![management, "whatsapp_business_messaging", "public_profile"], granular)
}
