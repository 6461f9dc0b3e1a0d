//! Reading schemas for people: what a field is, in words.

use serde_json::Value;
use utoipa::openapi::{
    Content, Header, OpenApi, RefOr, Required, Response, Schema,
    path::{Operation, Parameter, ParameterIn},
    schema::{AdditionalProperties, ArrayItems, Components, Object, SchemaFormat, SchemaType, Type},
};

use super::{
    named,
    prose::{escape, prose},
};

/// One field, parameter or header.
pub struct Field {
    pub name: String,
    /// What it holds, as words with links.
    pub kind: String,
    pub is_required: bool,
    pub rules: Vec<String>,
    pub about: String,
    /// Whether it stands inside the one above it.
    pub is_inner: bool,
}

/// Knows what references stand for.
pub struct Reader<'a>(&'a Components);

impl<'a> Reader<'a> {
    pub fn of(api: &'a OpenApi) -> Self {
        static NONE: std::sync::LazyLock<Components> = std::sync::LazyLock::new(Components::default);
        Self(api.components.as_ref().unwrap_or(&NONE))
    }

    /// The schemas that are shown by themselves: objects and choices, without the envelopes.
    pub fn shapes(&self) -> impl Iterator<Item = (&'a String, &'a RefOr<Schema>)> {
        let is_shown = |schema: &RefOr<Schema>| is_shape(schema);
        let all = self.0.schemas.iter();
        all.filter(move |(name, schema)| is_shown(schema) && !name.contains('_') && !name.ends_with("Request"))
    }

    fn look_up(&self, schema: &'a RefOr<Schema>) -> Option<&'a Schema> {
        match named(schema) {
            Ok(schema) => Some(schema),
            Err(name) => named(self.0.schemas.get(name)?).ok(),
        }
    }

    fn object(&self, schema: &'a RefOr<Schema>) -> Option<&'a Object> {
        match self.look_up(some(schema))? {
            Schema::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The properties of an object's schema, by name.
    pub fn children(&self, schema: &'a RefOr<Schema>) -> Vec<(String, &'a RefOr<Schema>)> {
        let properties = self.object(schema).map(|object| &object.properties);
        properties.into_iter().flatten().map(|(name, schema)| (name.clone(), schema)).collect()
    }

    /// The schema of a list's items.
    pub fn items(&self, schema: &'a RefOr<Schema>) -> Option<&'a RefOr<Schema>> {
        match self.look_up(some(schema))? {
            Schema::Array(array) => match &array.items {
                ArrayItems::RefOrSchema(items) => Some(items),
                ArrayItems::False => None,
            },
            _ => None,
        }
    }

    /// A schema's description.
    pub fn about(&self, schema: &'a RefOr<Schema>) -> String {
        let own = match some(schema) {
            RefOr::Ref(reference) => reference.description.clone(),
            RefOr::T(Schema::Object(object)) => object.description.clone().unwrap_or_default(),
            RefOr::T(Schema::Array(array)) => array.description.clone().unwrap_or_default(),
            RefOr::T(_) => String::new(),
        };
        if own.is_empty() {
            self.object(schema).and_then(|object| object.description.clone()).unwrap_or_default()
        } else {
            own
        }
    }

    /// The fields of an object.
    pub fn properties(&self, schema: &'a RefOr<Schema>) -> Vec<Field> {
        let Some(object) = self.object(schema) else { return Vec::new() };
        let each = object.properties.iter();
        each.map(|(name, schema)| self.field(name, schema, object.required.contains(name))).collect()
    }

    /// The fields of a body, with those inside its envelope below it.
    pub fn envelope(&self, schema: &'a RefOr<Schema>) -> Vec<Field> {
        let mut fields = Vec::new();
        for (field, (_, inner)) in self.properties(schema).into_iter().zip(self.children(schema)) {
            fields.push(field);
            fields.extend(self.properties(inner).into_iter().map(|field| Field { is_inner: true, ..field }));
        }
        fields
    }

    fn field(&self, name: &str, schema: &'a RefOr<Schema>, is_required: bool) -> Field {
        // What an id or a choice is in general is said where it is defined.
        let about = match some(schema) {
            RefOr::Ref(reference) if reference.description.is_empty() => String::new(),
            _ => prose(&self.about(schema)),
        };
        Field {
            name: name.to_owned(),
            kind: self.kind(schema),
            is_required,
            rules: rules(schema),
            about,
            is_inner: false,
        }
    }

    /// What a schema allows, as words with links.
    pub fn kind(&self, schema: &'a RefOr<Schema>) -> String {
        let kind = match some(schema) {
            RefOr::Ref(_) => self.kind_of_reference(some(schema)),
            RefOr::T(Schema::Array(_)) => {
                let items = self.items(schema).map(|items| self.kind(items)).unwrap_or_default();
                format!("list of {items}")
            }
            RefOr::T(Schema::Object(object)) => self.kind_of_object(object),
            RefOr::T(_) => "object".to_owned(),
        };
        if may_be_null(schema) { format!("{kind} or null") } else { kind }
    }

    fn kind_of_reference(&self, schema: &'a RefOr<Schema>) -> String {
        let Err(name) = named(schema) else { return String::new() };
        if let Some((data, _)) = name.split_once('_') {
            let inner = self.children(schema);
            let inner = inner.iter().find(|(name, _)| name == "data").map(|(_, inner)| self.kind(inner));
            let more = if data == "List" { ", with <a href=\"#shape-Meta\">Meta</a>" } else { "" };
            return format!("{}{more}", inner.unwrap_or_default());
        }
        match self.look_up(schema) {
            // A short choice is read faster than a link.
            Some(Schema::Object(object)) if object.enum_values.as_ref().is_some_and(|values| values.len() <= 6) => {
                self.kind_of_object(object)
            }
            Some(_) if self.0.schemas.get(name).is_some_and(is_shape) && !name.ends_with("Request") => {
                format!("<a href=\"#shape-{name}\">{name}</a>")
            }
            Some(Schema::Object(object)) => self.kind_of_object(object),
            _ => name.to_owned(),
        }
    }

    fn kind_of_object(&self, object: &'a Object) -> String {
        if let Some(values) = &object.enum_values {
            let values = values.iter().filter_map(Value::as_str).map(|value| format!("<code>{}</code>", escape(value)));
            return values.collect::<Vec<_>>().join(", ");
        }
        if let Some(AdditionalProperties::RefOr(value)) = object.additional_properties.as_deref() {
            return format!("object of {}", self.kind(value));
        }
        let format = object.format.as_ref().map(|format| match format {
            SchemaFormat::Custom(name) => name.clone(),
            SchemaFormat::KnownFormat(_) => text_of(&serde_json::to_value(format).unwrap_or_default()),
        });
        match format.as_deref() {
            Some("uuid") => "UUID".to_owned(),
            Some("uri") => "URL".to_owned(),
            Some("date-time") => "RFC 3339 time".to_owned(),
            _ => types(object)
                .map(|kind| text_of(&serde_json::to_value(kind).unwrap_or_default()))
                .collect::<Vec<_>>()
                .join(" or "),
        }
    }

    /// The parameters of a call in one place.
    pub fn parameters(&self, call: &'a Operation, wanted: &ParameterIn) -> Vec<Field> {
        let all = call.parameters.iter().flatten().filter_map(|parameter| named(parameter).ok());
        let here = all.filter(|parameter| parameter.parameter_in == *wanted);
        here.map(|parameter| {
            let schema = parameter.schema.as_ref();
            let is_required = parameter.required == Required::True;
            let field = schema.map(|schema| self.field(&parameter.name, schema, is_required));
            let about = prose(parameter.description.as_deref().unwrap_or_default());
            let bare = || Field {
                name: parameter.name.clone(),
                kind: String::new(),
                is_required,
                rules: Vec::new(),
                about: String::new(),
                is_inner: false,
            };
            Field { about, ..field.unwrap_or_else(bare) }
        })
        .collect()
    }

    /// A path with its parameters' examples in it.
    pub fn with_examples(&self, path: &str, call: &'a Operation) -> String {
        let all = call.parameters.iter().flatten().filter_map(|parameter| named(parameter).ok());
        all.fold(path.to_owned(), |path, parameter| {
            let example = self.example_of(parameter).unwrap_or_else(|| parameter.name.to_uppercase());
            path.replace(&format!("{{{}}}", parameter.name), &escape(&example))
        })
    }

    fn example_of(&self, parameter: &'a Parameter) -> Option<String> {
        let own = serde_json::to_value(parameter).ok().and_then(|value| Some(value["example"].as_str()?.to_owned()));
        let examples = || Some(self.object(parameter.schema.as_ref()?)?.examples.first()?.as_str()?.to_owned());
        own.or_else(examples)
    }

    pub fn response(&self, response: &'a RefOr<Response>) -> Option<&'a Response> {
        match named(response) {
            Ok(response) => Some(response),
            Err(name) => named(self.0.responses.get(name)?).ok(),
        }
    }

    pub fn header(&self, name: &str, header: &'a RefOr<Header>) -> Option<Field> {
        let header = named(header).ok()?;
        let mut field = self.field(name, header.schema.as_ref()?, false);
        field.about = prose(header.description.as_deref().unwrap_or_default());
        Some(field)
    }
}

/// The schema without the `null` that it may be instead.
fn some(schema: &RefOr<Schema>) -> &RefOr<Schema> {
    match schema {
        RefOr::T(Schema::OneOf(one)) => one.items.iter().find(|item| !is_null(item)).unwrap_or(schema),
        schema => schema,
    }
}

/// The example and the schema of an answer.
pub fn example<'a>(
    content: impl IntoIterator<Item = (&'a String, &'a RefOr<Content>)>,
) -> Option<(&'a Value, &'a RefOr<Schema>)> {
    let content = named(content.into_iter().next()?.1).ok()?;
    Some((content.example.as_ref()?, content.schema.as_ref()?))
}

/// The body that a call takes: its example and its schema.
pub fn body(call: &Operation) -> Option<(Option<&Value>, &RefOr<Schema>)> {
    let content = named(call.request_body.as_ref()?).ok()?.content.values().next()?;
    let content = named(content).ok()?;
    Some((content.example.as_ref(), some(content.schema.as_ref()?)))
}

/// What a type is called on the wire.
fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn types(object: &Object) -> impl Iterator<Item = &Type> {
    let types = match &object.schema_type {
        SchemaType::Type(one) => std::slice::from_ref(one),
        SchemaType::Array(several) => several.as_slice(),
        SchemaType::AnyValue => &[],
    };
    types.iter().filter(|kind| **kind != Type::Null)
}

fn is_shape(schema: &RefOr<Schema>) -> bool {
    matches!(schema, RefOr::T(Schema::Object(object)) if !object.properties.is_empty() || object.enum_values.is_some())
}

fn is_null(schema: &RefOr<Schema>) -> bool {
    matches!(schema, RefOr::T(Schema::Object(object)) if object.schema_type == SchemaType::Type(Type::Null))
}

fn may_be_null(schema: &RefOr<Schema>) -> bool {
    let of =
        |schema_type: &SchemaType| matches!(schema_type, SchemaType::Array(several) if several.contains(&Type::Null));
    match schema {
        RefOr::T(Schema::OneOf(one)) => one.items.iter().any(is_null),
        RefOr::T(Schema::Object(object)) => of(&object.schema_type),
        RefOr::T(Schema::Array(array)) => of(&array.schema_type),
        _ => false,
    }
}

/// The bounds of a value, as sentences without a verb.
fn rules(schema: &RefOr<Schema>) -> Vec<String> {
    let schema = serde_json::to_value(schema).unwrap_or_default();
    let number = |name: &str| schema.get(name).filter(|value| value.is_number()).map(Value::to_string);
    let span = |least: Option<String>, most: Option<String>, of: &str| match (least, most) {
        (Some(least), Some(most)) => Some(format!("{least} to {most}{of}")),
        (Some(least), None) => Some(format!("at least {least}{of}")),
        (None, Some(most)) => Some(format!("at most {most}{of}")),
        (None, None) => None,
    };
    let pattern = schema["pattern"].as_str().map(|pattern| format!("matches <code>{}</code>", escape(pattern)));
    let default = schema.get("default").map(|value| format!("default <code>{}</code>", escape(&value.to_string())));
    [
        span(number("minLength"), number("maxLength"), " characters"),
        span(number("minimum"), number("maximum"), ""),
        span(number("minItems"), number("maxItems"), " of them"),
        span(number("minProperties"), number("maxProperties"), " of them"),
        pattern,
        default,
    ]
    .into_iter()
    .flatten()
    .collect()
}
