use palette::Srgb;
use proptest::{collection::vec, option::of, prelude::*, sample::select};

use super::*;

/// What a page draws on what, and the contrast that it needs there: the same list is in the style sheet.
const DRAWN: &[(&str, &str, f64)] = &[
    ("text", "background", 4.5),
    ("muted-text", "background", 4.5),
    ("destructive-text", "background", 4.5),
    ("card-text", "card", 4.5),
    ("card-muted-text", "card", 4.5),
    ("on-muted", "muted", 4.5),
    ("on-primary", "primary", 4.5),
    ("on-facebook", "facebook", 4.5),
    ("on-secondary", "secondary", 4.5),
    ("on-destructive", "destructive", 4.5),
    ("accent", "background", 3.0),
    ("card-accent", "card", 3.0),
    ("facebook-edge", "background", 3.0),
];

/// The ratio by the `palette` crate's linear light, which shares nothing with ours, and the digits that WCAG 2.2 weighs
/// it by (the crate's own have more of them, and come to another ratio in the fourth place).
fn contrast(a: Colour, b: Colour) -> f64 {
    let [a, b] = [a, b].map(|colour| {
        let light = Srgb::from(colour.0).into_format::<f64>().into_linear();
        0.2126 * light.red + 0.7152 * light.green + 0.0722 * light.blue
    });
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn theme(colours: &[(&str, &str)]) -> Theme {
    let mut theme = Theme::default();
    for (key, colour) in colours {
        theme.set(key, (*colour).to_owned());
    }
    theme
}

fn colour(theme: &Theme, name: &str) -> String {
    theme.painted().of(name).unwrap().to_string()
}

/// The first pair of a theme's page that cannot be read.
fn unreadable(theme: &Theme) -> Option<String> {
    let palette = theme.painted();
    DRAWN.iter().find_map(|(front, ground, required)| {
        let ratio = contrast(palette.of(front)?, palette.of(ground)?);
        // The two may differ in the last digits of a float.
        (ratio < required - 1e-9).then(|| format!("{front} on {ground}: {ratio}"))
    })
}

#[test]
fn readable_colours_land_as_chosen_and_the_rest_follows() {
    let theme = theme(&[("primary_color", "#3b82f6"), ("text_color", "#1f2937"), ("card_color", "#f9fafb")]);
    for (name, expected) in [
        ("primary", "#3b82f6"),
        ("facebook", "#3b82f6"),
        ("text", "#1f2937"),
        ("card-text", "#1f2937"),
        ("card", "#f9fafb"),
        ("border", "#e2e8f0"),
        // White on it is only 3.7:1.
        ("on-primary", "#0f172a"),
    ] {
        assert_eq!(colour(&theme, name), expected, "{name}");
    }
    assert_eq!(theme.painted().warnings, []);
    assert!(Theme::default().palette().is_none());
}

#[test]
fn facebook_s_button_is_facebook_s_blue_until_there_is_a_primary_colour() {
    let theme = theme(&[("background_color", "#fff1f2")]);
    assert_eq!((colour(&theme, "facebook"), colour(&theme, "on-facebook")), ("#0866ff".into(), "#ffffff".into()));
    assert_eq!(colour(&theme, "primary"), "#22c55e");
}

#[test]
fn a_dark_page_mixes_what_was_left_out_from_its_own_colours() {
    let theme = theme(&[("background_color", "#101418")]);
    assert_eq!(colour(&theme, "text"), "#ffffff");
    assert_eq!(colour(&theme, "card"), "#101418");
    assert!(theme.painted().is_dark() && theme.painted().css().ends_with("color-scheme:dark"));
    assert!(!theme.painted().of("border").unwrap().is_light());
}

#[test]
fn a_dark_card_on_a_light_page_has_text_of_its_own() {
    let theme = theme(&[("text_color", "#111111"), ("card_color", "#000000"), ("background_color", "#ffffff")]);
    assert_eq!(colour(&theme, "text"), "#111111");
    assert_eq!(unreadable(&theme), None);
    let warnings = theme.painted().warnings;
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert_eq!((warnings[0].foreground, warnings[0].background), ("text_color", "card_color"));
    assert_eq!(warnings[0].used.to_string(), colour(&theme, "card-text"));
}

#[test]
fn what_is_moved_is_told_with_its_ratio_and_what_was_used() {
    let theme = theme(&[("primary_color", "#22c55e"), ("primary_foreground_color", "#ffffff")]);
    let told = serde_json::to_value(theme.painted().warnings).unwrap();
    let moved = |front: &str| theme.painted().of(front).unwrap().to_string();
    let expected = serde_json::json!([
        {"foreground": "primary_foreground_color", "background": "primary_color", "ratio": 2.27, "required": 4.5, "used": moved("on-primary")},
        {"foreground": "primary_color", "background": "background_color", "ratio": 2.27, "required": 3.0, "used": moved("accent")},
    ]);
    assert_eq!(told, expected);
}

#[test]
fn no_single_colour_makes_everything_disappear() {
    for grey in 0..=u8::MAX {
        let same = format!("#{grey:02x}{grey:02x}{grey:02x}");
        let all: Vec<(&str, &str)> = Theme::KEYS.iter().map(|key| (*key, same.as_str())).collect();
        assert_eq!(unreadable(&theme(&all)), None, "{same}");
    }
}

/// Any colour, and more often than chance has it those that lie at the ends or side by side.
fn any_colour() -> impl Strategy<Value = String> {
    prop_oneof![
        "#[0-9a-f]{6}",
        select(vec!["#000000", "#ffffff", "#777777", "#767676", "#0000ff", "#ffff00"]).prop_map(Into::into)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_theme_makes_anything_unreadable(colours in vec(of(any_colour()), Theme::KEYS.len())) {
        let mut theme = Theme::default();
        for (key, colour) in Theme::KEYS.iter().zip(colours) {
            if let Some(colour) = colour {
                theme.set(key, colour);
            }
        }
        prop_assert_eq!(unreadable(&theme), None);
        // What is told is true, and what is not told was left alone.
        for warning in theme.painted().warnings {
            prop_assert!(warning.ratio < warning.required && warning.used.contrast(Colour::WHITE) >= 1.0);
        }
        let palette = theme.painted();
        let is_told = |key: &str| palette.warnings.iter().any(|warning| warning.foreground == key);
        if let Some(chosen) = theme.text_color.as_deref().and_then(Colour::parse).filter(|_| !is_told("text_color")) {
            prop_assert_eq!((palette.of("text"), palette.of("card-text")), (Some(chosen), Some(chosen)));
        }
    }
}
