//! Which kind of record ends which kind of listing, and by which fields it names it: one table for all who ask.

use super::Kind;

/// A kind of listing, the kind that ends it, and that kind's fields: for the listing, for its day, for the day of the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exit {
    /// The listing or mark.
    pub listing: Kind,
    /// What ends it.
    pub exit: Kind,
    /// The field of the end that names the listing by its entry.
    pub field: &'static str,
    /// The one for its day: alone, as papers have it, of a listing that the log does not have.
    pub day: &'static str,
    /// The one for the day of the end.
    pub ends_on: &'static str,
}

/// All there are.
pub const EXITS: &[Exit] = &[
    Exit {
        listing: Kind::AbnormalListing,
        exit: Kind::AbnormalRemoval,
        field: "listing",
        day: "listed_on",
        ends_on: "removed_on",
    },
    Exit {
        listing: Kind::SeriousListing,
        exit: Kind::SeriousRemoval,
        field: "listing",
        day: "listed_on",
        ends_on: "removed_on",
    },
    Exit {
        listing: Kind::IndividualMark,
        exit: Kind::IndividualRestore,
        field: "mark",
        day: "marked_on",
        ends_on: "restored_on",
    },
];

impl Exit {
    /// Of a kind of listing.
    #[must_use]
    pub fn of_listing(kind: Kind) -> Option<&'static Self> {
        EXITS.iter().find(|exit| exit.listing == kind)
    }

    /// Of a kind that ends listings.
    #[must_use]
    pub fn by(kind: Kind) -> Option<&'static Self> {
        EXITS.iter().find(|exit| exit.exit == kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::schema;
    use crate::domain::schema::FieldType;

    #[test]
    fn the_fields_are_there() {
        for exit in EXITS {
            let ty = |name| schema(exit.exit).field(name).map(|field| field.ty);
            let names = ty(exit.field);
            assert!(
                matches!(names, Some(FieldType::EntryRef(target)) if target.kinds == [exit.listing])
            );
            for day in [exit.day, exit.ends_on] {
                assert_eq!(ty(day), Some(FieldType::Date), "{day}");
            }
        }
    }
}
