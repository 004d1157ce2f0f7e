//! C2SP tlog-policy: which logs, which witnesses, and how many of them make a quorum.
//!
//! A policy is octets: names are compared as bytes and need not be UTF-8. Every refusal names its
//! line. What a policy accepts is decided here; what a checkpoint is, in [`crate::checkpoint`].

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::checkpoint::SignedCheckpoint;
use crate::encoding::decimal;
use crate::note::{KeyKind, NoteError, SignatureCheck, VerifierKey};

/// Largest policy file in bytes.
pub const MAX_POLICY: usize = 1_000_000;

/// Which line of a policy is refused, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("policy line {line}: {reason}")]
pub struct PolicyError {
    /// Line, counted from 1; the last line when something is missing from the whole file.
    pub line: usize,
    /// What is wrong there.
    pub reason: PolicyReason,
}

/// What is wrong with a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyReason {
    /// Over [`MAX_POLICY`] bytes.
    #[error("the policy is over 1 MB")]
    TooLarge,
    /// A control character other than tab and newline.
    #[error("control characters other than tab and newline are not allowed")]
    ControlCharacter,
    /// Not log, witness, group or quorum.
    #[error("a line starts with log, witness, group or quorum")]
    Keyword,
    /// Too few or too many items.
    #[error("expected: {0}")]
    Items(&'static str),
    /// Not a verifier key.
    #[error("not a usable verifier key: {0}")]
    Key(#[from] NoteError),
    /// A witness key that is not a cosignature key.
    #[error("a witness key has signature type 0x04")]
    WitnessKeyType,
    /// The public key of an earlier log or witness line.
    #[error("this public key is already that of line {0}")]
    DuplicateKey(usize),
    /// A name defined before, or the predefined `none`.
    #[error("this name is already defined")]
    DuplicateName,
    /// A name not defined on an earlier line, or `none` as a member.
    #[error("{0} is not defined on an earlier line")]
    UnknownName(String),
    /// A name that is a group member already.
    #[error("{0} is already a member of a group")]
    AlreadyMember(String),
    /// Not all, any or a number from 1 to the number of members.
    #[error("a threshold is all, any, or a number from 1 to the number of members")]
    Threshold,
    /// A second quorum line.
    #[error("there is exactly one quorum line")]
    SecondQuorum,
    /// No quorum line in the whole file.
    #[error("there is no quorum line")]
    NoQuorum,
}

/// A log of the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyLog {
    /// Its key; the key's name is the log's origin.
    pub key: VerifierKey,
    /// Where the log is, if said; bytes as written.
    pub url: Option<Vec<u8>>,
}

/// A witness of the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyWitness {
    /// Its name within the policy; bytes as written.
    pub name: Vec<u8>,
    /// Its cosignature key.
    pub key: VerifierKey,
    /// Where the witness is, if said; bytes as written.
    pub url: Option<Vec<u8>>,
}

/// A member of a group, or the quorum itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Member {
    Witness(usize),
    Group(usize),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Group {
    threshold: usize,
    /// Witnesses, and groups of earlier lines only.
    members: Vec<Member>,
}

/// A policy: logs, witnesses and the quorum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    groups: Vec<Group>,
    /// `None` is the line `quorum none`.
    quorum: Option<Member>,
}

/// What the policy's logs say about a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogOutcome {
    /// A log of this origin signed it with this key.
    Signed(VerifierKey),
    /// No log of the policy has this origin.
    UnknownOrigin,
    /// A log of this origin is known, but none of its keys signed.
    NotSigned,
    /// A signature line of a known key, log or witness, does not verify: the whole note is refused.
    BadSignature(String),
}

/// A witness that cosigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessSeen {
    /// Its name within the policy; bytes that are not UTF-8 replaced.
    pub name: String,
    /// When it says it saw this checkpoint as the newest: POSIX seconds.
    pub timestamp: u64,
}

/// What a policy says about a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyOutcome {
    /// The log's signature.
    pub log: LogOutcome,
    /// The witnesses whose cosignatures verify, in the policy's order.
    pub witnesses: Vec<WitnessSeen>,
    /// Whether those are enough.
    pub quorum_met: bool,
}

impl PolicyOutcome {
    /// Whether the checkpoint is valid under the policy.
    pub fn accepted(&self) -> bool {
        matches!(self.log, LogOutcome::Signed(_)) && self.quorum_met
    }
}

impl Policy {
    /// Reads a policy file.
    pub fn parse(input: impl AsRef<[u8]>) -> Result<Self, PolicyError> {
        let input = input.as_ref();
        let fail = |line, reason| Err(PolicyError { line, reason });
        if input.len() > MAX_POLICY {
            return fail(1, PolicyReason::TooLarge);
        }
        let mut builder = Builder::default();
        let mut last = 1;
        for (at, line) in input.split(|b| *b == b'\n').enumerate() {
            last = at + 1;
            if line
                .iter()
                .any(|b| (*b < b' ' && *b != b'\t') || *b == 0x7f)
            {
                return fail(last, PolicyReason::ControlCharacter);
            }
            let items: Vec<&[u8]> = line
                .split(|b| *b == b' ' || *b == b'\t')
                .filter(|item| !item.is_empty())
                .collect();
            builder
                .line(last, &items)
                .map_err(|reason| PolicyError { line: last, reason })?;
        }
        match builder.quorum {
            None => fail(last, PolicyReason::NoQuorum),
            Some(quorum) => Ok(Self {
                logs: builder.logs,
                witnesses: builder.witnesses,
                groups: builder.groups,
                quorum,
            }),
        }
    }

    /// The logs, in the order of the file.
    pub fn logs(&self) -> &[PolicyLog] {
        &self.logs
    }

    /// The witnesses, in the order of the file.
    pub fn witnesses(&self) -> &[PolicyWitness] {
        &self.witnesses
    }

    /// Whether the policy asks for any witness at all (false for `quorum none`).
    pub fn asks_for_witnesses(&self) -> bool {
        self.quorum.is_some()
    }

    /// What this policy says about a checkpoint. Unknown keys are ignored; a bad signature of a
    /// known key refuses the whole (C2SP signed-note, "Signatures").
    pub fn evaluate(&self, signed: &SignedCheckpoint) -> PolicyOutcome {
        let mut bad = None;
        let mut known_origin = false;
        let mut signer = None;
        for log in &self.logs {
            let own = log.key.name == signed.checkpoint.origin;
            known_origin |= own;
            match signed.verify(&log.key) {
                SignatureCheck::Invalid => bad = Some(log.key.name.clone()),
                SignatureCheck::Verified(_) if own => {
                    signer.get_or_insert_with(|| log.key.clone());
                }
                _ => {}
            }
        }
        let mut seen = Vec::new();
        let mut cosigned = Vec::with_capacity(self.witnesses.len());
        for witness in &self.witnesses {
            let check = signed.verify(&witness.key);
            cosigned.push(matches!(check, SignatureCheck::Verified(_)));
            match check {
                SignatureCheck::Invalid => bad = Some(display(&witness.name)),
                SignatureCheck::Verified(statement) => {
                    if let Some(timestamp) = statement.timestamp {
                        seen.push(WitnessSeen {
                            name: display(&witness.name),
                            timestamp,
                        });
                    }
                }
                SignatureCheck::Absent => {}
            }
        }
        let log = match (bad, signer) {
            (Some(name), _) => LogOutcome::BadSignature(name),
            (None, Some(key)) => LogOutcome::Signed(key),
            (None, None) if known_origin => LogOutcome::NotSigned,
            (None, None) => LogOutcome::UnknownOrigin,
        };
        PolicyOutcome {
            log,
            witnesses: seen,
            quorum_met: self.quorum_met(&cosigned),
        }
    }

    /// Whether the quorum is met by the cosignatures with timestamps up to `latest` (POSIX
    /// seconds): for showing that a checkpoint existed by then.
    pub fn quorum_met_by(&self, signed: &SignedCheckpoint, latest: u64) -> bool {
        let cosigned: Vec<bool> = self
            .witnesses
            .iter()
            .map(|witness| match signed.verify(&witness.key) {
                SignatureCheck::Verified(statement) => {
                    statement.timestamp.is_some_and(|at| at <= latest)
                }
                _ => false,
            })
            .collect();
        self.quorum_met(&cosigned)
    }

    /// `cosigned[i]`: whether witness `i` cosigned.
    fn quorum_met(&self, cosigned: &[bool]) -> bool {
        // Groups have members of earlier lines only, so one pass in order settles them all.
        let mut met: Vec<bool> = Vec::with_capacity(self.groups.len());
        for group in &self.groups {
            let count = group
                .members
                .iter()
                .filter(|member| has(member, cosigned, &met))
                .count();
            met.push(count >= group.threshold);
        }
        self.quorum
            .is_none_or(|quorum| has(&quorum, cosigned, &met))
    }
}

fn has(member: &Member, cosigned: &[bool], groups: &[bool]) -> bool {
    match member {
        Member::Witness(at) => cosigned[*at],
        Member::Group(at) => groups[*at],
    }
}

fn display(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

/// A policy while its lines are read.
#[derive(Default)]
struct Builder {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    groups: Vec<Group>,
    /// `Some(None)` once `quorum none` was read.
    quorum: Option<Option<Member>>,
    /// Names of witnesses and groups, with whether they are a group's member already.
    names: BTreeMap<Vec<u8>, (Member, bool)>,
    /// Public keys of log lines and of witness lines, with their line.
    log_keys: BTreeMap<[u8; 32], usize>,
    witness_keys: BTreeMap<[u8; 32], usize>,
}

impl Builder {
    fn line(&mut self, line: usize, items: &[&[u8]]) -> Result<(), PolicyReason> {
        match items {
            [] => Ok(()),
            [first, ..] if first.starts_with(b"#") => Ok(()),
            [b"log", rest @ ..] => self.log(line, rest),
            [b"witness", rest @ ..] => self.witness(line, rest),
            [b"group", rest @ ..] => self.group(rest),
            [b"quorum", rest @ ..] => self.quorum(rest),
            _ => Err(PolicyReason::Keyword),
        }
    }

    fn log(&mut self, line: usize, items: &[&[u8]]) -> Result<(), PolicyReason> {
        let (key, url) = match items {
            [key] => (key, None),
            [key, url] => (key, Some(url.to_vec())),
            _ => return Err(PolicyReason::Items("log <vkey> [<url>]")),
        };
        let key = verifier_key(key)?;
        if let Some(earlier) = self.log_keys.insert(*key.key.as_bytes(), line) {
            return Err(PolicyReason::DuplicateKey(earlier));
        }
        self.logs.push(PolicyLog { key, url });
        Ok(())
    }

    fn witness(&mut self, line: usize, items: &[&[u8]]) -> Result<(), PolicyReason> {
        let (name, key, url) = match items {
            [name, key] => (name, key, None),
            [name, key, url] => (name, key, Some(url.to_vec())),
            _ => return Err(PolicyReason::Items("witness <name> <vkey> [<url>]")),
        };
        let key = verifier_key(key)?;
        if key.kind != KeyKind::CosignatureV1 {
            return Err(PolicyReason::WitnessKeyType);
        }
        if let Some(earlier) = self.witness_keys.insert(*key.key.as_bytes(), line) {
            return Err(PolicyReason::DuplicateKey(earlier));
        }
        self.define(name, Member::Witness(self.witnesses.len()))?;
        self.witnesses.push(PolicyWitness {
            name: name.to_vec(),
            key,
            url,
        });
        Ok(())
    }

    fn group(&mut self, items: &[&[u8]]) -> Result<(), PolicyReason> {
        let [name, threshold, members @ ..] = items else {
            return Err(PolicyReason::Items("group <name> all|any|<k> <name>..."));
        };
        if members.is_empty() {
            return Err(PolicyReason::Items("group <name> all|any|<k> <name>..."));
        }
        let threshold = match *threshold {
            b"all" => members.len(),
            b"any" => 1,
            number => core::str::from_utf8(number)
                .ok()
                .and_then(decimal)
                .and_then(|k| usize::try_from(k).ok())
                .filter(|k| (1..=members.len()).contains(k))
                .ok_or(PolicyReason::Threshold)?,
        };
        let mut found = Vec::with_capacity(members.len());
        for member in members {
            let (defined, used) = self
                .names
                .get_mut(*member)
                .ok_or_else(|| PolicyReason::UnknownName(display(member)))?;
            if *used {
                return Err(PolicyReason::AlreadyMember(display(member)));
            }
            *used = true;
            found.push(*defined);
        }
        self.define(name, Member::Group(self.groups.len()))?;
        self.groups.push(Group {
            threshold,
            members: found,
        });
        Ok(())
    }

    fn quorum(&mut self, items: &[&[u8]]) -> Result<(), PolicyReason> {
        let [name] = items else {
            return Err(PolicyReason::Items("quorum <name>"));
        };
        let quorum = match *name {
            b"none" => None,
            name => Some(
                self.names
                    .get(name)
                    .ok_or_else(|| PolicyReason::UnknownName(display(name)))?
                    .0,
            ),
        };
        match self.quorum.replace(quorum) {
            None => Ok(()),
            Some(_) => Err(PolicyReason::SecondQuorum),
        }
    }

    fn define(&mut self, name: &[u8], member: Member) -> Result<(), PolicyReason> {
        if name == b"none" || self.names.contains_key(name) {
            return Err(PolicyReason::DuplicateName);
        }
        self.names.insert(name.to_vec(), (member, false));
        Ok(())
    }
}

fn verifier_key(item: &[u8]) -> Result<VerifierKey, PolicyReason> {
    let text = core::str::from_utf8(item).map_err(|_| NoteError::KeyName)?;
    Ok(VerifierKey::parse(text)?)
}
