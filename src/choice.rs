//! Enums whose values have names on the wire and in the database.

use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};

/// Declares an enum with one fixed lower-case name per value, read and written the same way in JSON, SQL and forms.
/// Where another choice has the same name in its own room, `as` says what the API's document calls this one.
macro_rules! choice {
    (
        $(#[doc = $doc:literal])* $vis:vis enum $name:ident $(as $schema:ident)?
        { $($(#[doc = $vdoc:literal])* $value:ident = $text:literal),+ $(,)? }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        $vis enum $name {
            $($(#[doc = $vdoc])* #[serde(rename = $text)] $value,)+
        }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$value),+];

            /// The value's name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$value => $text),+ }
            }

            /// The value of that name; `None` when there is none.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$value),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                crate::choice::schema(concat!($($doc),*), &[$(($text, concat!($($vdoc),*))),+])
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                [$(stringify!($schema),)? stringify!($name)][0].into()
            }
        }

        impl<DB: sqlx::Database> sqlx::Type<DB> for $name
        where
            String: sqlx::Type<DB>,
        {
            fn type_info() -> DB::TypeInfo {
                <String as sqlx::Type<DB>>::type_info()
            }

            fn compatible(kind: &DB::TypeInfo) -> bool {
                <String as sqlx::Type<DB>>::compatible(kind)
            }
        }

        impl<'r, DB: sqlx::Database> sqlx::Decode<'r, DB> for $name
        where
            &'r str: sqlx::Decode<'r, DB>,
        {
            fn decode(value: DB::ValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
                let text = <&str as sqlx::Decode<DB>>::decode(value)?;
                Ok(Self::parse(text)
                    .ok_or_else(|| crate::choice::Unknown { what: stringify!($name), text: text.to_owned() })?)
            }
        }
    };
}
pub(crate) use choice;

/// The schema of a choice in the API's document: its names, and what each of them means.
pub(crate) fn schema(about: &str, names: &[(&str, &str)]) -> RefOr<Schema> {
    let meanings: Vec<String> = names.iter().map(|(name, meaning)| format!("- `{name}`: {}", meaning.trim())).collect();
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(names.iter().map(|(name, _)| *name)))
        .description(Some(format!("{}\n\n{}", about.trim(), meanings.join("\n"))))
        .into()
}

/// A stored name that no value has: the row was written by a newer version of the program.
#[derive(Debug, thiserror::Error)]
#[error("{text:?} is no {what}")]
pub struct Unknown {
    /// The enum that was asked.
    pub what: &'static str,
    /// The name that it does not know.
    pub text: String,
}
