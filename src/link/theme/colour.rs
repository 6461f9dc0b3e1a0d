//! A colour, and what WCAG 2.2 says of two of them.

/// A colour, written `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(pub [u8; 3]);

impl Colour {
    pub(super) const WHITE: Self = Self([255; 3]);
    const BLACK: Self = Self([0; 3]);
    /// Near-black: the contract's default text colour.
    pub(super) const INK: Self = Self([0x0f, 0x17, 0x2a]);

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

    /// Whether black reads better on it than white.
    #[must_use]
    pub fn is_light(self) -> bool {
        self.contrast(Self::BLACK) > self.contrast(Self::WHITE)
    }

    /// The contrast ratio of two colours, 1 to 21 (WCAG 2.2).
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// This colour with `part` (0 to 255) of 255 of `other` in it.
    pub(super) fn mixed(self, other: Self, part: u8) -> Self {
        let mut out = self.0;
        for (channel, target) in out.iter_mut().zip(other.0) {
            let mixed = (u32::from(*channel) * u32::from(255 - part) + u32::from(target) * u32::from(part) + 127) / 255;
            *channel = u8::try_from(mixed).unwrap_or(u8::MAX);
        }
        Self(out)
    }

    /// This colour if it keeps `ratio` on `ground`, else the nearest one towards black or white that does. There always
    /// is one up to 4.58:1, which is what black and white both have on the grey between them.
    pub(super) fn readable_on(self, ground: Self, ratio: f64) -> Self {
        if self.contrast(ground) >= ratio {
            return self;
        }
        let far = if ground.is_light() { Self::BLACK } else { Self::WHITE };
        let steps = (1..=u8::MAX).flat_map(|part| [self.mixed(Self::BLACK, part), self.mixed(Self::WHITE, part)]);
        steps.into_iter().find(|colour| colour.contrast(ground) >= ratio).unwrap_or(far)
    }

    /// Near-black or white, whichever reads better on this colour.
    pub(super) fn ink(self) -> Self {
        if self.contrast(Self::WHITE) >= self.contrast(Self::INK) { Self::WHITE } else { Self::INK }
    }
}

impl std::fmt::Display for Colour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [r, g, b] = self.0;
        write!(f, "#{r:02x}{g:02x}{b:02x}")
    }
}

impl serde::Serialize for Colour {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn what_is_moved_is_moved_no_further_than_it_must_be() {
        let grey = Colour([0x80; 3]);
        let moved = grey.readable_on(Colour::WHITE, 4.5);
        let (ratio, before) = (moved.contrast(Colour::WHITE), Colour(moved.0.map(|c| c + 1)).contrast(Colour::WHITE));
        assert!(ratio >= 4.5 && before < 4.5, "{moved}: {ratio}, one step before {before}");
        assert_eq!(Colour::INK.readable_on(Colour::WHITE, 4.5), Colour::INK);
    }
}
