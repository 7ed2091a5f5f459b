//! Durations as suites write them: `500ms`, `2s`.

use std::time::Duration;

/// The longest duration a suite may ask for.
const MAX: Duration = Duration::from_secs(600);

/// Why a text is no duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// No unit, or one that is not known.
    #[error("a duration ends in `ms` or `s`")]
    Unit,
    /// What stands before the unit is no number.
    #[error("`{0}` is not a whole number")]
    Number(String),
    /// Longer than anything a case should wait for.
    #[error("a duration is at most {}s", MAX.as_secs())]
    TooLong,
    /// Nothing can happen in no time.
    #[error("a duration is more than nothing")]
    Zero,
}

/// Reads `500ms` or `2s`.
///
/// # Errors
///
/// When it is not a whole number with one of these units, or out of bounds.
pub fn parse(text: &str) -> Result<Duration, DurationError> {
    let (number, unit) = match text.strip_suffix("ms") {
        Some(number) => (number, Duration::from_millis(1)),
        None => (
            text.strip_suffix('s').ok_or(DurationError::Unit)?,
            Duration::from_secs(1),
        ),
    };
    let not_a_number = || DurationError::Number(number.to_owned());
    if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
        return Err(not_a_number());
    }
    let count: u32 = number.parse().map_err(|_| DurationError::TooLong)?;
    match unit.checked_mul(count) {
        Some(Duration::ZERO) => Err(DurationError::Zero),
        Some(duration) if duration <= MAX => Ok(duration),
        _ => Err(DurationError::TooLong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_whole_number_with_its_unit() {
        assert_eq!(parse("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(parse("2s"), Ok(Duration::from_secs(2)));
        assert_eq!(parse("2"), Err(DurationError::Unit));
        assert_eq!(parse("1.5s"), Err(DurationError::Number("1.5".to_owned())));
        assert_eq!(parse("ms"), Err(DurationError::Number(String::new())));
        assert_eq!(parse("0s"), Err(DurationError::Zero));
        assert_eq!(parse("601s"), Err(DurationError::TooLong));
        assert_eq!(parse("99999999999s"), Err(DurationError::TooLong));
    }
}
