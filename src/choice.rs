//! Enums whose values have names on the wire and in the database.

/// Declares an enum with one fixed lower-case name per value, read and written the same way in JSON, SQL and forms.
macro_rules! choice {
    ($(#[$doc:meta])* $vis:vis enum $name:ident { $($(#[$vdoc:meta])* $value:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        $vis enum $name {
            $($(#[$vdoc])* #[serde(rename = $text)] $value,)+
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

        impl TryFrom<String> for $name {
            type Error = crate::choice::Unknown;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text).ok_or(crate::choice::Unknown { what: stringify!($name), text })
            }
        }
    };
}
pub(crate) use choice;

/// A stored name that no value has: the row was written by a newer version of the program.
#[derive(Debug, thiserror::Error)]
#[error("{text:?} is no {what}")]
pub struct Unknown {
    /// The enum that was asked.
    pub what: &'static str,
    /// The name that it does not know.
    pub text: String,
}
