//! The lists of codes that records use instead of words: most closed, some open to what dated rules have in them.
//!
//! A code is stable English in `snake_case`. The codes of a closed list stand here, as an enum for code that decides by them and as an entry of
//! [`CodeList`] for code that walks the schema; their names live in the catalogues as `code-<list>-<code>`. Of an open list only the form of a
//! code is known here: which there are, how they are called and who may use them on which day is dated data (`rules/codes.toml`). This module
//! must not hold names shown to readers.

/// The text is no code of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a code of the list {list}")]
pub struct UnknownCode {
    /// Name of the list asked.
    pub list: &'static str,
}

macro_rules! code_lists {
    (
        open { $($(#[$open_meta:meta])* $open:ident = $open_name:literal relies on [$($relied:literal),*];)+ }
        closed { $($(#[$meta:meta])* $list:ident = $name:literal { $($variant:ident = $code:literal,)+ })+ }
    ) => {
        /// Every list of codes, for code that walks the schema.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum CodeList {
            $($(#[$open_meta])* $open,)+
            $($(#[$meta])* $list,)+
        }

        impl CodeList {
            /// Every list.
            pub const ALL: &'static [Self] = &[$(Self::$open,)+ $(Self::$list,)+];
            /// The open lists.
            pub const OPEN: &'static [Self] = &[$(Self::$open,)+];

            /// The list's name in catalogue keys: `list-<name>`, `code-<name>-<code>`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$open => $open_name,)+
                    $(Self::$list => $name,)+
                }
            }

            /// The codes of a closed list in the order they are shown; of an open one, none.
            #[must_use]
            pub const fn codes(self) -> &'static [&'static str] {
                match self {
                    $(Self::$open)|+ => &[],
                    $(Self::$list => &[$($code,)+],)+
                }
            }

            /// The codes of an open list that the program decides by: what else a body holds, or whom a draw may pass over, hangs on them. No set
            /// of rules is without them.
            #[must_use]
            pub const fn relied_on(self) -> &'static [&'static str] {
                match self {
                    $(Self::$open => &[$($relied,)*],)+
                    _ => &[],
                }
            }

            /// Whether provinces and years have codes of their own: which may be used somewhere on a day is for the dated rules to say.
            #[must_use]
            pub const fn is_open(self) -> bool {
                matches!(self, $(Self::$open)|+)
            }

            /// The list of that name.
            #[must_use]
            pub fn of_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|list| list.name() == name)
            }

            /// Whether a body may hold the code as far as the closed lists, and for open ones its form, say.
            #[must_use]
            pub fn admits(self, code: &str) -> bool {
                match self.is_open() {
                    true => is_code(code),
                    false => self.codes().contains(&code),
                }
            }
        }

        $(
            $(#[$meta])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub enum $list {
                $(#[doc = concat!("`", $code, "`")] $variant,)+
            }

            impl $list {
                /// Every code, in the order of the list.
                pub const ALL: &'static [Self] = &[$(Self::$variant,)+];
                /// The list this enum mirrors.
                pub const LIST: CodeList = CodeList::$list;

                /// The code written in bodies.
                #[must_use]
                pub const fn as_str(self) -> &'static str {
                    match self { $(Self::$variant => $code,)+ }
                }
            }

            impl FromStr for $list {
                type Err = UnknownCode;
                fn from_str(text: &str) -> Result<Self, UnknownCode> {
                    match text {
                        $($code => Ok(Self::$variant),)+
                        _ => Err(UnknownCode { list: $name }),
                    }
                }
            }
        )+
    };
}

/// The result that stands alone: it contradicts every other.
pub const NO_PROBLEM_FOUND: &str = "no_problem_found";

/// A code of an open list with its names, as the dated rules give them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedCode {
    /// As records write it.
    pub code: String,
    /// Its Chinese name.
    pub zh: String,
    /// Its English name.
    pub en: String,
}

/// A value that is no code which the dated rules have in an open list, there and then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidCode {
    /// The list.
    pub list: CodeList,
    /// Why not.
    pub why: CodeMisuse,
    /// Those that may be used there and then.
    pub valid: Vec<NamedCode>,
}

/// Why a code of an open list may not be used, by the dated rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeMisuse {
    /// The list has no such code.
    Unknown,
    /// Other provinces use it.
    NotHere {
        /// The province.
        province: String,
    },
    /// It is used at other times.
    NotThen {
        /// The day, `YYYY-MM-DD`.
        day: String,
    },
}

/// Whether a text is written as codes are: `[a-z][a-z0-9_]{0,63}`.
#[must_use]
pub fn is_code(text: &str) -> bool {
    let rest = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
    (1..=64).contains(&text.len())
        && text.as_bytes()[0].is_ascii_lowercase()
        && text.as_bytes().iter().all(rest)
}

mod lists;

pub use lists::*;

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_stable_snake_case_and_unique() {
        let mut names = BTreeSet::new();
        for list in CodeList::ALL {
            assert!(names.insert(list.name()), "{} twice", list.name());
            assert_eq!(CodeList::of_name(list.name()), Some(*list));
            assert_eq!(list.codes().is_empty(), list.is_open(), "{}", list.name());
            let all = [list.codes(), list.relied_on()].concat();
            let codes: BTreeSet<_> = all.iter().collect();
            assert_eq!(codes.len(), all.len(), "{}", list.name());
            for code in all {
                assert!(is_code(code), "{code}");
            }
        }
        assert_eq!(CodeList::of_name("nothing"), None);
    }

    #[test]
    fn open_lists_admit_what_is_written_as_a_code() {
        let open: Vec<_> = CodeList::ALL.iter().filter(|list| list.is_open()).collect();
        assert!(open.iter().copied().eq(CodeList::OPEN));
        for list in CodeList::OPEN {
            assert!(list.admits("no_problem_found") && list.admits("invented_here"));
            for text in [
                "",
                "Unqualified",
                "1st",
                "_x",
                "不合格",
                "a-b",
                &"a".repeat(65),
            ] {
                assert!(!list.admits(text), "{text}");
            }
            assert!(list.admits(&"a".repeat(64)));
        }
        assert!(!CodeList::Severity.admits("unqualified"));
        assert!(CodeList::Severity.admits("serious"));
        assert!(CodeList::ResultCode.relied_on().contains(&NO_PROBLEM_FOUND));
    }

    #[test]
    fn enum_and_list_agree() {
        assert_eq!(Severity::ALL.len(), 3);
        let from_enum: Vec<_> = Severity::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(from_enum, CodeList::Severity.codes());
        assert_eq!("drawn".parse(), Ok(DrawBasis::Drawn));
        assert_eq!(
            "Drawn".parse::<DrawBasis>(),
            Err(UnknownCode { list: "draw_basis" })
        );
    }
}
