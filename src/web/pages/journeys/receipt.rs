//! A receipt code: where it is typed, what it leads to, and the paper with it.
//!
//! What left publication leaves only that it did. A code that does not match is told, never guessed at.

use super::{Basis, Followed, Standing};
use crate::domain::dates::day_in_china;
use crate::domain::{Kind, View};
use crate::model::HowMet;
use crate::model::journeys::{Deadline, Journey, Step, What};
use crate::rules::{Document, Rules};
use crate::text::qr::Qr;
use crate::web::journeys::{NoReceipt, Receipt, without_names};
use crate::web::links;
use crate::web::pages::fault::{Fault, shortened};
use crate::web::pages::fields::{FieldRow, Fields};
use crate::web::pages::{Answer, Link, POLICY_FILE, Page, Visit};
use crate::web::render::Moment;
use actix_web::http::StatusCode;
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::leaf_hash;
use gongshi_verify::receipt::{ReceiptCode, ReceiptError};
use gongshi_verify::registry::Registry;
use serde::Serialize;
use serde_json::Value;

/// A step with what its record says of it.
#[derive(Serialize)]
struct Told {
    text: String,
    on: Option<String>,
    entry: Link,
    authority: Link,
    corrected: bool,
    bad: bool,
    /// Papers that were to follow, or came.
    papers: Option<Promised>,
    rows: Vec<FieldRow>,
}

/// Papers that an application was accepted without.
#[derive(Serialize)]
struct Promised {
    names: String,
    due: Option<String>,
}

impl Promised {
    fn of(visit: &Visit, journey: &Journey<'_>, step: &Step) -> Option<Self> {
        let papers = step.papers.as_ref()?;
        let asked = asked(visit, journey);
        let name = |code: &String| {
            let paper = asked.iter().find(|paper| spelt(&paper.name) == *code);
            paper.map_or_else(|| code.clone(), |paper| visit.paper(paper))
        };
        let names: Vec<String> = papers.codes.iter().map(name).collect();
        Some(Promised {
            names: names.join(&visit.word("page-list-comma")),
            due: papers.due_on.map(|day| day.to_string()),
        })
    }
}

/// A term.
#[derive(Serialize)]
struct Term {
    text: String,
    starts: String,
    due: Option<String>,
    /// Why there is no last day.
    unknown: Option<String>,
    /// How it stands.
    state: String,
    class: &'static str,
    /// The entry that met it.
    met: Option<Link>,
    basis: Basis,
    /// Whether it still runs, or is over and unmet.
    open: bool,
}

/// A paper.
#[derive(Serialize)]
struct Paper {
    name: String,
    state: String,
    class: &'static str,
}

/// Members of a record that a step shows, in the order of the table.
const SHOWN: &[(What, &[&str])] = &[
    (
        What::Filed,
        &[
            "application_no",
            "objection_no",
            "promise_no",
            "objection_type",
            "promise_type",
            "repair_kind",
            "target",
            "channel",
            "objection_text",
            "content",
            "due_on",
        ],
    ),
    (What::NotAccepted, &["reason"]),
    (What::Used, &["repair_kind", "target"]),
    (
        What::Decided,
        &[
            "decision_no",
            "stopped_on",
            "reason",
            "legal_basis",
            "correction",
        ],
    ),
    (
        What::Lifted,
        &[
            "listing",
            "mark",
            "target",
            "reverses",
            "removed_reason",
            "serious_removal_reason",
            "withdrawal_reason",
            "decision_no",
        ],
    ),
    (What::Corrected, &["target", "reason"]),
    (What::Settled, &["content", "note"]),
];

/// Where a code is typed.
pub(in crate::web::pages) fn form(visit: &Visit) -> Result<Answer, Fault> {
    match visit.parameter("code").filter(|code| !code.is_empty()) {
        None => typed(visit, "", None, StatusCode::OK),
        Some(code) => match ReceiptCode::parse(&code) {
            Ok(code) => Ok(Answer::Redirect(links::receipt(visit.lang, &code))),
            Err(error) => malformed(visit, &code, error),
        },
    }
}

fn malformed(visit: &Visit, given: &str, error: ReceiptError) -> Result<Answer, Fault> {
    let why = match error {
        ReceiptError::Length => visit.word("page-receipt-bad-length"),
        ReceiptError::Index => visit.word("page-receipt-bad-index"),
        ReceiptError::Character(character) => {
            let character = shortened(&character.to_string());
            visit.say(
                "page-receipt-bad-character",
                &[("character", character.into())],
            )
        }
    };
    typed(visit, given, Some(why), StatusCode::BAD_REQUEST)
}

fn typed(
    visit: &Visit,
    given: &str,
    why: Option<String>,
    status: StatusCode,
) -> Result<Answer, Fault> {
    let mut page = Page::new("receipts.html", visit.word("page-receipts-title"))
        .with("given", &shortened(given))
        .with("why", &why)
        .with("action", &links::page(visit.lang, "/receipts", ""));
    page.status = status;
    page.done()
}

/// What a code leads to, or the page or redirect to be shown instead.
fn found<'a>(visit: &'a Visit, suffix: &str) -> Result<Result<Receipt<'a>, Answer>, Fault> {
    let number = |index: u64| i64::try_from(index).unwrap_or(i64::MAX).into();
    let missing = |key: &str, code: &ReceiptCode| {
        let args = [
            ("code", code.to_string().into()),
            ("index", number(code.index)),
        ];
        let why = visit.say(key, &args);
        typed(visit, &code.to_string(), Some(why), StatusCode::NOT_FOUND).map(Err)
    };
    match Receipt::find(&visit.portal, &visit.key) {
        Ok(receipt) if receipt.code.to_string() != visit.key => {
            let place = links::receipt(visit.lang, &receipt.code) + suffix;
            Ok(Err(Answer::Redirect(place)))
        }
        Ok(receipt) => Ok(Ok(receipt)),
        Err(NoReceipt::Malformed(error)) => malformed(visit, &visit.key, error).map(Err),
        Err(NoReceipt::Beyond(code)) => missing("page-receipt-beyond", &code),
        Err(NoReceipt::Mismatch(code)) => missing("page-receipt-mismatch", &code),
        Err(NoReceipt::Unread(problem)) => Err(problem.into()),
    }
}

/// What every page of a receipt has.
fn begun(
    visit: &Visit,
    registry: &Registry,
    receipt: &Receipt<'_>,
    page: Page,
) -> Result<Page, Fault> {
    let entry = &receipt.stored.entry;
    let loaded = visit.load(receipt.code.index)?;
    let name = visit.name_of(&loaded);
    let code = receipt.code.to_string();
    let path = format!("/receipts/{code}");
    let address = visit.site.as_ref().map(|site| format!("{site}{path}"));
    let mut page = page
        .with("code", &code)
        .with("index", &receipt.code.index)
        .with("kind", &visit.kind_name(entry.kind.as_str()))
        .with("name", &name)
        .with("entry", &visit.entry_link(receipt.code.index))
        .with(
            "authority",
            &visit.authority_link(registry, entry.authority.as_str()),
        )
        .with("logged", &Moment::new(visit.lang, entry.logged_at))
        .with("leaf_hash", &hex(&leaf_hash(entry.to_text().as_bytes())))
        .with("public", &receipt.stored.body.is_some())
        .with("address", &address)
        .with("qr", &Qr::of(address.as_ref().unwrap_or(&code)))
        .with(
            "print",
            &links::page(visit.lang, &format!("{path}/print"), ""),
        )
        .with("here_path", &links::page(visit.lang, &path, ""))
        .with("proof", &crate::intake::link_path(receipt.code.index))
        .with("proof_file", &format!("{}.tlog-proof", receipt.code.index))
        .with("policy_file", POLICY_FILE)
        .with("json", &format!("/api/v1{path}"))
        .with("foreign", &crate::web::pages::summary::foreign(visit.lang))
        .above(visit.link("page-receipts-title", "/receipts"));
    // A receipt is between its subject and the department: nobody has to find it by a search engine.
    page.indexable = false;
    Ok(page)
}

/// What a code leads to.
pub(in crate::web::pages) fn page(visit: &Visit) -> Result<Answer, Fault> {
    let receipt = match found(visit, "")? {
        Ok(receipt) => receipt,
        Err(answer) => return Ok(answer),
    };
    let registry = visit.portal.intake.registry();
    let title = visit.say(
        "page-receipt-title",
        &[("code", receipt.code.to_string().into())],
    );
    let page = begun(visit, &registry, &receipt, Page::new("receipt.html", title))?;
    let Some(journey) = &receipt.journey else {
        let loaded = visit.load(receipt.code.index)?;
        return page
            .with("followed", &Followed::of(visit, &loaded)?)
            .with("journey", &false)
            .done();
    };
    let own = journey.begun.index == receipt.code.index;
    let begun = visit.entry_link(journey.begun.index);
    let steps = journey
        .steps
        .iter()
        .map(|step| told(visit, &registry, journey, step));
    let steps: Vec<Told> = steps.collect();
    let terms: Vec<Term> = journey
        .deadlines
        .iter()
        .map(|one| term(visit, one))
        .collect();
    page.with("journey", &true)
        .with("own", &own)
        .with("begun", &begun)
        .with("matter", &visit.matter(journey))
        .with("state", &Standing::of(visit, journey.state))
        .with("over", &journey.state.is_over())
        .with("steps", &steps)
        .with("terms", &terms)
        .with("papers", &papers(visit, journey))
        .with("today", &visit.today.to_string())
        .done()
}

/// The paper with a code: to be printed, or kept in a file.
pub(in crate::web::pages) fn slip(visit: &Visit) -> Result<Answer, Fault> {
    let receipt = match found(visit, "/print")? {
        Ok(receipt) => receipt,
        Err(answer) => return Ok(answer),
    };
    let registry = visit.portal.intake.registry();
    let code = receipt.code.to_string();
    let title = visit.say("page-receipt-slip-title", &[("code", code.into())]);
    let page = begun(
        visit,
        &registry,
        &receipt,
        Page::new("receipt-slip.html", title),
    )?;
    let journey = receipt.journey.as_ref();
    let day = day_in_china(receipt.stored.entry.logged_at.unix()).to_string();
    let gaps: Vec<Told> = journey
        .into_iter()
        .flat_map(|journey| journey.steps.iter().map(move |step| (journey, step)))
        .filter(|(_, step)| step.papers.is_some())
        .map(|(journey, step)| told(visit, &registry, journey, step))
        .collect();
    page.with("matter", &journey.map(|journey| visit.matter(journey)))
        .with("gaps", &gaps)
        .with("day", &day)
        .done()
}

fn told(visit: &Visit, registry: &Registry, journey: &Journey<'_>, step: &Step) -> Told {
    let record = &step.record;
    let view = record.view();
    let members = SHOWN.iter().find(|(what, _)| *what == step.what);
    let members = members.map_or(&[][..], |(_, members)| members);
    let body = members.iter().filter_map(|name| {
        let value = match view.value_of(name)? {
            Value::String(text) => Value::String(without_names(text, journey, step)),
            other => other.clone(),
        };
        Some(((*name).to_owned(), value))
    });
    let body = body.collect();
    let place = Rules::place(Some(record.authority()), &view, record.logged_on());
    let refused = ["refused", "rescinded", "rejected", "not_accepted"];
    let outcome = |view: &View<'_>| {
        let names = ["repair_outcome", "objection_outcome", "fulfilment"];
        names
            .iter()
            .find_map(|name| view.text_of(name).map(str::to_owned))
    };
    let bad = match step.what {
        What::NotAccepted => true,
        What::PapersCame => step.is_late() == Some(true),
        What::Decided => outcome(&view).is_some_and(|one| refused.contains(&one.as_str())),
        What::Settled => outcome(&view).is_some_and(|one| one != "kept"),
        _ => false,
    };
    Told {
        text: visit.step(step),
        on: step.on.map(|day| day.to_string()),
        entry: visit.entry_link(step.entry),
        authority: visit.authority_link(registry, record.authority()),
        corrected: record.corrected_by.is_some(),
        bad,
        papers: Promised::of(visit, journey, step),
        rows: Fields::of(visit, registry, record.kind(), &body, place).rows,
    }
}

fn term(visit: &Visit, one: &Deadline<'_>) -> Term {
    let (due, unknown) = visit.due(&one.due_on);
    let days = |from: jiff::civil::Date, to: jiff::civil::Date| {
        i64::from(from.until(to).map_or(0, |span| span.get_days()))
    };
    let (state, class) = match (&one.due_on, one.met.map(|met| (met.how, one.met_on))) {
        (Ok(due), Some((HowMet::Late, Some(on)))) => {
            let args = [
                ("date", on.to_string().into()),
                ("n", days(*due, on).into()),
            ];
            (visit.say("page-journey-met-late", &args), "bad")
        }
        // The day is not told of a record that is no longer public, or says nothing.
        (_, Some((HowMet::Late, _))) => (visit.word("page-duty-late"), "bad"),
        // Nor of what was in time: a promise was kept whenever somebody looked.
        (_, Some((HowMet::InTime, _))) => (visit.word("page-duty-in-time"), "good"),
        (_, Some((HowMet::Undecided, _))) => (visit.word("page-duty-undecided"), ""),
        (Ok(due), None) if *due < visit.today => {
            let args = [("n", days(*due, visit.today).into())];
            (visit.say("page-journey-overdue", &args), "bad")
        }
        (Ok(due), None) => {
            let args = [("n", days(visit.today, *due).into())];
            (visit.say("page-journey-left", &args), "open")
        }
        (Err(_), None) => (visit.word("page-journey-open"), "open"),
    };
    Term {
        text: visit.duty(one.rule),
        starts: one.starts_on.to_string(),
        due,
        unknown,
        state,
        class,
        met: one.met.map(|met| visit.entry_link(met.by)),
        basis: visit.basis(one.rule),
        open: one.met.is_none(),
    }
}

/// The papers that the rules ask for on the day and in the place of an application.
fn asked<'a>(visit: &'a Visit, journey: &Journey<'_>) -> &'a [Document] {
    let view = journey.begun.view();
    let kind = view.text_of("repair_kind").unwrap_or_default();
    let rules = visit.portal.intake.rules();
    let asked = view
        .region()
        .and_then(|region| rules.documents(kind, region, journey.begun.day()));
    asked.map_or(&[][..], |asked| &asked.documents)
}

/// A paper's name as records spell it.
fn spelt(name: &str) -> String {
    name.replace('-', "_")
}

/// The papers of an application: those that the rules ask for and those that it names, each with how it stands.
fn papers(visit: &Visit, journey: &Journey<'_>) -> Vec<Paper> {
    let view = journey.begun.view();
    if journey.begun.kind() != Kind::RepairApplication {
        return Vec::new();
    }
    let asked = asked(visit, journey);
    let handed: Vec<&str> = view.codes_of("documents").collect();
    let missing: Vec<&str> = view.codes_of("missing_documents").collect();
    let mut known: Vec<String> = Vec::new();
    let mut all = Vec::new();
    let state = |code: &str, zh: &str| {
        let is = |list: &[&str]| list.iter().any(|one| spelt(one) == code || *one == zh);
        match (is(&missing), is(&handed)) {
            (true, _) => ("page-journey-paper-missing", "bad"),
            (false, true) => ("page-journey-paper-there", "good"),
            (false, false) => ("page-journey-paper-unsaid", ""),
        }
    };
    for paper in asked {
        let code = spelt(&paper.name);
        let (word, class) = state(&code, &paper.zh);
        known.extend([code, paper.zh.clone()]);
        all.push(Paper {
            name: visit.paper(paper),
            state: visit.word(word),
            class,
        });
    }
    let others = view.codes_of("other_documents").collect::<Vec<_>>();
    for name in handed.iter().chain(&others).chain(&missing) {
        if known.contains(&spelt(name)) || known.iter().any(|one| one == name) {
            continue;
        }
        known.push((*name).to_owned());
        let (word, class) = match missing.contains(name) {
            true => ("page-journey-paper-missing", "bad"),
            false => ("page-journey-paper-there", "good"),
        };
        all.push(Paper {
            name: (*name).to_owned(),
            state: visit.word(word),
            class,
        });
    }
    // A decision says nothing of papers, and who applied for it had none to hand in.
    if handed.is_empty() && missing.is_empty() && journey.state.is_over() {
        all.clear();
    }
    all
}
