//! What a page is made of, in a tag: as long as that is the same, the page is, and whoever has it need not be sent it again.

use super::Visit;
use crate::web::assets;
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
        let day = self.today;
        let site = match self.shows_site() {
            true => self.site.as_deref().unwrap_or_default(),
            false => "",
        };
        // Keys come into effect a moment after their entry is published.
        let registry = portal.intake.registry();
        let keys: usize = registry
            .authorities()
            .map(|authority| {
                let ended = authority.keys.iter().filter(|key| key.ended_at.is_some());
                1 + authority.keys.len() + ended.count() + authority.amended_at.len()
            })
            .sum();
        format!(
            "W/\"{}-{}-{}-{}-{}-{}-{}-{}-{keys}-{day}-{minute}-{site}\"",
            assets::build(),
            hex(&portal.intake.rules().digest()[..6]),
            portal.log.published().size(),
            portal.search.searchable(),
            u8::from(portal.search.trouble().is_some()),
            portal.model.cursor().unwrap_or_default(),
            portal.intake.docket().cursor().unwrap_or_default(),
            // What an entry hides is hidden a moment after it is published, and then noted here.
            portal.intake.standing().cursor().unwrap_or_default(),
        )
    }
}
