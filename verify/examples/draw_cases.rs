//! Writes random draws with their results, one JSON object to a line, for another implementation to repeat:
//! `cargo run -p gongshi-verify --example draw_cases -- SEED COUNT`. Used by `.ci/foreign` with `tests/foreign/draw.py`.

use gongshi_verify::draw::choice::{self, Rule};
use gongshi_verify::draw::leaf::Target;
use gongshi_verify::draw::library::{Form, Library};
use gongshi_verify::draw::lottery::{Game, Group};
use gongshi_verify::draw::members::Place;
use gongshi_verify::draw::randomness::{self, Delay};
use gongshi_verify::draw::ticket::{Rate, Seed};
use gongshi_verify::encoding::base64;
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::{Hash, leaf_hash, node_hash, sha256};
use gongshi_verify::json::{Value, to_jcs};
use gongshi_verify::merkle::tree_head;
use gongshi_verify::names::{AuthorityId, Origin, PlanKey};
use rs_merkle::{Hasher, MerkleTree};
use std::collections::{BTreeMap, BTreeSet};

const DEPARTMENTS: [&str; 3] = ["610323-SCJG", "610323-XFJY", "610323-YJJ"];
/// Brings a secret, and has no other part in a draw.
const CONTRIBUTOR: &str = "610323-SFJ";
const GAMES: [Game; 3] = [Game::UnionLotto, Game::SevenLotto, Game::Happy8];
const STRATA: [&str; 3] = ["food", "gas", "A_1"];

/// A fixed sequence of numbers that look random: hashes of a counter.
struct Numbers(u64, u64);

impl Numbers {
    fn hash(&mut self) -> Hash {
        self.1 += 1;
        sha256(&[self.0.to_be_bytes(), self.1.to_be_bytes()].concat())
    }

    fn below(&mut self, end: u32) -> u32 {
        let hash = self.hash();
        u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]) % end
    }

    /// Numbers that may fall in a game, in the order in which the balls fall.
    fn fallen(&mut self, game: Game) -> Vec<Vec<u32>> {
        let mut fall = |group: &Group| {
            let mut balls: Vec<u32> = (group.from..=group.to).collect();
            let mut one = || balls.swap_remove(self.below(balls.len() as u32) as usize);
            (0..group.count).map(|_| one()).collect()
        };
        game.groups().iter().map(&mut fall).collect()
    }

    /// Some of the departments, in order.
    fn departments(&mut self) -> Vec<&'static str> {
        let mask = self.below(8);
        let some = DEPARTMENTS.iter().zip(0..);
        some.filter(|(_, at)| mask >> at & 1 == 1)
            .map(|(one, _)| *one)
            .collect()
    }
}

fn texts<S: AsRef<str>>(all: impl IntoIterator<Item = S>) -> Value {
    Value::Array(all.into_iter().map(|one| one.as_ref().into()).collect())
}

fn number(n: impl Into<u64>) -> Value {
    Value::Int(i64::try_from(n.into()).unwrap_or(i64::MAX))
}

/// Leaves of a small library, by id.
fn library(numbers: &mut Numbers) -> BTreeMap<String, String> {
    let mut leaves = BTreeMap::new();
    for _ in 0..numbers.below(80) {
        let id = format!("{:X}", numbers.below(0xffff));
        let stratum = STRATA[numbers.below(3) as usize];
        let departments = numbers.departments().join(",");
        let exclusion = match numbers.below(5) {
            0 => "closed",
            _ => "0",
        };
        let line = format!("ddraw/1|target|{id}|{stratum}|{departments}|{exclusion}");
        leaves.insert(id, line);
    }
    leaves
}

#[derive(Clone)]
struct Rfc6962;

impl Hasher for Rfc6962 {
    type Hash = Hash;

    fn hash(data: &[u8]) -> Hash {
        leaf_hash(data)
    }

    fn concat_and_hash(left: &Hash, right: Option<&Hash>) -> Hash {
        right.map_or(*left, |right| node_hash(left, right))
    }
}

/// Who of some is in a library, as the document about it says: all of them, few, many, some who are not.
fn shown(numbers: &mut Numbers, library: &Library<'_>) -> Value {
    let own: Vec<&str> = library.leaves().iter().map(|leaf| leaf.id()).collect();
    let mut ids = BTreeSet::new();
    let one_in = [1, 2, 10, 50][numbers.below(4) as usize];
    ids.extend(
        own.iter()
            .filter(|_| numbers.below(one_in) == 0)
            .map(|id| (*id).to_owned()),
    );
    for _ in 0..numbers.below(4) {
        ids.insert(format!("{:X}", numbers.below(0xffff)));
    }
    if ids.is_empty() {
        ids.insert("Z".to_owned());
    }
    let mut indexes = BTreeSet::new();
    let places = ids.iter().map(|id| {
        let place = match library.position(id) {
            Ok(at) => Place::Leaf(at as u64),
            Err(at) => Place::Absent(
                at.checked_sub(1).map(|at| at as u64),
                (at < own.len()).then_some(at as u64),
            ),
        };
        indexes.extend(place.leaves());
        let at = |at: Option<u64>| at.map_or(Value::Null, number);
        let id = ("id", id.as_str().into());
        match place {
            Place::Leaf(index) => Value::object([id, ("leaf", number(index))]),
            Place::Absent(before, after) => {
                Value::object([id, ("before", at(before)), ("after", at(after))])
            }
        }
    });
    let places: Vec<Value> = places.collect();
    let lines: Vec<String> = library.leaves().iter().map(ToString::to_string).collect();
    let hashes: Vec<Hash> = lines
        .iter()
        .map(|line| leaf_hash(line.as_bytes()))
        .collect();
    let at: Vec<usize> = indexes
        .iter()
        .filter_map(|at| usize::try_from(*at).ok())
        .collect();
    let proof = MerkleTree::<Rfc6962>::from_leaves(&hashes).proof(&at);
    let leaves = at.iter().map(|at| {
        Value::object([
            ("index", number(*at as u64)),
            ("line", lines[*at].as_str().into()),
        ])
    });
    Value::object([
        ("count", number(own.len() as u64)),
        ("leaves", Value::Array(leaves.collect())),
        (
            "hashes",
            texts(proof.proof_hashes().iter().map(|hash| base64(hash))),
        ),
        ("ids", Value::Array(places)),
    ])
}

/// A sealed library and the opened list of a draw from it: right, or wrong in one of the ways in which it can be.
fn opened(numbers: &mut Numbers) -> Option<Value> {
    let mut leaves = BTreeMap::new();
    for _ in 0..1 + numbers.below(30) {
        let id = format!("{:X}", numbers.below(0xffff));
        let exclusion = if numbers.below(5) == 0 { "closed" } else { "0" };
        let (class, ticket) = (hex(&numbers.hash()), hex(&numbers.hash()));
        let line = format!("ddraw/1|starget|{id}|{exclusion}|{class}|{ticket}");
        leaves.insert(id, line);
    }
    let drawable = leaves.iter().filter(|(_, line)| line.contains("|0|"));
    let ids: Vec<String> = drawable.map(|(id, _)| id.clone()).collect();
    let mut ids: Vec<String> = ids.into_iter().filter(|_| numbers.below(2) == 0).collect();
    let (wrong, excluded) = (
        numbers.below(16),
        leaves.iter().find(|(_, line)| line.contains("|closed|")),
    );
    match (wrong, excluded) {
        (1, _) => ids.push("ZZ".to_owned()),
        (2, Some((id, _))) => ids.push(id.clone()),
        (3, _) => ids.reverse(),
        _ => {}
    }
    if wrong == 2 {
        ids.sort_unstable();
    }
    let officers = if wrong == 4 { "P2,P1" } else { "P1,P2" };
    let mut list = String::new();
    for id in &ids {
        let salt = hex(&numbers.hash());
        list += &format!("ddraw/1|sdrawn|{id}|{officers}|{salt}\n");
    }
    let lines: Vec<Hash> = list
        .lines()
        .map(|line| leaf_hash(line.as_bytes()))
        .collect();
    let (mut root, mut count) = (tree_head(&lines), lines.len() as u64);
    match wrong {
        5 => root = numbers.hash(),
        6 => count += 1,
        7 => drop(list.pop()),
        8 => list = list.to_lowercase(),
        _ => {}
    }
    let library: String = leaves.values().map(|line| format!("{line}\n")).collect();
    let library = Library::parse(Form::Sealed, &library).ok()?;
    let right = gongshi_verify::draw::opened::check(&list, count, &root, &library).is_ok();
    Some(Value::object([
        ("library", texts(leaves.values())),
        ("list", list.into()),
        ("count", number(count)),
        ("root", hex(&root).into()),
        ("right", Value::Bool(right)),
    ]))
}

fn rules(numbers: &mut Numbers) -> Vec<Rule> {
    let rule = |stratum: &&str| {
        let den = 1 + numbers.below(100);
        let departments = numbers.departments();
        Some(Rule {
            stratum: (*stratum).to_owned(),
            departments: departments.into_iter().map(str::to_owned).collect(),
            rate: Rate::new(1 + numbers.below(den), den)?,
            minimum: u64::from(numbers.below(6)),
        })
    };
    STRATA.iter().filter_map(rule).collect()
}

fn case(numbers: &mut Numbers) -> Option<Value> {
    let origin = Origin::parse("example.org/log").ok()?;
    let (month, serial) = (1 + numbers.below(9), 1 + numbers.below(99));
    let plan = PlanKey::parse(&format!("610323-SCJG/2026-0{month}/{serial:02}")).ok()?;
    let mut secrets = Vec::new();
    let mut contributors = numbers.departments();
    if numbers.below(2) == 0 {
        contributors.push(CONTRIBUTOR);
    }
    for id in contributors {
        let secret = (numbers.below(4) > 0).then(|| numbers.hash());
        secrets.push((AuthorityId::parse(id).ok()?, secret));
    }
    let signature = [numbers.hash(), numbers.hash()].concat();
    let game = GAMES[numbers.below(3) as usize];
    let groups = numbers.fallen(game);
    let delay_log2 = numbers.below(12);
    let (mode, randomness) = match numbers.below(3) {
        0 => (
            "drand",
            randomness::drand(&plan, &secrets, &signature[..48]),
        ),
        1 => ("lottery", randomness::lottery(&plan, &secrets, &groups)),
        _ => {
            let joined = randomness::joined(&plan, &secrets);
            ("delay", Delay::new(delay_log2)?.run(&joined, |_| true)?)
        }
    };
    let seed = Seed::new(&origin, &plan, &randomness);

    let leaves = library(numbers);
    let file: String = leaves.values().map(|line| format!("{line}\n")).collect();
    let library = Library::parse(Form::Open, &file).ok()?;
    let targets: Vec<Target<'_>> = library.targets().collect();
    let rules = rules(numbers);
    let chosen = choice::open(&seed, &targets, &rules);
    let rules = rules.iter().zip(&chosen).map(|(rule, choice)| {
        let (num, den) = rule.rate.parts();
        Value::object([
            ("stratum", rule.stratum.as_str().into()),
            ("departments", texts(&rule.departments)),
            ("num", number(num)),
            ("den", number(den)),
            ("minimum", number(rule.minimum)),
            ("eligible", number(choice.eligible)),
            ("drawn", texts(choice.drawn.iter().map(|one| one.id))),
        ])
    });
    let contributors = secrets.iter().map(|(id, secret)| {
        let written = |hash: Option<Hash>| hash.map_or(Value::Null, |hash| hex(&hash).into());
        let commitment = secret.map(|secret| randomness::commitment(&plan, id, &secret));
        Value::object([
            ("contributor", id.as_str().into()),
            ("secret", written(*secret)),
            ("commitment", written(commitment)),
        ])
    });
    let group = |group: &Vec<u32>| Value::Array(group.iter().map(|n| number(*n)).collect());
    let shown = shown(numbers, &library);
    // Of numbers of its own, so that the draws are what they are without it.
    let opened = opened(&mut Numbers(!numbers.0, numbers.1))?;
    Some(Value::object([
        ("origin", origin.as_str().into()),
        ("plan_key", plan.as_str().into()),
        ("contributors", Value::Array(contributors.collect())),
        ("mode", mode.into()),
        ("signature", hex(&signature[..48]).into()),
        ("game", game.code().into()),
        ("numbers", Value::Array(groups.iter().map(group).collect())),
        ("delay_log2", number(delay_log2)),
        ("randomness", hex(&randomness).into()),
        ("seed", seed.as_str().into()),
        ("leaves", texts(leaves.values())),
        ("root", hex(&library.root()).into()),
        ("shown", shown),
        ("opened", opened),
        ("rules", Value::Array(rules.collect())),
    ]))
}

fn main() {
    let mut arguments = std::env::args()
        .skip(1)
        .filter_map(|text| text.parse().ok());
    let seed = arguments.next().unwrap_or(1);
    let count = arguments.next().unwrap_or(100);
    let mut numbers = Numbers(seed, 0);
    for _ in 0..count {
        let case = case(&mut numbers).expect("every part of a case is well formed");
        println!("{}", to_jcs(&case));
    }
}
