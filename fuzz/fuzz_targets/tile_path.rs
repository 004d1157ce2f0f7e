//! Paths of tiles: bounds are kept, and every place has one spelling.
#![no_main]

use gongshi::web::tlog::TilePath;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &str| {
    let Ok(path) = TilePath::parse(data) else {
        return;
    };
    assert!((1..=256).contains(&path.width) && path.level.is_none_or(|level| level <= 63));
    assert_eq!(write(&path), data);
});

fn write(path: &TilePath) -> String {
    let mut text = format!("{:03}", path.index % 1000);
    let mut rest = path.index / 1000;
    while rest > 0 {
        text = format!("x{:03}/{text}", rest % 1000);
        rest /= 1000;
    }
    let level = path
        .level
        .map_or("entries".to_owned(), |level| level.to_string());
    match path.width {
        256 => format!("{level}/{text}"),
        width => format!("{level}/{text}.p/{width}"),
    }
}
