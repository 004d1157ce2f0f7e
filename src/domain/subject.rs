//! Whether two records are about the same subject: one test for whoever lets records in, audits them, or reads what follows from them.
//!
//! It goes by what the records say, credit code and name as they were written and never as they are shown. Which references have to be about the
//! same subject is in the table of fields.

use super::schema::{Condition, Presence, Role, schema};
use super::view::View;

/// Whom a record is about, by its credit code and name or by digests of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject<T> {
    code: Option<T>,
    name: Option<T>,
    /// It is of a kind that may leave out the code of somebody who has one: campaigns, transfers, objections.
    may_lack_code: bool,
}

impl<'a> Subject<&'a str> {
    /// Of a record; `None` where that names nobody.
    #[must_use]
    pub fn of(view: &View<'a>) -> Option<Self> {
        // What is no credit code is none.
        let code = view.subject_code().and(view.first(Role::SubjectCode));
        let name = view.subject_name().map(str::trim);
        let name = name.filter(|name| !name.is_empty());
        let fields = schema(view.kind()).fields.iter();
        let mut fields = fields.filter(|field| field.role == Role::SubjectCode);
        let may_lack_code = fields.all(|field| match field.required {
            Presence::Optional => true,
            Presence::With(conditions) => {
                let mut all = conditions.iter();
                all.any(|one| matches!(one, Condition::Without(_)))
            }
            _ => false,
        });
        (code.is_some() || name.is_some()).then_some(Subject {
            code,
            name,
            may_lack_code,
        })
    }

    /// The same with something else for its texts, such as digests or copies.
    pub fn map<T>(self, of: impl Fn(&'a str) -> T) -> Subject<T> {
        Subject {
            code: self.code.map(&of),
            name: self.name.map(&of),
            may_lack_code: self.may_lack_code,
        }
    }
}

impl<T: PartialEq> Subject<T> {
    /// Whether both are the same: by credit code where both have one, by name where neither has. Where one has none, it is the same only by name
    /// and in a kind that may leave the code out.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        match (&self.code, &other.code) {
            (Some(one), Some(other)) => one == other,
            (None, None) => self.has_name_of(other),
            (None, Some(_)) => self.may_lack_code && self.has_name_of(other),
            (Some(_), None) => other.may_lack_code && self.has_name_of(other),
        }
    }

    /// Whether both are the same, or may be by their name though each has another credit code: who was registered anew has another.
    #[must_use]
    pub fn is_or_was(&self, other: &Self) -> bool {
        let both = self.code.is_some() && other.code.is_some();
        self.is(other) || (both && self.has_name_of(other))
    }

    fn has_name_of(&self, other: &Self) -> bool {
        self.name.is_some() && self.name == other.name
    }
}

/// About whom a record has to be that another names, as seen from that one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// It is not asked.
    Anybody,
    /// The same subject.
    Same,
    /// The same, or who was registered anew.
    SameOrWas,
}

impl About {
    /// Whether it is; one that names nobody, or whose body is gone, is held against nobody.
    #[must_use]
    pub fn fits<T: PartialEq>(self, own: Option<&Subject<T>>, other: Option<&Subject<T>>) -> bool {
        match (self, own, other) {
            (About::Same, Some(own), Some(other)) => own.is(other),
            (About::SameOrWas, Some(own), Some(other)) => own.is_or_was(other),
            _ => true,
        }
    }
}

/// Whether one of these, such as a record's subject as published and as corrected, is one of those.
#[must_use]
pub fn is_one_of<T: PartialEq>(these: &[Subject<T>], those: &[Subject<T>]) -> bool {
    let mut these = these.iter();
    these.any(|one| those.iter().any(|other| one.is(other)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Kind;
    use serde_json::{Map, Value, json};

    const ONE: &str = "91000000MA00000900";
    const OTHER: &str = "91110000600037341L";

    fn body(code: Option<&str>, name: Option<&str>) -> Map<String, Value> {
        let code = code.map(|code| ("subject_uscc".to_owned(), json!(code)));
        let name = name.map(|name| ("subject_name".to_owned(), json!(name)));
        code.into_iter().chain(name).collect::<Map<String, Value>>()
    }

    type Said<'a> = (Kind, Option<&'a str>, Option<&'a str>);

    fn compared(one: Said<'_>, other: Said<'_>) -> (bool, bool) {
        let [own, theirs] = [one, other].map(|(_, code, name)| body(code, name));
        let own = Subject::of(&View::new(one.0, &own)).unwrap();
        let theirs = Subject::of(&View::new(other.0, &theirs)).unwrap();
        assert_eq!(own.is(&theirs), theirs.is(&own));
        (own.is(&theirs), own.is_or_was(&theirs))
    }

    #[test]
    fn codes_go_before_names_and_a_missing_one_is_no_match() {
        let of = |code, name| (Kind::RepairApplication, code, Some(name));
        let on = |code, name| (Kind::Penalty, code, Some(name));
        let coded = Some(ONE);
        assert_eq!(compared(of(coded, "甲"), on(coded, "乙")), (true, true));
        assert_eq!(
            compared(of(coded, "甲"), on(Some(OTHER), "乙")),
            (false, false)
        );
        assert_eq!(
            compared(of(coded, "甲"), on(Some(OTHER), "甲")),
            (false, true)
        );
        assert_eq!(compared(of(None, "甲"), on(None, " 甲")), (true, true));
        assert_eq!(compared(of(None, "甲"), on(None, "乙")), (false, false));
        for name in ["甲", "乙"] {
            assert_eq!(compared(of(None, "甲"), on(coded, name)), (false, false));
            assert_eq!(compared(of(coded, "甲"), on(None, name)), (false, false));
        }
    }

    #[test]
    fn kinds_that_may_lack_a_code_go_by_the_name() {
        let kinds = [Kind::CampaignResult, Kind::Transfer, Kind::Objection];
        for kind in kinds {
            let lacking = (kind, None, Some("甲"));
            let of = |name| (Kind::ResultFollowup, Some(ONE), name);
            assert_eq!(compared(lacking, of(Some("甲"))), (true, true));
            assert_eq!(compared(lacking, of(Some("乙"))), (false, false));
            assert_eq!(compared(lacking, of(None)), (false, false));
        }
        // The other way round it is the kind with the code that may lack one, and the other may not.
        let other = (Kind::Penalty, None, Some("甲"));
        let coded = (Kind::Objection, Some(ONE), Some("甲"));
        assert_eq!(compared(other, coded), (false, false));
    }

    #[test]
    fn who_names_nobody_is_held_against_nobody() {
        let nobody = Map::new();
        let view = View::new(Kind::Objection, &nobody);
        assert_eq!(Subject::of(&view), None);
        let body = body(Some(ONE), None);
        let one = Subject::of(&View::new(Kind::Objection, &body));
        assert!(one.is_some() && About::Same.fits(one.as_ref(), None));
    }
}
