//! Why a server refused an event, as it says it, and in words for people.
//!
//! What it says may be of another version: codes without words here are shown as they came.

use crate::domain::EntryRef;
use crate::text::{Catalogue, Lang};
use gongshi_verify::text::shown;
use serde::Deserialize;

/// Why an event was refused, in the server's words (RFC 9457 with members of ours).
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct Refused {
    /// Stable reason code.
    pub code: String,
    /// HTTP status this would have had alone.
    pub status: u16,
    /// What kind of refusal, in English.
    pub title: String,
    /// The same in Chinese.
    pub title_zh: String,
    /// What exactly, in English.
    pub detail: String,
    /// Faults of fields.
    pub errors: Vec<RefusedField>,
    /// When to try again, in seconds.
    pub retry_after: Option<u64>,
}

/// A fault of one field, in the server's words.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct RefusedField {
    /// Path of the field.
    pub field: String,
    /// Stable code of the fault.
    pub code: String,
    /// The offending value, shortened.
    pub value: String,
    /// What is wrong, in English.
    pub detail: String,
    /// What is wrong, in Chinese.
    pub detail_zh: String,
    /// The entry that was meant, where the log knows it and the record does not name it.
    pub entry: Option<EntryRef>,
}

impl Refused {
    /// Whether the same event may be accepted later.
    pub fn is_temporary(&self) -> bool {
        // Not the event was at fault, but the request that carried it.
        let carrier = matches!(self.code.as_str(), "body-incomplete" | "too-many-lines");
        (carrier || self.status == 429 || self.status == 503) && !self.waits_for_somebody()
    }

    /// Whether it lasts until somebody looks at the server, which no waiting does: its clock has leapt, and it says with which
    /// option it is told that the time is right.
    pub fn waits_for_somebody(&self) -> bool {
        self.status == 503 && self.detail.contains("--clock-checked")
    }

    /// The listing that is meant, where nothing else is at fault but that it is not named by its entry.
    pub(super) fn listing(&self) -> Option<&EntryRef> {
        match &self.errors[..] {
            [one] if one.code == "listing_known" => one.entry.as_ref(),
            _ => None,
        }
    }

    /// The words of one fault with its code behind it; the code of the whole where it has none.
    pub(super) fn coded(&self, lang: Lang, error: &RefusedField) -> String {
        let code = match error.code.as_str() {
            "" => &self.code,
            code => code,
        };
        let text = shown(error.said(lang));
        let args = [("text", text.into()), ("code", shown(code).into())];
        Catalogue::built_in().get(lang, "send-code", &args)
    }

    /// The refusal in words: a line for the whole, then one for each fault of a field, each with its code behind it.
    pub fn words(&self, lang: Lang) -> Vec<String> {
        let catalogue = Catalogue::built_in();
        let given = match lang {
            Lang::Zh => &self.title_zh,
            Lang::En => &self.title,
        };
        // A server may know reasons this program has no words for.
        let own = format!("problem-title-{}", self.code);
        let title = match catalogue.has(lang, &own) || given.is_empty() {
            true => catalogue.first(lang, &[&own, &self.code], &[]),
            false => given.clone(),
        };
        let coded = |text: String, code: &str| match code {
            "" => text,
            code => {
                let args = [("text", text.into()), ("code", code.into())];
                catalogue.get(lang, "send-code", &args)
            }
        };
        let mut lines = vec![coded(title, &self.code)];
        if self.errors.is_empty() {
            lines.extend(self.specifics(lang));
        }
        lines.extend(self.errors.iter().map(|error| {
            // The member first, as whoever writes JSON has to spell it.
            let said = coded(error.said(lang).to_owned(), &error.code);
            format!("{}: {said}", error.field)
        }));
        // The words are the server's, the terminal is not.
        lines.iter().map(|line| shown(line)).collect()
    }
}

/// Refusals that their title and meaning tell whole, to whoever knows what he sent.
const TOLD_WHOLE: &[&str] = &[
    "unknown-authority",
    "kind-not-allowed",
    "bad-signature",
    "salt-reused",
];

impl Refused {
    /// What the title leaves open, where no fields are named. The detail is English: in Chinese the meaning of the code
    /// stands before it, and where that is all, instead of it.
    fn specifics(&self, lang: Lang) -> Option<String> {
        let detail = (!self.detail.is_empty()).then(|| self.detail.clone());
        if lang == Lang::En {
            return detail;
        }
        let catalogue = Catalogue::built_in();
        let key = format!("problem-meaning-{}", self.code);
        if !catalogue.has(lang, &key) {
            return detail;
        }
        let meaning = catalogue.get(lang, &key, &[]);
        let detail = detail.filter(|_| !TOLD_WHOLE.contains(&self.code.as_str()));
        Some(match detail {
            Some(detail) => {
                let args = [("meaning", meaning.into()), ("detail", detail.into())];
                catalogue.get(lang, "send-meaning", &args)
            }
            None => meaning,
        })
    }
}

impl RefusedField {
    /// What is wrong, in the language; in English where the server has it in no other.
    fn said(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh if !self.detail_zh.is_empty() => &self.detail_zh,
            _ => &self.detail,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_told_beside_its_cell_has_its_reason_code() {
        let mut error = RefusedField {
            code: "listed_already".to_owned(),
            detail: "listed before".to_owned(),
            detail_zh: "已经列入".to_owned(),
            ..RefusedField::default()
        };
        let refused = Refused {
            code: "journey-rule".to_owned(),
            ..Refused::default()
        };
        assert_eq!(
            refused.coded(Lang::Zh, &error),
            "已经列入（listed_already）"
        );
        assert_eq!(
            refused.coded(Lang::En, &error),
            "listed before (listed_already)"
        );
        error.code.clear();
        assert_eq!(
            refused.coded(Lang::En, &error),
            "listed before (journey-rule)"
        );
    }
}
