//! Durations as suites write them: `500ms`, `2s`.

use std::time::Duration;

/// The longest duration in a suite.
const MAX: Duration = Duration::from_secs(600);

/// Why a text is not a duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    #[error("the unit is missing: use `ms` or `s`")]
    MissingUnit,
    #[error("unknown unit `{0}`: use `ms` or `s`")]
    UnknownUnit(String),
    #[error("`{0}` is not a whole number")]
    Number(String),
    #[error("a duration is at most {}s", MAX.as_secs())]
    TooLong,
    #[error("a duration must be more than 0")]
    Zero,
}

/// Parses a whole number and its unit, `ms` or `s`.
pub fn parse(text: &str) -> Result<Duration, DurationError> {
    let number = text.trim_end_matches(char::is_alphabetic);
    let unit = match &text[number.len()..] {
        "ms" => Duration::from_millis(1),
        "s" => Duration::from_secs(1),
        "" => return Err(DurationError::MissingUnit),
        other => return Err(DurationError::UnknownUnit(other.to_owned())),
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
        assert_eq!(parse("2"), Err(DurationError::MissingUnit));
        let unknown = parse("2 parsecs").expect_err("it is not a unit of time");
        assert_eq!(
            unknown.to_string(),
            "unknown unit `parsecs`: use `ms` or `s`"
        );
        assert_eq!(parse("1.5s"), Err(DurationError::Number("1.5".to_owned())));
        assert_eq!(parse("ms"), Err(DurationError::Number(String::new())));
        assert_eq!(parse("0s"), Err(DurationError::Zero));
        assert_eq!(parse("601s"), Err(DurationError::TooLong));
        assert_eq!(parse("99999999999s"), Err(DurationError::TooLong));
    }
}
