//! Examples of bodies, made of those that stand beside the fields.

use serde_json::{Map, Value, json};
use utoipa::openapi::{
    KnownFormat, RefOr, Schema, SchemaFormat,
    schema::{AdditionalProperties, ArrayItems, Object, SchemaType, Type},
};

use super::Schemas;

/// A value that fits the schema.
pub fn of(schema: &RefOr<Schema>, schemas: &Schemas) -> Value {
    match schema {
        RefOr::Ref(reference) => {
            let name = reference.ref_location.rsplit('/').next().unwrap_or_default();
            schemas.get(name).map_or(Value::Null, |schema| of(schema, schemas))
        }
        RefOr::T(schema) => of_schema(schema, schemas),
    }
}

fn of_schema(schema: &Schema, schemas: &Schemas) -> Value {
    match schema {
        Schema::Object(object) => of_object(object, schemas),
        Schema::Array(array) => {
            if let Some(value) = array.examples.first() {
                return value.clone();
            }
            match &array.items {
                ArrayItems::RefOrSchema(items) => json!([of(items, schemas)]),
                ArrayItems::False => json!([]),
            }
        }
        Schema::OneOf(one) => {
            one.items.iter().map(|item| of(item, schemas)).find(|value| !value.is_null()).unwrap_or_default()
        }
        Schema::AnyOf(any) => {
            any.items.iter().map(|item| of(item, schemas)).find(|value| !value.is_null()).unwrap_or_default()
        }
        Schema::AllOf(all) => {
            let parts = all.items.iter().filter_map(|item| of(item, schemas).as_object().cloned());
            Value::Object(parts.fold(Map::new(), |mut whole, part| {
                whole.extend(part);
                whole
            }))
        }
        _ => Value::Null,
    }
}

fn of_object(object: &Object, schemas: &Schemas) -> Value {
    let named = object.examples.first().or(object.default.as_ref());
    let named = named.or_else(|| object.enum_values.as_ref().and_then(|values| values.first()));
    if let Some(value) = named {
        return value.clone();
    }
    let types = match &object.schema_type {
        SchemaType::Type(one) => vec![one.clone()],
        SchemaType::Array(several) => several.clone(),
        SchemaType::AnyValue => return Value::Null,
    };
    match types.iter().find(|kind| **kind != Type::Null) {
        Some(Type::Object) => of_properties(object, schemas),
        Some(Type::Integer | Type::Number) => json!(1),
        Some(Type::Boolean) => json!(false),
        Some(Type::String) => match &object.format {
            Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)) => json!("2026-11-23T10:40:00.123Z"),
            Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)) => json!("0193f0a0-7a53-7c1e-9a55-3f0c6f0c2d11"),
            _ => json!("text"),
        },
        _ => Value::Null,
    }
}

fn of_properties(object: &Object, schemas: &Schemas) -> Value {
    if let (true, Some(AdditionalProperties::RefOr(value))) =
        (object.properties.is_empty(), object.additional_properties.as_deref())
    {
        return json!({"key": of(value, schemas)});
    }
    let each = object.properties.iter().map(|(name, schema)| (name.clone(), of(schema, schemas)));
    Value::Object(each.collect())
}

/// What an error says.
pub fn failure(status: &str, code: &str) -> Value {
    let sentence = match status {
        "401" => "the X-API-Key header is missing or holds no valid key",
        "403" => "this key has not the scope that the call needs: links:write; it has links:read",
        "404" => "there is no customer here",
        "409" => "a request with this Idempotency-Key is still running; ask again for its answer",
        "412" => "the thing has changed since: its ETag is not the one in If-Match",
        "429" => "too many calls: a key may make 1000 a minute",
        "413" => "the body is too large",
        "422" => "language must be one of en, es, pt, hi, id, ar",
        "500" => "something went wrong on our side",
        _ => "the request could not be read",
    };
    let mut body = json!({"error": sentence, "code": code, "request_id": "019b0c5e-7a53-7c1e-9a55-3f0c6f0c2d11"});
    if status == "422" {
        body["errors"] = json!([{"field": "language", "message": sentence}]);
    }
    body
}
