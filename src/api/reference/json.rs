//! JSON as HTML, its fields in the order of their schema.

use std::fmt::Write as _;

use serde_json::{Map, Value};
use utoipa::openapi::{RefOr, Schema};

use super::{prose::escape, schema::Reader};

/// The value over several lines, its kinds of words marked.
pub fn html(value: &Value, schema: Option<&RefOr<Schema>>, reader: &Reader<'_>) -> String {
    let mut out = String::new();
    write(&mut out, value, schema, reader, 0);
    out
}

fn write(out: &mut String, value: &Value, schema: Option<&RefOr<Schema>>, reader: &Reader<'_>, depth: usize) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            let known = schema.map(|schema| reader.children(schema)).unwrap_or_default();
            out.push('{');
            for (index, (name, value)) in sorted(fields, &known).into_iter().enumerate() {
                next_line(out, index > 0, depth + 1);
                let _ = write!(out, "<b>\"{}\"</b>: ", escape(name));
                let schema = known.iter().find(|(known, _)| known == name).map(|(_, schema)| *schema);
                write(out, value, schema, reader, depth + 1);
            }
            next_line(out, false, depth);
            out.push('}');
        }
        Value::Array(items) if !items.is_empty() => {
            let schema = schema.and_then(|schema| reader.items(schema));
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                next_line(out, index > 0, depth + 1);
                write(out, item, schema, reader, depth + 1);
            }
            next_line(out, false, depth);
            out.push(']');
        }
        Value::String(_) => {
            let _ = write!(out, "<i>{}</i>", escape(&value.to_string()));
        }
        Value::Number(_) | Value::Bool(_) | Value::Null => {
            let _ = write!(out, "<var>{value}</var>");
        }
        Value::Object(_) | Value::Array(_) => out.push_str(&value.to_string()),
    }
}

/// The fields, those of the schema first and in its order.
fn sorted<'a>(fields: &'a Map<String, Value>, known: &[(String, &RefOr<Schema>)]) -> Vec<(&'a String, &'a Value)> {
    let mut fields: Vec<_> = fields.iter().collect();
    fields.sort_by_key(|(name, _)| known.iter().position(|(known, _)| known == *name).unwrap_or(usize::MAX));
    fields
}

fn next_line(out: &mut String, comma: bool, depth: usize) {
    out.push_str(if comma { ",\n" } else { "\n" });
    out.extend(std::iter::repeat_n("  ", depth));
}
