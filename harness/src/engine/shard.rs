//! A part of a run that is split among machines.
//!
//! Scenarios are split, not cases: a diagnosis compares the cases of a scenario, and its
//! failures are confirmed and shrunk together. So each part of the record is as it would be in
//! the whole run.

use std::cmp::Reverse;
use std::num::NonZeroU32;
use std::str::FromStr;

/// Which part of a run is played: `2/4`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    number: NonZeroU32,
    of: NonZeroU32,
}

/// Why a text is not a part of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShardError {
    #[error("write which part and how many parts there are: `1/4` is the first of four")]
    Format,
    #[error("there is no part {number} of {of}: the parts are 1/{of} to {of}/{of}")]
    Number { number: u32, of: u32 },
    #[error("at most {MOST} parts")]
    TooMany,
}

const MOST: u32 = 10_000;

impl Shard {
    #[must_use]
    pub fn number(self) -> NonZeroU32 {
        self.number
    }

    #[must_use]
    pub fn of(self) -> NonZeroU32 {
        self.of
    }

    /// Which scenarios it plays, given the numbers of their cases. The largest scenarios are
    /// dealt first, each to the part with the fewest cases.
    pub(super) fn picks(self, cases: &[u64]) -> Vec<bool> {
        let mut order: Vec<usize> = (0..cases.len()).collect();
        order.sort_by_key(|index| Reverse(cases[*index]));
        let mut loads = vec![0_u64; self.of.get() as usize];
        let mut picks = vec![false; cases.len()];
        for index in order {
            let least = (0..loads.len()).min_by_key(|part| loads[*part]);
            let part = least.expect("there is at least one part");
            loads[part] += cases[index];
            picks[index] = part + 1 == self.number.get() as usize;
        }
        picks
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let (number, of) = text.split_once('/').ok_or(ShardError::Format)?;
        let parse = |text: &str| text.parse::<u32>().map_err(|_| ShardError::Format);
        let (number, of) = (parse(number)?, parse(of)?);
        if of > MOST {
            return Err(ShardError::TooMany);
        }
        let parts = NonZeroU32::new(of).ok_or(ShardError::Format)?;
        match NonZeroU32::new(number) {
            Some(number) if number <= parts => Ok(Self { number, of: parts }),
            _ => Err(ShardError::Number { number, of }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shard(text: &str) -> Shard {
        text.parse().expect("a part")
    }

    #[test]
    fn each_scenario_is_in_one_part() {
        let cases = [10, 500, 3, 3, 70, 0, 200];
        for of in 1..=8 {
            let parts: Vec<_> = (1..=of)
                .map(|it| shard(&format!("{it}/{of}")).picks(&cases))
                .collect();
            for index in 0..cases.len() {
                let players = parts.iter().filter(|part| part[index]).count();
                assert_eq!(players, 1, "scenario {index} of {of} parts");
            }
        }
    }

    #[test]
    fn the_parts_have_about_as_many_cases() {
        let cases = [500, 100, 100, 100, 100, 100];
        let picked = |text: &str| -> u64 {
            let picks = shard(text).picks(&cases);
            let played = cases.iter().zip(picks).filter(|(_, picked)| *picked);
            played.map(|(cases, _)| cases).sum()
        };
        assert_eq!((picked("1/2"), picked("2/2")), (500, 500));
    }

    #[test]
    fn a_text_that_names_no_part_is_rejected() {
        let wrong = |text: &str| text.parse::<Shard>().expect_err(text);
        for text in ["", "1", "/", "1/", "a/2", "1/0", "-1/2", "1/2/3"] {
            assert_eq!(wrong(text), ShardError::Format, "{text}");
        }
        let none = ShardError::Number { number: 5, of: 4 };
        assert_eq!(wrong("5/4"), none);
        assert_eq!(
            none.to_string(),
            "there is no part 5 of 4: the parts are 1/4 to 4/4"
        );
        assert_eq!(
            wrong("0/4").to_string(),
            "there is no part 0 of 4: the parts are 1/4 to 4/4"
        );
        assert_eq!(wrong("1/10001"), ShardError::TooMany);
    }
}
