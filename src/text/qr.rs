//! A short text as a QR code: one path, for SVG of pages and of papers to print.

use qrcode::{Color, EcLevel, QrCode};
use serde::Serialize;

/// A QR code to draw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Qr {
    /// What goes into `d` of an SVG path: each run of dark modules a piece of it.
    pub path: String,
    /// Modules from edge to edge, with the four of quiet on each side that the standard asks for; the path begins at 0, so a
    /// view box begins at -4.
    pub size: usize,
}

impl Qr {
    /// `None` for a text too long for a QR code.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
        let width = code.width();
        let colors = code.to_colors();
        let mut path = String::new();
        for (y, row) in colors.chunks(width).enumerate() {
            let mut x = 0;
            while x < width {
                let run = row[x..]
                    .iter()
                    .take_while(|color| **color == Color::Dark)
                    .count();
                if run > 0 {
                    path.push_str(&format!("M{x} {y}h{run}v1h-{run}z"));
                }
                x += run.max(1);
            }
        }
        Some(Qr {
            path,
            size: width + 8,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finder_stands_in_the_corner() {
        let qr = Qr::of("4127-0123-4567").unwrap();
        // Version 1 has 21 modules; the first run is the upper edge of the finder.
        assert_eq!(qr.size, 21 + 8);
        assert!(qr.path.starts_with("M0 0h7v1h-7z"), "{}", qr.path);
        assert_eq!(Qr::of(&"x".repeat(5000)), None);
    }
}
