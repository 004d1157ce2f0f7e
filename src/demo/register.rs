//! The invented subjects: names, credit codes of region 000000 with true check characters, and what each may be permitted.
//!
//! The register is never published as such (snapshots are another part of the product); records name its subjects.

use super::data::{County, Words};
use super::dice::Dice;
use crate::domain::codes::SubjectType;
use crate::domain::uscc::{ALPHABET, Uscc};
use std::collections::{HashMap, HashSet};

/// Shares of a hundred: individual businesses, then companies; the rest are neither.
const INDIVIDUALS: usize = 66;
const COMPANIES: usize = 28;
/// 31^6: so many serials have codes of their own.
const SERIALS: u64 = 887_503_681;
/// Prime to 31, so that neighbouring serials get codes far apart and none twice.
const STRIDE: u64 = 7_368_787;

/// An invented subject.
pub(super) struct Subject {
    pub uscc: Uscc,
    pub name: String,
    pub form: SubjectType,
    /// Positions in the list of permits.
    pub permits: Vec<usize>,
}

/// All invented subjects, and the two groups that lists and marks are about in a random order.
pub(super) struct Register {
    pub subjects: Vec<Subject>,
    /// Companies and cooperatives.
    pub firms: Vec<usize>,
    /// Individual businesses.
    pub individuals: Vec<usize>,
}

impl Register {
    /// Invents `count` subjects.
    pub(super) fn invent(count: usize, county: &County, words: &Words) -> Self {
        let mut dice = Dice::new("register");
        let permit: HashMap<&str, usize> = words
            .permits
            .iter()
            .enumerate()
            .map(|(position, permit)| (permit.name.as_str(), position))
            .collect();
        let positions = |names: &[String]| names.iter().map(|name| permit[name.as_str()]).collect();
        let mut taken = HashSet::with_capacity(count);
        let mut subjects = Vec::with_capacity(count);
        while subjects.len() < count {
            let style = loop {
                let (first, second) = (dice.pick(&words.first), dice.pick(&words.second));
                if first != second {
                    break format!("{first}{second}");
                }
            };
            let town = dice.pick(&county.towns);
            let roll = dice.below(100);
            let (name, form, code, permits) = if roll < INDIVIDUALS {
                let weight = |t: &super::data::Trade| if t.shop.is_empty() { 0 } else { t.weight };
                let trade = dice.weighted(&words.trades, weight);
                let name = format!("{}{town}{style}{}", county.county, trade.shop);
                (name, SubjectType::IndividualBusiness, "92", &trade.permits)
            } else if roll < INDIVIDUALS + COMPANIES {
                let weight = |t: &super::data::Trade| if t.firm.is_empty() { 0 } else { t.weight };
                let trade = dice.weighted(&words.trades, weight);
                let name = format!("{}{style}{}", county.county, trade.firm);
                (name, SubjectType::Enterprise, "91", &trade.permits)
            } else {
                let other = dice.weighted(&words.others, |other| other.weight);
                let name = format!("{}{town}{style}{}", county.county, other.name);
                let form = match other.code.as_str() {
                    "93" => SubjectType::FarmerCooperative,
                    _ => SubjectType::OtherOrganisation,
                };
                (name, form, other.code.as_str(), &other.permits)
            };
            if taken.insert(name.clone()) {
                let uscc = credit_code(code, subjects.len() as u64);
                subjects.push(Subject {
                    uscc,
                    name,
                    form,
                    permits: positions(permits),
                });
            }
        }
        let mut of = |forms: &[SubjectType]| {
            let mut group: Vec<usize> = (0..subjects.len())
                .filter(|i| forms.contains(&subjects[*i].form))
                .collect();
            dice.shuffle(&mut group);
            group
        };
        let firms = of(&[SubjectType::Enterprise, SubjectType::FarmerCooperative]);
        let individuals = of(&[SubjectType::IndividualBusiness]);
        Register {
            subjects,
            firms,
            individuals,
        }
    }
}

/// The credit code of a serial: kind of body, region 000000, `MA` and six characters with the check character of
/// GB 11714, then that of GB 32100.
pub(super) fn credit_code(code: &str, serial: u64) -> Uscc {
    let mut rest = (serial * STRIDE + 1_000_003) % SERIALS;
    let mut body = String::from("MA");
    for _ in 0..6 {
        let digit = usize::try_from(rest % 31).unwrap_or_default();
        body.push(char::from(ALPHABET[digit]));
        rest /= 31;
    }
    let check = organisation_check(&body);
    Uscc::complete(&format!("{code}000000{body}{check}"))
        .expect("seventeen characters of the alphabet")
}

/// The check character of GB 11714: weighted sum modulo 11 over digits and letters valued 0 to 35.
fn organisation_check(body: &str) -> char {
    const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body
        .chars()
        .zip(WEIGHTS)
        .map(|(c, weight)| c.to_digit(36).unwrap_or_default() * weight)
        .sum();
    match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        digit => char::from_digit(digit, 10).unwrap_or('0'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_differ_and_bear_both_check_characters() {
        // Known codes (DOMAIN: verified on these) and their ninth body character.
        assert_eq!(organisation_check("M000100Y"), '4');
        assert_eq!(organisation_check("60003734"), '1');
        let codes: HashSet<Uscc> = (0..5000).map(|n| credit_code("91", n)).collect();
        assert_eq!(codes.len(), 5000);
        assert!(
            codes
                .iter()
                .all(|code| code.as_str()[2..].starts_with("000000MA"))
        );
    }

    #[test]
    fn no_two_subjects_share_a_name() {
        let (county, words) = (super::super::data::county(), super::super::data::words());
        let register = Register::invent(3000, &county, &words);
        let names: HashSet<&str> = register.subjects.iter().map(|s| s.name.as_str()).collect();
        assert_eq!(names.len(), 3000);
        assert!(names.iter().all(|name| name.starts_with(&county.county)));
        assert!(register.firms.len() > 700 && register.individuals.len() > 1800);
    }
}
