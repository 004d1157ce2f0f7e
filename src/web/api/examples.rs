//! What answers look like, member by member: the description of the interface shows these, and makes its schemas of them.
//!
//! The first of a list stands for all of it; [`or_null`] marks what may be absent; an object without members has names that depend on the log, or is
//! described elsewhere. What a handler answers is held against this by tests, with whatever their logs have.

use serde_json::{Value, json};

/// Marks a value in whose place null may stand.
pub(super) const OR_NULL: &str = "\u{0}or-null";

fn or_null(value: Value) -> Value {
    json!({OR_NULL: value})
}

fn counts() -> Value {
    json!({"due_soon": 0, "in_time": 9, "late": 1, "open": 2, "overdue": 1, "undated": 0, "undecided": 0})
}

fn rule() -> Value {
    json!({"basis": "…", "confirmed": true, "id": "repair-accept-2wd@2021-09-01"})
}

/// What a record has to be followed by, or by whom it has to be published.
fn duty() -> Value {
    json!({
        "authority": "610323-SCJG", "basis": "…", "confirmed": true, "due_on": "2026-11-23", "index": 4711, "kind": "repair_application", "met_by": 4713,
        "met_on": "2026-11-20", "overdue_days": 0, "overdue_working_days": 0, "part": "own", "record": "/api/v1/records/4711",
        "rule": "repair-accept-2wd@2021-09-01", "starts_on": "2026-11-19", "state": "in_time", "task": "…", "task_zh": "…",
    })
}

/// `GET /api/v1/records/<index>`.
pub(super) fn record() -> Value {
    let erased = json!({"authority": "610323-SCJG", "by": 4900, "kind": "erasure", "legal_basis": "…", "logged_at": "2027-03-01T01:00:00Z", "on": "2027-03-01", "reason": "…"});
    json!({
        "index": 4711, "leaf_hash": "5f0c…",
        "entry": {
            "authority": "610323-SCJG", "commitment": "ffc1…", "cosignature": "…", "issued_at": "2026-09-01T01:00:00Z", "kind": "penalty",
            "logged_at": "2026-09-01T01:00:01Z", "ref": "4700", "signature": "…", "v": 1,
        },
        "record": or_null(json!({"body": {}, "salt": "00…"})),
        "proof": "/api/v1/proof/4711",
        "ended": or_null(json!({
            "authority": "610323-SCJG", "by": 4800, "erased": or_null(erased), "kind": or_null("expiry".into()), "legal_basis": or_null("…".into()),
            "logged_at": "2027-01-01T01:00:00Z", "on": or_null("2026-12-31".into()), "reason": or_null("samr107-minor@2025-12-25".into()),
        })),
        "corrections": [4720],
        "referred_by": [{"index": 4800, "kind": "correction"}],
        "referred_by_next": or_null(4600.into()),
        "duties": [duty()],
    })
}

/// `GET /api/v1/authorities/<authority>/duties`.
pub(super) fn duties() -> Value {
    json!({
        "authority": "610323-SCJG", "day": "2026-11-20", "folded": 4711, "own": counts(), "followed": counts(),
        "by_rule": [{"counts": counts(), "part": "own", "rule": "repair-accept-2wd@2021-09-01"}],
        "part": "own", "list": "open", "duties": [duty()], "next": or_null("2026-11-23.4711.repair-accept-2wd".into()),
    })
}

/// `GET /api/v1/duties`.
pub(super) fn totals() -> Value {
    let one = json!({"authority": "610323-SCJG", "own": counts(), "followed": counts()});
    json!({"day": "2026-11-20", "folded": 4711, "authorities": [one]})
}

/// `GET /api/v1/receipts/<code>`.
pub(super) fn receipt() -> Value {
    let step = json!({
        "authority": "610323-SCJG", "entry": 4711, "kind": "repair_application", "on": or_null("2026-09-01".into()), "outcome": or_null("accepted".into()),
        "papers": or_null(json!({"documents": ["application_form"], "due_on": or_null("2026-09-08".into()), "late": or_null(false.into())})),
        "reason": or_null("…".into()), "record": 4711, "what": "filed",
    });
    let deadline = json!({
        "awaits": ["repair_decision"], "due_on": or_null("2026-09-08".into()), "late": false, "met_by": or_null(4713.into()),
        "met_on": or_null("2026-09-02".into()), "of": 4711, "rule": rule(), "starts_on": or_null("2026-09-01".into()),
    });
    json!({
        "code": "4711-K7QF-2M9X", "index": 4711, "leaf_hash": "5f0c…", "kind": "repair_application", "authority": "610323-SCJG",
        "logged_at": "2026-09-01T01:00:00Z", "public": true, "proof": "/api/v1/proof/4711",
        "journey": or_null(json!({
            "code": "4711-K7QF-2M9X", "deadlines": [deadline], "documents": ["application_form"], "index": 4711, "kind": "repair_application",
            "missing_documents": ["promise"], "over": false, "state": "filed", "steps": [step], "target": or_null(4600.into()),
        })),
    })
}

/// `GET /api/v1/repair`.
pub(super) fn repair() -> Value {
    let paper = json!({"en": "Application for credit repair", "name": "application_form", "secondary": false, "zh": "…"});
    let papers = json!({
        "documents": [paper],
        "gaps": or_null(json!({"working_days": 5, "extension": or_null(5.into()), "barred_years": or_null(1.into())})),
        "region": "100000", "rule": rule(),
    });
    let term = json!({"awaits": ["repair_decision"], "due_on": or_null("2026-11-24".into()), "rule": rule(), "starts_on": or_null("2026-11-20".into())});
    json!({"region": "100000", "day": "2026-11-20", "repairs": [{
        "code": "abnormal_removal", "en": "Removal from the abnormal operations list", "zh": "…",
        "papers": or_null(papers), "target": or_null("abnormal_listing".into()), "terms": [term],
    }]})
}

/// `GET /api/v1/promises`.
pub(super) fn promises() -> Value {
    json!({
        "counts": [{"count": 12, "state": "pending", "type": "approval_substitution"}],
        "promises": [{"code": "4711-K7QF-2M9X", "index": 4711, "state": "kept", "type": "approval_substitution"}],
        "before": or_null(4711.into()), "indexed": 4711,
    })
}

/// `GET /api/v1/statistics`.
pub(super) fn statistics() -> Value {
    let cell = json!({"month": "2026-08", "authority": "610323-SCJG", "by": "fine", "value": 3, "of": 12, "entry": 4711, "plan": "610323-SCJG/2026/01"});
    let words = json!({"en": "…", "zh": "…"});
    json!({
        "year": 2026, "authority": or_null("610323-SCJG".into()), "region": or_null("610323".into()), "log_size": 4711, "left_out": 0,
        "indicators": [{
            "indicator": "joint_share", "name": words, "definition": words, "unit": "subject_visits", "value": 3, "denominator": or_null(12.into()),
            "at_least": [{"percent": 8, "count": 120}], "cells": [cell],
        }],
    })
}

fn times() -> Value {
    json!({
        "check_from": "2026-05-01", "check_to": "2026-05-31", "due": or_null("2026-04-01T01:00:00Z".into()), "known_at": or_null("2026-04-01T01:00:00Z".into()),
        "logged_at": "2026-03-20T01:00:00Z", "result_deadline": "2026-06-20T16:00:00Z", "t0": "2026-03-28T01:00:00Z", "t1": "2026-03-28T01:00:01Z",
    })
}

fn plan_counts() -> Value {
    json!({"commits": 2, "contributors": 2, "drawn": or_null(119.into()), "reveals": 2, "substitutes": 0})
}

fn stratum() -> Value {
    json!({
        "den": 100, "departments": ["610323-SCJG"], "drawn": or_null(5.into()), "eligible": or_null(480.into()), "last_ticket": or_null("0004…".into()),
        "minimum": 1, "num": 1, "stratum": "catering",
    })
}

/// `GET /api/v1/plans`.
pub(super) fn plans() -> Value {
    json!({"plans": [{
        "key": "610323-SCJG/2026/01", "name": "…", "authority": "610323-SCJG", "region": "610323", "state": "drawn", "sealed": false, "scope": "joint",
        "mode": "county_draw_county_check", "draw_type": "undirected", "randomness": "delay", "round": or_null(1000.into()), "delay_log2": or_null(20.into()),
        "fallback": "none", "times": times(), "counts": plan_counts(), "plan": 12, "snapshots": [3, 4], "commits": [13, 14], "reveals": [15, 16],
        "draw": or_null(20.into()), "earlier": [11], "opening": or_null(40.into()), "substitutes": [30], "cancel": or_null(21.into()),
    }], "next": or_null("610323-SCJG/2026/01".into())})
}

fn library() -> Value {
    let leaves = json!({"file": "/api/v1/files/8f43…", "sha256": "8f43…"});
    json!({
        "as_of": "2026-01-05", "count": 25394, "form": "open", "leaf_hash": "c54d…", "leaves": leaves, "logged_at": "2026-01-05T07:00:00Z", "name": "…",
        "root": "fae8…", "snapshot": 3,
    })
}

/// `GET /api/v1/plans/<key>`.
pub(super) fn plan() -> Value {
    let mut stratum = stratum();
    stratum["name"] = or_null("…".into());
    let mut plan = plans()["plans"][0].take();
    let own = json!({
        "v": 1, "origin": "gs.example.gov.cn/log", "leaf_hash": "95c7…", "annual_plan_no": or_null("…".into()), "task_name": or_null("…".into()),
        "class_rule": or_null("…".into()), "target_scope": or_null("…".into()), "lead_department": "610323-SCJG",
        "partner_departments": or_null(json!(["610323-XFJY"])), "lead_seconds": or_null(60.into()), "lapsed": or_null("2026-04-08T01:00:00Z".into()),
        "cancelled": or_null(json!({"index": 21, "logged_at": "2026-04-23T02:36:46Z", "reason": "plan_error", "reason_text": or_null("…".into())})),
        "contributors": [{
            "committed": or_null(json!({"commitment": "b096…", "index": 13, "logged_at": "2026-03-21T01:00:00Z"})), "counts": true, "id": "610323-ZWSJ",
            "independent": true, "revealed": or_null(json!({"index": 15, "logged_at": "2026-03-28T01:00:10Z", "secret": "99cf…"})),
        }],
        "departments": [{"department": "610323-SCJG", "seats": [{"officers": 2, "qualification": "enforcement"}]}],
        "drawn": or_null(json!({
            "authority": "610323-SCJG", "count": 119, "index": 20, "leaf_hash": "fd06…", "list": or_null(json!({})), "load_cap": or_null(12.into()),
            "logged_at": "2026-03-28T01:01:00Z", "random_value": "a555…", "sealed_root": or_null("f8c8…".into()), "seed": "b277…",
        })),
        "items": [{"item_code": "SCJG-02", "item_list_authority": "610323-SCJG", "item_name": "…", "item_part": or_null("…".into())}],
        "libraries": {"objects": library(), "officers": library()},
        "links": {"draw_file": or_null("/api/v1/draws/610323-SCJG/2026/01".into()), "proof": "/api/v1/proof/12", "record": "/api/v1/records/12"},
        "progress": or_null(json!({
            "departments": [{"department": "610323-SCJG", "drawn": 119, "in_time": 100, "overdue": 0, "published": 119}], "drawn": 119, "inspected": 119,
            "late": 19, "overdue": 0, "published": 119, "replaced": [4800], "undrawn": [4801],
        })),
        "recusals": 0, "rotation": 0, "rules": [stratum],
    });
    if let (Some(plan), Value::Object(own)) = (plan.as_object_mut(), own) {
        plan.extend(own);
    }
    plan
}

/// `GET /api/v1/plans/<key>/targets`.
pub(super) fn targets() -> Value {
    json!({
        "v": 1, "plan": "…", "snapshot": "…", "library": "objects", "count": 100, "root": "9b1d…", "leaves": [{"index": 7, "line": "…"}], "hashes": ["p9/t…="],
        "ids": [{"id": "91000000MA00000900", "index": 7, "before": or_null(6.into()), "after": or_null(8.into())}],
    })
}

/// `GET /api/v1/plans/<key>/targets/<id>`.
pub(super) fn target() -> Value {
    let leaf = json!({"index": 7, "line": "…", "path": ["MJxJ…="]});
    json!({
        "v": 1, "origin": "gs.example.gov.cn/log", "plan_key": "610323-SCJG/2026/01", "id": "91000000MA00000900", "plan_index": 12,
        "draw_index": or_null(20.into()), "library": {"count": 25394, "form": "open", "root": "fae8…", "snapshot": 3}, "leaf": or_null(leaf.clone()),
        "before": or_null(leaf.clone()), "after": or_null(leaf), "operator": or_null("610323-ZWSJ".into()), "departments": ["610323-SCJG"], "rules": [stratum()],
        "randomness": or_null(json!({
            "checkpoints": ["c2c5…"], "contributors": [{"id": "610323-ZWSJ", "secret": or_null("99cf…".into())}], "delay_log2": 20, "mode": "delay",
            "round": 1000, "signature": "…", "value": "a555…",
        })),
        "seed": or_null("b277…".into()),
    })
}

/// `GET /api/v1/plans/<key>/tasks/<department>`.
pub(super) fn tasks() -> Value {
    json!({
        "plan_key": "610323-SCJG/2026/01", "plan_name": "…", "department": "610323-SCJG", "draw": 20, "opening": or_null(40.into()),
        "items": [{"item_code": "SCJG-02", "item_list_authority": "610323-SCJG", "item_name": "…", "item_part": "…"}], "check_from": "2026-05-01",
        "check_to": "2026-05-31", "result_deadline": "2026-06-20T16:00:00Z",
        "tasks": [{
            "officers": [{"officer_id": "R68CF89FF394", "qualification": or_null("enforcement".into()), "seat_no": 1}], "replaced_result": or_null(4800.into()),
            "replaces": or_null("91000000MA00000900".into()), "result": or_null(4711.into()), "stratum": or_null("catering".into()),
            "target_id": "91000000MA00000900", "target_name": or_null("…".into()),
        }],
    })
}

/// `GET /api/v1/authorities`.
pub(super) fn authorities() -> Value {
    json!({"authorities": [{
        "id": "610323-SCJG", "name": "…", "region": "610323", "role": "department", "kinds": ["permit"], "hotline": or_null("0917-0000000".into()),
        "registered_at": 1, "amended_at": [2],
        "keys": [{"public_key": "…", "added_at": 1, "ended_at": or_null(9.into()), "forced": false, "replaces": or_null("…".into())}],
    }]})
}

/// `GET /api/v1/search`.
pub(in crate::web) fn search() -> Value {
    let facet = json!([{"count": 12, "value": "permit"}]);
    json!({
        "size": 4711, "indexed": 4711, "total": or_null(12.into()), "similar": false, "limited": false, "truncated": false, "understood": true,
        "records": [{
            "authority": "610323-SCJG", "authority_name": "…", "corrected": false, "date": or_null("2026-09-01".into()), "href": "/record/4711", "index": 4711,
            "kind": "permit", "kind_name": "…", "logged_at": "2026-09-01T01:00:00Z", "name": or_null("…".into()), "number": or_null("…".into()),
            "proof": "/api/v1/proof/4711", "region": or_null("610323".into()), "uscc": or_null("91000000MA00000900".into()),
        }],
        "facets": or_null(json!({"authority": facet, "code": facet, "kind": facet, "region": facet, "year": facet})),
        "next": or_null("/api/v1/search?after=…".into()), "checkpoint": "…",
    })
}

/// `POST /api/v1/desk/table`.
pub(super) fn table() -> Value {
    json!({
        "sheet": or_null("…".into()), "others": ["…"], "headers": ["permit_no"],
        "rows": [{
            "line": 2, "cells": ["1"], "body": or_null("{}".into()), "repeats": or_null(1.into()),
            "faults": [{"column": or_null(0.into()), "text": "…"}],
        }],
    })
}

/// `GET /api/v1/review`.
pub(super) fn review() -> Value {
    json!({
        "records": [{
            "index": 4711, "kind": "penalty", "authority": "610323-SCJG", "rule": "samr107-minor@2025-12-25", "last_day": or_null("2026-12-31".into()),
        }],
        "next": or_null(4711.into()), "undecided": 3,
    })
}
