//! What `withdraw`, `erase` and `approve` share once it is known which records: showing them, asking, sending, and saying what came of it.

use super::{Office, count_arg, index_arg, said};
use crate::commands::out::Printed;
use crate::commands::remote;
use crate::commands::words::{While as _, told};
use gongshi::domain::Kind;
use gongshi::ingest::revise::{
    Asked, Found, FoundError, IndexFault, Leaving, TargetFault, admit, record_lines,
};
use gongshi::ingest::{Answer, KeyFile, Patience, deliver};
use gongshi::intake::Event;
use gongshi::text::Lang;
use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

/// Which records are to leave, and which have.
pub struct Sorted {
    /// Still to be ended.
    pub open: Vec<Found>,
    /// Ended already: the record, and the entry that did it.
    pub done: Vec<(u64, u64)>,
}

/// Fetches records and sorts them; `None` where some are at fault, each of which is told.
pub fn sort(
    office: &Office,
    kind: Kind,
    key: &KeyFile,
    asked: &[Asked],
) -> anyhow::Result<Option<Sorted>> {
    let mut sorted = Sorted {
        open: Vec::new(),
        done: Vec::new(),
    };
    let mut faults = Vec::new();
    for one in asked {
        let mut found = match Found::fetch(&office.client, &office.policy, one.index) {
            Ok(found) => found,
            Err(FoundError::Beyond(index)) => {
                let args = [("index", index_arg(index))];
                faults.push((one.line, office.said("fault-beyond", &args)));
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        match admit(kind, &found, &key.authority) {
            Ok(None) => {
                // To everybody else the server says no more what refers to a record that has left.
                if found.ended.is_some() {
                    let (origin, now) = (&office.state.origin, office.now());
                    found.ask_referrers(&office.client, origin, key, now)?;
                }
                sorted.open.push(found);
            }
            Ok(Some(by)) => sorted.done.push((one.index, by)),
            Err(fault) => {
                let words = target_fault(office, &fault);
                let args = [("index", index_arg(one.index)), ("reason", words.into())];
                faults.push((one.line, office.said("ending-at", &args)));
            }
        }
    }
    if faults.is_empty() {
        return Ok(Some(sorted));
    }
    tell_faults(office.lang, &faults);
    Ok(None)
}

/// Tells faults of a list, each with its line, and that nothing was done.
pub fn tell_faults(lang: Lang, faults: &[(Option<u64>, String)]) {
    for (line, words) in faults {
        match line {
            None => eprintln!("{words}"),
            Some(line) => {
                let args = [("line", index_arg(*line)), ("reason", words.clone().into())];
                eprintln!("{}", said(lang, "ending-at-line", &args));
            }
        }
    }
    let args = [("count", count_arg(faults.len()))];
    eprintln!("{}", said(lang, "ending-faulty", &args));
}

/// What is wrong with a word that should be an index.
pub fn index_fault(lang: Lang, fault: &IndexFault) -> String {
    match fault {
        IndexFault::Number(word) => said(lang, "fault-number", &[("value", word.clone().into())]),
        IndexFault::Twice { index } => said(lang, "fault-twice", &[("index", index_arg(*index))]),
    }
}

fn target_fault(office: &Office, fault: &TargetFault) -> String {
    match fault {
        TargetFault::Permanent(kind) => {
            let kind = gongshi::text::Catalogue::built_in().kind(office.lang, kind);
            office.said("fault-permanent", &[("kind", kind.into())])
        }
        TargetFault::Foreign(by) => {
            office.said("fault-foreign", &[("authority", by.to_string().into())])
        }
        TargetFault::Unclear => office.said("fault-unclear", &[]),
    }
}

impl Sorted {
    /// Says what is done already, and of each other record what it is and what becomes of it.
    pub fn show(&self, office: &Office, kind: Kind, of: impl Fn(&Found) -> Vec<String>) {
        for (index, by) in &self.done {
            let args = [("index", index_arg(*index)), ("by", index_arg(*by))];
            office.say("ending-done", &args);
        }
        let names = office.names();
        for found in &self.open {
            let lines = record_lines(office.lang, found, &names, Leaving::Yes);
            for line in lines.into_iter().chain(of(found)) {
                eprintln!("{line}");
            }
        }
        let count = [("count", count_arg(self.open.len()))];
        if self.open.is_empty() {
            return office.say("ending-nothing", &[]);
        }
        office.say(&format!("ending-{}", kind.as_str()), &count);
        if kind == Kind::Erasure {
            office.say("ending-backups", &[]);
        }
    }

    /// Asks for what nobody types by mistake, unless `yes`.
    pub fn confirm(&self, office: &Office, kind: Kind, yes: bool) -> anyhow::Result<()> {
        if yes || self.open.is_empty() {
            return Ok(());
        }
        let word = format!("{} {}", kind.as_str(), self.open.len());
        office.say("ending-confirm", &[("word", word.as_str().into())]);
        if std::io::stdin().is_terminal() {
            eprint!("> ");
            std::io::stderr().flush()?;
        }
        let mut typed = String::new();
        let read = std::io::stdin().read_line(&mut typed);
        read.told("error-input", Vec::new())?;
        if typed.trim() != word {
            return Err(told("ending-unconfirmed", Vec::new()));
        }
        Ok(())
    }

    /// Sends the events about the open records, in their order, and prints a line for every record: its index, and that of the
    /// entry that ended it.
    pub fn send(&self, office: &Office, events: &[Event]) -> anyhow::Result<ExitCode> {
        let lines: Vec<String> = events.iter().map(Event::to_json).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let (mut printed, mut refused) = (Printed::default(), false);
        for (index, by) in &self.done {
            printed.line(format_args!("{index}\t{by}"));
        }
        let mut late = Vec::new();
        let answered = &mut |place: usize, answer| match answer {
            Answer::Logged { index, .. } => {
                printed.line(format_args!("{}\t{index}", self.open[place].index));
            }
            Answer::Refused(reason) => {
                let ended = |code: &str| matches!(code, "already_ended" | "already_erased");
                // A run that was cut short, or somebody else, has done it since.
                if reason.errors.iter().any(|error| ended(&error.code)) {
                    return late.push(self.open[place].index);
                }
                refused = true;
                let words = reason.words(office.lang).join("\n  ");
                let args = [
                    ("index", index_arg(self.open[place].index)),
                    ("reason", words.into()),
                ];
                office.say("ending-at", &args);
            }
        };
        let waiting = &mut remote::say_waiting(office.lang);
        deliver(
            &office.client,
            Patience::default(),
            &lines,
            answered,
            waiting,
        )?;
        for index in late {
            let ended = office.find(index)?.ended;
            let by = ended.map(|ended| ended.erased_by().unwrap_or(ended.by));
            let by = by.ok_or_else(|| told("error-left", vec![("index", index_arg(index))]))?;
            office.say(
                "ending-done",
                &[("index", index_arg(index)), ("by", index_arg(by))],
            );
            printed.line(format_args!("{index}\t{by}"));
        }
        printed.end().told("error-unprinted", Vec::new())?;
        Ok(ExitCode::from(u8::from(refused)))
    }
}
