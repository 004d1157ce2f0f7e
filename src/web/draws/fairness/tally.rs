//! What is counted over a year's plans: strata, officers' seats, substitutes. Counts alone; no chances.

use super::figures::{DecidedBy, OfficerFigures, PlanFigures, StratumFigures, SubstituteFigures};
use super::fold::PlanFold;
use crate::web::Portal;
use crate::web::draws::chance::{self, ChiSquare};
use crate::web::problem::{Problem, internal};
use gongshi_verify::draw::leaf::Leaf;
use gongshi_verify::encoding::hex32;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Officers that are named.
const NAMED: usize = 200;

/// Open draws by stratum, and how far they are from their rates.
pub(super) fn strata(plans: &[&PlanFigures]) -> (Vec<StratumFigures>, Option<ChiSquare>) {
    let mut strata: BTreeMap<&str, (StratumFigures, [f64; 3])> = BTreeMap::new();
    for rule in plans.iter().flat_map(|plan| &plan.rules) {
        let (Some(eligible), Some(drawn), Some(expected)) =
            (rule.eligible, rule.drawn, rule.expected)
        else {
            continue;
        };
        let (own, tested) = strata.entry(&rule.stratum).or_insert_with(|| {
            let none = StratumFigures {
                stratum: rule.stratum.clone(),
                eligible: 0,
                drawn: 0,
                expected: 0.0,
                variance: 0.0,
                untested: 0,
            };
            (none, [0.0; 3])
        });
        let variance = expected * (1.0 - f64::from(rule.num) / f64::from(rule.den));
        own.eligible += eligible;
        own.drawn += drawn;
        own.expected += expected;
        own.variance += variance;
        // What a minimum or the whole of a stratum decides is settled, and was never to be the rate.
        match rule.decided_by {
            Some(DecidedBy::Rate) => {
                for (sum, one) in tested.iter_mut().zip([drawn as f64, expected, variance]) {
                    *sum += one;
                }
            }
            Some(_) => own.untested += 1,
            None => {}
        }
    }
    let cells = strata.values().map(|(_, tested)| tested);
    let test =
        chance::of_counts(cells.map(|[drawn, expected, variance]| (*drawn, *expected, *variance)));
    let strata = strata.into_values().map(|(own, _)| own);
    (strata.collect(), test)
}

/// Replacements by department.
pub(super) fn substitutes(folds: &[Arc<PlanFold>]) -> Vec<SubstituteFigures> {
    let mut all: BTreeMap<&str, SubstituteFigures> = BTreeMap::new();
    fn of<'a, 'b>(
        all: &'b mut BTreeMap<&'a str, SubstituteFigures>,
        department: &'a str,
    ) -> &'b mut SubstituteFigures {
        all.entry(department).or_insert_with(|| SubstituteFigures {
            department: department.to_owned(),
            ..SubstituteFigures::default()
        })
    }
    for fold in folds {
        for (department, people) in &fold.seats {
            let seats = people.iter().map(|(_, seats)| u64::from(*seats));
            of(&mut all, department).seats += seats.sum::<u64>();
        }
        for (department, count) in &fold.officers_replaced {
            of(&mut all, department).officers += count;
        }
        let own = of(&mut all, &fold.authority);
        own.drawn += fold.figures.drawn;
        own.targets += fold.targets_replaced;
    }
    all.into_values().collect()
}

/// Seats by department and officer.
type Loads<'a> = BTreeMap<&'a str, HashMap<&'a str, u64>>;

impl Portal {
    /// How the seats of each department's officers lie, those included who could have been sent and were not.
    pub(super) fn officers(&self, folds: &[Arc<PlanFold>]) -> Result<Vec<OfficerFigures>, Problem> {
        let mut departments: BTreeMap<u64, BTreeSet<&str>> = BTreeMap::new();
        for fold in folds {
            let own = departments.entry(fold.officers).or_default();
            own.extend(fold.departments.iter().map(String::as_str));
        }
        let mut texts = Vec::with_capacity(departments.len());
        for (index, departments) in &departments {
            texts.push((self.text(&self.snapshot(*index)?.leaves)?, departments));
        }
        let mut loads: Loads<'_> = BTreeMap::new();
        for (text, departments) in &texts {
            for line in text.lines() {
                if let Ok(Leaf::Officer(officer)) = Leaf::parse(line)
                    && departments.contains(officer.department)
                {
                    let own = loads.entry(officer.department).or_default();
                    own.entry(officer.id).or_default();
                }
            }
        }
        for fold in folds {
            for (department, people) in &fold.seats {
                let own = loads.entry(department).or_default();
                for (officer, seats) in people {
                    *own.entry(officer).or_default() += u64::from(*seats);
                }
            }
        }
        Ok(loads.into_iter().map(figures).collect())
    }

    fn text(&self, sha256: &str) -> Result<String, Problem> {
        let hash = hex32(sha256).map_err(|error| internal(&error))?;
        let bytes = self.intake.files().read(&hash);
        String::from_utf8(bytes.map_err(|error| internal(&error))?)
            .map_err(|error| internal(&error))
    }
}

fn figures((department, loads): (&str, HashMap<&str, u64>)) -> OfficerFigures {
    let mut each: Vec<(&str, u64)> = loads.into_iter().collect();
    // Most first; of equal ones by pseudonym.
    each.sort_unstable_by(|one, other| (other.1, one.0).cmp(&(one.1, other.0)));
    let fewest_first = |place: usize| {
        let at = each.len().checked_sub(place + 1);
        at.and_then(|at| each.get(at))
            .map_or(0, |(_, seats)| *seats)
    };
    let named = each.iter().take(NAMED);
    OfficerFigures {
        department: department.to_owned(),
        officers: each.len() as u64,
        seats: each.iter().map(|(_, seats)| seats).sum(),
        min: fewest_first(0),
        median: fewest_first(each.len().saturating_sub(1) / 2),
        max: each.first().map_or(0, |(_, seats)| *seats),
        loads: named
            .map(|(id, seats)| ((*id).to_owned(), *seats))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::draws::RuleFigures;

    fn rule(eligible: u64, drawn: u64, decided_by: DecidedBy) -> RuleFigures {
        RuleFigures {
            stratum: "food".to_owned(),
            departments: Vec::new(),
            num: 1,
            den: 10,
            minimum: 0,
            eligible: Some(eligible),
            drawn: Some(drawn),
            expected: Some(eligible as f64 / 10.0),
            decided_by: Some(decided_by),
        }
    }

    /// A minimum of 60 where the rate gives 10 is no sign of anything.
    #[test]
    fn what_the_rate_does_not_decide_is_not_tested() {
        let plan = PlanFigures {
            key: String::new(),
            name: String::new(),
            draw: 0,
            sealed: false,
            drawn: 0,
            load_cap: None,
            rules: vec![
                rule(100, 10, DecidedBy::Rate),
                rule(100, 60, DecidedBy::Minimum),
                rule(7, 7, DecidedBy::All),
            ],
        };
        let (strata, test) = strata(&[&plan]);
        assert_eq!(
            (strata[0].eligible, strata[0].drawn, strata[0].untested),
            (207, 77, 2)
        );
        let test = test.unwrap();
        assert_eq!((test.statistic, test.degrees_of_freedom), (0.0, 1));
    }

    #[test]
    fn loads_have_their_ends_and_middle() {
        let loads = HashMap::from([("P1", 4), ("P2", 0), ("P3", 4), ("P4", 1)]);
        let own = figures(("D", loads));
        assert_eq!((own.min, own.median, own.max, own.seats), (0, 1, 4, 9));
        assert_eq!(own.loads[0].0, "P1");
        assert_eq!(figures(("D", HashMap::new())).max, 0);
    }
}
