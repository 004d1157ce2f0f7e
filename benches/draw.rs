//! Measures the draw: `cargo bench --bench draw -- [OBJECTS] [TARGETS]` (default 300,000 objects in 6 strata, and 500 targets with 3
//! departments of 2 officers each from 600), and the check of a round of the beacon. One thread; prints times and the memory at the end.

use gongshi_verify::draw::beacon;
use gongshi_verify::draw::choice::{self, Rule};
use gongshi_verify::draw::leaf::{Leaf, Officer, Target};
use gongshi_verify::draw::library::{Form, Library};
use gongshi_verify::draw::officers::{self, Barred, Seats, Visit};
use gongshi_verify::draw::ticket::{Rate, Seed};
use gongshi_verify::encoding::bytes_of_hex;
use std::fmt::Write as _;
use std::time::Instant;

const BEACONS: u32 = 100;
const DEPARTMENTS: [&str; 3] = ["610323-SCJG", "610323-XFJY", "610323-YJJ"];

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|arg| arg.parse().ok());
    let objects: usize = numbers.next().unwrap_or(300_000);
    let targets: usize = numbers.next().unwrap_or(500);

    let mut file = String::new();
    for number in 0..objects {
        let stratum = number * 7 % 6;
        let _ = writeln!(
            file,
            "ddraw/1|target|{number:018}|s{stratum}|610323-SCJG,610323-XFJY,610323-YJJ|0"
        );
    }
    let rules: Vec<Rule> = (0..6)
        .map(|stratum| Rule {
            stratum: format!("s{stratum}"),
            departments: DEPARTMENTS.map(String::from).to_vec(),
            rate: Rate::new(5, 100).expect("5 %"),
            minimum: 1,
        })
        .collect();
    let seed = Seed::from_hash(&[7; 32]);
    let start = Instant::now();
    let library = Library::parse(Form::Open, &file).expect("a library");
    println!(
        "{objects} leaves read and hashed to the root: {:?}",
        start.elapsed()
    );
    let start = Instant::now();
    let open: Vec<Target<'_>> = library.targets().collect();
    let choices = choice::open(&seed, &open, &rules);
    let drawn: usize = choices.iter().map(|choice| choice.drawn.len()).sum();
    println!(
        "{drawn} drawn of {} strata: {:?}",
        rules.len(),
        start.elapsed()
    );

    let lines: Vec<String> = (0..600)
        .map(|number| {
            let qualifications = if number % 4 == 0 { "" } else { "food" };
            format!(
                "ddraw/1|officer|P{number:04}|{}|{qualifications}",
                DEPARTMENTS[number % 3]
            )
        })
        .collect();
    let people: Vec<Officer<'_>> = lines
        .iter()
        .filter_map(|line| match Leaf::parse(line) {
            Ok(Leaf::Officer(officer)) => Some(officer),
            _ => None,
        })
        .collect();
    let seats: Vec<Seats> = DEPARTMENTS
        .iter()
        .flat_map(|department| {
            [Some("food".to_owned()), None].map(|qualification| Seats {
                department: (*department).to_owned(),
                qualification,
                count: 1,
            })
        })
        .collect();
    let mut order: Vec<_> = choices.iter().flat_map(|choice| &choice.drawn).collect();
    order.sort_unstable();
    let visits: Vec<Visit<'_>> = order
        .iter()
        .take(targets)
        .map(|one| Visit {
            target: one.id,
            departments: DEPARTMENTS.into(),
        })
        .collect();
    // Every tenth pair recused, so that the search has something to avoid.
    let barred: Barred<'_> = visits
        .iter()
        .enumerate()
        .flat_map(|(at, visit)| {
            people
                .iter()
                .skip(at % 10)
                .step_by(10)
                .map(|one| (visit.target, one.id))
        })
        .collect();
    let start = Instant::now();
    let assignment =
        officers::assign(&seed, &visits, &seats, &people, &barred).expect("enough officers");
    println!(
        "{} seats of {} targets filled from {}, at most {} each: {:?}",
        assignment.seats.len(),
        visits.len(),
        people.len(),
        assignment.cap,
        start.elapsed()
    );
    // Round 1000 of quicknet.
    let signature = "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39";
    let signature = bytes_of_hex(signature).expect("48 bytes");
    let start = Instant::now();
    for _ in 0..BEACONS {
        beacon::verify(1000, &signature).expect("the round's signature");
    }
    println!(
        "a round of the beacon verified: {:?}",
        start.elapsed() / BEACONS
    );
    if let Ok(status) = std::fs::read_to_string("/proc/self/status")
        && let Some(peak) = status.lines().find(|line| line.starts_with("VmHWM"))
    {
        println!("{peak}");
    }
}
