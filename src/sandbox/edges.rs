//! The nodes and edges of the Graph API that a signup calls, and who may see what.

use serde_json::{Value, json};

use super::{
    Settings,
    account::{Estate, Grant, Subscription},
    answer::Problem,
    ask::{Ask, Target},
    exchange::{self, Caller},
    fields::{self, Object},
    trouble::Trouble,
};
use crate::clock::{Timestamp, random_below};

/// Everything an answer depends on.
pub(super) struct Desk<'a> {
    pub(super) estate: &'a mut Estate,
    pub(super) settings: &'a Settings,
    pub(super) redirect_uris: &'a [String],
    /// The server's own address, for `paging.next`.
    pub(super) base: &'a str,
    pub(super) now: Timestamp,
    /// What the app's webhook was set to in the dashboard.
    pub(super) app_webhook: Option<&'a AppWebhook>,
}

/// The app's webhook for WhatsApp, as its dashboard has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppWebhook {
    /// Where events go.
    pub callback_url: String,
    /// Whether Meta still sends there.
    pub is_active: bool,
    /// What was subscribed to.
    pub fields: Vec<String>,
}

/// The name a call goes by in [`super::Call`], faults and holds.
pub(super) fn name(estate: &Estate, ask: &Ask) -> &'static str {
    let has_phone = |id: &str| estate.phone(id).is_some();
    match (&ask.target, ask.method.as_str()) {
        (Target::Exchange, _) => "exchange",
        (Target::DebugToken, "GET") => "debug_token",
        (Target::Me, "GET") => "me",
        (Target::Node(id), "GET") if estate.pooled(id).is_some() => "pooled",
        (Target::Node(_), "DELETE") => "unpool",
        (Target::Node(id), "GET") if has_phone(id) => "phone_number",
        (Target::Node(id), "POST") if has_phone(id) || ask.value("pin").is_some() => "set_pin",
        (Target::Node(id), "GET") if estate.waba(id).is_some() => "waba",
        (Target::Node(_), "GET") => "node",
        (Target::Edge(_, edge), method) => match (edge.as_str(), method) {
            ("client_whatsapp_business_accounts", "GET") => "client_wabas",
            ("owned_whatsapp_business_accounts", "GET") => "owned_wabas",
            ("phone_numbers", "GET") => "phone_numbers",
            ("add_phone_numbers", "POST") => "add_phone_numbers",
            ("preverified_numbers", "GET") => "preverified_numbers",
            ("subscriptions", "GET") => "app_subscriptions",
            ("subscribed_apps", "GET") => "subscriptions",
            ("subscribed_apps", "POST") => "subscribe",
            ("subscribed_apps", "DELETE") => "unsubscribe",
            ("system_user_access_tokens", "POST") => "system_token",
            ("register", "POST") => "register",
            ("deregister", "POST") => "deregister",
            ("request_code", "POST") => "request_code",
            ("verify_code", "POST") => "verify_code",
            ("smb_app_data", "POST") => match ask.text("sync_type") {
                Some("smb_app_state_sync") => "smb_contacts",
                Some("history") => "smb_history",
                _ => "smb_app_data",
            },
            _ => "unknown",
        },
        _ => "unknown",
    }
}

impl Desk<'_> {
    /// Carries a call out.
    pub(super) fn perform(&mut self, ask: &Ask) -> Result<Value, Problem> {
        match &ask.target {
            Target::Unknown(path) => {
                return Err(Problem::plain(2500, format!("Unknown path components: {path}")));
            }
            Target::Exchange if ask.is_get() || ask.is_post() => {
                return exchange::exchange(self.estate, self.settings, self.redirect_uris, ask, self.now);
            }
            _ => {}
        }
        let caller = exchange::authenticate(self.estate, self.settings, ask, self.now)?;
        if let Target::Node(id) | Target::Edge(id, _) = &ask.target
            && !id.bytes().all(|byte| byte.is_ascii_digit())
        {
            return Err(no_alias(id));
        }
        if let Some(answer) = self.application(caller, ask) {
            return answer;
        }
        let call = name(self.estate, ask);
        if let Target::Node(id) | Target::Edge(id, _) = &ask.target
            && let Some(answer) = self.pool(caller, ask, id, call)
        {
            return answer;
        }
        match (call, &ask.target) {
            ("debug_token", _) => exchange::debug_token(self.estate, self.settings, ask, self.now),
            ("me", _) => self.me(caller, ask),
            (_, Target::Node(id)) => self.node(caller, ask, id),
            ("client_wabas", Target::Edge(id, _)) => self.wabas(caller, ask, id, true),
            ("owned_wabas", Target::Edge(id, _)) => self.wabas(caller, ask, id, false),
            ("phone_numbers", Target::Edge(id, _)) => self.phone_numbers(caller, ask, id),
            ("system_token", Target::Edge(id, _)) => exchange::system_token(self.estate, caller, ask, id),
            ("subscriptions" | "subscribe" | "unsubscribe", Target::Edge(id, _)) => {
                self.subscribed_apps(caller, ask, id)
            }
            ("unknown", Target::Edge(_, edge)) if !KNOWN_EDGES.contains(&edge.as_str()) => {
                Err(Problem::plain(2500, format!("Unknown path components: /{edge}")))
            }
            (call, Target::Edge(id, _)) => self.phone_edge(caller, ask, id, call),
            _ => Err(Problem::unsupported(&ask.method, "0")),
        }
    }

    /// The app and its webhooks, which its own token sees and no other does. `None` for everything else.
    fn application(&self, caller: Caller, ask: &Ask) -> Option<Result<Value, Problem>> {
        let (Target::Node(id) | Target::Edge(id, _)) = &ask.target else { return None };
        if *id != self.settings.app_id {
            return None;
        }
        if caller != Caller::App || !ask.is_get() {
            return Some(Err(Problem::unsupported(&ask.method, id)));
        }
        match &ask.target {
            Target::Node(_) => Some(Object::application(id).pick(ask.text("fields"))),
            Target::Edge(_, edge) if edge == "subscriptions" => {
                let data: Vec<Value> = self.app_webhook.iter().map(|webhook| json!({
                    "object": "whatsapp_business_account",
                    "callback_url": webhook.callback_url,
                    "active": webhook.is_active,
                    "fields": webhook.fields.iter().map(|name| json!({"name": name, "version": self.settings.graph_version})).collect::<Vec<_>>(),
                })).collect();
                Some(Ok(json!({ "data": data })))
            }
            _ => None,
        }
    }

    fn grant(&self, caller: Caller) -> Option<&Grant> {
        match caller {
            Caller::App | Caller::Partner | Caller::System => None,
            Caller::Business(place) => self.estate.grants.get(place),
        }
    }

    fn may_see_waba(&self, caller: Caller, id: &str) -> bool {
        self.grant(caller).is_some_and(|grant| grant.wabas.iter().any(|waba| waba == id))
    }

    fn may_see_phone(&self, caller: Caller, id: &str) -> bool {
        self.estate.phone(id).is_some_and(|phone| self.may_see_waba(caller, &phone.waba_id))
    }

    /// Meta's documentation: a business token tells its customer's business; on a plain user the field does not exist.
    fn me(&self, caller: Caller, ask: &Ask) -> Result<Value, Problem> {
        let Some(grant) = self.grant(caller) else {
            return Err(Problem::plain(
                2500,
                "An active access token must be used to query information about the current user.",
            ));
        };
        let business = (!grant.has(Trouble::PlainUser)).then_some(grant.business_id.as_str());
        Object::user(&grant.user_id, business).pick(ask.text("fields"))
    }

    fn node(&mut self, caller: Caller, ask: &Ask, id: &str) -> Result<Value, Problem> {
        let fields = ask.text("fields");
        let unsupported = || Problem::unsupported(&ask.method, id);
        if self.may_see_phone(caller, id) {
            if ask.is_post() {
                let pin = ask.need_pin()?;
                self.estate.phone_mut(id).ok_or_else(unsupported)?.set_pin(pin)?;
                return Ok(json!({ "success": true }));
            }
            let phone = self.estate.phone(id).filter(|_| ask.is_get()).ok_or_else(unsupported)?;
            return Object::phone(phone, self.estate).pick(fields);
        }
        if !ask.is_get() {
            return Err(unsupported());
        }
        if self.may_see_waba(caller, id) {
            return Object::waba(self.estate.waba(id).ok_or_else(unsupported)?, self.estate).pick(fields);
        }
        let own = self.grant(caller).is_some_and(|grant| grant.business_id == id);
        let business = self.estate.businesses.iter().find(|business| own && business.id == id);
        Object::business(business.ok_or_else(unsupported)?).pick(fields)
    }

    /// The accounts that a business owns, or that others share with it, as far as the token may see them.
    fn wabas(&self, caller: Caller, ask: &Ask, business: &str, shared: bool) -> Result<Value, Problem> {
        let unsupported = || Problem::unsupported(&ask.method, business);
        let grant = self.grant(caller).filter(|grant| grant.business_id == business).ok_or_else(unsupported)?;
        let granted = grant.wabas.iter().filter_map(|id| self.estate.waba(id));
        let objects: Vec<_> =
            granted.filter(|waba| waba.shared == shared).map(|waba| Object::waba(waba, self.estate)).collect();
        fields::page(self.base, ask, &objects, usize::MAX)
    }

    fn phone_numbers(&self, caller: Caller, ask: &Ask, waba: &str) -> Result<Value, Problem> {
        if !self.may_see_waba(caller, waba) {
            return Err(Problem::unsupported(&ask.method, waba));
        }
        let most = if self.grant(caller).is_some_and(|grant| grant.has(Trouble::Paged)) { 1 } else { usize::MAX };
        let phones = self.estate.phones.iter().filter(|phone| phone.waba_id == waba);
        let objects: Vec<_> = phones.map(|phone| Object::phone(phone, self.estate)).collect();
        fields::page(self.base, ask, &objects, most)
    }

    /// Meta's documentation: 803 with 404 for an unknown account, 200 with 403 for one that is not shared; an override
    /// is refused before a plain subscription, and a plain subscription removes it.
    fn subscribed_apps(&mut self, caller: Caller, ask: &Ask, waba: &str) -> Result<Value, Problem> {
        let visible = self.may_see_waba(caller, waba);
        let app = self.settings.app_id.clone();
        let Some(account) = self.estate.waba_mut(waba) else {
            return Err(no_alias(waba));
        };
        if !visible {
            return Err(Problem::new(200, "You do not have the necessary permissions required to access this account")
                .status(403));
        }
        match ask.method.as_str() {
            "POST" => account.subscription = subscription(&account.subscription, ask)?,
            "DELETE" => account.subscription = Subscription::None,
            _ => {
                let mut entry = json!({ "whatsapp_business_api_data": {
                    "id": app, "link": format!("https://www.facebook.com/games/?app_id={app}"), "name": "Sandbox",
                } });
                if let Subscription::Override(to) = &account.subscription {
                    entry["override_callback_uri"] = to.as_str().into();
                }
                let data = if account.subscription == Subscription::None { vec![] } else { vec![entry] };
                return Ok(json!({ "data": data }));
            }
        }
        Ok(json!({ "success": true }))
    }

    fn phone_edge(&mut self, caller: Caller, ask: &Ask, id: &str, call: &str) -> Result<Value, Problem> {
        let visible = self.may_see_phone(caller, id);
        let waba = self.estate.phone(id).map(|phone| phone.waba_id.clone()).unwrap_or_default();
        let subscribed = self.estate.subscribed(&waba);
        let now = self.now;
        let phone = self.estate.phone_mut(id).filter(|_| visible && ask.is_post());
        let phone = phone.ok_or_else(|| Problem::unsupported(&ask.method, id))?;
        match call {
            "register" => {
                ask.need_whatsapp()?;
                let pin = ask.need_pin()?;
                if ask.value("data_localization_region").is_some_and(|region| !is_region(region)) {
                    return Err(Problem::new(100, "Param data_localization_region must be a supported country code"));
                }
                phone.register(now, pin)?;
            }
            "deregister" => phone.deregister(now)?,
            "request_code" => {
                if !matches!(ask.need("code_method")?, "SMS" | "VOICE") {
                    return Err(Problem::new(100, "Param code_method must be one of {SMS, VOICE}"));
                }
                ask.need("language")?;
                phone.request_code(now, format!("{:06}", random_below(1_000_000)))?;
            }
            "verify_code" => phone.verify_code(now, ask.need("code")?)?,
            "smb_contacts" | "smb_history" => {
                ask.need_whatsapp()?;
                phone.sync(now, call == "smb_history", subscribed)?;
                return Ok(json!({ "messaging_product": "whatsapp", "request_id": format!("{call}-{id}") }));
            }
            "smb_app_data" => {
                ask.need_whatsapp()?;
                ask.need("sync_type")?;
                return Err(Problem::new(100, "Param sync_type must be one of {smb_app_state_sync, history}"));
            }
            _ => return Err(Problem::unsupported(&ask.method, id)),
        }
        Ok(json!({ "success": true }))
    }
}

const KNOWN_EDGES: &[&str] = &[
    "client_whatsapp_business_accounts",
    "owned_whatsapp_business_accounts",
    "phone_numbers",
    "subscribed_apps",
    "subscriptions",
    "add_phone_numbers",
    "preverified_numbers",
    "system_user_access_tokens",
    "register",
    "deregister",
    "request_code",
    "verify_code",
    "smb_app_data",
];

fn no_alias(id: &str) -> Problem {
    Problem::new(803, &format!("Some of the aliases you requested do not exist: {id}")).status(404)
}

fn subscription(before: &Subscription, ask: &Ask) -> Result<Subscription, Problem> {
    if ask.value("override_callback_uri").is_none() {
        return Ok(Subscription::Plain);
    }
    if *before == Subscription::None {
        return Err(Problem::new(
            100,
            "Before override the current callback uri, your app must be subscribed to receive messages for WhatsApp \
             Business Account",
        ));
    }
    let to = ask.need("override_callback_uri")?;
    ask.need("verify_token")?;
    if !to.starts_with("https://") {
        return Err(Problem::new(100, "Param override_callback_uri must be an https URI"));
    }
    Ok(Subscription::Override(to.to_owned()))
}

/// Meta's documentation: the regions that data can be kept in.
fn is_region(value: &Value) -> bool {
    let regions = ["AU", "ID", "IN", "JP", "SG", "KR", "DE", "CH", "GB", "BR", "BH", "ZA", "AE", "CA"];
    value.as_str().is_some_and(|region| regions.contains(&region))
}
