//! Every state of every page: it fits a small screen, it says nothing in the console, and one can look at it.
//!
//! `./check screenshots` writes what is seen into the folder `screenshots`.

use std::{fs, path::PathBuf};

use chromiumoxide::{
    cdp::browser_protocol::{emulation::SetScrollbarsHiddenParams, page::CaptureScreenshotFormat},
    page::ScreenshotParams,
};
use serde_json::{Value, json};
use setuplinks::words::Lang;

use crate::{
    driver::{Habits, Person},
    scene::{NO_THEME, Scene, THEMES, show},
    stage::COEXISTENCE,
    support::{Database, House},
    tab::Tab,
};

fn folder() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("SETUPLINKS_SCREENSHOTS").filter(|name| !name.is_empty())?);
    fs::create_dir_all(&folder).expect("a folder for the screenshots");
    Some(folder)
}

/// The ones that ask the most of a page, or those that somebody wants to see.
fn languages() -> Vec<Lang> {
    let wanted = std::env::var("LANGUAGES").ok().filter(|tags| !tags.is_empty());
    let tags = wanted.unwrap_or_else(|| "en,ar,hi".to_owned());
    tags.split(',').map(|tag| Lang::parse(tag).unwrap_or_else(|| panic!("no language {tag:?}"))).collect()
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
    let [_, light, ..] = THEMES;
    let scene = Scene::set(&[NO_THEME, light]).await;
    for lang in languages() {
        let mut person = Person::speaking(lang).await;
        let tab = person.tab().await;
        // Of a theme, one page is enough to leaf through.
        for view in scene.views.iter().filter(|view| view.theme == NO_THEME.name || view.name == "setup") {
            if view.status >= 400 {
                person.expect_status(view.status);
            }
            show(&tab, view).await;
            let themed = if view.theme == NO_THEME.name { "" } else { "-themed" };
            look_at(&tab, &format!("{}{themed}", view.name), lang).await;
        }
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
