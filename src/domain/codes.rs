//! The lists of codes that records use instead of words: most closed, six open to what dated rules add.
//!
//! A code is stable English in `snake_case`; its names live in the catalogues as `code-<list>-<code>`. Each list is both an
//! enum, for code that decides by it, and an entry of [`CodeList`], for code that walks the schema. This module must not
//! hold names shown to readers, nor decide which codes a province may use on which day: that is dated data.

/// The text is no code of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a code of the list {list}")]
pub struct UnknownCode {
    /// Name of the list asked.
    pub list: &'static str,
}

macro_rules! code_lists {
    ($($(#[$meta:meta])* $list:ident = $name:literal { $($variant:ident = $code:literal,)+ })+) => {
        /// Every list of codes, for code that walks the schema.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum CodeList {
            $($(#[$meta])* $list,)+
        }

        impl CodeList {
            /// Every list.
            pub const ALL: &'static [Self] = &[$(Self::$list,)+];

            /// The list's name in catalogue keys: `list-<name>`, `code-<name>-<code>`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$list => $name,)+ }
            }

            /// The codes in the order they are shown.
            #[must_use]
            pub const fn codes(self) -> &'static [&'static str] {
                match self { $(Self::$list => &[$($code,)+],)+ }
            }

            /// Whether the list has the code among its own.
            #[must_use]
            pub fn contains(self, code: &str) -> bool {
                self.codes().contains(&code)
            }

            /// Whether provinces and years add codes of their own: then [`Self::codes`] are those known everywhere, and whether
            /// another may be used there on a day is for the dated rules to say.
            #[must_use]
            pub const fn is_open(self) -> bool {
                matches!(
                    self,
                    Self::ResultCode
                        | Self::AbnormalReason
                        | Self::PenaltyKind
                        | Self::RepairKind
                        | Self::RepairDocument
                        | Self::BufferGround
                )
            }

            /// Whether a body may hold the code as far as its form and the closed lists say.
            #[must_use]
            pub fn admits(self, code: &str) -> bool {
                self.contains(code) || (self.is_open() && is_code(code))
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
            let codes: BTreeSet<_> = list.codes().iter().collect();
            assert_eq!(codes.len(), list.codes().len(), "{}", list.name());
            for code in list.codes() {
                assert!(is_code(code), "{code}");
            }
        }
    }

    #[test]
    fn open_lists_admit_what_is_written_as_a_code() {
        let open: Vec<_> = CodeList::ALL.iter().filter(|list| list.is_open()).collect();
        assert_eq!(open.len(), 6);
        let list = CodeList::ResultCode;
        assert!(list.admits("no_problem_found") && list.admits("unqualified"));
        assert!(!list.contains("unqualified"));
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
        assert!(!CodeList::Severity.admits("unqualified"));
    }

    #[test]
    fn enum_and_list_agree() {
        assert_eq!(ResultCode::ALL.len(), 13);
        let from_enum: Vec<_> = ResultCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(from_enum, CodeList::ResultCode.codes());
        assert_eq!("drawn".parse(), Ok(DrawBasis::Drawn));
        assert_eq!(
            "Drawn".parse::<DrawBasis>(),
            Err(UnknownCode { list: "draw_basis" })
        );
    }
}
