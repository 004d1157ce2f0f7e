use super::*;
use crate::draw::leaf::Leaf;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::format;

fn rule(stratum: &str, departments: &[&str], num: u32, den: u32, minimum: u64) -> Rule {
    Rule {
        stratum: stratum.into(),
        departments: departments.iter().map(|one| (*one).into()).collect(),
        rate: Rate::new(num, den).unwrap(),
        minimum,
    }
}

fn lines() -> impl Strategy<Value = BTreeSet<(u16, bool, bool, bool)>> {
    proptest::collection::btree_set(
        (0u16..500, any::<bool>(), any::<bool>(), any::<bool>()),
        0..60,
    )
}

/// Leaves with distinct ids, in order.
fn texts(marks: &BTreeSet<(u16, bool, bool, bool)>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let fresh = marks.iter().filter(|mark| seen.insert(mark.0));
    fresh
        .map(|(id, food, both, out)| {
            let stratum = if *food { "food" } else { "gas" };
            let departments = if *both { "A,B" } else { "A" };
            let exclusion = if *out { "closed" } else { "0" };
            format!("ddraw/1|target|T{id:04}|{stratum}|{departments}|{exclusion}")
        })
        .collect()
}

fn targets(texts: &[String]) -> Vec<Target<'_>> {
    let leaves = texts.iter().map(|text| match Leaf::parse(text) {
        Ok(Leaf::Target(target)) => target,
        other => panic!("{text}: {other:?}"),
    });
    leaves.collect()
}

proptest! {
    /// What the text says, done the slow way.
    #[test]
    fn the_lowest_tickets_are_drawn(marks in lines(), num in 1u32..100, minimum in 0u64..5, seed: Hash) {
        let texts = texts(&marks);
        let seed = Seed::from_hash(&seed);
        let rules = [rule("food", &["A"], num, 100, minimum), rule("gas", &["A", "B"], num, 100, minimum), rule("food", &["B"], 1, 1, 0)];
        let targets = targets(&texts);
        let choices = open(&seed, &targets, &rules);
        for (rule, choice) in rules.iter().zip(&choices) {
            let mut slow: Vec<(String, &str)> = targets
                .iter()
                .filter(|t| t.exclusion.is_none() && t.stratum == rule.stratum)
                .filter(|t| rule.departments.iter().all(|d| t.departments.iter().any(|one| one == d)))
                .map(|t| (hex(&seed.ticket(t.id)), t.id))
                .collect();
            slow.sort();
            prop_assert_eq!(choice.eligible, slow.len() as u64);
            let k = rule.rate.count(choice.eligible, rule.minimum) as usize;
            let drawn: Vec<_> = choice.drawn.iter().map(|one| (hex(&one.ticket), one.id)).collect();
            prop_assert_eq!(&drawn[..], &slow[..k]);
            let rest: Vec<_> = reserve(&seed, &targets, rule).iter().map(|one| (hex(&one.ticket), one.id)).collect();
            prop_assert_eq!(&rest[..], &slow[k..]);
        }
    }

    /// The order of the leaves means nothing, and nobody's coming moves anybody's ticket.
    #[test]
    fn the_order_of_the_library_changes_nothing(marks in lines(), by in 0usize..60, seed: Hash) {
        let texts = texts(&marks);
        let seed = Seed::from_hash(&seed);
        let rules = [rule("food", &["A"], 30, 100, 1), rule("gas", &["A"], 10, 100, 0)];
        let mut turned = targets(&texts);
        let before = open(&seed, &turned, &rules);
        let by = by % turned.len().max(1);
        turned.rotate_left(by);
        prop_assert_eq!(&before, &open(&seed, &turned, &rules));
        let newcomer = "ddraw/1|target|ZZZZ|food|A|0";
        let Ok(Leaf::Target(newcomer)) = Leaf::parse(newcomer) else { panic!() };
        turned.push(newcomer);
        let after = open(&seed, &turned, &rules);
        prop_assert_eq!(&before[1], &after[1]);
        for one in &after[0].drawn {
            let known = one.id == "ZZZZ" || seed.ticket(one.id) == one.ticket;
            prop_assert!(known);
        }
        // At most the one whom the newcomer takes the place of is drawn no more.
        let drawn: BTreeSet<_> = after[0].drawn.iter().map(|one| one.id).collect();
        prop_assert!(before[0].drawn.iter().filter(|one| !drawn.contains(one.id)).count() <= 1);
    }

    #[test]
    fn sealed_targets_are_drawn_below_the_threshold(classes in proptest::collection::vec(0u8..3, 0..50), num in 1u32..=100, minimum in 0u64..6, seed: Hash) {
        let ids: Vec<String> = (0..classes.len()).map(|n| format!("T{n}")).collect();
        let openings: Vec<_> = ids.iter().zip(&classes).map(|(id, class)| Opening {
            id,
            class: ["A", "B", "C"][usize::from(*class)],
            class_salt: crate::hash::sha256(id.as_bytes()),
            ticket_salt: crate::hash::sha256(format!("t{id}").as_bytes()),
        }).collect();
        let seed = Seed::from_hash(&seed);
        let rules = [rule("A", &["D"], num, 100, minimum), rule("B", &["D"], 1, 1, 0)];
        let choices = sealed(&seed, &openings, &rules);
        let all: usize = classes.iter().filter(|class| **class == 1).count();
        prop_assert_eq!(choices[1].drawn.len(), all);
        let drawn: BTreeSet<_> = choices[0].drawn.iter().map(|one| one.id).collect();
        let of_class: Vec<_> = openings.iter().filter(|one| one.class == "A").collect();
        prop_assert_eq!(choices[0].eligible, of_class.len() as u64);
        let below: BTreeSet<_> = of_class.iter().filter(|one| rules[0].rate.draws(&seed.sealed_ticket(one.id, &one.ticket_salt))).map(|one| one.id).collect();
        prop_assert!(below.is_subset(&drawn));
        prop_assert_eq!(drawn.len(), below.len().max(of_class.len().min(minimum as usize)));
    }
}

#[test]
fn an_opening_opens_its_own_leaf() {
    let (class_salt, ticket_salt) = ([1; 32], [2; 32]);
    let class = hex(&class_commitment(&class_salt, "C"));
    let ticket = hex(&ticket_commitment(&ticket_salt));
    let leaf = SealedTarget {
        id: "T",
        exclusion: None,
        class: &class,
        ticket: &ticket,
    };
    let good = Opening {
        id: "T",
        class: "C",
        class_salt,
        ticket_salt,
    };
    assert_eq!(good.opens(&leaf), Ok(()));
    for (opening, error) in [
        (
            Opening {
                id: "U",
                ..good.clone()
            },
            OpeningError::Id,
        ),
        (
            Opening {
                class: "D",
                ..good.clone()
            },
            OpeningError::Class,
        ),
        (
            Opening {
                class_salt: [3; 32],
                ..good.clone()
            },
            OpeningError::Class,
        ),
        (
            Opening {
                ticket_salt: [3; 32],
                ..good.clone()
            },
            OpeningError::Ticket,
        ),
    ] {
        assert_eq!(opening.opens(&leaf), Err(error));
    }
}
