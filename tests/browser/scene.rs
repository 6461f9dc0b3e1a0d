//! Every state of every page, made in one house: for whoever looks at all of them.
//!
//! The house's clock stands still, so that what waits goes on waiting however long the looking takes. A new state of a
//! page belongs in here: the screenshots, the ordinary tests and the judges of `./check page` all go through this list.

use std::{num::NonZeroU32, time::Duration};

use serde::Serialize;
use serde_json::{Value, json};
use setuplinks::{
    app::Bounds,
    clock::Clock,
    meta::sdk::LoginMode,
    number::digits,
    sandbox::{Fault, Login, NumberSpec, Outcome},
};

use crate::{
    stage::{CONFIRM, CONTINUE, ERROR, Stage},
    support::{Database, House, Link, Pictures, Visitor, until},
    tab::Tab,
};

/// A page in a state.
#[derive(Clone, Debug, Serialize)]
pub struct View {
    pub name: &'static str,
    /// Its `data-page`.
    pub page: &'static str,
    pub url: String,
    pub status: u16,
    pub theme: &'static str,
    /// The button to press there without having filled in anything: the page that answers is the one that is meant.
    pub press: Option<&'static str>,
    /// Whether it is one of the stand-in's, which nobody but us ever sees.
    pub is_ours: bool,
}

/// A platform's colours.
#[derive(Clone, Copy)]
pub struct Theme {
    pub name: &'static str,
    colours: fn() -> Value,
}

pub const NO_THEME: Theme = Theme { name: "none", colours: || Value::Null };

pub const THEMES: [Theme; 4] = [
    NO_THEME,
    Theme {
        name: "light",
        colours: || {
            json!({
                "primary_color": "#e11d48", "background_color": "#fff1f2", "card_color": "#ffffff",
                "border_color": "#fecdd3",
            })
        },
    },
    Theme {
        name: "dark",
        colours: || {
            json!({
                "primary_color": "#22d3ee", "background_color": "#0b1020", "text_color": "#e2e8f0",
                "card_color": "#151c32", "border_color": "#2b3654", "muted_text_color": "#94a3b8",
            })
        },
    },
    // Everything is of one colour, or nearly.
    Theme {
        name: "hostile",
        colours: || {
            json!({
                "primary_color": "#ffff00", "primary_foreground_color": "#ffff66", "background_color": "#00ff00",
                "text_color": "#00ff10", "muted_text_color": "#22ff22", "card_color": "#ff00ff",
                "muted_color": "#ff10ff", "border_color": "#00ff00", "secondary_color": "#ff00ff",
                "secondary_foreground_color": "#fe01fe", "destructive_color": "#00ff05",
                "destructive_foreground_color": "#05ff00",
            })
        },
    },
];

/// Makes the states.
pub struct Scene {
    pub stage: Stage,
    pub views: Vec<View>,
    /// A house where this machine's address has done too much.
    crowded: Option<House>,
    theme: Theme,
    /// Telephone numbers given away so far: each theme needs its own.
    numbers: u32,
}

impl Scene {
    /// Every state of the pages about a link in each of these themes, and every other page once.
    pub async fn set(themes: &[Theme]) -> Self {
        Self::of("Acme", themes).await
    }

    /// The same for a platform of that name.
    pub async fn of(name: &str, themes: &[Theme]) -> Self {
        let clock = Clock::manual(Clock::system().now());
        let house = House::verifying(Database::Sqlite, clock, LoginMode::Redirect).await;
        let stage = Stage { platform: house.platform(name).await, house };
        let mut scene = Self { stage, views: Vec::new(), crowded: None, theme: NO_THEME, numbers: 0 };
        for &theme in themes {
            scene.theme = theme;
            scene.of_setup().await;
            scene.of_bought_numbers().await;
            scene.of_verified_numbers().await;
            scene.of_progress().await;
            scene.of_numbers().await;
            scene.of_failures().await;
            scene.of_links_that_are_over().await;
        }
        scene.theme = NO_THEME;
        scene.of_no_link();
        scene.of_a_crowd().await;
        scene.of_the_sandbox().await;
        scene
    }

    /// Another state: what it is called, its `data-page`, its address, and the status that it answers with.
    pub fn add(&mut self, name: &'static str, page: &'static str, url: impl Into<String>, status: u16) {
        let is_ours = !page.starts_with("sandbox-") && !page.starts_with("platform-");
        self.views.push(View { name, page, url: url.into(), status, theme: self.theme.name, press: None, is_ours });
    }

    /// The state that comes of pressing `button` on the page added last, with nothing filled in.
    fn press(&mut self, name: &'static str, button: &'static str) {
        let before = self.views.last().expect("a page to press it on").clone();
        self.views.push(View { name, press: Some(button), status: 422, ..before });
    }

    async fn link(&self, mut terms: Value) -> Link {
        terms["theme_config"] = (self.theme.colours)();
        self.stage.platform.link(terms).await
    }

    /// Logs in without a browser; gives where that leads.
    async fn log_in(&self, link: &Link, kind: &str, login: impl Into<Login>) -> String {
        Visitor::new().log_in(link, kind, self.stage.house.world(), login).await.location()
    }

    /// A telephone number that nobody has.
    fn number(&mut self) -> String {
        self.numbers += 1;
        format!("+49 151 2345-6{:03}", self.numbers)
    }

    async fn of_setup(&mut self) {
        let link = self.link(json!({})).await;
        self.add("setup", "setup", &link.url, 200);
        self.press("setup-unanswered", CONTINUE);
        self.add("setup-questions", "setup", format!("{}?which=1", link.url), 200);
        let answers = "app=yes&stay=no&facebook=no&code=no&which=1";
        self.add("setup-advice", "setup", format!("{}?{answers}", link.url), 200);
        let away = json!({"success_redirect_url": "https://app.acme-desk.example/whatsapp/done"});
        let link = self.link(away).await;
        self.add("setup-returning", "setup", &link.url, 200);
        let pictures = Pictures::hang().await;
        let branding = json!({
            "logo_url": pictures.at("logo.png"), "support_url": "https://acme.example/help",
            "terms_url": "https://acme.example/terms", "privacy_url": "https://acme.example/privacy",
            "headline": {"en": "Bring your WhatsApp number to Acme"},
            "introduction": {"en": "Answer your customers from one inbox, together with your colleagues."},
        });
        let link = self.link(json!({"branding": branding})).await;
        self.add("setup-branded", "setup", &link.url, 200);
        let link = self.link(json!({"allowed_connection_types": ["coexistence"]})).await;
        self.add("setup-coexistence", "setup", &link.url, 200);
        let link = self.link(json!({"allowed_connection_types": ["dedicated"]})).await;
        self.add("setup-dedicated", "setup", &link.url, 200);
        self.add("device", "device", format!("{}/device", link.url), 200);
    }

    async fn of_bought_numbers(&mut self) {
        let twilio = self.stage.house.world().twilio().clone();
        let visitor = Visitor::new();
        let terms = json!({"provision_phone_number": true});
        let wished = self.link(terms.clone()).await;
        self.add("provision", "provision", format!("{}/provision", wished.url), 200);

        let nowhere = self.link(json!({"provision_phone_number": true, "phone_number_area_code": "533"})).await;
        let page = format!("{}/provision", nowhere.url);
        visitor.post(&page, &[("country", "US")]).await;
        until("no number", || async { visitor.get(&page).await.has(ERROR).then_some(()) }).await;
        self.add("provision-trouble", "provision", page, 200);

        for (name, is_heard) in [("provision-number", false), ("provision-code", true)] {
            // Not verified beforehand, then.
            self.stage.house.world().fault("preverified_numbers", 1, Fault::graph(403, 200, "no permission"));
            let link = self.link(terms.clone()).await;
            let page = format!("{}/provision", link.url);
            visitor.post(&page, &[("country", "US")]).await;
            let number = until("a number", || async {
                visitor.get(&page).await.texts("[data-testid=provisioned-number]").pop()
            })
            .await;
            if is_heard {
                visitor.choose(&link, "dedicated").await;
                let body = "Your WhatsApp code is 123-456";
                assert!(twilio.text("WhatsApp", &format!("+{}", digits(&number)), body).await, "it is taken");
                until("the code", || async {
                    visitor.get(&page).await.has("[data-testid=verification-code]").then_some(())
                })
                .await;
            }
            self.add(name, "provision", page, 200);
        }
    }

    async fn of_verified_numbers(&mut self) {
        let world = self.stage.house.world().clone();
        let hangs = || Fault::Hang(Duration::from_hours(1));
        let refuses = || Fault::graph(400, 136_024, "Request code error");
        for (name, faults, shows) in [
            ("provision-verifying", vec![hangs()], "WhatsApp sends a code"),
            ("provision-calling", vec![refuses(), hangs()], "WhatsApp calls your new number"),
            ("provision-verified", vec![], "You need no code"),
        ] {
            let link = self.link(json!({"provision_phone_number": true})).await;
            let (visitor, page) = (Visitor::new(), format!("{}/provision", link.url));
            for fault in faults {
                world.fault("request_code", 1, fault);
            }
            let before = world.count("request_code");
            visitor.post(&page, &[("country", "US")]).await;
            until("it to come so far", || async {
                let is_asked = world.count("request_code") > before;
                (is_asked && visitor.get(&page).await.html.contains(shows)).then_some(())
            })
            .await;
            self.add(name, "provision", page, 200);
            if name == "provision-verified" && self.theme.name == NO_THEME.name {
                self.add("sandbox-verified", "sandbox-dialog", visitor.choose(&link, "dedicated").await, 200);
            }
        }
    }

    async fn of_numbers(&mut self) {
        let world = self.stage.house.world().clone();
        let waba = world.waba();
        let numbers = [self.number(), self.number(), self.number()];
        for number in &numbers {
            let spec = NumberSpec { waba_id: Some(waba.clone()), ..NumberSpec::new(number) };
            world.add_number(spec).expect("a number");
        }
        let connect = |number: &str| Login::from(Outcome::Several).phone(number);
        let theirs = self.link(json!({})).await;
        let ours = self.link(json!({})).await;
        for (link, number) in [(&theirs, &numbers[0]), (&ours, &numbers[1])] {
            let progress = self.log_in(link, "dedicated", connect(number)).await;
            let visitor = Visitor::new();
            assert_eq!(visitor.wait_out(&progress).await.page(), "number");
            let id = world.find(number).expect("it").id;
            visitor.post(&format!("{}/number", link.url), &[("phone_number_id", &id)]).await;
            assert_eq!(visitor.wait_out(&progress).await.page(), "connected");
        }
        self.add("connected", "connected", format!("{}/progress", ours.url), 200);
        self.numbers += 1;
        let limited = Login::from(Outcome::Dedicated).phone(&format!("+1 555-078-3{:03}", self.numbers));
        let link = self.link(json!({})).await;
        let progress = self.log_in(&link, "dedicated", limited).await;
        assert_eq!(Visitor::new().wait_out(&progress).await.page(), "connected");
        self.add("connected-limited", "connected", progress, 200);
        let terms = json!({"theme_config": (self.theme.colours)()});
        let again = self.stage.platform.link_for(&ours.customer, terms).await;
        let progress = self.log_in(&again, "dedicated", connect(&numbers[2])).await;
        assert_eq!(Visitor::new().wait_out(&progress).await.page(), "number");
        self.add("number", "number", progress, 200);
        self.press("number-unanswered", CONFIRM);
    }

    async fn of_progress(&mut self) {
        let world = self.stage.house.world().clone();
        let link = self.link(json!({})).await;
        let before = world.count("smb_history");
        world.fault("smb_history", 1, Fault::Hang(Duration::from_hours(1)));
        let progress = self.log_in(&link, "coexistence", Outcome::Coexistence).await;
        until("the last step", || async { (world.count("smb_history") > before).then_some(()) }).await;
        self.add("progress", "progress", progress, 200);

        let link = self.link(json!({})).await;
        world.fault("subscribe", 1, Fault::Limited { status: 400, code: 80007, minutes: 3 });
        let progress = self.log_in(&link, "dedicated", Outcome::Dedicated).await;
        let visitor = Visitor::new();
        until("Meta to ask for patience", || async {
            let page = visitor.get(&progress).await;
            page.html.contains("asks us to wait").then_some(())
        })
        .await;
        self.add("progress-waiting", "progress", progress, 200);
    }

    async fn of_failures(&mut self) {
        for (name, login) in [
            ("failed-cancelled", Login::from(Outcome::Cancel)),
            ("failed-no-number", Login::from(Outcome::NoNumber)),
            ("failed-wrong-type", Login::from(Outcome::Coexistence)),
        ] {
            let link = self.link(json!({"allowed_connection_types": ["dedicated"]})).await;
            let progress = self.log_in(&link, "dedicated", login).await;
            assert_eq!(Visitor::new().wait_out(&progress).await.page(), "failed");
            self.add(name, "failed", progress, 200);
        }
        let terms = json!({"failure_redirect_url": self.stage.failure(), "recover_in_place": true});
        let link = self.link(terms).await;
        let progress = self.log_in(&link, "coexistence", Outcome::NoNumber).await;
        assert_eq!(Visitor::new().wait_out(&progress).await.page(), "failed");
        self.add("failed-in-place", "failed", progress, 200);
        self.add("setup-again", "setup", &link.url, 200);
    }

    async fn of_links_that_are_over(&mut self) {
        let used = self.link(json!({})).await;
        let end = self.log_in(&used, "dedicated", Outcome::Dedicated).await;
        Visitor::new().wait_out(&end).await;
        self.add("used", "used", &used.url, 200);
        for (name, change) in
            [("revoked", json!({"status": "revoked"})), ("expired", json!({"expires_at": "2026-01-01T00:00:00Z"}))]
        {
            let link = self.link(json!({})).await;
            self.stage.platform.change(&link, change).await.data(200);
            self.add(name, name, &link.url, 200);
        }
        let asked = self.link(json!({})).await;
        self.stage.platform.change(&asked, json!({"status": "revoked"})).await.data(200);
        Visitor::new().post(&format!("{}/renewal", asked.url), &[]).await;
        self.add("revoked-asked", "revoked", &asked.url, 200);
    }

    fn of_no_link(&mut self) {
        let house = self.stage.house.url.clone();
        self.add("not-found", "not-found", format!("{house}/whatsapp/setup/nothing"), 404);
        let callback = format!("{house}/auth/facebook/callback");
        self.add("error-foreign-login", "error", format!("{callback}?code=x&state=y"), 403);
        self.add("error-bad-request", "error", callback, 400);
    }

    async fn of_a_crowd(&mut self) {
        let once = |bounds: &mut Bounds| bounds.rates.unknown_links = NonZeroU32::MIN;
        let house = House::bounded(Database::Sqlite, self.stage.house.clock.clone(), once).await;
        let nothing = format!("{}/whatsapp/setup/nothing", house.url);
        while Visitor::new().get(&nothing).await.status != 429 {}
        self.add("waiting", "waiting", nothing, 429);
        self.crowded = Some(house);
    }

    async fn of_the_sandbox(&mut self) {
        let link = self.link(json!({})).await;
        let dialog = Visitor::new().choose(&link, "coexistence").await;
        self.add("sandbox-dialog", "sandbox-dialog", dialog.clone(), 200);
        self.add("sandbox-refused", "sandbox-refused", dialog.replace("client_id=", "client_id=9"), 400);
        let parameters =
            "setup_link_id=0199c3a4-7b11-7c70-9c1e-5a2f4f1f4b11&status=completed&phone_number_id=110000000000001";
        self.add("platform-success", "platform-success", format!("{}?{parameters}", self.stage.success()), 200);
        let parameters = "setup_link_id=0199c3a4-7b11-7c70-9c1e-5a2f4f1f4b11&error_code=facebook_auth_failed";
        self.add("platform-failure", "platform-failure", format!("{}?{parameters}", self.stage.failure()), 200);
    }
}

/// Opens the page in its state.
pub async fn show(tab: &Tab, view: &View) {
    tab.goto(&view.url).await;
    tab.arrive(view.page).await;
    if let Some(button) = view.press {
        tab.look("document.forms[0].noValidate = true").await;
        tab.follow(button).await;
        tab.arrive(view.page).await;
    }
}
