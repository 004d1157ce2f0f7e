//! Journeys on days that the law makes: penalties with the day written down on which they end, repairs on the first day they may be asked for, what
//! stops with what, and what is never taken.

use crate::county::{County, FIRST, LAST};
use crate::days::Day;
use crate::drawn::{LEAD, PARTNER};
use crate::stories::{EVERYDAY, Subject, and, enterprise, of};
use crate::tally::List;
use crate::terms::{Penalised, WRITTEN};
use serde_json::json;

impl County {
    pub fn plan_the_year(&mut self) {
        for (number, row) in WRITTEN.iter().enumerate() {
            let (penalised, last) = Penalised::written(row);
            let day = penalised.published;
            self.on(day, move |county| {
                let subject = enterprise(number % EVERYDAY as usize);
                let index = county.penalty(&subject, &penalised, None);
                county.tally.get(index).last = Some(last);
            });
        }
        self.early_stops();
        self.serious();
        self.wrong_code();
        self.never();
        self.linked();
        for (number, day) in ["2025-08-04", "2025-12-01", "2026-04-13"]
            .into_iter()
            .enumerate()
        {
            self.on(Day::of(day), move |county| county.mark(number));
        }
        self.on(Day::of("2026-01-05"), |county| {
            let year = json!({"annual_plan_no": "示例2026-03", "plan_name": "示例县2026年度抽查工作计划", "year": 2026, "region": "000000",
                "decided_on": "2026-01-05", "filed_with": "示例市市场监督管理局", "tasks": [{"serial_no": 1, "task_name": "食品销售抽查",
                "item_names": ["SP01检查"], "plan_scope": "joint", "plan_mode": "county_draw_county_check", "target_scope": "全县食品销售者",
                "ratio_frequency": "20%，一年一次", "quota": 6, "lead_body": "示例县市场监督管理局", "check_from": "2026-03-01", "check_to": "2026-06-30"}]});
            county.say(LEAD, "annual_plan", &year);
        });
    }

    /// Penalties of both laws that are repaired on the first day they may be, and are refused the day before.
    fn early_stops(&mut self) {
        // Decided, published, first day of an application: 6 months by Order 45, 3 by Order 107 for what is general.
        let cases = [
            ("2025-07-15", "2025-07-16", "2026-01-17", false),
            ("2025-12-25", "2025-12-30", "2026-03-31", false),
            ("2026-01-05", "2026-01-12", "2026-04-13", true),
        ];
        for (number, (decided, published, from, withdrawn)) in cases.into_iter().enumerate() {
            let subject = enterprise(22 + number);
            let penalised = Penalised {
                who: LEAD,
                decided: Day::of(decided),
                published: Day::of(published),
                kind: "fine",
                fine: 20_000_000,
                severity: "general",
            };
            let first = Day::of(from);
            self.on(penalised.published, move |county| {
                let result = county.result(LEAD, &subject, 5, "problem_pending");
                // The inspection was before the decision.
                let penalty = county.penalty(&subject, &penalised, Some(result));
                county.early_stop(subject, penalty, first, withdrawn);
            });
        }
    }

    fn early_stop(&mut self, subject: Subject, penalty: u64, first: Day, withdrawn: bool) {
        let too_early = subject.clone();
        self.on(first.plus(-1), move |county| {
            let today = county.today.to_string();
            let said = of(&too_early, json!({"repair_kind": "penalty_early_stop", "applied_on": today, "target": county.named(penalty),
                "repair_outcome": "granted", "decided_on": today}));
            county.refused(LEAD, "repair_decision", &said, None);
        });
        self.on(first, move |county| {
            let papers = ["application_form", "promise", "payment", "rectification"].as_slice();
            county.repair(
                LEAD,
                ("penalty_early_stop", papers),
                penalty,
                subject,
                move |county, decision, today| {
                    if !withdrawn {
                        return;
                    }
                    // At once, and the result with it.
                    let said = and(
                        county.withdrawal(penalty, "repaired"),
                        "repair_decision",
                        county.named(decision),
                    );
                    county.say_of(LEAD, "withdrawal", &said, Some(penalty));
                    county.tally.withdraw_repaired(penalty, today);
                },
            );
        });
    }

    /// 严重违法失信名单: one that leaves it a year later, with the result and the penalty it rests on.
    fn serious(&mut self) {
        let subject = enterprise(26);
        self.on(Day::of("2025-07-18"), move |county| {
            let result = county.result(LEAD, &subject, 30, "problem_pending");
            let said = of(&subject, json!({"serious_category": "food_safety", "reason": "使用非食品原料加工食品。", "listed_on": "2025-06-30",
                "restrictions": [{"restriction": "key_supervision"}], "result": county.named(result),
                "legal_basis": "市场监督管理严重违法失信名单管理办法"}));
            let listing = county.say(LEAD, "serious_listing", &said);
            let record = county.tally.get(listing);
            (record.list, record.rests_on) = (Some(List::Serious), Some(result));
            // Three years from the listing.
            record.last = Some(Day::of("2028-06-30"));
            // A year ends with 2026-06-30.
            county.on(Day::of("2026-07-01"), move |county| {
                let papers = ["application_form", "promise", "identity", "rectification"].as_slice();
                let kind = ("serious_early_removal", papers);
                county.repair(LEAD, kind, listing, subject.clone(), move |county, decision, today| {
                    let removal = of(&subject, json!({"listing": county.named(listing), "serious_removal_reason": "repaired",
                        "removed_on": today.to_string(), "repair_decision": county.named(decision)}));
                    let removal = county.say(LEAD, "serious_removal", &removal);
                    county.tally.get(listing).lifted_by.push(removal);
                });
            });
        });
        let other = enterprise(27);
        self.on(Day::of("2025-10-10"), move |county| {
            let said = of(&other, json!({"serious_category": "market_order", "reason": "示例理由。", "listed_on": "2025-10-09",
                "restrictions": [{"restriction": "no_honours", "until": "2028-10-09"}], "legal_basis": "市场监督管理严重违法失信名单管理办法"}));
            let listing = county.say(LEAD, "serious_listing", &said);
            let record = county.tally.get(listing);
            (record.list, record.last) = (Some(List::Serious), Some(Day::of("2028-10-09")));
            // Listed in error: withdrawn at once.
            county.later(40, move |county| county.withdraw(LEAD, listing, "published_in_error"));
        });
    }

    /// A listing under somebody else's code: corrected, it moves to whom it means.
    fn wrong_code(&mut self) {
        let (wrong, right) = (enterprise(28), enterprise(29));
        self.on(Day::of("2025-09-08"), move |county| {
            let members = json!({"listed_reason": "false_information", "verified_on": "2025-09-05", "listed_on": "2025-09-08",
                "legal_basis": "企业信息公示暂行条例"});
            let listing = county.say(LEAD, "abnormal_listing", &of(&wrong, members.clone()));
            county.tally.get(listing).list = Some(List::Abnormal);
            county.later(4, move |county| {
                county.correct(LEAD, listing, "abnormal_listing", &of(&right, members), None);
            });
        });
    }

    /// Results that stop with what rested on them, and those that do not: before Order 107, and after an annulment.
    fn linked(&mut self) {
        // Published 2025-09-24: three months end on 2025-12-24, the day before Order 107, or on its first day, 2025-12-25.
        for (number, published) in ["2025-09-24", "2025-09-25"].into_iter().enumerate() {
            let subject = enterprise(number);
            let day = Day::of(published);
            self.on(day, move |county| {
                let result = county.result(LEAD, &subject, 20, "problem_pending");
                let penalised = Penalised {
                    who: LEAD,
                    decided: day.plus(-6),
                    published: day,
                    kind: "fine",
                    fine: 300_000,
                    severity: "general",
                };
                let penalty = county.penalty(&subject, &penalised, Some(result));
                let last = ["2025-12-24", "2025-12-25"][number];
                county.tally.get(penalty).last = Some(Day::of(last));
                county.on(Day::of("2025-12-27"), move |county| {
                    assert!(!county.tally.is_shown(penalty));
                    assert_eq!(
                        county.tally.is_shown(result),
                        number == 0,
                        "the result of {published}"
                    );
                });
            });
        }
    }

    /// What must never happen, tried now and then.
    fn never(&mut self) {
        let days = [
            FIRST,
            "2025-12-24",
            "2025-12-25",
            "2026-03-31",
            "2026-04-01",
            LAST,
        ];
        for day in days {
            self.on(Day::of(day), |county| {
                let today = county.today.to_string();
                let subject = enterprise(3);
                let warning = of(&subject, json!({"subject_type": "enterprise", "decision_no": "示罚0号", "violation_type": "示例", "legal_basis": "价格法",
                    "penalty_kinds": ["warning"], "content": "警告", "decided_on": today, "severity": "minor"}));
                county.refused(LEAD, "penalty", &warning, None);
                // Of another department too, from Order 36 of the NDRC on.
                if county.today >= Day::of("2026-04-01") {
                    county.refused(PARTNER, "penalty", &warning, None);
                }
                // An authority's record is never withdrawn.
                let said = county.withdrawal(1, "published_in_error");
                county.refused(LEAD, "withdrawal", &said, Some(1));
                // A removal of what was never listed.
                let removal = of(&subject, json!({"listing": county.named(0), "removed_reason": "reachable_again", "removed_on": today}));
                county.refused(LEAD, "abnormal_removal", &removal, None);
            });
        }
    }
}
