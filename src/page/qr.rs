//! QR codes, drawn here: no request goes elsewhere for one.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

/// Modules of light around the code, by the standard.
const QUIET: usize = 4;

/// A QR code as an SVG draws it.
pub(super) struct Drawing {
    /// Modules on each side, the quiet zone included.
    pub(super) size: usize,
    /// The dark modules, as strokes of width 1 along the middle of each row.
    pub(super) path: String,
}

/// The code that holds `text`; `None` for more text than a code can hold.
pub(super) fn draw(text: &str) -> Option<Drawing> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(width).enumerate() {
        let mut x = 0;
        while let Some(start) = (x..width).find(|&at| row[at] == Color::Dark) {
            let end = (start..width).find(|&at| row[at] == Color::Light).unwrap_or(width);
            // The first run of a row says where it is, the others how far from the one before.
            if x == 0 {
                let _ = write!(path, "M{} {}.5h{}", start + QUIET, y + QUIET, end - start);
            } else {
                let _ = write!(path, "m{} 0h{}", start - x, end - start);
            }
            x = end;
        }
    }
    Some(Drawing { size: width + 2 * QUIET, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_fits_into_a_code_that_stays_small() {
        let drawing =
            draw(&format!("https://connect.example.com/whatsapp/setup/{}?via=device", "A".repeat(32))).unwrap();
        assert!(drawing.size < 60 && drawing.path.len() < 6_000, "{} {}", drawing.size, drawing.path.len());
        assert!(
            drawing.path.starts_with("M4 4.5h7m"),
            "a finder in the corner, inside the quiet zone: {}",
            drawing.path
        );
        assert!(draw(&"x".repeat(10_000)).is_none());
    }
}
