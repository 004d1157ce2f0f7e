//! Pages as the log's first entries have them: `?as_of=N`, a permanent link to what was said then.
//!
//! N counts entries, as a checkpoint's size does, so the page says which checkpoint it goes by. What has left publication since is not shown, whatever
//! the link was made for: a repaired record leaves old addresses too. What is said of the present alone (duties, what may be applied for, how a display
//! ends) stands on the page of now.

use super::fault::Fault;
use super::{Link, Moving, Visit};
use crate::domain::Stored;
use crate::domain::dates::day_in_china;
use crate::log::LogError;
use crate::text::Arg;
use crate::web::links;
use crate::web::render::{Moment, grouped};
use actix_web::HttpResponse;
use gongshi_verify::encoding::{base64, decimal};
use serde::Serialize;

/// Name of the query parameter.
pub(super) const AS_OF: &str = "as_of";

/// What a page as it stood says of that.
#[derive(Debug, Clone, Serialize)]
pub(super) struct AsOf {
    pub(super) size: u64,
    root: String,
    /// When the last of the entries was logged.
    until: Moment,
    /// The page of now.
    pub(super) now: String,
}

impl Visit {
    /// Shows a page of which there is one for every size of the log: that asked for, else that of now.
    pub(super) async fn show_dated<R: Into<super::Answer>>(
        self,
        build: impl FnOnce(&Visit) -> R + Send + 'static,
    ) -> HttpResponse {
        self.file(move |visit, etag| {
            Ok(match visit.set_back()? {
                Some(then) => then.respond(build(&then).into(), etag),
                None => visit.respond(build(visit).into(), etag),
            })
        })
        .await
    }

    /// The size of the log that the address asks for, as it was typed.
    pub(super) fn asked_size(&self) -> Option<String> {
        self.parameter(AS_OF).filter(|text| !text.is_empty())
    }

    /// The visit as if the log had only the entries that the address asks for; `None` where it asks for none.
    fn set_back(&self) -> Result<Option<Visit>, Fault> {
        let Some(text) = self.asked_size() else {
            return Ok(None);
        };
        // What is published and not yet summarised is not said of the present either.
        let log = &self.portal.log;
        let most = self.portal.model.cursor()?.min(log.published().size());
        let size = decimal(&text).filter(|size| (1..=most).contains(size));
        let size = size.ok_or_else(|| Fault::no_size(&text, most))?;
        let last = size - 1;
        let entry = Stored::read(&log.leaf(last)?.entry, None)
            .map_err(|e| LogError::damaged(format!("entry {last}"), e.to_string()))?
            .entry;
        let mut then = self.clone();
        then.today = day_in_china(entry.logged_at.unix());
        then.as_of = Some(AsOf {
            size,
            root: base64(&log.root_at(size)?),
            until: Moment::new(self.lang, entry.logged_at),
            now: links::page(self.lang, &self.path, ""),
        });
        Ok(Some(then))
    }

    /// What is said on the page of now alone.
    pub(super) fn present<T>(
        &self,
        make: impl FnOnce() -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        self.as_of.is_none().then(make).transpose()
    }

    /// Below which index entries are looked at.
    pub(super) fn before(&self) -> u64 {
        self.as_of.as_ref().map_or(u64::MAX, |then| then.size)
    }

    /// A page of which there is one for every size of the log, of the size that this one is of, with a query.
    pub(super) fn same_size(&self, path: &str, pairs: &[(&str, &str)]) -> String {
        let size = self.as_of.as_ref().map(|then| then.size.to_string());
        let mut all = vec![(AS_OF, size.as_deref().unwrap_or_default())];
        all.extend_from_slice(pairs);
        links::with_query(self.lang, path, &all)
    }

    /// The permanent link to the page of now, which takes in so many entries; none on a page that has one already.
    pub(super) fn permanent(&self, page: u64) -> Result<Option<Link>, Fault> {
        if self.as_of.is_some() {
            return Ok(None);
        }
        let page = match page {
            0 | 1 => String::new(),
            page => format!("&page={page}"),
        };
        let size = self.moving(Moving::Folded)?;
        Ok(Some(Link {
            text: self.word("page-then-link"),
            href: format!("?{AS_OF}={size}{page}"),
        }))
    }

    /// A title with the size that the page is of, so that no two pages have the same.
    pub(super) fn dated(&self, title: String, size: u64) -> String {
        let number = Arg::Number(i64::try_from(size).unwrap_or(i64::MAX));
        self.say(
            "page-title-then",
            &[
                ("title", title.into()),
                ("n", number),
                ("n_text", grouped(size).into()),
            ],
        )
    }
}
