//! The closed lists of codes that records use instead of words.
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

            /// Whether the list has the code.
            #[must_use]
            pub fn contains(self, code: &str) -> bool {
                self.codes().contains(&code)
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
                assert!(code.starts_with(|c: char| c.is_ascii_lowercase()), "{code}");
                assert!(
                    code.bytes()
                        .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_')),
                    "{code}"
                );
            }
        }
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
