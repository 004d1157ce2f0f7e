//! A small log built with the library's own types: operator, department, records, witnesses.
//!
//! Every seed and time is fixed, so every test run sees the same bytes.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]
#![allow(dead_code, reason = "each test binary uses its own part")]

use gongshi_verify::checkpoint::Checkpoint;
use gongshi_verify::consistency::{ConsistencyProof, NewTree};
use gongshi_verify::draw::library::{Form, Library};
use gongshi_verify::encoding::hex;
use gongshi_verify::entry::{Entry, Statement};
use gongshi_verify::extra::{ChainLink, Extra};
use gongshi_verify::hash::{Hash, leaf_hash, node_hash, sha256};
use gongshi_verify::json::{self, Value};
use gongshi_verify::keys::SecretKey;
use gongshi_verify::merkle::{consistency_nodes, inclusion_nodes, tree_head};
use gongshi_verify::names::{AuthorityId, KindName, Origin, RegionCode, needs_cosignature};
use gongshi_verify::note::{KeyKind, SignerKey, cosign, sign_note};
use gongshi_verify::policy::Policy;
use gongshi_verify::record::Record;
use gongshi_verify::registry::{
    AuthorityAction, Profile, Registry, Role, RotationBasis, key_proof_message, rotation_message,
};
use gongshi_verify::time::Timestamp;
use gongshi_verify::tlog_proof::TlogProof;
use rs_merkle::Hasher;

pub const ORIGIN: &str = "example.org/log";
pub const OPERATOR: &str = "610323-OP";
pub const DEPARTMENT: &str = "610323-SCJG";

pub fn origin() -> Origin {
    Origin::parse(ORIGIN).unwrap()
}

pub fn id(text: &str) -> AuthorityId {
    AuthorityId::parse(text).unwrap()
}

pub fn kind(text: &str) -> KindName {
    KindName::parse(text).unwrap()
}

pub fn secret(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

pub fn time(seconds: u64) -> Timestamp {
    Timestamp::from_unix(1_772_438_400 + i64::try_from(seconds).unwrap()).unwrap()
}

pub fn record(body: Value, salt: u8) -> Record {
    Record::new(body, [salt; 32]).unwrap()
}

pub fn profile(kinds: &[&str]) -> Profile {
    profile_in("610323", kinds)
}

pub fn profile_in(region: &str, kinds: &[&str]) -> Profile {
    let mut kinds: Vec<KindName> = kinds.iter().map(|text| kind(text)).collect();
    kinds.sort();
    Profile {
        name: "岐山县市场监督管理局".into(),
        region: RegionCode::parse(region).unwrap(),
        kinds,
        hotline: None,
    }
}

pub fn register(who: &str, role: Role, kinds: &[&str], key: &SecretKey) -> AuthorityAction {
    register_in("610323", who, role, kinds, key)
}

/// The same for another region.
pub fn register_in(
    region: &str,
    who: &str,
    role: Role,
    kinds: &[&str],
    key: &SecretKey,
) -> AuthorityAction {
    AuthorityAction::Register {
        authority_id: id(who),
        role,
        profile: profile_in(region, kinds),
        public_key: key.public(),
        key_proof: key.sign(&key_proof_message(&origin(), &id(who), &key.public())),
    }
}

pub fn add_key(who: &str, key: &SecretKey) -> AuthorityAction {
    AuthorityAction::AddKey {
        authority_id: id(who),
        public_key: key.public(),
        key_proof: key.sign(&key_proof_message(&origin(), &id(who), &key.public())),
    }
}

pub fn rotate(who: &str, old: &SecretKey, new: &SecretKey, signed: bool) -> AuthorityAction {
    let message = rotation_message(&origin(), &id(who), &old.public(), &new.public());
    AuthorityAction::Rotate {
        authority_id: id(who),
        public_key: new.public(),
        key_proof: new.sign(&key_proof_message(&origin(), &id(who), &new.public())),
        old_key: old.public(),
        basis: if signed {
            RotationBasis::SignedByOldKey(old.sign(&message))
        } else {
            RotationBasis::Forced {
                reason: "the key was lost".into(),
            }
        },
    }
}

pub fn revoke(who: &str, key: &SecretKey) -> AuthorityAction {
    AuthorityAction::Revoke {
        authority_id: id(who),
        public_key: key.public(),
        reason: "no longer in service".into(),
    }
}

/// An entry signed with `key`, and approved with `second` where the kind asks for it.
pub fn entry(
    who: &str,
    what: &str,
    reference: Option<&str>,
    record: &Record,
    at: u64,
    key: &SecretKey,
    second: &SecretKey,
) -> Entry {
    let statement = Statement {
        authority: id(who),
        commitment: record.commitment(),
        issued_at: time(at),
        kind: kind(what),
        reference: reference.map(Into::into),
    };
    let signature = key.sign(&statement.message(&origin()));
    let cosignature = needs_cosignature(&statement.kind)
        .then(|| second.sign(&statement.approval_message(&origin())));
    statement.into_entry(time(at + 1), signature, cosignature)
}

pub fn log_key() -> SignerKey {
    SignerKey::from_seed(ORIGIN, KeyKind::Ed25519, &[100; 32]).unwrap()
}

pub fn witness_key(n: u8) -> SignerKey {
    let name = format!("witness{n}.example");
    SignerKey::from_seed(&name, KeyKind::CosignatureV1, &[100 + n; 32]).unwrap()
}

/// Both witnesses needed: no signature line of a checkpoint is without effect.
pub fn policy() -> Policy {
    Policy::parse(policy_text()).unwrap()
}

pub fn policy_text() -> String {
    format!(
        "# example\nlog {}\nwitness w1 {}\nwitness w2 {}\ngroup both all w1 w2\nquorum both\n",
        log_key().verifier(),
        witness_key(1).verifier(),
        witness_key(2).verifier()
    )
}

#[derive(Default)]
pub struct Log {
    pub entries: Vec<(Entry, Record)>,
}

impl Log {
    /// Entry 0 the operator, entry 1 the department (key 2), entry 2 its second key (key 3).
    pub fn with_department() -> Self {
        let mut log = Self::default();
        let operator = secret(1);
        log.act(
            register(OPERATOR, Role::Operator, &["bulletin"], &operator),
            &operator,
        );
        let kinds = ["inspection_result", "withdrawal", "plan"];
        log.act(
            register(DEPARTMENT, Role::Department, &kinds, &secret(2)),
            &operator,
        );
        log.act(add_key(DEPARTMENT, &secret(3)), &operator);
        log
    }

    /// Appends an authority entry issued by the operator with `key`.
    pub fn act(&mut self, action: AuthorityAction, key: &SecretKey) -> u64 {
        let index = self.entries.len();
        let record = record(action.to_body(), u8::try_from(index).unwrap());
        let at = u64::try_from(index).unwrap() * 60;
        let entry = entry(OPERATOR, "authority", None, &record, at, key, key);
        self.append(entry, record)
    }

    /// Appends an entry of the department about a region.
    pub fn say_for(&mut self, what: &str, region: Value) -> u64 {
        let index = self.entries.len();
        let record = record(
            Value::object([("region", region)]),
            u8::try_from(index).unwrap(),
        );
        let at = u64::try_from(index).unwrap() * 60;
        let entry = entry(DEPARTMENT, what, None, &record, at, &secret(2), &secret(3));
        self.append(entry, record)
    }

    /// Signs what stands at `index` anew with other times.
    pub fn retime(&mut self, index: usize, key: &SecretKey, issued: Timestamp, logged: Timestamp) {
        let entry = &mut self.entries[index].0;
        (entry.issued_at, entry.logged_at) = (issued, logged);
        entry.signature = key.sign(&entry.statement().message(&origin()));
    }

    /// Appends an entry of the department, signed with `key`.
    pub fn say(&mut self, what: &str, reference: Option<&str>, key: &SecretKey) -> u64 {
        let index = self.entries.len();
        let body = Value::object([
            ("outcome", "no_problem_found".into()),
            ("subject_name", "岐山县示例餐饮店".into()),
        ]);
        let record = record(body, u8::try_from(index).unwrap());
        let at = u64::try_from(index).unwrap() * 60;
        let entry = entry(DEPARTMENT, what, reference, &record, at, key, &secret(3));
        self.append(entry, record)
    }

    pub fn append(&mut self, entry: Entry, record: Record) -> u64 {
        self.entries.push((entry, record));
        u64::try_from(self.entries.len() - 1).unwrap()
    }

    pub fn leaves(&self) -> Vec<Hash> {
        self.entries.iter().map(|(e, _)| e.leaf_hash()).collect()
    }

    /// The registry after the authority entries of the whole log.
    pub fn registry(&self) -> Registry {
        let mut registry = Registry::new(origin());
        for (index, (entry, record)) in self.entries.iter().enumerate() {
            if entry.kind.as_str() == "authority" {
                let index = u64::try_from(index).unwrap();
                registry.apply(index, entry, record).unwrap();
            }
        }
        registry
    }

    /// The checkpoint of the first `size` entries, signed by the log and two witnesses.
    pub fn checkpoint(&self, size: usize) -> String {
        let root = tree_head(&self.leaves()[..size]);
        let text = Checkpoint::new(ORIGIN, u64::try_from(size).unwrap(), root).to_text();
        let mut note = sign_note(&text, &log_key()).unwrap();
        for n in [1, 2] {
            note += &cosign(&text, 1_772_500_000 + u64::from(n), &witness_key(n)).unwrap();
        }
        note
    }

    pub fn path(&self, index: u64) -> Vec<Hash> {
        let leaves = self.leaves();
        let nodes = inclusion_nodes(index, u64::try_from(leaves.len()).unwrap()).unwrap();
        nodes.iter().map(|node| fold(node, &leaves)).collect()
    }

    pub fn extra(&self, index: u64) -> Extra {
        let (entry, record) = self.entries[usize::try_from(index).unwrap()].clone();
        let chain = self.registry().chain_for_entry(index, &entry).unwrap();
        Extra {
            authority: chain.into_iter().map(|at| self.link(at)).collect(),
            entry,
            record: Some(record),
        }
    }

    /// The same with any entries as its chain.
    pub fn extra_of(&self, index: u64, chain: &[u64]) -> Extra {
        let (entry, record) = self.entries[usize::try_from(index).unwrap()].clone();
        Extra {
            authority: chain.iter().map(|at| self.link(*at)).collect(),
            entry,
            record: Some(record),
        }
    }

    pub fn link(&self, index: u64) -> ChainLink {
        let (entry, record) = self.entries[usize::try_from(index).unwrap()].clone();
        ChainLink {
            entry,
            index,
            path: self.path(index),
            record,
        }
    }

    pub fn proof(&self, index: u64, extra: &Extra) -> String {
        let proof = TlogProof {
            extra: Some(extra.to_jcs().unwrap().into_bytes()),
            index,
            path: self.path(index),
            checkpoint_text: self.checkpoint(self.entries.len()),
        };
        proof.to_string()
    }

    /// To the newest tree, with its checkpoint.
    pub fn consistency(&self, old: usize) -> ConsistencyProof {
        let mut file = self.consistency_between(old, self.entries.len());
        file.new = NewTree::Signed(self.checkpoint(self.entries.len()));
        file
    }

    /// To an earlier tree, which is named without a signature.
    pub fn consistency_between(&self, old: usize, new: usize) -> ConsistencyProof {
        let leaves = &self.leaves()[..new];
        let (old_size, size) = (u64::try_from(old).unwrap(), u64::try_from(new).unwrap());
        let nodes = consistency_nodes(old_size, size).unwrap();
        ConsistencyProof {
            old_size,
            old_root: tree_head(&leaves[..old]),
            new: NewTree::Plain {
                size,
                root: tree_head(leaves),
            },
            proof: nodes.iter().map(|node| fold(node, leaves)).collect(),
        }
    }
}

/// A proof hash straight from the leaves.
pub fn fold(node: &gongshi_verify::merkle::ProofNode, leaves: &[Hash]) -> Hash {
    let get = &mut |level: u8, index: u64| -> Result<Hash, std::convert::Infallible> {
        let start = usize::try_from(index << level).unwrap();
        Ok(tree_head(&leaves[start..start + (1 << level)]))
    };
    match node.fold(get) {
        Ok(hash) => hash,
    }
}

pub fn jcs(value: &Value) -> String {
    json::to_jcs(value)
}

/// The log's hashing for rs_merkle, against which trees and proofs are held.
#[derive(Clone)]
pub struct Rfc6962;

impl Hasher for Rfc6962 {
    type Hash = Hash;

    fn hash(data: &[u8]) -> Hash {
        leaf_hash(data)
    }

    fn concat_and_hash(left: &Hash, right: Option<&Hash>) -> Hash {
        right.map_or(*left, |right| node_hash(left, right))
    }
}

/// The department says something.
pub fn say(log: &mut Log, kind: &str, reference: Option<&str>, body: Value, at: u64) -> u64 {
    say_as(log, DEPARTMENT, kind, reference, body, at)
}

/// The department, or whoever has the key of seed 4, says something.
pub fn say_as(
    log: &mut Log,
    who: &str,
    kind: &str,
    reference: Option<&str>,
    body: Value,
    at: u64,
) -> u64 {
    let key = secret(if who == DEPARTMENT { 2 } else { 4 });
    let salt = u8::try_from(log.entries.len()).unwrap() + 100;
    let record = record(body, salt);
    let entry = entry(who, kind, reference, &record, at, &key, &secret(3));
    log.append(entry, record)
}

/// A reference to a file, as records have it.
pub fn file(text: &str) -> Value {
    Value::object([
        ("media_type", "text/plain".into()),
        ("name", "list.txt".into()),
        ("sha256", hex(&sha256(text.as_bytes())).into()),
        ("size", Value::Int(i64::try_from(text.len()).unwrap())),
    ])
}

/// The department publishes a library.
pub fn snapshot(
    log: &mut Log,
    library: &Library<'_>,
    text: &str,
    until: Option<u64>,
    at: u64,
) -> u64 {
    let (name, form) = match library.form() {
        Form::Officers => ("officers", "open"),
        Form::Open => ("objects", "open"),
        Form::Sealed => ("objects", "sealed"),
    };
    let count = i64::try_from(library.leaves().len()).unwrap();
    let mut members: Vec<(&str, Value)> = vec![
        ("library", name.into()),
        ("library_form", form.into()),
        ("count", Value::Int(count)),
        ("root", hex(&library.root()).into()),
        ("leaves", file(text)),
    ];
    members.extend(until.map(|until| ("challenge_until", time(until).to_string().into())));
    let members = members.into_iter();
    let body = Value::Object(
        members
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    );
    say(log, "snapshot", None, body, at)
}

/// A reference to an entry, as records have it.
pub fn named(log: &Log, index: u64) -> String {
    let hash = log.entries[usize::try_from(index).unwrap()].0.leaf_hash();
    format!(r#"{{"index":{index},"leaf_hash":"{}"}}"#, hex(&hash))
}
