//! A tenant's twelve colours, and the readable palette that a page makes of them.
//!
//! A colour that the tenant left out follows from those that are there. A colour that would fall under WCAG 2.2's contrast
//! on what it is drawn on (4.5:1 for text, 3:1 for the edge of a control and the ring of focus) is moved towards black or
//! white there, no further than it must be; everything else lands on the page as it was chosen. Cards may be dark on a
//! light page: what stands on both has a colour for each.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

mod colour;

pub use colour::Colour;

/// Facebook's blue, which its button has unless the platform chose a primary colour.
const FACEBOOK: Colour = Colour([0x08, 0x66, 0xff]);
/// WCAG 2.2, 1.4.3 for text and 1.4.11 for what is no text.
const TEXT: f64 = 4.5;
const EDGE: f64 = 3.0;

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

/// A chosen colour that could not be read where it stands, and what stands there instead.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = ThemeWarning)]
pub struct Warning {
    /// The key of the colour that was moved.
    #[schema(examples("primary_foreground_color"))]
    pub foreground: &'static str,
    /// The key of what it stands on; its default when the theme leaves it out.
    #[schema(examples("primary_color"))]
    pub background: &'static str,
    /// Their contrast as chosen, cut after two digits.
    #[schema(examples(2.27))]
    pub ratio: f64,
    /// The contrast that WCAG asks for there: 4.5 for text, 3 for edges and the ring of focus.
    #[schema(examples(4.5))]
    pub required: f64,
    /// The colour that the pages use.
    #[schema(value_type = String, pattern = "^#[0-9a-f]{6}$", examples("#14532d"))]
    pub used: Colour,
}

/// What a page makes of a theme.
#[derive(Debug)]
pub struct Palette {
    /// Every colour that the style sheet asks for, by the name of its custom property.
    pub colours: Vec<(&'static str, Colour)>,
    /// What had to be moved of what was chosen.
    pub warnings: Vec<Warning>,
}

impl Palette {
    /// The colour of that custom property.
    #[must_use]
    pub fn of(&self, name: &str) -> Option<Colour> {
        self.colours.iter().find(|(known, _)| *known == name).map(|(_, colour)| *colour)
    }

    /// Whether the page is a dark one.
    #[must_use]
    pub fn is_dark(&self) -> bool {
        self.of("background").is_some_and(|background| !background.is_light())
    }

    /// The palette as CSS custom properties. Scroll bars and the browser's own controls follow the page.
    #[must_use]
    pub fn css(&self) -> String {
        let declared: Vec<String> = self.colours.iter().map(|(name, colour)| format!("--{name}:{colour}")).collect();
        format!("{};color-scheme:{}", declared.join(";"), if self.is_dark() { "dark" } else { "light" })
    }
}

/// A colour of the page: its key, what it is, and whether the platform chose it.
#[derive(Clone, Copy)]
struct Paint {
    key: &'static str,
    colour: Colour,
    is_chosen: bool,
}

/// Puts colours on colours, and notes what had to be moved.
#[derive(Default)]
struct Guard {
    warnings: Vec<Warning>,
}

impl Guard {
    fn put(&mut self, front: Paint, ground: Paint, required: f64) -> Colour {
        let used = front.colour.readable_on(ground.colour, required);
        let warning = Warning {
            foreground: front.key,
            background: ground.key,
            ratio: (front.colour.contrast(ground.colour) * 100.0).floor() / 100.0,
            required,
            used,
        };
        if front.is_chosen && used != front.colour && !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
        used
    }
}

impl Theme {
    /// What a page makes of it; `None` when it sets no colour, and the page follows the visitor's light or dark
    /// preference.
    #[must_use]
    pub fn palette(&self) -> Option<Palette> {
        (*self != Self::default()).then(|| self.painted())
    }

    fn painted(&self) -> Palette {
        let paint = |key: &'static str, chosen: &Option<String>, default: &dyn Fn() -> Colour| {
            let chosen = chosen.as_deref().and_then(Colour::parse);
            Paint { key, colour: chosen.unwrap_or_else(default), is_chosen: chosen.is_some() }
        };
        let background = paint("background_color", &self.background_color, &|| Colour::WHITE);
        // A card that nobody chose is the page: what is wrong with a colour there is said of the page.
        let card = match paint("card_color", &self.card_color, &|| background.colour) {
            card if card.is_chosen => card,
            _ => background,
        };
        let page = background.colour;
        let text = paint("text_color", &self.text_color, &|| page.ink());
        // The contract's own defaults are made for a light page; on a dark one the page's own two colours are mixed.
        let readable = text.colour.readable_on(page, TEXT);
        let or_mixed =
            |default: [u8; 3], part: u8| if page.is_light() { Colour(default) } else { page.mixed(readable, part) };
        let muted_text = paint("muted_text_color", &self.muted_text_color, &|| or_mixed([0x64, 0x74, 0x8b], 165));
        let muted = paint("muted_color", &self.muted_color, &|| or_mixed([0xf1, 0xf5, 0xf9], 24));
        let border = paint("border_color", &self.border_color, &|| or_mixed([0xe2, 0xe8, 0xf0], 48));
        let primary = paint("primary_color", &self.primary_color, &|| Colour([0x22, 0xc5, 0x5e]));
        let on_primary = paint("primary_foreground_color", &self.primary_foreground_color, &|| primary.colour.ink());
        let secondary = paint("secondary_color", &self.secondary_color, &|| or_mixed([0xf1, 0xf5, 0xf9], 24));
        let on_secondary =
            paint("secondary_foreground_color", &self.secondary_foreground_color, &|| secondary.colour.ink());
        let destructive = paint("destructive_color", &self.destructive_color, &|| Colour([0xef, 0x44, 0x44]));
        let on_destructive =
            paint("destructive_foreground_color", &self.destructive_foreground_color, &|| destructive.colour.ink());
        // The button to Facebook is a primary action where the platform has a primary colour, else Facebook's own.
        let facebook = Paint { colour: FACEBOOK, ..primary };
        let facebook = if primary.is_chosen { primary } else { facebook };

        let mut guard = Guard::default();
        let on_facebook = if primary.is_chosen { on_primary } else { Paint { colour: Colour::WHITE, ..on_primary } };
        let colours = vec![
            ("background", page),
            ("text", guard.put(text, background, TEXT)),
            ("muted-text", guard.put(muted_text, background, TEXT)),
            ("card", card.colour),
            ("card-text", guard.put(text, card, TEXT)),
            ("card-muted-text", guard.put(muted_text, card, TEXT)),
            ("muted", muted.colour),
            ("on-muted", guard.put(muted_text, muted, TEXT)),
            ("border", border.colour),
            ("primary", primary.colour),
            ("on-primary", guard.put(on_primary, primary, TEXT)),
            ("accent", guard.put(primary, background, EDGE)),
            ("card-accent", guard.put(primary, card, EDGE)),
            ("facebook", facebook.colour),
            ("on-facebook", guard.put(on_facebook, facebook, TEXT)),
            ("facebook-edge", guard.put(facebook, background, EDGE)),
            ("secondary", secondary.colour),
            ("on-secondary", guard.put(on_secondary, secondary, TEXT)),
            ("destructive", destructive.colour),
            ("on-destructive", guard.put(on_destructive, destructive, TEXT)),
            ("destructive-text", guard.put(destructive, background, TEXT)),
        ];
        Palette { colours, warnings: guard.warnings }
    }
}

#[cfg(test)]
mod tests;
