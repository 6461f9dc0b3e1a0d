//! The handle to everything inside: what a test or the demo prepares, plans and looks at.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use url::{Url, form_urlencoded};

use super::{
    Settings,
    account::{Estate, Typed},
    answer::{Problem, proof},
    ask::{self, Ask},
    dialog::{self, Refused, Request},
    edges::{self, AppWebhook, Desk},
    fault::{Fault, Gate, Hold, When},
    login::{self, Granted, Login},
    phone::{Mode, Registration},
    popup::{self, Opener, Said},
    trouble::Trouble,
    twilio::Exchange,
};
use crate::clock::{Clock, Timestamp};

mod number;

pub use number::{NumberSpec, NumberView};

/// A Graph call, as it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// What it is: `exchange`, `debug_token`, `me`, `client_wabas`, `owned_wabas`, `waba`, `phone_numbers`,
    /// `phone_number`, `set_pin`, `subscribe`, `subscriptions`, `unsubscribe`, `app_subscriptions`, `system_token`, `register`,
    /// `deregister`,
    /// `smb_contacts`, `smb_history`, `request_code`, `verify_code`, `add_phone_numbers`, `preverified_numbers`, `pooled` (a
    /// number of the pool), `unpool`; else `node`, `smb_app_data` or `unknown`.
    pub name: String,
    /// The HTTP method.
    pub method: String,
    /// The path, with the version.
    pub path: String,
    /// The query, decoded.
    pub query: Vec<(String, String)>,
    /// The body: JSON as it is, a form as an object of strings, anything else as a string, nothing as null.
    pub body: Value,
    /// The access token, from the header or the parameter.
    pub token: Option<String>,
    /// Whether `appsecret_proof` fits the token; true without a token, where there is nothing to prove.
    pub proof_ok: bool,
    /// The HTTP status of the answer; 0 while there is none, and for good when the connection was cut.
    pub status: u16,
}

pub(super) struct State {
    pub(super) estate: Estate,
    redirect_uris: Vec<String>,
    calls: Vec<Call>,
    faults: Vec<(String, usize, Fault)>,
    gates: Vec<(String, Gate)>,
    app_webhook: Option<AppWebhook>,
}

impl State {
    /// Takes the fault and the gate that are next for this name.
    fn planned(&mut self, name: &str) -> (Option<Fault>, Option<Gate>) {
        self.gates.retain(|(_, gate)| !gate.is_open());
        let gate = self.gates.iter().position(|(call, _)| call == name).map(|at| self.gates.remove(at).1);
        let fault = self.faults.iter_mut().find(|(call, times, _)| call == name && *times > 0);
        let fault = fault.map(|(_, times, fault)| {
            *times -= 1;
            fault.clone()
        });
        (fault, gate)
    }
}

struct Inner {
    settings: Settings,
    clock: Clock,
    url: String,
    twilio: Exchange,
    http: reqwest::Client,
    state: Mutex<State>,
}

/// Everything inside the sandbox. A handle; clones see the same.
#[derive(Clone)]
pub struct World(Arc<Inner>);

/// What is planned for a call that came in.
pub(super) struct Arrival {
    pub(super) place: usize,
    pub(super) fault: Option<Fault>,
    pub(super) gate: Option<Gate>,
    /// The business that a usage header names.
    pub(super) business: String,
}

impl World {
    pub(super) fn new(settings: Settings, clock: Clock, url: String) -> Self {
        let state = State {
            estate: Estate::default(),
            redirect_uris: settings.redirect_uris.clone(),
            calls: Vec::new(),
            faults: Vec::new(),
            gates: Vec::new(),
            app_webhook: None,
        };
        let twilio = Exchange::new(clock.clone(), url.clone());
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build();
        let http = http.unwrap_or_default();
        Self(Arc::new(Inner { settings, clock, url, twilio, http, state: Mutex::new(state) }))
    }

    /// The telephone company.
    #[must_use]
    pub fn twilio(&self) -> &Exchange {
        &self.0.twilio
    }

    /// Allows one more redirect URI, byte by byte.
    pub fn allow_redirect(&self, uri: &str) {
        self.state().redirect_uris.push(uri.to_owned());
    }

    /// Sets the app's webhook in the dashboard, or removes it.
    pub fn set_app_webhook(&self, webhook: Option<AppWebhook>) {
        self.state().app_webhook = webhook;
    }

    /// The app's webhook, as the dashboard has it.
    #[must_use]
    pub fn app_webhook(&self) -> Option<AppWebhook> {
        self.state().app_webhook.clone()
    }

    /// Lets the business that owns the app have a system user with that token.
    pub fn set_system_token(&self, token: &str) {
        self.state().estate.system_token = Some(token.to_owned());
    }

    /// The business that owns a WABA.
    pub(super) fn owner(&self, waba_id: &str) -> String {
        self.state().estate.waba(waba_id).map(|waba| waba.business_id.clone()).unwrap_or_default()
    }

    pub(super) fn http(&self) -> &reqwest::Client {
        &self.0.http
    }

    /// Every Graph call so far, in order of arrival.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.state().calls.clone()
    }

    /// How many calls of this name came in.
    #[must_use]
    pub fn count(&self, name: &str) -> usize {
        self.state().calls.iter().filter(|call| call.name == name).count()
    }

    /// The next `times` calls of this name meet this fault, whoever makes them. Faults of one name queue up.
    pub fn fault(&self, call: &str, times: usize, fault: Fault) {
        self.state().faults.push((call.to_owned(), times, fault));
    }

    /// The next call of this name stops before or after its effect, until the hold is released or dropped.
    #[must_use]
    pub fn hold(&self, call: &str, when: When) -> Hold {
        let (gate, hold) = Gate::new(when);
        self.state().gates.push((call.to_owned(), gate));
        hold
    }

    /// A number by its `phone_number_id`.
    #[must_use]
    pub fn number(&self, phone_number_id: &str) -> Option<NumberView> {
        let state = self.state();
        state.estate.phone(phone_number_id).map(|phone| NumberView::of(phone, &state.estate))
    }

    /// A number by itself, in any international form.
    #[must_use]
    pub fn find(&self, phone_number: &str) -> Option<NumberView> {
        let typed = Typed::parse(phone_number)?;
        self.numbers()
            .into_iter()
            .find(|number| Typed::parse(&number.display_phone_number).is_some_and(|known| known.digits == typed.digits))
    }

    /// Every number, oldest first.
    #[must_use]
    pub fn numbers(&self) -> Vec<NumberView> {
        let state = self.state();
        state.estate.phones.iter().map(|phone| NumberView::of(phone, &state.estate)).collect()
    }

    /// A new WABA of a new business; its id.
    #[must_use]
    pub fn waba(&self) -> String {
        let now = self.0.clock.now();
        let mut state = self.state();
        let business = state.estate.add_business();
        state.estate.add_waba(&business, now)
    }

    /// Another WABA beside this one, in the same business; its id.
    #[must_use]
    pub fn waba_beside(&self, waba_id: &str) -> String {
        let now = self.0.clock.now();
        let mut state = self.state();
        let business = state.estate.waba(waba_id).map(|waba| waba.business_id.clone()).unwrap_or_default();
        state.estate.add_waba(&business, now)
    }

    /// Puts a number in place and gives its `phone_number_id`; a login that names the number brings it. A number that
    /// is there already is only given back. `None` when it cannot be read as an international number.
    #[must_use]
    pub fn add_number(&self, spec: NumberSpec) -> Option<String> {
        let typed = Typed::parse(&spec.phone_number)?;
        let waba = spec.waba_id.unwrap_or_else(|| self.waba());
        let now = self.0.clock.now();
        let mut state = self.state();
        let id = state.estate.add_phone(&typed, &waba, spec.mode, now);
        let phone = state.estate.phone_mut(&id)?;
        phone.verified = spec.verified;
        phone.registration = if spec.registered { Registration::Registered } else { Registration::None };
        phone.pin = spec.pin;
        Some(id)
    }

    /// Whether the app is subscribed to a WABA.
    #[must_use]
    pub fn subscribed(&self, waba_id: &str) -> bool {
        self.state().estate.subscribed(waba_id)
    }

    /// Does what a person would do in the dialog at this address, with the same checks, and gives the address that the
    /// browser is sent to; the text of the error page where the dialog would show one.
    pub fn login(&self, dialog_url: &str, login: impl Into<Login>) -> Result<String, String> {
        let url = Url::parse(dialog_url).map_err(|error| error.to_string())?;
        let Some(version) = url.path().strip_prefix('/').and_then(|path| path.strip_suffix("/dialog/oauth")) else {
            return Err(format!("{} is not the login dialog", url.path()));
        };
        let query = form_urlencoded::parse(url.query().unwrap_or_default().as_bytes()).into_owned().collect();
        self.check(version, query)
            .and_then(|request| self.finish(&request, &login.into()))
            .map_err(|refused| format!("{}: {}", refused.title, refused.reason))
    }

    /// Does what a person would do in the window that the SDK opens, and gives what the page is
    /// told; `None` when the number cannot be read.
    #[must_use]
    pub fn login_in_window(&self, login: impl Into<Login>) -> Option<Said> {
        let login = login.into();
        let request = Request {
            redirect_uri: String::new(),
            state: String::new(),
            locale: String::new(),
            opener: Some(Opener { origin: String::new(), call: String::new() }),
            asked: Mode::Dedicated,
            offered: None,
            parameters: Vec::new(),
        };
        let granted = self.grant(&request, &login).ok()?;
        Some(popup::finish(granted.as_ref().map_err(|trouble| *trouble), login.speech))
    }

    pub(super) fn url(&self) -> &str {
        &self.0.url
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub(super) fn check(&self, version: &str, query: Vec<(String, String)>) -> Result<Request, Refused> {
        let state = self.state();
        let mut request = dialog::check(&self.0.settings, (&state.redirect_uris, &self.0.url), version, query)?;
        if let Some(ids) = request.preverified() {
            request.offered = Some(state.estate.offered(&ids, self.0.clock.now())?);
        }
        Ok(request)
    }

    pub(super) fn grant(&self, request: &Request, login: &Login) -> Result<Result<Granted, Trouble>, Refused> {
        let granted = login::grant(&mut self.state().estate, request, login, self.0.clock.now())?;
        if let Ok(granted) = &granted {
            self.tell_of_sharing(&granted.waba);
        }
        Ok(granted)
    }

    pub(super) fn finish(&self, request: &Request, login: &Login) -> Result<String, Refused> {
        Ok(login::callback(request, &self.grant(request, login)?))
    }

    /// Writes a call down and says what is planned for it.
    pub(super) fn arrive(&self, ask: &Ask) -> Arrival {
        let now = self.0.clock.now();
        let mut state = self.state();
        let name = edges::name(&state.estate, ask);
        let given = ask.text("appsecret_proof");
        let proof_ok =
            ask.token.as_ref().is_none_or(|token| Some(&*proof(&self.0.settings.app_secret, token)) == given);
        state.calls.push(Call {
            name: name.to_owned(),
            method: ask.method.clone(),
            path: ask.path.clone(),
            query: ask.query.clone(),
            body: ask.body.clone(),
            token: ask.token.clone(),
            proof_ok,
            status: 0,
        });
        let place = state.calls.len() - 1;
        let (planned, gate) = state.planned(name);
        let code = ask.text("code").filter(|_| ask.target == ask::Target::Exchange);
        let grant = state.estate.grant_of(code, ask.token.as_deref());
        let business = grant.as_ref().map(|grant| grant.business_id.clone()).unwrap_or_default();
        let fault = planned.or_else(|| grant?.strike(name, now));
        Arrival { place, fault, gate, business }
    }

    /// What is planned for something of this name that is no Graph call.
    pub(super) fn planned(&self, name: &str) -> (Option<Fault>, Option<Gate>) {
        self.state().planned(name)
    }

    /// Carries a call out.
    pub(super) fn perform(&self, ask: &Ask) -> Result<Value, Problem> {
        let now = self.0.clock.now();
        let state = &mut *self.state();
        let settings = &self.0.settings;
        Desk {
            estate: &mut state.estate,
            settings,
            redirect_uris: &state.redirect_uris,
            base: &self.0.url,
            now,
            app_webhook: state.app_webhook.as_ref(),
        }
        .perform(ask)
    }

    pub(super) fn answered(&self, place: usize, status: u16) {
        if let Some(call) = self.state().calls.get_mut(place) {
            call.status = status;
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
