//! The plan of the year: drawn in March by the function that everybody can repeat, its results published in April, some of them withdrawn.

use crate::common::OPERATOR;
use crate::county::County;
use crate::days::Day;
use crate::drawn::{KEY, LEAD, NOTARY, PARTNER};
use gongshi_verify::names::PlanKey;
use serde_json::json;
use std::collections::BTreeMap;

/// What is known of the plan beside the program: who visits whom, and which results were published.
#[derive(Debug, Default)]
pub struct Planned {
    /// The departments of each target.
    visits: BTreeMap<String, Vec<&'static str>>,
    results: Vec<(String, &'static str, u64)>,
}

impl Planned {
    /// Targets drawn, with a result, with all results.
    pub fn figures(&self, is_shown: impl Fn(u64) -> bool) -> [u64; 3] {
        let has = |target: &String, who: &str| {
            let mut results = self.results.iter();
            results.any(|(one, by, index)| one == target && *by == who && is_shown(*index))
        };
        let targets = || self.visits.iter();
        let some = targets().filter(|(target, by)| by.iter().any(|who| has(target, who)));
        let all = targets().filter(|(target, by)| by.iter().all(|who| has(target, who)));
        [self.visits.len(), some.count(), all.count()].map(|count| count as u64)
    }
}

impl County {
    pub fn plan_the_draw(&mut self) {
        self.on(Day::of("2026-03-02"), |county| {
            county.drawn.prepare();
            for (kind, index) in [
                ("item_list", county.drawn.item_list),
                ("snapshot", county.drawn.objects),
                ("snapshot", county.drawn.officers),
            ] {
                county.tally.add(index, kind, LEAD, None);
            }
        });
        self.on(Day::of("2026-03-16"), |county| {
            county.caught_up();
            let plan = county.drawn.due(KEY, &[]);
            let draw = county.drawn.draw(KEY);
            assert_eq!(
                draw,
                plan + 5,
                "a plan, two secrets committed to and revealed, and the draw"
            );
            for (at, (kind, who)) in [
                ("plan", LEAD),
                ("commit", LEAD),
                ("commit", NOTARY),
                ("reveal", LEAD),
                ("reveal", NOTARY),
                ("draw", OPERATOR),
            ]
            .into_iter()
            .enumerate()
            {
                county.tally.add(plan + at as u64, kind, who, None);
            }
            let docket = county.drawn.log.app.portal.intake.docket().clone();
            let targets = docket.targets(&PlanKey::parse(KEY).unwrap()).unwrap();
            let visiting = targets.iter().map(|target| {
                let by = [LEAD, PARTNER]
                    .into_iter()
                    .filter(|who| target.is_visited_by(who));
                (target.target_id.clone(), by.collect())
            });
            county.planned.visits = visiting.collect();
            county.inspect_the_drawn();
        });
    }

    /// One target every other day from 2026-04-08 on; the last is never reported on, and every other first result is withdrawn and published anew.
    fn inspect_the_drawn(&mut self) {
        let targets: Vec<(String, Vec<&'static str>)> =
            self.planned.visits.clone().into_iter().collect();
        let reported = targets.len() - 1;
        for (number, (target, by)) in targets.into_iter().take(reported).enumerate() {
            let day = Day::of("2026-04-08").plus(2 * number as i32);
            for who in by {
                let target = target.clone();
                self.on(day, move |county| {
                    let result = county.report(who, &target);
                    if number % 2 == 0 && who == LEAD {
                        county.later(3, move |county| {
                            county.withdraw(who, result, "published_in_error");
                            county.later(4, move |county| {
                                county.report(who, &target);
                            });
                        });
                    }
                });
            }
        }
    }

    fn report(&mut self, who: &'static str, target: &str) -> u64 {
        let today = self.today.to_string();
        let said = json!({"subject_uscc": target, "subject_name": "示例抽中店", "region": "000000", "draw_basis": "drawn", "plan_key": KEY,
            "method": "on_site", "inspected_on": today, "outcome": ["no_problem_found"], "officer_count": 2});
        let index = self.say(who, "inspection_result", &said);
        self.planned.results.push((target.to_owned(), who, index));
        index
    }
}
