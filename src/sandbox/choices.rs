//! Lists to choose from on the stand-in's pages.

/// Declares an enum whose values have a name in the form and a label on the page.
macro_rules! choices {
    ($(#[doc = $doc:literal])* $name:ident { $($value:ident $text:literal $label:literal)* }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $(#[doc = concat!("`", $text, "`: ", $label)] $value,)*
        }

        impl $name {
            /// Every one of them, in the order of the page.
            pub const ALL: &[Self] = &[$(Self::$value),*];

            /// Its value in the form.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$value => $text,)* }
            }

            /// What happens, in words.
            #[must_use]
            pub fn label(self) -> &'static str {
                match self { $(Self::$value => $label,)* }
            }

            /// The one with this form value.
            #[must_use]
            pub fn parse(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name() == name)
            }
        }
    };
}
pub(super) use choices;
