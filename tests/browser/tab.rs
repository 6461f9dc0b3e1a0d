//! One tab: what is seen in it, and what a person does there.

use std::sync::{Arc, Mutex};

use chromiumoxide::{
    Page,
    cdp::{
        browser_protocol::{
            input::{
                DispatchKeyEventParams, DispatchKeyEventType, DispatchMouseEventParams, DispatchMouseEventType,
                MouseButton,
            },
            page::{GetNavigationHistoryParams, NavigateToHistoryEntryParams, ReloadParams},
        },
        js_protocol::runtime::EvaluateParams,
    },
};
use serde_json::Value;

use crate::{
    driver::{Habits, set_screen},
    ears::{Ears, Passed},
    support::until,
};

/// Whether the page is there to be used: loaded, laid out and painted.
const READY: &str = "document.readyState === 'complete' && performance.getEntriesByType('paint').length > 0";

/// A tab of a person's browser.
pub struct Tab {
    pub(crate) page: Page,
    pub(crate) ears: Arc<Mutex<Ears>>,
}

/// A CSS selector for a stable hook.
pub fn hook(testid: &str) -> String {
    format!("[data-testid=\"{testid}\"]")
}

impl Tab {
    /// Enters an address.
    pub async fn goto(&self, url: &str) {
        self.page.goto(url).await.unwrap_or_else(|e| panic!("{url}: {e}"));
    }

    /// The value of an expression in the page; `None` while one page makes room for the next.
    pub async fn ask(&self, expression: &str) -> Option<Value> {
        let question = EvaluateParams::builder().expression(expression).return_by_value(true).build().expect("text");
        let answer = self.page.execute(question).await.ok()?.result;
        match answer.exception_details {
            None => Some(answer.result.value.unwrap_or_default()),
            Some(e) => panic!("{expression}: {e:?}"),
        }
    }

    /// The value of an expression in the page that stands.
    pub async fn look(&self, expression: &str) -> Value {
        until(expression, || self.ask(expression)).await
    }

    pub async fn url(&self) -> String {
        self.look("location.href").await.as_str().expect("an address").to_owned()
    }

    /// The value of a style property, as it is computed.
    pub async fn style(&self, selector: &str, property: &str) -> String {
        let selector = Value::from(selector);
        let computed = format!("getComputedStyle(document.querySelector({selector})).getPropertyValue('{property}')");
        self.look(&computed).await.as_str().expect("a style").to_owned()
    }

    /// The texts of every element that matches, as they are shown.
    pub async fn texts(&self, selector: &str) -> Vec<String> {
        let selector = Value::from(selector);
        let all = self.look(&format!("[...document.querySelectorAll({selector})].map(e => e.innerText.trim())")).await;
        serde_json::from_value(all).expect("texts")
    }

    pub async fn text(&self, selector: &str) -> String {
        let texts = self.texts(selector).await;
        assert_eq!(texts.len(), 1, "{selector} on {}: {texts:?}", self.url().await);
        texts[0].clone()
    }

    pub async fn has(&self, selector: &str) -> bool {
        !self.texts(selector).await.is_empty()
    }

    /// Waits until an expression is true.
    pub async fn wait(&self, expression: &str) {
        until(expression, || async { (self.ask(expression).await? == true).then_some(()) }).await;
    }

    /// Waits for a page, by its `data-page`.
    pub async fn arrive(&self, page: &str) {
        let arrived = format!("{READY} && document.querySelector('[data-page]')?.dataset.page === '{page}'");
        let wait = until(page, || async { (self.ask(&arrived).await? == true).then_some(()) });
        tokio::select! {
            () = wait => {}
            // Whoever waits for the wrong page wants to know which one is there.
            () = tokio::time::sleep(std::time::Duration::from_secs(55)) => {
                let shown = self.ask("location.href + ' ' + document.body.innerText").await;
                let mut ears = self.ears.lock().expect("ears");
                ears.listen();
                panic!("waited for {page}, and there is {shown:?}; it said {:#?}", ears.messages);
            }
        }
    }

    /// The page's language and direction.
    pub async fn speaks(&self) -> (String, String) {
        let root = self.look("[document.documentElement.lang, document.documentElement.dir]").await;
        serde_json::from_value(root).expect("two texts")
    }

    /// What tells this document from the one before and the one after.
    async fn identity(&self) -> Value {
        self.look("location.href + ' ' + performance.timeOrigin").await
    }

    /// Does something that brings another document, and waits for that.
    pub async fn turning(&self, action: impl Future<Output = ()>) {
        let before = self.identity().await;
        action.await;
        let other = format!("{READY} && location.href + ' ' + performance.timeOrigin !== {before}");
        until("another page", || async { (self.ask(&other).await? == true).then_some(()) }).await;
    }

    /// The middle of an element, once it can be pressed there.
    async fn point(&self, selector: &str) -> (f64, f64) {
        let at = format!(
            "(() => {{
                const e = document.querySelector({});
                if (!({READY}) || !e) return null;
                e.scrollIntoView({{ block: 'center', behavior: 'instant' }});
                const box = e.getBoundingClientRect();
                const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
                const top = document.elementFromPoint(x, y);
                return top && (e.contains(top) || [...(e.labels ?? [])].includes(top)) ? [x, y] : null;
            }})()",
            Value::from(selector)
        );
        until(&format!("{selector} to press"), || async {
            serde_json::from_value::<Option<(f64, f64)>>(self.ask(&at).await?).expect("a point")
        })
        .await
    }

    async fn mouse(&self, kind: DispatchMouseEventType, (x, y): (f64, f64), clicks: i64) {
        let mut event = DispatchMouseEventParams::builder().r#type(kind.clone()).x(x).y(y);
        if kind != DispatchMouseEventType::MouseMoved {
            event = event.button(MouseButton::Left).click_count(clicks);
        }
        // An answer may be lost with the page that was there.
        let _ = self.page.execute(event.build().expect("an event")).await;
    }

    async fn press_at(&self, point: (f64, f64), clicks: i64) {
        self.mouse(DispatchMouseEventType::MousePressed, point, clicks).await;
        self.mouse(DispatchMouseEventType::MouseReleased, point, clicks).await;
    }

    /// Clicks on an element.
    pub async fn click(&self, selector: &str) {
        let point = self.point(selector).await;
        self.mouse(DispatchMouseEventType::MouseMoved, point, 0).await;
        self.press_at(point, 1).await;
    }

    /// Clicks twice, as fast as it goes.
    pub async fn double_click(&self, selector: &str) {
        let point = self.point(selector).await;
        self.mouse(DispatchMouseEventType::MouseMoved, point, 0).await;
        tokio::join!(self.press_at(point, 1), self.press_at(point, 2));
    }

    /// Clicks on something that leads to another page.
    pub async fn follow(&self, selector: &str) {
        self.turning(self.click(selector)).await;
    }

    /// Presses a key: `Tab`, `Enter`, `ArrowDown` or ` `.
    pub async fn key(&self, key: &str) {
        let (code, number, text) = match key {
            "Tab" => ("Tab", 9, None),
            "Enter" => ("Enter", 13, Some("\r")),
            " " => ("Space", 32, Some(" ")),
            "ArrowDown" => ("ArrowDown", 40, None),
            other => panic!("{other} is not on this keyboard"),
        };
        let event =
            |kind| DispatchKeyEventParams::builder().r#type(kind).key(key).code(code).windows_virtual_key_code(number);
        let mut down = event(DispatchKeyEventType::KeyDown);
        if let Some(text) = text {
            down = down.text(text);
        }
        let _ = self.page.execute(down.build().expect("a key")).await;
        let _ = self.page.execute(event(DispatchKeyEventType::KeyUp).build().expect("a key")).await;
    }

    /// Presses Tab until that element has the focus.
    pub async fn tab_to(&self, selector: &str) {
        self.wait(READY).await;
        let has_focus = format!("document.activeElement?.matches({})", Value::from(selector));
        for _ in 0..30 {
            self.key("Tab").await;
            if self.look(&has_focus).await == true {
                return;
            }
        }
        panic!("no way to {selector} by keyboard");
    }

    /// The back button.
    pub async fn back(&self) {
        self.turning(async {
            let history = self.page.execute(GetNavigationHistoryParams::default()).await.expect("a history").result;
            let before = usize::try_from(history.current_index - 1).expect("a page before");
            let entry = NavigateToHistoryEntryParams::new(history.entries[before].id);
            self.page.execute(entry).await.expect("a way back");
        })
        .await;
    }

    /// The reload button.
    pub async fn reload(&self) {
        self.turning(async {
            self.page.execute(ReloadParams::default()).await.expect("a reload");
        })
        .await;
    }

    /// Gives this tab another size or colour scheme.
    pub async fn set_screen(&self, habits: &Habits) {
        set_screen(&self.page, habits).await;
    }

    /// Every page that this tab has shown, however short.
    pub fn passed(&self) -> Vec<Passed> {
        let mut ears = self.ears.lock().expect("ears");
        ears.listen();
        ears.passed.clone()
    }

    /// Begins that list anew.
    pub fn forget_passed(&self) {
        let mut ears = self.ears.lock().expect("ears");
        ears.listen();
        ears.passed.clear();
    }
}
