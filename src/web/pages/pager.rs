//! Where one stands in a list cut into pages, for its template. What is on a page is not its business.

use serde::Serialize;

/// Where one stands in a list cut into pages.
#[derive(Debug, Serialize)]
pub(super) struct Pager {
    page: u64,
    last: u64,
    newer: Option<String>,
    older: Option<String>,
}

impl Pager {
    /// `href` makes the address of a page, counted from 1.
    pub(super) fn new(page: u64, last: u64, href: impl Fn(u64) -> String) -> Self {
        Pager {
            page,
            last,
            newer: (page > 1).then(|| href(page - 1)),
            older: (page < last).then(|| href(page + 1)),
        }
    }
}
