//! Reading what a caller sent: lenient where real callers need it, and otherwise naming every field that is wrong.
//!
//! All fields are read before any is complained about, so that one answer names them all; nothing is saved meanwhile.

use axum::body::Bytes;
use serde_json::{Map, Value};
use url::form_urlencoded;

use crate::{
    clock::Timestamp,
    error::{Error, Invalid, Result},
};

/// The object inside a request's envelope.
#[derive(Debug)]
pub struct Fields {
    object: Map<String, Value>,
    wrong: Vec<Invalid>,
}

/// What a field holds: a PATCH tells "not there" from "set to nothing".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given<T> {
    /// The field is not there, or was refused.
    Absent,
    /// An explicit `null`.
    Null,
    /// A value.
    Value(T),
}

impl<T> Given<T> {
    /// The value, with absent and `null` alike.
    pub fn value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// Puts it where it belongs: `null` brings the default back, and absent changes nothing.
    pub fn put(self, place: &mut T, default: T) {
        match self {
            Self::Absent => {}
            Self::Null => *place = default,
            Self::Value(value) => *place = value,
        }
    }

    /// Like [`Given::put`] for a field that may be nothing.
    pub fn put_option(self, place: &mut Option<T>) {
        match self {
            Self::Absent => {}
            Self::Null => *place = None,
            Self::Value(value) => *place = Some(value),
        }
    }
}

impl Fields {
    /// The object under `envelope` in a JSON body. No body at all, `{}` and an empty envelope are all the empty object;
    /// one of `known` outside the envelope is refused, since it would be ignored without a word.
    ///
    /// # Errors
    /// When the body is not a JSON object, or the fields stand outside their envelope.
    pub fn read(body: &Bytes, envelope: &'static str, known: &[&str]) -> Result<Self> {
        let text = body.trim_ascii();
        let parsed = if text.is_empty() { Ok(Value::Null) } else { serde_json::from_slice(text) };
        let body = parsed.map_err(|e| Error::invalid("body", format!("the body is not valid JSON: {e}")))?;
        let mut body = match body {
            Value::Null => Map::new(),
            Value::Object(object) => object,
            _ => return Err(Error::invalid("body", format!("the body must be an object: {{\"{envelope}\": {{…}}}}"))),
        };
        let inside = body.remove(envelope).unwrap_or_default();
        let outside = known.iter().filter(|name| body.contains_key(**name)).map(|name| Invalid {
            field: (*name).to_owned(),
            message: format!("{name} must be inside {envelope}: {{\"{envelope}\": {{\"{name}\": …}}}}"),
        });
        let outside: Vec<Invalid> = outside.collect();
        if !outside.is_empty() {
            return Err(Error::Invalid(outside));
        }
        let object = match inside {
            Value::Object(object) => object,
            Value::Null => Map::new(),
            _ => return Err(Error::invalid(envelope, format!("{envelope} must be an object"))),
        };
        Ok(Self { object, wrong: Vec::new() })
    }

    /// Says what is wrong with a field.
    pub fn refuse(&mut self, field: impl Into<String>, allowed: &str) {
        let field = field.into();
        let message = format!("{field} {allowed}");
        self.wrong.push(Invalid { field, message });
    }

    /// Says what is wrong with a field in a sentence of its own.
    pub fn refuse_with(&mut self, field: &str, sentence: &str) {
        self.wrong.push(Invalid { field: field.to_owned(), message: sentence.to_owned() });
    }

    /// Whether something was said against the field.
    #[must_use]
    pub fn is_refused(&self, name: &str) -> bool {
        self.wrong.iter().any(|wrong| wrong.field == name)
    }

    /// Whether the field is there, `null` or not.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.object.contains_key(name)
    }

    /// Whether the field is there and not `null`.
    #[must_use]
    pub fn is_given(&self, name: &str) -> bool {
        self.object.get(name).is_some_and(|value| !value.is_null())
    }

    /// Reads a field with `read`, which gives the value or what is allowed.
    pub fn field<T>(&mut self, name: &str, read: impl FnOnce(&Value) -> Result<T, String>) -> Given<T> {
        let read = match self.object.get(name) {
            None => return Given::Absent,
            Some(Value::Null) => return Given::Null,
            Some(value) => read(value),
        };
        match read {
            Ok(value) => Given::Value(value),
            Err(allowed) => {
                self.refuse(name, &allowed);
                Given::Absent
            }
        }
    }

    /// Text of 1 to `longest` characters.
    pub fn text(&mut self, name: &str, longest: usize) -> Given<String> {
        self.field(name, |value| {
            let text = value.as_str().map(str::trim).filter(|text| !text.is_empty() && text.chars().count() <= longest);
            let plain = text.filter(|text| !text.contains(|c: char| c.is_control()));
            plain.map(str::to_owned).ok_or_else(|| format!("must be text of 1 to {longest} characters"))
        })
    }

    /// `true` or `false`.
    pub fn boolean(&mut self, name: &str) -> Given<bool> {
        self.field(name, |value| value.as_bool().ok_or_else(|| "must be true or false".to_owned()))
    }

    /// One of the names that `parse` knows; `allowed` lists them.
    pub fn one_of<T>(&mut self, name: &str, allowed: &str, parse: impl Fn(&str) -> Option<T>) -> Given<T> {
        self.field(name, |value| value.as_str().and_then(parse).ok_or_else(|| format!("must be one of {allowed}")))
    }

    /// A list, each element read by `read`.
    pub fn list<T>(&mut self, name: &str, most: usize, read: impl Fn(&Value) -> Result<T, String>) -> Given<Vec<T>> {
        self.field(name, |value| {
            let list = value.as_array().filter(|list| list.len() <= most);
            list.ok_or_else(|| format!("must be a list of at most {most}"))?.iter().map(read).collect()
        })
    }

    /// An RFC 3339 time.
    pub fn time(&mut self, name: &str) -> Given<Timestamp> {
        self.field(name, |value| {
            value.as_str().and_then(Timestamp::parse).ok_or_else(|| "must be an RFC 3339 time".to_owned())
        })
    }

    /// Everything that was wrong, at once.
    ///
    /// # Errors
    /// [`Error::Invalid`] when anything was.
    pub fn done(self) -> Result<()> {
        if self.wrong.is_empty() { Ok(()) } else { Err(Error::Invalid(self.wrong)) }
    }
}

/// The query of a list.
#[derive(Debug)]
pub struct Query {
    pairs: Vec<(String, String)>,
    wrong: Vec<Invalid>,
}

impl Query {
    /// Reads a raw query.
    #[must_use]
    pub fn read(raw: Option<&str>) -> Self {
        let pairs: Vec<(String, String)> =
            form_urlencoded::parse(raw.unwrap_or_default().as_bytes()).into_owned().collect();
        // No name or id has them, and a database's text takes no NUL.
        let unprintable = pairs.iter().filter(|(_, value)| value.contains(|c: char| c.is_control()));
        let wrong = unprintable
            .map(|(name, _)| Invalid {
                field: name.clone(),
                message: format!("{name} must not contain control characters"),
            })
            .collect();
        Self { pairs, wrong }
    }

    /// The parameters as they came.
    #[must_use]
    pub fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    /// A parameter, with an empty one as if it were not there.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        self.pairs.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.clone())
    }

    /// A parameter read by `parse`; one that it does not know is refused with what is allowed.
    pub fn parsed<T>(&mut self, name: &str, allowed: &str, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let text = self.text(name)?;
        let value = parse(&text);
        if value.is_none() {
            self.wrong.push(Invalid { field: name.to_owned(), message: format!("{name} must be {allowed}") });
        }
        value
    }

    /// A whole number between two others.
    pub fn number(&mut self, name: &str, least: u32, most: u32) -> Option<u32> {
        let allowed = if most == u32::MAX {
            format!("a whole number from {least}")
        } else {
            format!("a whole number from {least} to {most}")
        };
        self.parsed(name, &allowed, |text| text.parse().ok().filter(|number| (least..=most).contains(number)))
    }

    /// An RFC 3339 time.
    pub fn time(&mut self, name: &str) -> Option<Timestamp> {
        self.parsed(name, "an RFC 3339 time", Timestamp::parse)
    }

    /// Everything that was wrong, at once.
    ///
    /// # Errors
    /// [`Error::Invalid`] when anything was.
    pub fn done(&mut self) -> Result<()> {
        if self.wrong.is_empty() { Ok(()) } else { Err(Error::Invalid(std::mem::take(&mut self.wrong))) }
    }
}
