//! The grammar as a JSON Schema, for editors.

use serde_json::{Map, Value, json};

use super::grammar::{Key, Presence, SUITE, Shape, TableShape, Variants};

/// The JSON Schema (draft 2020-12) of a suite file.
#[must_use]
pub fn schema() -> Value {
    let mut root = table(&SUITE);
    let entries = root.as_object_mut().expect("a table's schema is an object");
    entries.insert(
        "$schema".to_owned(),
        json!("https://json-schema.org/draft/2020-12/schema"),
    );
    entries.insert("title".to_owned(), json!("A wirecheck suite"));
    root
}

fn shape(shape: &Shape) -> Value {
    match shape {
        Shape::Text | Shape::Payload => json!({ "type": "string" }),
        Shape::Id => json!({ "type": "string", "pattern": "^[a-z0-9._-]+$", "maxLength": 64 }),
        Shape::Name => json!({ "type": "string", "pattern": NAME }),
        Shape::Duration => json!({ "type": "string", "pattern": "^[0-9]+(ms|s)$" }),
        Shape::Integer { min, max } => json!({ "type": "integer", "minimum": min, "maximum": max }),
        Shape::Flag => json!({ "type": "boolean" }),
        Shape::True => json!({ "const": true }),
        Shape::Word(words) => json!({ "enum": words }),
        Shape::Json => json!({}),
        Shape::List { of, min, max } => {
            json!({ "type": "array", "items": self::shape(of), "minItems": min, "maxItems": max })
        }
        Shape::Table(known) => table(known),
        Shape::Variants(known) => variants(known),
        Shape::Names(of) => json!({
            "type": "object",
            "propertyNames": { "pattern": NAME },
            "additionalProperties": self::shape(of),
        }),
        Shape::Fields(of) => json!({
            "type": "object",
            "propertyNames": { "pattern": FIELD_NAME },
            "additionalProperties": self::shape(of),
        }),
        Shape::Either(shapes) => {
            json!({ "anyOf": shapes.iter().map(self::shape).collect::<Vec<_>>() })
        }
    }
}

const NAME: &str = "^[a-z][a-z0-9_]*$";

/// RFC 9110, 5.6.2: `token`.
const FIELD_NAME: &str = "^[-!#$%&'*+.^_`|~0-9A-Za-z]+$";

fn table(table: &TableShape) -> Value {
    let properties: Map<_, _> = table.keys.iter().map(property).collect();
    let required: Vec<_> = table
        .keys
        .iter()
        .filter(|key| key.presence == Presence::Required)
        .map(|key| key.name)
        .collect();
    let mut schema =
        json!({ "type": "object", "properties": properties, "additionalProperties": false });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn property(key: &Key) -> (String, Value) {
    let mut schema = shape(&key.shape);
    schema["description"] = json!(key.doc);
    (key.name.to_owned(), schema)
}

fn variants(variants: &Variants) -> Value {
    json!({ "oneOf": variants.tables.iter().map(table).collect::<Vec<_>>() })
}
