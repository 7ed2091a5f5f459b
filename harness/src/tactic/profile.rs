//! How much is tried.

use std::fmt;
use std::str::FromStr;

/// How much is tried. Each profile includes the one before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Profile {
    /// Seconds: before a commit.
    Quick,
    /// Minutes: for every push.
    #[default]
    Standard,
    /// An hour: every night.
    Thorough,
    /// Every segmentation of short streams.
    Exhaustive,
}

impl Profile {
    /// From the smallest to the largest.
    pub const ALL: [Self; 4] = [
        Self::Quick,
        Self::Standard,
        Self::Thorough,
        Self::Exhaustive,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Standard => "standard",
            Self::Thorough => "thorough",
            Self::Exhaustive => "exhaustive",
        }
    }

    /// The number of random deliveries per scenario.
    pub(super) const fn draws(self) -> usize {
        match self {
            Self::Quick => 8,
            Self::Standard => 64,
            Self::Thorough | Self::Exhaustive => 512,
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown profile `{0}`: use quick, standard, thorough or exhaustive")]
pub struct ProfileError(String);

impl FromStr for Profile {
    type Err = ProfileError;

    fn from_str(text: &str) -> Result<Self, ProfileError> {
        Self::ALL
            .into_iter()
            .find(|profile| profile.as_str() == text)
            .ok_or_else(|| ProfileError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_prints_and_parses() {
        for profile in Profile::ALL {
            assert_eq!(profile.to_string().parse(), Ok(profile));
        }
        assert!("Quick".parse::<Profile>().is_err());
    }

    #[test]
    fn each_profile_is_larger_than_the_one_before() {
        assert!(Profile::ALL.is_sorted());
        assert!(Profile::ALL.map(Profile::draws).is_sorted());
    }
}
