//! Numbers, shares and durations as text.

/// With thousands separators: `48 112`.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    grouped
}

/// A number with its noun: `1 suite`, `1 204 cases`, `2 boundaries`.
#[must_use]
pub fn counted(count: u64, noun: &str) -> String {
    let plural = match noun.strip_suffix('y') {
        _ if count == 1 => noun.to_owned(),
        Some(stem) => format!("{stem}ies"),
        None => format!("{noun}s"),
    };
    format!("{} {plural}", grouped(count))
}

/// A duration in a suitable unit: `42 µs`, `0.8 ms`, `3.4 s`, `2 min 5 s`.
#[must_use]
pub fn duration(micros: u64) -> String {
    match micros {
        0..100 => format!("{micros} µs"),
        100..99_950 => in_tenths(micros, 1_000, "ms"),
        99_950..999_500 => format!("{} ms", (micros + 500) / 1_000),
        999_500..59_950_000 => in_tenths(micros, 1_000_000, "s"),
        _ => {
            let seconds = micros / 1_000_000 + u64::from(micros % 1_000_000 >= 500_000);
            format!("{} min {} s", grouped(seconds / 60), seconds % 60)
        }
    }
}

fn in_tenths(micros: u64, unit: u64, name: &str) -> String {
    let tenths = (micros + unit / 20) / (unit / 10);
    format!("{}.{} {name}", tenths / 10, tenths % 10)
}

/// A share in per cent: `100 %` means all and `0 %` means none, without rounding.
#[must_use]
pub fn share(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "–".to_owned();
    }
    if part >= whole {
        return "100 %".to_owned();
    }
    match u128::from(part) * 100 / u128::from(whole) {
        0 if part > 0 => "<1 %".to_owned(),
        99 => ">99 %".to_owned(),
        percent => format!("{percent} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated() {
        let written = [0, 999, 1_000, 48_112, 1_234_567].map(grouped);
        assert_eq!(written, ["0", "999", "1 000", "48 112", "1 234 567"]);
    }

    #[test]
    fn one_is_singular() {
        let written = [0, 1, 1_204].map(|count| counted(count, "case"));
        assert_eq!(written, ["0 cases", "1 case", "1 204 cases"]);
        assert_eq!(counted(1, "boundary"), "1 boundary");
        assert_eq!(counted(2, "boundary"), "2 boundaries");
    }

    #[test]
    fn a_duration_changes_its_unit_before_it_needs_four_digits() {
        let times = [
            (0, "0 µs"),
            (99, "99 µs"),
            (812, "0.8 ms"),
            (1_249, "1.2 ms"),
            (99_949, "99.9 ms"),
            (99_950, "100 ms"),
            (999_499, "999 ms"),
            (999_500, "1.0 s"),
            (59_949_999, "59.9 s"),
            (59_950_000, "1 min 0 s"),
            (125_400_000, "2 min 5 s"),
        ];
        for (micros, written) in times {
            assert_eq!(duration(micros), written, "{micros}");
        }
        assert!(duration(u64::MAX).ends_with(" s"));
    }

    #[test]
    fn only_all_is_100_per_cent_and_only_none_is_0() {
        let shares = [
            ((0, 0), "–"),
            ((0, 7), "0 %"),
            ((1, 1_000), "<1 %"),
            ((300, 312), "96 %"),
            ((9_999, 10_000), ">99 %"),
            ((7, 7), "100 %"),
        ];
        for ((part, whole), written) in shares {
            assert_eq!(share(part, whole), written, "{part} of {whole}");
        }
        assert_eq!(share(u64::MAX - 1, u64::MAX), ">99 %");
    }
}
