//! The games of the welfare lottery (福利彩票) that may decide a draw, and what a result of each looks like.
//!
//! That the numbers are those that fell, no function tells: the plan's authority vouches for it. That they could have fallen
//! at all is decided here, for whoever makes, takes or checks a draw.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// A game with so many results that no contributor could try them all before choosing a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Game {
    /// 双色球: six of 33, and one of 16.
    UnionLotto,
    /// 七乐彩: seven of 30, and a special one of 30.
    SevenLotto,
    /// 快乐8: twenty of 80.
    Happy8,
}

/// One group of a result: so many different numbers, from and to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    /// How many.
    pub count: usize,
    /// The least there can be.
    pub from: u32,
    /// The greatest.
    pub to: u32,
}

const fn group(count: usize, from: u32, to: u32) -> Group {
    Group { count, from, to }
}

impl Game {
    /// A game by its code in a plan's `lottery_game`; `None` for any other, also one that is too small to decide anything.
    pub fn parse(code: &str) -> Option<Self> {
        match code {
            "union_lotto" => Some(Game::UnionLotto),
            "seven_lotto" => Some(Game::SevenLotto),
            "happy_8" => Some(Game::Happy8),
            _ => None,
        }
    }

    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Game::UnionLotto => "union_lotto",
            Game::SevenLotto => "seven_lotto",
            Game::Happy8 => "happy_8",
        }
    }

    /// The groups of a result, in their order.
    pub fn groups(self) -> &'static [Group] {
        const UNION_LOTTO: &[Group] = &[group(6, 1, 33), group(1, 1, 16)];
        const SEVEN_LOTTO: &[Group] = &[group(7, 1, 30), group(1, 1, 30)];
        const HAPPY_8: &[Group] = &[group(20, 1, 80)];
        match self {
            Game::UnionLotto => UNION_LOTTO,
            Game::SevenLotto => SEVEN_LOTTO,
            Game::Happy8 => HAPPY_8,
        }
    }

    /// Whether numbers have the form of a result: as many groups, as many different numbers in each, all within its range.
    pub fn admits(self, numbers: &[Vec<u32>]) -> bool {
        let fits = |(numbers, group): (&Vec<u32>, &Group)| {
            let different: BTreeSet<&u32> = numbers.iter().collect();
            let range = group.from..=group.to;
            numbers.len() == group.count
                && different.len() == group.count
                && numbers.iter().all(|number| range.contains(number))
        };
        let groups = self.groups();
        numbers.len() == groups.len() && numbers.iter().zip(groups).all(fits)
    }

    /// The form in figures: `6 of 1–33 + 1 of 1–16`.
    pub fn form(self) -> String {
        let groups = self.groups().iter();
        let groups: Vec<String> = groups
            .map(|Group { count, from, to }| format!("{count} of {from}–{to}"))
            .collect();
        groups.join(" + ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;

    #[test]
    fn numbers_have_the_form_of_their_game() {
        let admits = |code: &str, numbers: &[&[u32]]| {
            let numbers: Vec<Vec<u32>> = numbers.iter().map(|group| group.to_vec()).collect();
            Game::parse(code).unwrap().admits(&numbers)
        };
        assert!(admits("union_lotto", &[&[33, 1, 2, 3, 4, 5], &[16]]));
        for wrong in [
            &[&[34, 1, 2, 3, 4, 5][..], &[16][..]][..],
            &[&[0, 1, 2, 3, 4, 5], &[16]],
            &[&[33, 1, 2, 3, 4, 5], &[17]],
            &[&[1, 1, 2, 3, 4, 5], &[16]],
            &[&[1, 2, 3, 4, 5], &[16]],
            &[&[1, 2, 3, 4, 5, 6, 7], &[16]],
            &[&[1, 2, 3, 4, 5, 6]],
            &[&[1, 2, 3, 4, 5, 6], &[16], &[]],
            &[],
        ] {
            assert!(!admits("union_lotto", wrong), "{wrong:?}");
        }
        assert!(admits("seven_lotto", &[&[1, 2, 3, 4, 5, 6, 7], &[8]]));
        let eighty: Vec<u32> = (61..=80).collect();
        assert!(admits("happy_8", &[&eighty]));
        assert!(!admits("happy_8", &[&eighty[1..]]));
    }

    /// A game with few results, as with 220 of 福彩3D, decides nothing: it is none of these.
    #[test]
    fn a_game_has_many_results() {
        let results = |game: Game| {
            let ways = |group: &Group| {
                let from = u128::from(group.to - group.from + 1);
                (0..group.count as u128).fold(1, |ways, at| ways * (from - at) / (at + 1))
            };
            game.groups().iter().map(ways).product::<u128>()
        };
        for game in [Game::UnionLotto, Game::SevenLotto, Game::Happy8] {
            assert!(results(game) > 10_000_000, "{game:?}");
            assert_eq!(Game::parse(game.code()), Some(game));
        }
        assert_eq!(Game::parse("welfare_3d"), None);
        assert_eq!(Game::UnionLotto.form(), "6 of 1–33 + 1 of 1–16");
        assert!(!Game::Happy8.admits(&vec![vec![]; 1]));
    }
}
