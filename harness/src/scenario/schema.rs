//! The grammar as a JSON Schema, for editors.

use serde_json::{Map, Value, json};

use super::grammar::{Key, Presence, SUITE, Shape, TableShape, Variants};

/// The JSON Schema (draft 2020-12) of a suite file.
#[must_use]
pub fn schema() -> Value {
    let mut definitions = Definitions::default();
    let mut root = definitions.table(&SUITE);
    let entries = root.as_object_mut().expect("a table's schema is an object");
    entries.insert(
        "$schema".to_owned(),
        json!("https://json-schema.org/draft/2020-12/schema"),
    );
    entries.insert("title".to_owned(), json!("A wirecheck suite"));
    entries.insert("$defs".to_owned(), json!(definitions.schemas));
    root
}

/// What is written once and named where it may stand: a message may stand in many places.
#[derive(Default)]
struct Definitions {
    known: Vec<(&'static Variants, String)>,
    schemas: Map<String, Value>,
}

impl Definitions {
    fn variants(&mut self, variants: &'static Variants) -> Value {
        let mut known = self.known.iter();
        let name = match known.find(|(known, _)| std::ptr::eq(*known, variants)) {
            Some((_, name)) => name.clone(),
            None => self.define(variants),
        };
        json!({ "$ref": format!("#/$defs/{name}") })
    }

    fn define(&mut self, variants: &'static Variants) -> String {
        let what = variants.what;
        let alike = self.known.iter().filter(|(known, _)| known.what == what);
        let alike = alike.count();
        let what = what.strip_prefix("an ").or_else(|| what.strip_prefix("a "));
        let what = what.unwrap_or(variants.what).replace(' ', "-");
        let name = match alike {
            0 => what,
            others => format!("{what}-{}", others + 1),
        };
        self.known.push((variants, name.clone()));
        let tables = variants.tables.iter();
        let tables: Vec<_> = tables.map(|it| self.table(it)).collect();
        self.schemas
            .insert(name.clone(), json!({ "oneOf": tables }));
        name
    }

    fn table(&mut self, table: &TableShape) -> Value {
        let properties: Map<_, _> = table.keys.iter().map(|it| self.property(it)).collect();
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

    fn property(&mut self, key: &Key) -> (String, Value) {
        let mut schema = self.shape(&key.shape);
        schema["description"] = json!(key.doc);
        (key.name.to_owned(), schema)
    }

    fn shape(&mut self, shape: &Shape) -> Value {
        match shape {
            Shape::Text | Shape::Payload => json!({ "type": "string" }),
            Shape::Id => json!({ "type": "string", "pattern": "^[a-z0-9._-]+$", "maxLength": 64 }),
            Shape::Name => json!({ "type": "string", "pattern": NAME }),
            Shape::Duration => json!({ "type": "string", "pattern": "^[0-9]+(ms|s)$" }),
            Shape::Integer { min, max } => {
                json!({ "type": "integer", "minimum": min, "maximum": max })
            }
            Shape::Flag => json!({ "type": "boolean" }),
            Shape::True => json!({ "const": true }),
            Shape::Word(words) => json!({ "enum": words }),
            Shape::Json => json!({}),
            Shape::List { of, min, max } => {
                let items = self.shape(of);
                json!({ "type": "array", "items": items, "minItems": min, "maxItems": max })
            }
            Shape::Table(known) => self.table(known),
            Shape::Variants(known) => self.variants(known),
            Shape::Names(of) => json!({
                "type": "object",
                "propertyNames": { "pattern": NAME },
                "additionalProperties": self.shape(of),
            }),
            Shape::Fields(of) => json!({
                "type": "object",
                "propertyNames": { "pattern": FIELD_NAME },
                "additionalProperties": self.shape(of),
            }),
            Shape::Either(shapes) => {
                let all: Vec<_> = shapes.iter().map(|it| self.shape(it)).collect();
                json!({ "anyOf": all })
            }
        }
    }
}

const NAME: &str = "^[a-z][a-z0-9_]*$";

/// RFC 9110, 5.6.2: `token`.
const FIELD_NAME: &str = "^[-!#$%&'*+.^_`|~0-9A-Za-z]+$";
