//! What a Graph object says of itself: the fields asked for, and lists in pages.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};
use url::form_urlencoded::Serializer;

use super::{
    account::{Business, Estate, Subscription, Waba},
    answer::Problem,
    ask::Ask,
    phone::{Mode, Phone},
};
use crate::clock::Timestamp;

/// How long a page is when nobody says.
const PAGE: usize = 25;
const PHONE_DEFAULT: &[&str] = &[
    "verified_name",
    "code_verification_status",
    "display_phone_number",
    "quality_rating",
    "platform_type",
    "throughput",
    "last_onboarded_time",
    "webhook_configuration",
];

/// An object with all its fields; a null is a field that exists and is empty, and is left out of the answer.
pub(super) struct Object {
    kind: &'static str,
    default: &'static [&'static str],
    all: Value,
}

impl Object {
    pub(super) fn business(business: &Business) -> Self {
        let all = json!({ "id": business.id, "name": business.name, "verification_status": "not_verified" });
        Self { kind: "Business", default: &["name"], all }
    }

    pub(super) fn application(id: &str) -> Self {
        let all = json!({ "id": id, "name": "Sandbox", "namespace": "sandbox", "category": "Business and pages" });
        Self { kind: "Application", default: &["name", "category"], all }
    }

    pub(super) fn waba(waba: &Waba, estate: &Estate) -> Self {
        let owner = estate.businesses.iter().find(|business| business.id == waba.business_id);
        let all = json!({
            "id": waba.id,
            "name": waba.name,
            "currency": "USD",
            "timezone_id": "1",
            "message_template_namespace": format!("sandbox_{}", waba.id),
            "account_review_status": "APPROVED",
            "business_verification_status": "not_verified",
            "country": "US",
            "ownership_type": if waba.shared { "CLIENT_OWNED" } else { "SELF" },
            "owner_business_info": owner.map(|owner| json!({ "id": owner.id, "name": owner.name })),
            "health_status": health(None, waba),
            // Meta's documentation: absent without a payment method, which is usual here.
            "primary_funding_id": null,
            "status": "ACTIVE",
            "creation_time": waba.created.0 / 1000,
        });
        let default = &["name", "currency", "timezone_id", "message_template_namespace"];
        Self { kind: "WhatsAppBusinessAccount", default, all }
    }

    /// Meta's documentation: the values of `status`, `platform_type`, `code_verification_status` and the rest.
    pub(super) fn phone(phone: &Phone, estate: &Estate) -> Self {
        let works = phone.works();
        let to = estate.waba(&phone.waba_id).and_then(|waba| match &waba.subscription {
            Subscription::Override(to) => Some(json!({ "whatsapp_business_account": to })),
            _ => None,
        });
        let all = json!({
            "id": phone.id,
            "display_phone_number": phone.display,
            "verified_name": phone.verified_name,
            "code_verification_status": if phone.verified { "VERIFIED" } else { "NOT_VERIFIED" },
            "quality_rating": if works { "GREEN" } else { "UNKNOWN" },
            "name_status": "APPROVED",
            "new_name_status": "NONE",
            "status": if works { "CONNECTED" } else { "PENDING" },
            "platform_type": if works { "CLOUD_API" } else { "NOT_APPLICABLE" },
            "is_on_biz_app": phone.mode == Mode::Coexistence,
            "is_pin_enabled": phone.pin.is_some(),
            "is_official_business_account": false,
            "is_preverified_number": phone.preverified,
            "throughput": { "level": if works { "STANDARD" } else { "NOT_APPLICABLE" } },
            "account_mode": "LIVE",
            "whatsapp_business_manager_messaging_limit": "TIER_250",
            "last_onboarded_time": time(phone.onboarded),
            "health_status": estate.waba(&phone.waba_id).map(|waba| health(Some(phone), waba)),
            "certificate": null,
            "webhook_configuration": to,
        });
        Self { kind: "WhatsAppBusinessPhoneNumber", default: PHONE_DEFAULT, all }
    }

    pub(super) fn pooled(all: Value) -> Self {
        let default = &["phone_number", "code_verification_status"];
        Self { kind: "WhatsAppBusinessPreVerifiedPhoneNumber", default, all }
    }

    pub(super) fn user(id: &str, business: Option<&str>) -> Self {
        let mut all = json!({ "id": id, "name": "Sandbox System User" });
        if let Some(business) = business {
            all["client_business_id"] = business.into();
        }
        Self { kind: if business.is_some() { "SystemUser" } else { "User" }, default: &["name"], all }
    }

    /// The fields asked for, and the id; a field that the type does not have is refused, and so is a repeated one.
    pub(super) fn pick(&self, asked: Option<&str>) -> Result<Value, Problem> {
        let asked = match asked.map(names).filter(|asked| !asked.is_empty()) {
            Some(asked) => asked,
            None => self.default.iter().map(|name| (*name).to_owned()).collect(),
        };
        let mut picked = Map::new();
        let mut seen: Vec<&str> = Vec::new();
        for name in &asked {
            let Some(value) = self.all.get(name) else {
                let text = format!("Tried accessing nonexisting field ({name}) on node type ({})", self.kind);
                return Err(Problem::new(100, &text));
            };
            if seen.contains(&name.as_str()) {
                let text = format!("Syntax error \"Field {name} specified more than once\" at character 0: {name}");
                return Err(Problem::new(2500, &text));
            }
            seen.push(name);
            if !value.is_null() {
                picked.insert(name.clone(), value.clone());
            }
        }
        picked.insert("id".to_owned(), self.all["id"].clone());
        Ok(Value::Object(picked))
    }
}

/// One page of a list, with cursors, and `next` while there is more. `most` is a limit of the server's own.
pub(super) fn page(base: &str, ask: &Ask, objects: &[Object], most: usize) -> Result<Value, Problem> {
    let limit = match ask.text("limit") {
        None => PAGE,
        Some(text) => text
            .parse()
            .ok()
            .filter(|limit| *limit > 0)
            .ok_or_else(|| Problem::new(100, "Param limit must be a positive integer"))?,
    };
    let start = match ask.text("after").filter(|cursor| !cursor.is_empty()) {
        None => 0,
        Some(cursor) => read_cursor(cursor).ok_or_else(|| Problem::new(100, "Invalid parameter: after"))?,
    };
    let end = start.saturating_add(limit.min(most).min(100)).min(objects.len());
    let shown = objects.get(start..end).unwrap_or_default();
    let data = shown.iter().map(|object| object.pick(ask.text("fields"))).collect::<Result<Vec<_>, _>>()?;
    if data.is_empty() {
        return Ok(json!({ "data": [] }));
    }
    let mut paging = json!({ "cursors": { "before": cursor(start), "after": cursor(end) } });
    if end < objects.len() {
        // As the real one: the token stands in the address, the proof does not.
        let mut query = Serializer::new(String::new());
        query.append_pair("access_token", ask.token.as_deref().unwrap_or_default());
        for (name, value) in &ask.query {
            if !matches!(name.as_str(), "access_token" | "appsecret_proof" | "after" | "before") {
                query.append_pair(name, value);
            }
        }
        query.append_pair("after", &cursor(end));
        paging["next"] = format!("{base}{}?{}", ask.path, query.finish()).into();
    }
    Ok(json!({ "data": data, "paging": paging }))
}

fn cursor(place: usize) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(format!("sandbox:{place}"))
}

fn read_cursor(text: &str) -> Option<usize> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
    std::str::from_utf8(&bytes).ok()?.strip_prefix("sandbox:")?.parse().ok()
}

/// The names in a `fields` parameter, without what stands in braces or after a dot.
fn names(fields: &str) -> Vec<String> {
    let mut depth = 0_usize;
    let mut flat = String::new();
    for c in fields.chars() {
        match c {
            '{' | '(' => depth += 1,
            '}' | ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => flat.push(c),
            _ => {}
        }
    }
    flat.split(',')
        .map(|name| name.split('.').next().unwrap_or_default().trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

/// Meta's documentation of health status: the worst of the number (where one was asked), its account, the business and the
/// app; what is limited or blocked says why.
fn health(phone: Option<&Phone>, waba: &Waba) -> Value {
    let word = match phone {
        Some(phone) if !phone.works() => "BLOCKED",
        Some(phone) if phone.limited => "LIMITED",
        _ => "AVAILABLE",
    };
    let mut entities = Vec::new();
    if let Some(phone) = phone {
        let mut entity = json!({ "entity_type": "PHONE_NUMBER", "id": phone.id, "can_send_message": word });
        if word != "AVAILABLE" {
            entity["errors"] = json!([{
                "error_code": if word == "BLOCKED" { 141_000 } else { 141_006 },
                "error_description": "There is an error with the phone number. It cannot send all that it should.",
                "possible_solution": "Review the phone number in WhatsApp Manager.",
            }]);
        }
        entities.push(entity);
    }
    for (entity, id) in [("WABA", &waba.id), ("BUSINESS", &waba.business_id)] {
        entities.push(json!({ "entity_type": entity, "id": id, "can_send_message": "AVAILABLE" }));
    }
    json!({ "can_send_message": word, "entities": entities })
}

/// Graph writes its times without a colon in the offset.
fn time(at: Timestamp) -> String {
    format!("{}+0000", at.rfc3339().get(..19).unwrap_or_default())
}
