//! Comparison of JSON values.

use serde_json::{Map, Value};

use super::refusal::Refusal;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum JsonMatch {
    /// The values are equal. The order of an object's entries does not matter.
    Equal,
    /// Objects may have more entries than expected.
    Subset,
}

/// The error is the first difference.
pub(super) fn compare(actual: &Value, expected: &Value, extent: JsonMatch) -> Result<(), Refusal> {
    below(actual, expected, extent, "")
}

fn below(
    actual: &Value,
    expected: &Value,
    extent: JsonMatch,
    pointer: &str,
) -> Result<(), Refusal> {
    match (actual, expected) {
        (Value::Object(found), Value::Object(wanted)) => {
            entries(found, wanted, extent, pointer)?;
            match found.iter().find(|(key, _)| !wanted.contains_key(*key)) {
                Some((key, extra)) if extent == JsonMatch::Equal => {
                    Err(differs(below_key(pointer, key), None, Some(extra)))
                }
                _ => Ok(()),
            }
        }
        (Value::Array(found), Value::Array(wanted)) => {
            let longest = found.len().max(wanted.len());
            (0..longest).try_for_each(|index| {
                let pointer = format!("{pointer}/{index}");
                match (found.get(index), wanted.get(index)) {
                    (Some(found), Some(wanted)) => below(found, wanted, extent, &pointer),
                    (found, wanted) => Err(differs(pointer, wanted, found)),
                }
            })
        }
        _ if actual == expected => Ok(()),
        _ => Err(differs(pointer.to_owned(), Some(expected), Some(actual))),
    }
}

fn below_key(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

fn entries(
    found: &Map<String, Value>,
    wanted: &Map<String, Value>,
    extent: JsonMatch,
    pointer: &str,
) -> Result<(), Refusal> {
    wanted.iter().try_for_each(|(key, wanted)| {
        let pointer = below_key(pointer, key);
        match found.get(key) {
            Some(found) => below(found, wanted, extent, &pointer),
            None => Err(differs(pointer, Some(wanted), None)),
        }
    })
}

fn differs(pointer: String, expected: Option<&Value>, actual: Option<&Value>) -> Refusal {
    let written =
        |value: Option<&Value>| value.map_or_else(|| Refusal::NOTHING.to_owned(), Value::to_string);
    Refusal::JsonDiffers {
        pointer,
        expected: written(expected),
        actual: written(actual),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn arrays_of_different_lengths_differ_at_the_first_element_that_only_one_has() {
        let refusal = |actual, expected| {
            let refusal = compare(&actual, &expected, JsonMatch::Subset);
            refusal.unwrap_err().to_string()
        };
        assert_eq!(
            refusal(json!([1, 2]), json!([1, 2, 3])),
            "the JSON differs at `/2`: expected 3, found nothing"
        );
        assert_eq!(
            refusal(json!([1, 2]), json!([1])),
            "the JSON differs at `/1`: expected nothing, found 2"
        );
    }

    #[test]
    fn a_subset_ignores_other_entries() {
        let message = json!({ "ok": true, "n": [1, { "a": 2, "b": 3 }] });
        let part = json!({ "n": [1, { "a": 2 }] });
        assert_eq!(compare(&message, &part, JsonMatch::Subset), Ok(()));
        let refusal = compare(
            &message,
            &json!({ "n": [1, { "a": 4 }] }),
            JsonMatch::Subset,
        );
        assert_eq!(
            refusal.unwrap_err().to_string(),
            "the JSON differs at `/n/1/a`: expected 4, found 2"
        );
    }

    #[test]
    fn equal_values_may_differ_only_in_the_order_of_entries() {
        let expected = json!({ "a": 1, "b": 2 });
        assert_eq!(
            compare(&json!({ "b": 2, "a": 1 }), &expected, JsonMatch::Equal),
            Ok(())
        );
        let more = compare(
            &json!({ "a": 1, "b": 2, "c": 3 }),
            &expected,
            JsonMatch::Equal,
        );
        assert_eq!(
            more.unwrap_err().to_string(),
            "the JSON differs at `/c`: expected nothing, found 3"
        );
        let less = compare(&json!({ "a": 1 }), &expected, JsonMatch::Equal);
        assert_eq!(
            less.unwrap_err().to_string(),
            "the JSON differs at `/b`: expected 2, found nothing"
        );
    }
}
