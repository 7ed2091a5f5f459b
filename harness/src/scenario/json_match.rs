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
        (Value::Object(found), Value::Object(wanted))
            if extent == JsonMatch::Subset || found.len() <= wanted.len() =>
        {
            entries(found, wanted, extent, pointer)
        }
        (Value::Array(found), Value::Array(wanted)) if found.len() == wanted.len() => {
            let mut pairs = found.iter().zip(wanted).enumerate();
            pairs.try_for_each(|(index, (found, wanted))| {
                below(found, wanted, extent, &format!("{pointer}/{index}"))
            })
        }
        _ if actual == expected => Ok(()),
        _ => Err(differs(pointer.to_owned(), expected, Some(actual))),
    }
}

fn entries(
    found: &Map<String, Value>,
    wanted: &Map<String, Value>,
    extent: JsonMatch,
    pointer: &str,
) -> Result<(), Refusal> {
    wanted.iter().try_for_each(|(key, wanted)| {
        let pointer = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
        match found.get(key) {
            Some(found) => below(found, wanted, extent, &pointer),
            None => Err(differs(pointer, wanted, None)),
        }
    })
}

fn differs(pointer: String, expected: &Value, actual: Option<&Value>) -> Refusal {
    Refusal::JsonDiffers {
        pointer,
        expected: expected.to_string(),
        actual: actual.map_or_else(|| "nothing".to_owned(), Value::to_string),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

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
            "at `/n/1/a`: expected 4, found 2"
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
        assert!(more.is_err());
        let less = compare(&json!({ "a": 1 }), &expected, JsonMatch::Equal);
        assert_eq!(
            less.unwrap_err().to_string(),
            "at `/b`: expected 2, found nothing"
        );
    }
}
