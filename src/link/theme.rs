//! A tenant's twelve colours, and the readable palette that a page makes of them.
//!
//! A colour that the tenant left out follows from those that are there. A colour of text that would fall under
//! WCAG 2.2's contrast (4.5:1 for text, 3:1 for the edge of a control) is moved towards black or white, no further than it
//! must be; everything else lands on the page as it was chosen.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A colour, written `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(pub [u8; 3]);

impl Colour {
    const WHITE: Self = Self([255; 3]);
    const BLACK: Self = Self([0; 3]);
    /// Near-black: the contract's default text colour.
    const INK: Self = Self([0x0f, 0x17, 0x2a]);

    /// Reads `#RRGGBB`, in either case. `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let [_, r, g, b] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
        Some(Self([r, g, b]))
    }

    /// Relative luminance, 0 for black to 1 for white (WCAG 2.2).
    fn luminance(self) -> f64 {
        let [r, g, b] = self.0.map(|channel| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    fn is_light(self) -> bool {
        self.contrast(Self::BLACK) > self.contrast(Self::WHITE)
    }

    /// The contrast ratio of two colours, 1 to 21 (WCAG 2.2).
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// This colour with `part` (0 to 255) of 255 of `other` in it.
    fn mixed(self, other: Self, part: u8) -> Self {
        let mut out = self.0;
        for (channel, target) in out.iter_mut().zip(other.0) {
            let mixed = (u32::from(*channel) * u32::from(255 - part) + u32::from(target) * u32::from(part) + 127) / 255;
            *channel = u8::try_from(mixed).unwrap_or(u8::MAX);
        }
        Self(out)
    }

    /// This colour if it keeps `ratio` against every one of `grounds`, else the nearest one towards black or white
    /// that does; where none can, the one with the best worst contrast.
    fn readable_on(self, grounds: &[Self], ratio: f64) -> Self {
        let worst = |colour: Self| grounds.iter().map(|ground| colour.contrast(*ground)).fold(f64::MAX, f64::min);
        if worst(self) >= ratio {
            return self;
        }
        let steps = (1..=u8::MAX).flat_map(|part| [self.mixed(Self::BLACK, part), self.mixed(Self::WHITE, part)]);
        let best = [Self::BLACK, Self::WHITE].into_iter().max_by(|a, b| worst(*a).total_cmp(&worst(*b)));
        steps.into_iter().find(|colour| worst(*colour) >= ratio).or(best).unwrap_or(self)
    }

    /// Near-black or white, whichever reads better on this colour.
    fn ink(self) -> Self {
        if self.contrast(Self::WHITE) >= self.contrast(Self::INK) { Self::WHITE } else { Self::INK }
    }
}

impl std::fmt::Display for Colour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [r, g, b] = self.0;
        write!(f, "#{r:02x}{g:02x}{b:02x}")
    }
}

macro_rules! theme {
    ($($(#[$doc:meta])* $key:ident),+ $(,)?) => {
        /// The colours a platform set, as it wrote them.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        pub struct Theme {
            $(
                $(#[$doc])*
                #[serde(default, skip_serializing_if = "Option::is_none")]
                #[schema(pattern = "^#[0-9A-Fa-f]{6}$", examples("#22c55e"))]
                pub $key: Option<String>,
            )+
        }

        impl Theme {
            /// The keys a theme may have.
            pub const KEYS: &'static [&'static str] = &[$(stringify!($key)),+];

            /// Sets the colour of that key, when there is such a key.
            pub fn set(&mut self, key: &str, colour: String) {
                match key { $(stringify!($key) => self.$key = Some(colour),)+ _ => {} }
            }
        }
    };
}

theme! {
    /// Primary action buttons, the chosen card, focus.
    primary_color,
    /// Text on the primary colour.
    primary_foreground_color,
    /// The page.
    background_color,
    /// Text.
    text_color,
    /// Secondary text.
    muted_text_color,
    /// Cards.
    card_color,
    /// What is disabled or secondary.
    muted_color,
    /// Hairlines.
    border_color,
    /// Secondary buttons.
    secondary_color,
    /// Text on secondary buttons.
    secondary_foreground_color,
    /// Errors.
    destructive_color,
    /// Text on the colour of errors.
    destructive_foreground_color,
}

impl Theme {
    /// The theme as CSS custom properties; `None` when it sets no colour, and the page follows the visitor's light or
    /// dark preference.
    #[must_use]
    pub fn css(&self) -> Option<String> {
        if *self == Self::default() {
            return None;
        }
        let palette = self.palette();
        let declared = palette.map(|(name, colour)| format!("--{name}:{colour}")).join(";");
        // Scroll bars and the browser's own controls follow the page.
        let is_dark = palette.iter().any(|(name, colour)| *name == "background" && !colour.is_light());
        Some(format!("{declared};color-scheme:{}", if is_dark { "dark" } else { "light" }))
    }

    /// Every colour that the style sheet asks for, by the name of its custom property.
    #[must_use]
    pub fn palette(&self) -> [(&'static str, Colour); 15] {
        let chosen = |key: &Option<String>| key.as_deref().and_then(Colour::parse);
        let contract = |hex: [u8; 3]| Colour(hex);

        let background = chosen(&self.background_color).unwrap_or(Colour::WHITE);
        let card = chosen(&self.card_color).unwrap_or(background);
        let grounds = [background, card];
        let text = chosen(&self.text_color).unwrap_or_else(|| background.ink()).readable_on(&grounds, 4.5);
        // The contract's own defaults are made for a light page; on a dark one the page's own two colours are mixed.
        let light = background.is_light();
        let or_mixed =
            |default: [u8; 3], part: u8| if light { contract(default) } else { background.mixed(text, part) };

        let muted_text = chosen(&self.muted_text_color)
            .unwrap_or_else(|| if light { contract([0x64, 0x74, 0x8b]) } else { text.mixed(background, 90) })
            .readable_on(&grounds, 4.5);
        let muted = chosen(&self.muted_color).unwrap_or_else(|| or_mixed([0xf1, 0xf5, 0xf9], 24));
        let border = chosen(&self.border_color).unwrap_or_else(|| or_mixed([0xe2, 0xe8, 0xf0], 48));
        let primary = chosen(&self.primary_color).unwrap_or(contract([0x22, 0xc5, 0x5e]));
        let secondary = chosen(&self.secondary_color).unwrap_or_else(|| or_mixed([0xf1, 0xf5, 0xf9], 24));
        let destructive = chosen(&self.destructive_color).unwrap_or(contract([0xef, 0x44, 0x44]));
        let on = |key: &Option<String>, ground: Colour| {
            chosen(key).unwrap_or_else(|| ground.ink()).readable_on(&[ground], 4.5)
        };
        [
            ("background", background),
            ("text", text),
            ("muted-text", muted_text),
            ("card", card),
            ("muted", muted),
            ("on-muted", muted_text.readable_on(&[muted], 4.5)),
            ("border", border),
            ("primary", primary),
            ("on-primary", on(&self.primary_foreground_color, primary)),
            ("accent", primary.readable_on(&grounds, 3.0)),
            ("secondary", secondary),
            ("on-secondary", on(&self.secondary_foreground_color, secondary)),
            ("destructive", destructive),
            ("on-destructive", on(&self.destructive_foreground_color, destructive)),
            ("destructive-text", destructive.readable_on(&grounds, 4.5)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colour(theme: &Theme, name: &str) -> Colour {
        theme.palette().into_iter().find(|(key, _)| *key == name).unwrap().1
    }

    #[test]
    fn a_colour_is_a_hash_and_six_digits() {
        assert_eq!(Colour::parse("#3B82f6"), Some(Colour([0x3b, 0x82, 0xf6])));
        for text in ["", "#fff", "3b82f6", "#3b82f6ff", "#gggggg", "#+12345", "red", "#12345é"] {
            assert_eq!(Colour::parse(text), None, "{text}");
        }
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        let ratio = |a: &str, b: &str| Colour::parse(a).unwrap().contrast(Colour::parse(b).unwrap());
        assert!((ratio("#000000", "#ffffff") - 21.0).abs() < 0.001);
        assert!((ratio("#777777", "#ffffff") - 4.48).abs() < 0.01);
        assert!((ratio("#0866ff", "#ffffff") - 4.8).abs() < 0.1);
    }

    #[test]
    fn readable_colours_land_as_chosen_and_the_rest_follows() {
        let theme = Theme {
            primary_color: Some("#3b82f6".into()),
            text_color: Some("#1f2937".into()),
            card_color: Some("#f9fafb".into()),
            ..Theme::default()
        };
        assert_eq!(colour(&theme, "primary").to_string(), "#3b82f6");
        assert_eq!(colour(&theme, "text").to_string(), "#1f2937");
        assert_eq!(colour(&theme, "card").to_string(), "#f9fafb");
        assert_eq!(colour(&theme, "border").to_string(), "#e2e8f0");
        assert_eq!(colour(&theme, "on-primary"), Colour::INK, "white on #3b82f6 is only 3.7:1");
        assert_eq!(Theme::default().css(), None);
    }

    #[test]
    fn a_dark_page_mixes_what_was_left_out_from_its_own_colours() {
        let theme = Theme { background_color: Some("#101418".into()), ..Theme::default() };
        assert_eq!(colour(&theme, "text"), Colour::WHITE);
        assert_eq!(colour(&theme, "card"), colour(&theme, "background"));
        assert!(colour(&theme, "border").luminance() < 0.1);
    }

    proptest::proptest! {
        #[test]
        fn no_theme_makes_text_unreadable(colours in proptest::collection::vec(proptest::option::of("#[0-9a-f]{6}"), 12)) {
            let mut theme = Theme::default();
            for (key, colour) in Theme::KEYS.iter().zip(colours) {
                if let Some(colour) = colour {
                    theme.set(key, colour);
                }
            }
            for (front, back) in [("on-primary", "primary"), ("on-secondary", "secondary"), ("on-destructive", "destructive"), ("on-muted", "muted")] {
                let ratio = colour(&theme, front).contrast(colour(&theme, back));
                proptest::prop_assert!(ratio >= 4.5, "{front} on {back}: {ratio}");
            }
            // A page and a card of opposite lightness leave no colour that reads on both; then the best there is is kept.
            let (page, card) = (colour(&theme, "background"), colour(&theme, "card"));
            let best = |c: Colour| c.contrast(page).min(c.contrast(card));
            let reachable = best(Colour::WHITE).max(best(Colour::BLACK)).min(4.5);
            for front in ["text", "muted-text", "destructive-text"] {
                proptest::prop_assert!(best(colour(&theme, front)) >= reachable, "{front}");
            }
        }
    }
}
