//! A person with a real browser: cookies, habits and tabs of their own, a mouse and a keyboard.

use std::sync::{Arc, Mutex};

use chromiumoxide::{
    Page,
    cdp::browser_protocol::{
        browser::BrowserContextId,
        emulation::{
            MediaFeature, SetDeviceMetricsOverrideParams, SetEmulatedMediaParams, SetScriptExecutionDisabledParams,
            SetUserAgentOverrideParams,
        },
        target::{
            CreateBrowserContextParams, CreateTargetParams, DisposeBrowserContextParams, GetTargetsParams, TargetInfo,
        },
    },
};
use setuplinks::words::Lang;

use crate::{chromium::chromium, ears::Ears, support::until, tab::Tab};

/// How somebody's browser is set up.
#[derive(Clone, Debug)]
pub struct Habits {
    /// The preferred languages, as `navigator.languages` has them: `pt-BR,en`.
    pub languages: String,
    pub width: i64,
    pub height: i64,
    pub scale: f64,
    pub dark: bool,
    /// Whether pages may run scripts.
    pub script: bool,
    /// What the browser says it is.
    pub agent: &'static str,
}

/// A browser on a desk. The version's own name says that it is headless; what a page is sent should not depend on that.
const DESKTOP: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36";

impl Default for Habits {
    /// A phone, in English.
    fn default() -> Self {
        Self {
            languages: "en-US".to_owned(),
            width: 390,
            height: 844,
            scale: 1.0,
            dark: false,
            script: true,
            agent: DESKTOP,
        }
    }
}

/// One person. Ends with [`Person::leave`], which fails when a page said anything it should not.
pub struct Person {
    context: BrowserContextId,
    habits: Habits,
    ears: Vec<Arc<Mutex<Ears>>>,
    tabs: Vec<Page>,
    excused: Vec<String>,
    has_left: bool,
}

impl Person {
    pub async fn new() -> Self {
        Self::with(Habits::default()).await
    }

    pub async fn speaking(lang: Lang) -> Self {
        Self::with(Habits { languages: lang.to_string(), ..Habits::default() }).await
    }

    pub async fn with(habits: Habits) -> Self {
        let context = chromium().execute(CreateBrowserContextParams::default()).await.expect("a context of its own");
        let context = context.result.browser_context_id;
        Self { context, habits, ears: Vec::new(), tabs: Vec::new(), excused: Vec::new(), has_left: false }
    }

    /// A new tab.
    pub async fn tab(&mut self) -> Tab {
        let target = CreateTargetParams::builder()
            .url("about:blank")
            .browser_context_id(self.context.clone())
            .new_window(true)
            .build()
            .expect("a target");
        let page = chromium().new_page(target).await.expect("a tab");
        let ears = Arc::new(Mutex::new(Ears::open(&page).await));
        let habits = &self.habits;
        let agent = SetUserAgentOverrideParams::builder()
            .user_agent(habits.agent)
            .accept_language(habits.languages.clone())
            .build()
            .expect("an agent");
        page.execute(agent).await.expect("a language");
        if !habits.script {
            page.execute(SetScriptExecutionDisabledParams::new(true)).await.expect("scripts can be switched off");
        }
        set_screen(&page, habits).await;
        self.ears.push(ears.clone());
        self.tabs.push(page.clone());
        Tab { page, ears }
    }

    /// The tab that a page has opened beside this person's others.
    pub async fn opened(&mut self) -> Tab {
        let known: Vec<_> = self.tabs.iter().map(|page| page.target_id().clone()).collect();
        let target = until("a tab that a page opened", || async {
            let all = chromium().execute(GetTargetsParams::default()).await.ok()?.result.target_infos;
            let ours = |target: &TargetInfo| target.browser_context_id.as_ref() == Some(&self.context);
            let fresh = |target: &TargetInfo| target.r#type == "page" && !known.contains(&target.target_id);
            all.into_iter().find(|target| ours(target) && fresh(target)).map(|target| target.target_id)
        })
        .await;
        let page = until("that tab to be there", || async { chromium().get_page(target.clone()).await.ok() }).await;
        let ears = Arc::new(Mutex::new(Ears::open(&page).await));
        if !self.habits.script {
            page.execute(SetScriptExecutionDisabledParams::new(true)).await.expect("scripts can be switched off");
        }
        set_screen(&page, &self.habits).await;
        self.ears.push(ears.clone());
        self.tabs.push(page.clone());
        Tab { page, ears }
    }

    /// A new tab at that address.
    pub async fn open(&mut self, url: &str) -> Tab {
        let tab = self.tab().await;
        tab.goto(url).await;
        tab
    }

    /// The window that a page of a tab has opened.
    pub async fn window_of(&mut self, tab: &Tab) -> Tab {
        let opener = tab.page.target_id().clone();
        let page = until("a window of its own", || async {
            let pages = chromium().pages().await.ok()?;
            pages.into_iter().find(|page| page.opener_id().as_ref() == Some(&opener))
        })
        .await;
        let ears = Arc::new(Mutex::new(Ears::open(&page).await));
        self.ears.push(ears.clone());
        self.tabs.push(page.clone());
        Tab { page, ears }
    }

    /// Chromium notes in the console what came of a request, and that is meant here.
    pub fn expect_note(&mut self, note: &str) {
        self.excused.push(note.to_owned());
    }

    /// Chromium notes in the console that a page came with an error's status. That is no fault of a page whose status
    /// is meant to be one.
    pub fn expect_status(&mut self, status: u16) {
        self.excused.push(format!("the server responded with a status of {status} "));
    }

    /// What the pages of all tabs said that they should not have.
    pub async fn complaints(&self) -> Vec<String> {
        let mut all = Vec::new();
        for (page, ears) in self.tabs.iter().zip(&self.ears) {
            // Two questions: what was said before the first has arrived when the second is answered.
            for _ in 0..2 {
                let _ = page.execute(chromiumoxide::cdp::browser_protocol::page::GetFrameTreeParams::default()).await;
            }
            let mut ears = ears.lock().expect("ears");
            ears.listen();
            all.extend(ears.messages.iter().cloned());
        }
        all.retain(|message| !self.excused.iter().any(|excused| message.contains(excused)));
        all
    }

    /// Closes everything. Each test ends so.
    pub async fn leave(mut self) {
        self.has_left = true;
        let complaints = self.complaints().await;
        self.forget().await;
        assert!(complaints.is_empty(), "pages complained: {complaints:#?}");
    }

    /// Closes everything, whatever was said.
    pub async fn forget(&mut self) {
        self.has_left = true;
        let _ = chromium().execute(DisposeBrowserContextParams::new(self.context.clone())).await;
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        assert!(self.has_left || std::thread::panicking(), "a test ends with leave(), which looks for complaints");
    }
}

/// Gives a tab its size and its taste for dark or light.
pub async fn set_screen(page: &Page, habits: &Habits) {
    let is_phone = habits.width < 600;
    let screen = SetDeviceMetricsOverrideParams::new(habits.width, habits.height, habits.scale, is_phone);
    page.execute(screen).await.expect("a screen");
    let scheme = MediaFeature::new("prefers-color-scheme", if habits.dark { "dark" } else { "light" });
    let still = MediaFeature::new("prefers-reduced-motion", "reduce");
    let media = SetEmulatedMediaParams::builder().features([scheme, still]).build();
    page.execute(media).await.expect("a colour scheme");
}
