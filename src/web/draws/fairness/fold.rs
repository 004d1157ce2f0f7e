//! What one drawn plan gives to every figure about its year, read once: a drawn plan changes by substitutes and by its opening
//! only.
//!
//! Kept in memory bounded by weight, so that a new entry of the log costs the plans it changes and not the year again. Nothing
//! is reckoned here over several plans.

use super::figures::{DecidedBy, PlanFigures, RuleFigures};
use crate::docket::{PlanState, TargetState};
use crate::web::Portal;
use crate::web::problem::{Problem, internal};
use gongshi_verify::draw::choice::Rule;
use gongshi_verify::draw::leaf::Target;
use gongshi_verify::draw::plan::Plan;
use gongshi_verify::names::PlanKey;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

/// Bytes that all that is kept may come to, about.
const MOST_BYTES: usize = 32 << 20;
/// What an officer's count, and a rule's figures, take in memory, about.
const OFFICER_BYTES: usize = 64;
const RULE_BYTES: usize = 512;

/// What a drawn plan comes to.
pub(super) struct PlanFold {
    pub figures: PlanFigures,
    /// Whose plan it is.
    pub authority: String,
    /// Departments that send officers.
    pub departments: Vec<String>,
    /// Indexes of its libraries.
    pub objects: u64,
    pub officers: u64,
    /// Its rules, with what each covers.
    rules: Vec<Rule>,
    /// Strata of which every target was drawn.
    whole: BTreeSet<String>,
    /// Ids that chance drew, each ended by a line feed; none of a sealed draw.
    ids: Box<str>,
    /// Targets drawn with the whole of their stratum.
    pub certain: u64,
    /// Seats by department and officer, of whoever goes now.
    pub seats: BTreeMap<Box<str>, Vec<(Box<str>, u32)>>,
    /// Officers replaced, by department.
    pub officers_replaced: BTreeMap<String, u64>,
    /// Targets replaced.
    pub targets_replaced: u64,
}

impl PlanFold {
    fn new(
        state: &PlanState,
        plan: Plan,
        draw: &Map<String, Value>,
        targets: &[TargetState],
    ) -> Self {
        let figures = figures(state, &plan, draw);
        let whole = whole(&figures);
        let (mut ids, mut certain) = (String::new(), 0);
        let mut seats: BTreeMap<&str, BTreeMap<&str, u32>> = BTreeMap::new();
        for target in targets {
            if target.place.is_some() && !state.sealed {
                if whole.contains(&target.stratum) {
                    certain += 1;
                } else {
                    ids.push_str(&target.target_id);
                    ids.push('\n');
                }
            }
            if target.replaced_by.is_some() {
                continue;
            }
            for seat in &target.seats {
                // A seat that nobody may take burdens nobody.
                if let Some(officer) = &seat.officer_id {
                    let own = seats.entry(&seat.department).or_default();
                    *own.entry(officer).or_default() += 1;
                }
            }
        }
        let (mut officers_replaced, mut targets_replaced) = (BTreeMap::new(), 0);
        for one in &state.substitutes {
            match (one.kind.as_str(), &one.department) {
                ("officer", Some(id)) => *officers_replaced.entry(id.clone()).or_default() += 1,
                _ => targets_replaced += 1,
            }
        }
        PlanFold {
            figures,
            authority: state.authority.clone(),
            departments: state.departments.clone(),
            objects: state.objects,
            officers: state.officers,
            rules: plan.rules,
            whole,
            ids: ids.into(),
            certain,
            seats: seats
                .into_iter()
                .map(|(department, people)| {
                    let people = people.into_iter().map(|(id, seats)| (id.into(), seats));
                    (department.into(), people.collect())
                })
                .collect(),
            officers_replaced,
            targets_replaced,
        }
    }

    /// Ids that chance drew, ascending.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.ids.lines()
    }

    /// The chance that a target of its library had in an open draw: the highest share drawn among the rules that cover it. None
    /// where none does.
    pub fn chance(&self, target: &Target<'_>) -> Option<f64> {
        let covering = self.rules.iter().zip(&self.figures.rules);
        let covering = covering.filter(|(rule, _)| rule.covers(target));
        let shares = covering.map(|(_, one)| match (one.drawn, one.eligible) {
            (Some(drawn), Some(eligible)) if eligible > 0 => drawn as f64 / eligible as f64,
            _ => 0.0,
        });
        shares.reduce(f64::max)
    }

    /// Whether all of a stratum were drawn, so that chance had no part in it.
    pub fn takes_all_of(&self, stratum: &str) -> bool {
        self.whole.contains(stratum)
    }

    /// The lowest and the highest rate of its rules: what is known of a sealed draw.
    pub fn rates(&self) -> [f64; 2] {
        let rates = self.figures.rules.iter();
        let rates = rates.map(|one| f64::from(one.num) / f64::from(one.den));
        let (low, high) = rates.fold((1.0f64, 0.0f64), |(low, high), rate| {
            (low.min(rate), high.max(rate))
        });
        [low.min(high), high]
    }

    fn bytes(&self) -> usize {
        let people: usize = self.seats.values().map(Vec::len).sum();
        self.ids.len() + people * OFFICER_BYTES + self.rules.len() * RULE_BYTES + RULE_BYTES
    }
}

fn figures(state: &PlanState, plan: &Plan, draw: &Map<String, Value>) -> PlanFigures {
    let strata = draw.get("drawn_strata").and_then(Value::as_array);
    let strata = strata.filter(|_| !state.sealed);
    let rule = |(at, rule): (usize, &Rule)| {
        let told = |name: &str| strata?.get(at)?.get(name)?.as_u64();
        let (eligible, drawn) = (told("eligible_count"), told("drawn_count"));
        let (num, den) = rule.rate.parts();
        let expected = eligible.map(|n| n as f64 * f64::from(num) / f64::from(den));
        RuleFigures {
            stratum: rule.stratum.clone(),
            departments: rule.departments.clone(),
            num,
            den,
            minimum: rule.minimum,
            eligible,
            drawn,
            expected,
            decided_by: decided_by(eligible, drawn, num, den),
        }
    };
    PlanFigures {
        key: state.key.clone(),
        name: state.name.clone(),
        draw: state.draw.as_ref().map_or(0, |draw| draw.index),
        sealed: state.sealed,
        drawn: state.draw.as_ref().map_or(0, |draw| draw.count),
        load_cap: draw.get("load_cap").and_then(Value::as_u64),
        rules: plan.rules.iter().enumerate().map(rule).collect(),
    }
}

/// What decided how many are drawn: the rate gives `ceil(eligible · num / den)`.
fn decided_by(eligible: Option<u64>, drawn: Option<u64>, num: u32, den: u32) -> Option<DecidedBy> {
    let (eligible, drawn) = (eligible.filter(|n| *n > 0)?, drawn?);
    let rate = (u128::from(eligible) * u128::from(num)).div_ceil(u128::from(den.max(1)));
    Some(match drawn {
        drawn if drawn == eligible => DecidedBy::All,
        drawn if u128::from(drawn) > rate => DecidedBy::Minimum,
        _ => DecidedBy::Rate,
    })
}

/// Strata of which every target was drawn: each rule over one drew all it covers.
fn whole(figures: &PlanFigures) -> BTreeSet<String> {
    let mut strata: BTreeMap<&str, bool> = BTreeMap::new();
    for rule in figures
        .rules
        .iter()
        .filter(|rule| rule.decided_by.is_some())
    {
        let all = rule.decided_by == Some(DecidedBy::All);
        *strata.entry(&rule.stratum).or_insert(true) &= all;
    }
    let whole = strata.into_iter().filter(|(_, all)| *all);
    whole.map(|(stratum, _)| stratum.to_owned()).collect()
}

/// What a drawn plan has changed by since its draw: how many substitutes, and whether it is opened.
type Stamp = (usize, Option<u64>);

/// The plans' folds that are kept, by the indexes of their draws. Where they become too many, the oldest draws go.
#[derive(Default)]
pub(in crate::web::draws) struct Folds(Mutex<Shelved>);

#[derive(Default)]
struct Shelved {
    bytes: usize,
    folds: BTreeMap<u64, (Stamp, Arc<PlanFold>)>,
}

impl Folds {
    const WHOLE: &str = "no holder of this lock panics";

    fn get(&self, draw: u64, stamp: Stamp) -> Option<Arc<PlanFold>> {
        let shelved = self.0.lock().expect(Self::WHOLE);
        let (made, fold) = shelved.folds.get(&draw)?;
        (*made == stamp).then(|| fold.clone())
    }

    fn put(&self, draw: u64, stamp: Stamp, fold: Arc<PlanFold>) {
        let mut shelved = self.0.lock().expect(Self::WHOLE);
        shelved.bytes += fold.bytes();
        let before = shelved.folds.insert(draw, (stamp, fold));
        shelved.bytes -= before.map_or(0, |(_, fold)| fold.bytes());
        while shelved.bytes > MOST_BYTES
            && let Some((_, (_, oldest))) = shelved.folds.pop_first()
        {
            shelved.bytes -= oldest.bytes();
        }
    }
}

impl Portal {
    /// What a drawn plan comes to.
    pub(super) fn plan_fold(&self, state: &PlanState) -> Result<Arc<PlanFold>, Problem> {
        let draw = self.draw_of(state)?.index;
        let stamp = (state.substitutes.len(), state.opening);
        if let Some(fold) = self.draws.folds.get(draw, stamp) {
            return Ok(fold);
        }
        let (_, plan) = self.plan_record(state)?;
        let record = self.body(draw)?;
        let key = PlanKey::parse(&state.key).map_err(|error| internal(&error))?;
        let targets = self.intake.docket().targets(&key);
        let targets = targets.map_err(|error| internal(&error))?;
        let fold = Arc::new(PlanFold::new(state, plan, &record, &targets));
        self.draws.folds.put(draw, stamp, fold.clone());
        Ok(fold)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_decided_by_the_rate_a_minimum_or_by_all() {
        let by = |eligible, drawn, num, den| decided_by(Some(eligible), Some(drawn), num, den);
        assert_eq!(by(19, 4, 20, 100), Some(DecidedBy::Rate));
        assert_eq!(by(19, 5, 20, 100), Some(DecidedBy::Minimum));
        assert_eq!(by(3, 3, 20, 100), Some(DecidedBy::All));
        assert_eq!(by(5, 5, 1, 1), Some(DecidedBy::All));
        assert_eq!(by(0, 0, 1, 2), None);
        assert_eq!(decided_by(None, None, 1, 2), None);
    }

    fn fold(ids: usize) -> Arc<PlanFold> {
        Arc::new(PlanFold {
            figures: PlanFigures {
                key: String::new(),
                name: String::new(),
                draw: 0,
                sealed: false,
                drawn: 0,
                load_cap: None,
                rules: Vec::new(),
            },
            authority: String::new(),
            departments: Vec::new(),
            objects: 0,
            officers: 0,
            rules: Vec::new(),
            whole: BTreeSet::new(),
            ids: "X\n".repeat(ids).into(),
            certain: 0,
            seats: BTreeMap::new(),
            officers_replaced: BTreeMap::new(),
            targets_replaced: 0,
        })
    }

    #[test]
    fn the_oldest_draws_go_first_and_a_changed_plan_is_made_again() {
        let folds = Folds::default();
        folds.put(1, (0, None), fold(1));
        assert!(folds.get(1, (0, None)).is_some());
        assert!(folds.get(1, (1, None)).is_none());
        folds.put(1, (1, None), fold(2));
        assert_eq!(folds.get(1, (1, None)).unwrap().ids().count(), 2);
        assert!(folds.get(1, (0, None)).is_none());
        for draw in [2, 3] {
            folds.put(draw, (0, None), fold(MOST_BYTES / 4 - 300));
        }
        assert!(folds.get(1, (1, None)).is_none());
        assert!(folds.get(2, (0, None)).is_some());
        assert!(folds.get(3, (0, None)).is_some());
        let held = folds.0.lock().unwrap().bytes;
        let sum: usize = folds
            .0
            .lock()
            .unwrap()
            .folds
            .values()
            .map(|(_, one)| one.bytes())
            .sum();
        assert_eq!(held, sum);
    }
}
