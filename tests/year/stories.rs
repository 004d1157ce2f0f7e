//! What departments do from day to day: journeys of enterprises from first record to last, by dice that fall the same every year.

use crate::county::{CITY, County};
use crate::days::Day;
use crate::drawn::{LEAD, NOTARY, PARTNER, code};
use crate::tally::List;
use crate::terms::{ORDER_107, Penalised};
use gongshi::domain::Uscc;
use serde_json::{Map, Value as Json, json};

/// Enterprises of every day; those above them have journeys of their own.
pub const EVERYDAY: u64 = 22;

/// A subject of a number: an enterprise, or an individual business.
pub fn enterprise(number: usize) -> (String, String) {
    (code(number), format!("示例第{number}商行"))
}

fn individual(number: usize) -> (String, String) {
    let code = Uscc::complete(&format!("92000000MA{number:07}")).unwrap();
    (code.to_string(), format!("示例{number}号小店"))
}

pub type Subject = (String, String);

/// A record of a subject with these members beside.
pub fn of(subject: &Subject, members: Json) -> Json {
    let mut all: Map<String, Json> = members.as_object().unwrap().clone();
    all.insert("subject_uscc".to_owned(), json!(subject.0));
    all.insert("subject_name".to_owned(), json!(subject.1));
    all.insert("region".to_owned(), json!("000000"));
    Json::Object(all)
}

pub fn and(mut said: Json, member: &str, value: Json) -> Json {
    said[member] = value;
    said
}

impl County {
    fn anyone(&mut self) -> Subject {
        let number = self.dice(EVERYDAY) as usize;
        enterprise(number)
    }

    // ---- What everybody does to a record

    pub fn withdraw(&mut self, who: &str, target: u64, reason: &str) {
        let said = self.withdrawal(target, reason);
        self.say_of(who, "withdrawal", &said, Some(target));
        self.tally.withdraw(target);
    }

    pub fn withdrawal(&self, target: u64, reason: &str) -> Json {
        json!({"decided_on": self.today.to_string(), "legal_basis": "企业信息公示暂行条例", "region": "000000",
            "target": self.named(target), "withdrawal_reason": reason})
    }

    fn erase(&mut self, who: &str, target: u64) {
        let said = json!({"decided_on": self.today.to_string(), "erasure_reason": "person_request", "legal_basis": "个人信息保护法",
            "region": "000000", "target": self.named(target)});
        self.say_of(who, "erasure", &said, Some(target));
        self.tally.withdraw(target);
    }

    pub fn correct(
        &mut self,
        who: &str,
        target: u64,
        kind: &str,
        corrected: &Json,
        objection: Option<u64>,
    ) {
        let mut said = json!({"corrected_body": corrected, "decided_on": self.today.to_string(), "reason": "登记时写错。", "region": "000000",
            "target": self.named(target), "target_kind": kind});
        if let Some(objection) = objection {
            said["objection"] = self.named(objection);
        }
        let index = self.say_of(who, "correction", &said, Some(target));
        let record = self.tally.get(target);
        record.corrected_by.push(index);
        record.subject = corrected["subject_uscc"].as_str().map(str::to_owned);
    }

    // ---- Permits

    fn permit(&mut self, who: &'static str) {
        let subject = self.anyone();
        let number = self.number("许可");
        let said = of(
            &subject,
            json!({"permit_name": "食品经营许可证", "permit_no": number, "permit_kind": "general", "content": "热食类食品制售",
            "decided_on": self.today.plus(-2).to_string()}),
        );
        let index = self.say(who, "permit", &said);
        let fate = self.dice(24);
        self.later(3, move |county| match fate {
            0 => county.withdraw(who, index, "published_in_error"),
            1..=3 => {
                let corrected = and(said, "content", json!("冷食类食品制售"));
                county.correct(who, index, "permit", &corrected, None);
                // What was corrected can be withdrawn, and leaves with what corrected it.
                if fate == 1 {
                    county.later(9, move |county| {
                        county.withdraw(who, index, "not_publishable")
                    });
                }
            }
            4 => {
                county.erase(who, index);
            }
            5 => {
                county.withdraw(who, index, "decision_changed");
                county.later(20, move |county| county.erase(who, index));
            }
            6..=8 => county.objection(who, index, &subject, said),
            _ => {}
        });
    }

    fn objection(&mut self, who: &'static str, target: u64, subject: &Subject, said: Json) {
        let number = self.number("异议");
        let filed = of(
            subject,
            json!({"objection_no": number, "objection_type": "content_wrong", "target": self.named(target),
            "objection_text": "许可内容写错。", "filed_on": self.today.to_string(), "accepted_on": self.today.to_string(), "channel": "counter"}),
        );
        let objection = self.say(who, "objection", &filed);
        let upheld = self.dice(2) == 0;
        let subject = subject.clone();
        self.later(8, move |county| {
            let outcome = if upheld { "upheld" } else { "rejected" };
            let reply = of(&subject, json!({"objection": county.named(objection), "objection_outcome": outcome, "reason": "经核实。",
                "decided_on": county.today.to_string()}));
            county.say(who, "objection_reply", &reply);
            if upheld {
                let corrected = and(said, "content", json!("糕点类食品制售"));
                county.correct(who, target, "permit", &corrected, Some(objection));
            }
        });
    }

    // ---- Inspections and what follows

    pub fn result(&mut self, who: &str, subject: &Subject, days_ago: i32, outcome: &str) -> u64 {
        let day = self.today.plus(-days_ago).to_string();
        let said = of(
            subject,
            json!({"draw_basis": "complaint", "origin_reason": "群众举报", "method": "on_site", "inspected_on": day,
            "completed_on": day, "outcome": [outcome], "officer_count": 2}),
        );
        self.say(who, "inspection_result", &said)
    }

    fn inspection(&mut self, who: &'static str) {
        let subject = self.anyone();
        match self.dice(10) {
            0..=4 => drop(self.result(who, &subject, 1, "no_problem_found")),
            // Only market supervision lists.
            9 if who != LEAD => drop(self.result(who, &subject, 1, "no_relevant_activity")),
            5 | 6 => {
                let result = self.result(who, &subject, 1, "problem_pending");
                self.rectification(who, result, subject);
            }
            7 | 8 => {
                let result = self.result(who, &subject, 2, "problem_corrected");
                // A result that was corrected can be repaired since Order 107.
                if self.today >= Day::of(ORDER_107) && self.dice(2) == 0 {
                    self.later(12, move |county| county.repair_result(who, result, subject));
                }
            }
            _ => {
                let result = self.result(who, &subject, 1, "unreachable_at_registered_address");
                self.later(5, move |county| county.listing(who, subject, Some(result)));
            }
        }
    }

    fn repair_result(&mut self, who: &'static str, result: u64, subject: Subject) {
        let papers = ["application_form", "promise", "rectification"].as_slice();
        self.repair(who, ("result_stop", papers), result, subject, |_, _, _| ());
    }

    fn rectification(&mut self, who: &'static str, result: u64, subject: Subject) {
        let step = move |county: &mut County, kind: &str, members: Json| {
            let mut said = of(&subject, members);
            said["result"] = county.named(result);
            said["followup_type"] = json!(kind);
            said["acted_on"] = json!(county.today.to_string());
            county.say(who, "result_followup", &said);
        };
        let number = self.number("责改");
        let due = self.today.plus(15).to_string();
        step(
            self,
            "rectification_ordered",
            json!({"order_no": number, "due_on": due}),
        );
        let done = self.dice(3) > 0;
        self.later(10, move |county| {
            if done {
                step(county, "rectified", json!({}));
                return;
            }
            step(
                county,
                "transferred",
                json!({"transferred_to": "示例县城市管理执法局"}),
            );
            county.later(12, move |county| step(county, "closed", json!({})));
        });
    }

    /// 列入经营异常名录, and most leave it again.
    fn listing(&mut self, who: &'static str, subject: Subject, result: Option<u64>) {
        let today = self.today.to_string();
        let number = self.number("异列");
        let mut said = of(
            &subject,
            json!({"listed_reason": "unreachable", "verified_on": today, "listed_on": today, "decision_no": number,
            "legal_basis": "企业信息公示暂行条例"}),
        );
        if let Some(result) = result {
            said["result"] = self.named(result);
        }
        let listing = self.say(who, "abnormal_listing", &said);
        self.tally.get(listing).list = Some(List::Abnormal);
        let fate = self.dice(8);
        if fate == 7 {
            return;
        }
        self.later(18 + fate as i32, move |county| {
            let kind = ("abnormal_removal", ["application_form", "promise", "rectification"].as_slice());
            county.repair(who, kind, listing, subject.clone(), move |county, decision, _| {
                let today = county.today.to_string();
                let removal = of(&subject, json!({"listing": county.named(listing), "removed_reason": "reachable_again", "removed_on": today,
                    "repair_decision": county.named(decision)}));
                let removal = county.say(who, "abnormal_removal", &removal);
                county.tally.get(listing).lifted_by.push(removal);
                let today = county.today;
                county.tally.ends(listing, today);
            });
        });
    }

    pub fn mark(&mut self, number: usize) {
        let subject = individual(number);
        let today = self.today.to_string();
        let said = of(
            &subject,
            json!({"listed_reason": "unreachable", "verified_on": today, "marked_on": today, "decision_no": "示标1号"}),
        );
        let mark = self.say(LEAD, "individual_mark", &said);
        self.tally.get(mark).list = Some(List::Abnormal);
        self.later(25, move |county| {
            let kind = (
                "individual_restore",
                ["application_form", "filed_report"].as_slice(),
            );
            county.repair(
                LEAD,
                kind,
                mark,
                subject.clone(),
                move |county, decision, _| {
                    let today = county.today;
                    let restored = of(
                        &subject,
                        json!({"mark": county.named(mark), "removed_reason": "reachable_again",
                    "restored_on": today.to_string(), "repair_decision": county.named(decision)}),
                    );
                    let restored = county.say(LEAD, "individual_restore", &restored);
                    county.tally.get(mark).lifted_by.push(restored);
                    county.tally.ends(mark, today);
                },
            );
        });
    }

    /// An application now, and its decision in some days: granted, with what follows from it, or first refused.
    pub fn repair(
        &mut self,
        who: &'static str,
        (kind, papers): (&'static str, &'static [&'static str]),
        target: u64,
        subject: Subject,
        granted: impl FnOnce(&mut County, u64, Day) + 'static,
    ) {
        let today = self.today.to_string();
        let number = self.number("修复");
        let said = of(
            &subject,
            json!({"application_no": number, "repair_kind": kind, "target": self.named(target), "applied_on": today,
            "channel": "online", "acceptance": "accepted", "accepted_on": today, "documents": papers}),
        );
        let application = self.say(who, "repair_application", &said);
        let refused = self.dice(5) == 0;
        self.later(3, move |county| {
            let today = county.today;
            let decision = of(&subject, json!({"repair_kind": kind, "application": county.named(application), "target": county.named(target),
                "decided_on": today.to_string()}));
            if refused {
                let decision = and(and(decision, "repair_outcome", json!("refused")), "reason", json!("材料不实。"));
                county.say(who, "repair_decision", &decision);
                county.later(6, move |county| county.repair(who, (kind, papers), target, subject, granted));
                return;
            }
            let decision = and(and(decision, "repair_outcome", json!("granted")), "stopped_on", json!(today.to_string()));
            let decision = county.say(who, "repair_decision", &decision);
            // The repair itself ends the display, on its day.
            county.tally.ends(target, today);
            granted(county, decision, today);
        });
    }

    // ---- Penalties

    pub fn penalty(
        &mut self,
        subject: &Subject,
        penalised: &Penalised,
        result: Option<u64>,
    ) -> u64 {
        let number = self.number("罚");
        // No two of one subject are of the same kind, which would stand in the way of a repair.
        let violation = format!(
            "示例违法行为{}",
            number.len() + self.dice(1_000_000) as usize
        );
        let mut said = of(
            subject,
            json!({"subject_type": "enterprise", "decision_no": number, "violation_type": violation, "legal_basis": "价格法",
            "penalty_kinds": [penalised.kind], "content": "示例处罚内容", "decided_on": penalised.decided.to_string(),
            "severity": penalised.severity}),
        );
        if penalised.kind == "fine" {
            said["fine_fen"] = json!(penalised.fine);
        }
        if let Some(result) = result {
            said["result"] = self.named(result);
        }
        let index = self.say(penalised.who, "penalty", &said);
        let record = self.tally.get(index);
        record.last = Some(penalised.last_day());
        record.rests_on = result;
        index
    }

    /// A penalty by dice, some with the result it rests on, some annulled later.
    fn penalise(&mut self) {
        let subject = self.anyone();
        let severity = ["minor", "minor", "general", "serious"][self.dice(4) as usize];
        let penalised = Penalised {
            who: LEAD,
            decided: self.today.plus(-3),
            published: self.today,
            kind: ["fine", "fine", "public_criticism"][self.dice(3) as usize],
            fine: [200_000, 4_999_999, 5_000_000, 20_000_000][self.dice(4) as usize],
            severity,
        };
        let linked = self.dice(2) == 0;
        let result = linked.then(|| self.result(LEAD, &subject, 12, "problem_pending"));
        let penalty = self.penalty(&subject, &penalised, result);
        let annulled = self.dice(6) == 0;
        if annulled {
            // The result stays: that the penalty was annulled says nothing of what was found. It can be repaired.
            self.later(30, move |county| {
                let said = county.withdrawal(penalty, "decision_annulled");
                county.say_of(LEAD, "withdrawal", &said, Some(penalty));
                county.tally.withdraw_annulled(penalty, county.today);
                let Some(result) = result.filter(|_| county.today >= Day::of(ORDER_107)) else {
                    return;
                };
                county.later(5, move |county| county.repair_result(LEAD, result, subject));
            });
        }
    }

    // ---- Promises and the rest

    fn promise(&mut self, who: &'static str) {
        let subject = self.anyone();
        let number = self.number("承诺");
        let types = [
            "approval_substitution",
            "credit_repair",
            "voluntary_disclosure",
            "industry_discipline",
        ];
        let kind = types[self.dice(4) as usize];
        let today = self.today;
        let said = of(
            &subject,
            json!({"promise_no": number, "promise_type": kind, "content": "承诺材料真实。", "promised_on": today.to_string(),
            "due_on": today.plus(30).to_string(), "fulfilment": "pending"}),
        );
        let promise = self.say(who, "credit_promise", &said);
        let outcome = ["kept", "kept", "broken"][self.dice(3) as usize];
        self.later(20, move |county| {
            let mut kept = and(said, "fulfilment", json!(outcome));
            kept["checked_on"] = json!(county.today.to_string());
            kept["promise"] = county.named(promise);
            county.say(who, "credit_promise", &kept);
        });
    }

    fn odd_job(&mut self) {
        let subject = self.anyone();
        let today = self.today;
        match self.dice(4) {
            0 => {
                let said = of(
                    &subject,
                    json!({"no_penalty_kind": "first_offence", "violation_type": "未按规定明码标价", "facts": "首次违法。",
                    "measures": "批评教育。", "legal_basis": "行政处罚法", "decided_on": today.to_string()}),
                );
                self.say(LEAD, "no_penalty", &said);
            }
            1 => {
                let said = json!({"campaign_name": "无证无照经营整治", "subject_name": "某早点摊", "address": "示例路1号", "trade": "早点", "region": "000000",
                    "inspected_on": today.to_string(), "method": "on_site", "disposition": ["guided_to_licence"]});
                self.say(CITY, "campaign_result", &said);
            }
            2 => {
                let said = json!({"transfer_type": "notice", "transfer_no": self.number("抄"), "subject_name": "某早点摊", "region": "000000",
                    "transferred_to": "示例县城市管理执法局", "recipient": CITY, "transferred_on": today.to_string(),
                    "due_on": today.plus(14).to_string(), "content": "请依法处理并反馈。"});
                let notice = self.say(LEAD, "transfer", &said);
                self.later(9, move |county| {
                    let answer = json!({"transfer_type": "feedback", "subject_name": "某早点摊", "region": "000000", "transferred_to": "示例县市场监督管理局",
                        "recipient": LEAD, "transferred_on": county.today.to_string(), "content": "已处理。", "answers": county.named(notice)});
                    county.say(CITY, "transfer", &answer);
                });
            }
            _ => {
                let said = of(
                    &subject,
                    json!({"status": "business_suspended", "effective_on": today.to_string(),
                    "suspended_until": today.plus(300).to_string()}),
                );
                self.say(LEAD, "subject_status", &said);
            }
        }
    }

    /// What every day brings.
    pub fn everyday(&mut self) {
        if self.today.is_first_of_month() {
            let (from, to) = (
                self.today.plus(-28).to_string(),
                self.today.plus(-1).to_string(),
            );
            let said = json!({"title": "双随机监管月报", "bulletin_type": "monthly", "region": "000000", "period_from": from, "period_to": to,
                "issued_on": self.today.to_string(), "content": "示例月报。"});
            self.say(NOTARY, "bulletin", &said);
        }
        if self.today.is_weekend() {
            return;
        }
        self.permit([LEAD, CITY][self.today.is_first_of_month() as usize]);
        match self.dice(6) {
            0 => self.permit(CITY),
            1 | 2 => self.inspection(LEAD),
            3 => self.inspection(PARTNER),
            4 => self.promise(LEAD),
            _ => self.odd_job(),
        }
        if self.dice(5) == 0 {
            self.penalise();
        }
    }
}
