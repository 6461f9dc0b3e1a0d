//! Colours as the browser computes them: a platform's theme, and light and dark without one.

use serde_json::json;

use crate::{
    driver::{Habits, Person},
    stage::{CONTINUE, DEDICATED, Stage, at},
    support::Database,
    tab::Tab,
};

const CARD: &str = ".card";

/// The colours of a page, as `rgb(r, g, b)`: of the page and its text, a card and its border, the button and its text.
async fn colours(tab: &Tab) -> [String; 6] {
    [
        tab.style("body", "background-color").await,
        tab.style("body", "color").await,
        tab.style(CARD, "background-color").await,
        tab.style(CARD, "border-top-color").await,
        tab.style(CONTINUE, "background-color").await,
        tab.style(CONTINUE, "color").await,
    ]
}

/// A colour as the browser writes it.
fn rgb(hex: u32) -> String {
    let [_, r, g, b] = hex.to_be_bytes();
    format!("rgb({r}, {g}, {b})")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_platforms_colours_land_where_the_contract_says() {
    let stage = Stage::set(Database::Sqlite).await;
    let link = stage
        .link(json!({"theme_config": {
            "primary_color": "#6d28d9", "primary_foreground_color": "#fefce8",
            "background_color": "#fdf4ff", "text_color": "#3b0764",
            "muted_text_color": "#6b21a8", "card_color": "#faf5ff", "border_color": "#d8b4fe",
        }}))
        .await;
    // A theme is the platform's: somebody who prefers the dark sees the same.
    for dark in [false, true] {
        let mut person = Person::with(Habits { dark, ..Habits::default() }).await;
        let tab = person.open(&link.url).await;
        tab.arrive("setup").await;
        let expected = [0x00fd_f4ff, 0x003b_0764, 0x00fa_f5ff, 0x00d8_b4fe, 0x006d_28d9, 0x00fe_fce8].map(rgb);
        assert_eq!(colours(&tab).await, expected, "dark: {dark}");
        assert_eq!(tab.style("small", "color").await, rgb(0x006b_21a8));
        // The chosen card is marked in the primary colour.
        tab.click(DEDICATED).await;
        let mark = "getComputedStyle(document.querySelector('input:checked ~ label'), '::after').borderTopColor";
        assert_eq!(tab.look(mark).await, rgb(0x006d_28d9));
        person.leave().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_theme_leaves_out_follows_and_stays_readable() {
    let stage = Stage::set(Database::Postgres).await;
    // White on this green is 2.3:1.
    let theme = json!({"primary_color": "#22c55e", "background_color": "#0b1020"});
    let (person, tab) = at(&stage.link(json!({"theme_config": theme})).await).await;
    tab.arrive("setup").await;
    let [page, text, card, _, button, on_button] = colours(&tab).await;
    assert_eq!((page, button), (rgb(0x000b_1020), rgb(0x0022_c55e)));
    assert_eq!((text, card, on_button), (rgb(0x00ff_ffff), rgb(0x000b_1020), rgb(0x000f_172a)));
    assert_eq!(tab.style("html", "color-scheme").await, "dark");
    person.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_theme_the_page_follows_the_visitor() {
    let stage = Stage::set(Database::Sqlite).await;
    let link = stage.link(json!({})).await;
    let light = [0x00fa_f9f6, 0x001c_1b18, 0x00ff_ffff, 0x00e2_dfd8, 0x0008_66ff, 0x00ff_ffff].map(rgb);
    let night = [0x0014_1311, 0x00eb_e9e4, 0x001d_1c19, 0x0037_342f, 0x0008_66ff, 0x00ff_ffff].map(rgb);
    let (person, tab) = at(&link).await;
    tab.arrive("setup").await;
    assert_eq!(colours(&tab).await, light);
    tab.set_screen(&Habits { dark: true, ..Habits::default() }).await;
    assert_eq!(colours(&tab).await, night);
    person.leave().await;
}
