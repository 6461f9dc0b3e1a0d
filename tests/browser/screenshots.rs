//! Every state of every page: it fits a small screen, it says nothing in the console, and one can look at it.
//!
//! `SETUPLINKS_SCREENSHOTS=folder cargo test --test browser screenshots` writes what is seen into that folder.

use std::{fs, path::PathBuf, time::Duration};

use chromiumoxide::{
    cdp::browser_protocol::{emulation::SetScrollbarsHiddenParams, page::CaptureScreenshotFormat},
    page::ScreenshotParams,
};
use serde_json::{Value, json};
use setuplinks::{
    clock::Clock,
    sandbox::{Fault, Login, NumberSpec, Outcome},
    words::Lang,
};

use crate::{
    driver::{Habits, Person},
    stage::{COEXISTENCE, Stage},
    support::{Database, House, Link, Visitor, until},
    tab::Tab,
};

/// A page in a state.
struct View {
    name: &'static str,
    page: &'static str,
    url: String,
    status: u16,
}

/// Makes the states that are worth a look.
struct Scene {
    stage: Stage,
    views: Vec<View>,
}

impl Scene {
    fn add(&mut self, name: &'static str, page: &'static str, url: impl Into<String>, status: u16) {
        self.views.push(View { name, page, url: url.into(), status });
    }

    async fn link(&self, terms: Value) -> Link {
        self.stage.platform.link(terms).await
    }

    /// Logs in without a browser; gives where that leads.
    async fn log_in(&self, link: &Link, kind: &str, login: impl Into<Login>) -> String {
        Visitor::new().log_in(link, kind, self.stage.house.world(), login).await.location()
    }

    async fn of_setup(&mut self) {
        let link = self.link(json!({})).await;
        self.add("setup", "setup", &link.url, 200);
        let link = self.link(json!({"allowed_connection_types": ["coexistence"]})).await;
        self.add("setup-decided", "setup", &link.url, 200);
        let theme = json!({
            "primary_color": "#e11d48", "background_color": "#fff1f2", "card_color": "#ffffff", "border_color": "#fecdd3",
        });
        let link = self.link(json!({"theme_config": theme})).await;
        self.add("setup-themed", "setup", &link.url, 200);
    }

    async fn of_numbers(&mut self) {
        let world = self.stage.house.world().clone();
        let waba = world.waba();
        for number in ["+49 151 2345-6701", "+49 151 2345-6702", "+49 151 2345-6703"] {
            let spec = NumberSpec { waba_id: Some(waba.clone()), ..NumberSpec::new(number) };
            world.add_number(spec).expect("a number");
        }
        let connect = |number: &str| Login::from(Outcome::Several).phone(number);
        let theirs = self.link(json!({})).await;
        let ours = self.link(json!({})).await;
        for (link, number) in [(&theirs, "+49 151 2345-6701"), (&ours, "+49 151 2345-6702")] {
            let progress = self.log_in(link, "dedicated", connect(number)).await;
            let visitor = Visitor::new();
            assert_eq!(visitor.wait_out(&progress).await.page(), "number");
            let id = world.find(number).expect("it").id;
            visitor.post(&format!("{}/number", link.url), &[("phone_number_id", &id)]).await;
            assert_eq!(visitor.wait_out(&progress).await.page(), "connected");
        }
        self.add("connected", "connected", format!("{}/progress", ours.url), 200);
        let again = self.stage.platform.link_for(&ours.customer, json!({})).await;
        let progress = self.log_in(&again, "dedicated", connect("+49 151 2345-6703")).await;
        assert_eq!(Visitor::new().wait_out(&progress).await.page(), "number");
        self.add("number", "number", progress, 200);
    }

    async fn of_progress(&mut self) {
        let link = self.link(json!({})).await;
        // However often it is asked, for as long as a signup may take.
        self.stage.house.world().fault("smb_history", 1000, Fault::Hang(Duration::from_hours(1)));
        let progress = self.log_in(&link, "coexistence", Outcome::Coexistence).await;
        until("the last step", || async { (self.stage.house.world().count("smb_history") > 0).then_some(()) }).await;
        self.add("progress", "progress", progress, 200);

        let link = self.link(json!({})).await;
        self.stage.house.world().fault("subscribe", 1, Fault::Limited { status: 400, code: 80007, minutes: 3 });
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
        let house = self.stage.house.url.clone();
        self.add("not-found", "not-found", format!("{house}/whatsapp/setup/nothing"), 404);
        let callback = format!("{house}/auth/facebook/callback");
        self.add("error-foreign-login", "error", format!("{callback}?code=x&state=y"), 403);
        self.add("error-bad-request", "error", callback, 400);
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

    /// Last, because it moves the clock.
    async fn of_links_that_are_over(&mut self) {
        let used = self.link(json!({})).await;
        let end = self.log_in(&used, "dedicated", Outcome::Dedicated).await;
        Visitor::new().wait_out(&end).await;
        self.add("used", "used", &used.url, 200);
        let revoked = self.link(json!({})).await;
        self.stage.platform.change(&revoked, json!({"status": "revoked"})).await.data(200);
        self.add("revoked", "revoked", &revoked.url, 200);
    }
}

fn folder() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("SETUPLINKS_SCREENSHOTS").filter(|name| !name.is_empty())?);
    fs::create_dir_all(&folder).expect("a folder for the screenshots");
    Some(folder)
}

async fn save(tab: &Tab, name: &str) {
    let Some(folder) = folder() else { return };
    tab.page.execute(SetScrollbarsHiddenParams::new(true)).await.expect("no scroll bars");
    let format = ScreenshotParams::builder().format(CaptureScreenshotFormat::Png).build();
    let image = tab.page.screenshot(format).await.expect("a screenshot");
    fs::write(folder.join(format!("{name}.png")), image).expect("a file");
}

/// Looks at the page on small and large screens, by day and by night.
async fn look_at(tab: &Tab, name: &str, lang: Lang) {
    for (width, height) in [(320, 640), (1280, 800)] {
        for (dark, light) in [(false, "light"), (true, "dark")] {
            tab.set_screen(&Habits { width, height, dark, ..Habits::default() }).await;
            tab.wait(&format!("innerWidth === {width} && matchMedia('(prefers-color-scheme: {light})').matches")).await;
            let fits = "document.documentElement.scrollWidth <= document.documentElement.clientWidth";
            assert_eq!(tab.look(fits).await, true, "{name} in {lang} at {width}: {:?}", too_wide(tab).await);
            if folder().is_some() {
                // A window as high as the page shows all of it.
                let whole = tab.look("document.documentElement.scrollHeight").await.as_i64().expect("a height");
                tab.set_screen(&Habits { width, height: whole, dark, ..Habits::default() }).await;
                tab.wait(&format!("innerHeight === {whole}")).await;
                save(tab, &format!("{name}-{lang}-{width}-{light}")).await;
            }
        }
    }
}

/// What sticks out, for whoever mends it.
async fn too_wide(tab: &Tab) -> Value {
    let out = "[...document.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > innerWidth \
        || e.getBoundingClientRect().left < 0).map(e => e.outerHTML.slice(0, 80))";
    tab.look(out).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_state_fits_every_screen() {
    let stage = Stage::set(Database::Sqlite).await;
    let mut scene = Scene { stage, views: Vec::new() };
    scene.of_progress().await;
    scene.of_setup().await;
    scene.of_numbers().await;
    scene.of_failures().await;
    scene.of_the_sandbox().await;
    scene.of_links_that_are_over().await;
    for lang in [Lang::En, Lang::Ar, Lang::Hi] {
        let mut person = Person::speaking(lang).await;
        let tab = person.tab().await;
        for view in &scene.views {
            if view.status >= 400 {
                person.expect_status(view.status);
            }
            tab.goto(&view.url).await;
            tab.arrive(view.page).await;
            look_at(&tab, view.name, lang).await;
        }
        person.leave().await;
    }
}

/// An expired link needs a clock of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expired_link_fits_every_screen() {
    let house = House::open_at(Database::Sqlite, Clock::manual(Clock::system().now())).await;
    let stage = Stage::of(house).await;
    let link = stage.platform.link(json!({})).await;
    stage.house.clock.advance(Duration::from_hours(31 * 24));
    for lang in [Lang::En, Lang::Ar, Lang::Hi] {
        let mut person = Person::speaking(lang).await;
        let tab = person.open(&link.url).await;
        tab.arrive("expired").await;
        look_at(&tab, "expired", lang).await;
        person.leave().await;
    }
}

/// The picture at the top of the README.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_picture_of_the_readme() {
    let house = House::open(Database::Sqlite).await;
    let platform = house.platform("Acme").await;
    let link = platform.link(json!({})).await;
    let mut person = Person::with(Habits { scale: 2.0, ..Habits::default() }).await;
    let tab = person.open(&link.url).await;
    tab.arrive("setup").await;
    tab.click(COEXISTENCE).await;
    save(&tab, "setup-page").await;
    person.leave().await;
}
