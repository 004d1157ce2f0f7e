//! What a page is made of, in a tag: as long as that is the same, the page is, and whoever has it need not be sent it again.

use super::Visit;
use super::kept::Terms;
use crate::web::assets;
use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, ETAG};
use gongshi_verify::encoding::hex;

impl Visit {
    /// Whether the answer says at which address the portal is.
    fn shows_site(&self) -> bool {
        ["/receipts/", "/record/"]
            .iter()
            .any(|path| self.path.starts_with(path))
            || matches!(self.path.as_str(), "/robots.txt" | "/sitemap.xml")
            || matches!(self.part.as_str(), "atom" | "ics")
    }

    /// How long the answer may be kept: to be asked about each time, and for its reader alone where it says an address that the reader's request
    /// made.
    pub(super) fn caching(&self) -> &'static str {
        match self.shows_site() && self.portal.public_url.is_none() {
            true => "private, no-cache",
            false => "no-cache",
        }
    }

    /// Names everything the page is made of: the build, the language and address, what has been published, indexed and
    /// folded, what stands of plans, what has ended, the day, on which terms end, and, where shown, the minute.
    pub(super) fn etag(&self) -> String {
        let portal = &self.portal;
        // Deadlines are over without an entry.
        let counts_down = ["/plans", "/draws", "/fairness", "/statistics", "/bulletins"]
            .iter()
            .any(|path| self.path.starts_with(path));
        let minute = match portal.synthetic || counts_down {
            true => self.now / 60,
            false => 0,
        };
        let site = match self.shows_site() {
            true => self.site.as_deref().unwrap_or_default(),
            false => "",
        };
        let terms = self.terms();
        format!(
            "W/\"{}-{}-{}-{}-{}-{}-{}-{}-{}-{}-{minute}-{site}\"",
            assets::build(),
            hex(&terms.rules),
            portal.log.published().size(),
            portal.search.searchable(),
            u8::from(portal.search.trouble().is_some()),
            portal.model.cursor().unwrap_or_default(),
            terms.docket.unwrap_or_default(),
            // What an entry hides is hidden a moment after it is published, and then noted here.
            terms.standing.unwrap_or_default(),
            terms.keys,
            terms.day,
        )
    }
    /// What every page depends on beside the entries.
    pub(super) fn terms(&self) -> Terms {
        let mut rules = [0; 6];
        rules.copy_from_slice(&self.portal.intake.rules().digest()[..6]);
        // Keys come into effect a moment after their entry is published.
        let registry = self.portal.intake.registry();
        let keys = registry.authorities().map(|authority| {
            let ended = authority.keys.iter().filter(|key| key.ended_at.is_some());
            1 + authority.keys.len() + ended.count() + authority.amended_at.len()
        });
        Terms {
            rules,
            keys: keys.sum(),
            day: self.today,
            docket: self.portal.intake.docket().cursor().ok(),
            standing: self.portal.intake.standing().cursor().ok(),
        }
    }

    /// The answer to a reader who has that page already.
    pub(super) fn unchanged(&self, etag: &str) -> Option<HttpResponse> {
        // That there is something at all is not known before the page is made.
        let known = self
            .if_none_match
            .as_ref()
            .filter(|known| known.trim_ascii() != b"*")?;
        assets::matches(known, etag).then(|| {
            HttpResponse::NotModified()
                .insert_header((ETAG, etag))
                .insert_header((CACHE_CONTROL, self.caching()))
                .finish()
        })
    }
}
