//! What the pages say: one Fluent catalogue per language, in the binary.
//!
//! Interpolated names and numbers come out wrapped in Unicode isolates, which keeps a Latin project name from
//! scrambling an Arabic sentence. In a `<title>` or an attribute they would only be noise: [`Lang::plain`] leaves
//! them out. Numbers are written as CLDR has them for the language.

use std::sync::LazyLock;

use fluent_bundle::{FluentArgs, FluentError, FluentResource, FluentValue, concurrent::FluentBundle};
use icu_decimal::{DecimalFormatter, input::Decimal, options::DecimalFormatterOptions};
use icu_locale_core::Locale;
use intl_memoizer::{Memoizable, concurrent::IntlLangMemoizer};
use unic_langid::LanguageIdentifier;

use crate::choice::choice;

pub mod countries;
mod moment;
pub mod negotiate;

// `Lang`, a value for each catalogue in `src/words`, and `SOURCES`, their texts in the same order.
include!(concat!(env!("OUT_DIR"), "/languages.rs"));

/// A value for a placeable of a message.
pub type Arg<'a> = (&'static str, FluentValue<'a>);

type Bundle = FluentBundle<FluentResource>;

static BUNDLES: LazyLock<Vec<Bundle>> = LazyLock::new(|| Lang::ALL.iter().map(|lang| lang.bundle().0).collect());

impl Lang {
    /// `rtl` or `ltr`: the value of `dir`.
    #[must_use]
    pub fn dir(self) -> &'static str {
        if self.plain("language-direction", &[]) == "rtl" { "rtl" } else { "ltr" }
    }

    /// The language's name in itself, as the switcher shows it.
    #[must_use]
    pub fn own_name(self) -> String {
        self.plain("language-name", &[])
    }

    /// The locale that Facebook's dialog takes for this language.
    #[must_use]
    pub fn facebook_locale(self) -> String {
        self.plain("facebook-locale", &[])
    }

    /// The tags of all languages, for a sentence that says what is allowed.
    #[must_use]
    pub fn tags() -> String {
        Self::ALL.iter().map(|lang| lang.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// The message `id` in this language, with `args` filled in and isolated: for text between tags.
    ///
    /// A message that this language lacks is said in English, and one that no language has is its own id: a page
    /// with one foreign sentence serves the customer better than no page. A test sees to it that neither happens.
    #[must_use]
    pub fn say(self, id: &str, args: &[Arg<'_>]) -> String {
        let mut filled = FluentArgs::with_capacity(args.len());
        for (name, value) in args {
            filled.set(*name, value.clone());
        }
        [self, Self::En]
            .into_iter()
            .find_map(|lang| {
                let bundle = BUNDLES.get(lang as usize)?;
                let pattern = bundle.get_message(id)?.value()?;
                Some(bundle.format_pattern(pattern, Some(&filled), &mut Vec::new()).into_owned())
            })
            .unwrap_or_else(|| id.to_owned())
    }

    /// Like [`Lang::say`] without the isolates: for titles and attributes.
    #[must_use]
    pub fn plain(self, id: &str, args: &[Arg<'_>]) -> String {
        self.say(id, args).replace(['\u{2068}', '\u{2069}'], "")
    }

    fn source(self) -> &'static str {
        SOURCES.get(self as usize).copied().unwrap_or_default()
    }

    /// The catalogue, and what is wrong with it: what parses is used all the same.
    fn bundle(self) -> (Bundle, Vec<FluentError>) {
        let tag: LanguageIdentifier = self.as_str().parse().unwrap_or_default();
        let mut bundle = Bundle::new_concurrent(vec![tag]);
        let mut wrong = Vec::new();
        let resource = FluentResource::try_new(self.source().to_owned()).unwrap_or_else(|(resource, errors)| {
            wrong.extend(errors.into_iter().map(FluentError::ParserError));
            resource
        });
        wrong.extend(bundle.add_resource(resource).err().unwrap_or_default());
        wrong.extend(bundle.add_builtins().err());
        bundle.set_formatter(Some(number));
        (bundle, wrong)
    }
}

/// CLDR's way to write whole numbers in one language.
struct Numbers(DecimalFormatter);

impl Memoizable for Numbers {
    type Args = ();
    type Error = icu_provider::DataError;

    fn construct(lang: LanguageIdentifier, (): ()) -> Result<Self, Self::Error> {
        let locale: Locale = lang.to_string().parse().unwrap_or(Locale::UNKNOWN);
        DecimalFormatter::try_new((&locale).into(), DecimalFormatterOptions::default()).map(Self)
    }
}

/// Writes a number as CLDR does; everything else is left to Fluent.
fn number(value: &FluentValue<'_>, languages: &IntlLangMemoizer) -> Option<String> {
    let FluentValue::Number(number) = value else { return None };
    #[allow(clippy::cast_possible_truncation, reason = "the catalogues only ever count things")]
    let whole = Decimal::from(number.value as i64);
    languages.with_try_get::<Numbers, _, _>((), |numbers| numbers.0.format(&whole).to_string()).ok()
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    /// Every message of a catalogue with the variables it uses.
    fn messages(lang: Lang) -> BTreeMap<String, BTreeSet<String>> {
        let mut messages = BTreeMap::new();
        let mut current = String::new();
        for line in lang.source().lines().filter(|line| !line.starts_with('#')) {
            if let Some((id, _)) = line.split_once(" =").filter(|_| !line.starts_with(' ')) {
                id.clone_into(&mut current);
                messages.entry(current.clone()).or_insert_with(BTreeSet::new);
            }
            for rest in line.split('$').skip(1) {
                let name: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
                messages.entry(current.clone()).or_default().insert(name);
            }
        }
        messages
    }

    #[test]
    fn every_language_has_every_message_with_the_same_variables() {
        let english = messages(Lang::En);
        assert!(english.len() > 50);
        for &lang in Lang::ALL {
            let wrong = lang.bundle().1;
            assert!(wrong.is_empty(), "{lang}: {wrong:?}");
            pretty_assertions::assert_eq!(messages(lang), english, "{lang}");
        }
    }

    #[test]
    fn every_message_can_be_said_in_every_language() {
        for &lang in Lang::ALL {
            for id in messages(Lang::En).keys() {
                for count in [0, 1, 2, 3, 11, 100] {
                    let args = [
                        ("project", "Ağ & Co".into()),
                        ("number", "+1".into()),
                        ("app", "Instagram".into()),
                        ("id", "x".into()),
                        ("count", count.into()),
                        ("speed", 1000.into()),
                        ("host", "a.example".into()),
                    ];
                    let said = lang.say(id, &args);
                    assert!(!said.is_empty() && said != *id && !said.contains(['{', '$']), "{lang} {id}: {said}");
                }
            }
        }
    }

    #[test]
    fn numbers_are_written_as_the_language_writes_them() {
        let speed = |lang: Lang| lang.plain("dedicated-point-speed", &[("speed", 1000.into())]);
        assert!(speed(Lang::En).contains("1,000"), "{}", speed(Lang::En));
        assert!(speed(Lang::Id).contains("1.000"), "{}", speed(Lang::Id));
        assert!(speed(Lang::Hi).contains("1,000"), "{}", speed(Lang::Hi));
    }

    #[test]
    fn a_catalogue_says_what_its_language_is() {
        let facts = |lang: Lang| (lang.dir(), lang.facebook_locale(), lang.own_name());
        assert_eq!(facts(Lang::En), ("ltr", "en_US".into(), "English".into()));
        assert_eq!(facts(Lang::Es), ("ltr", "es_LA".into(), "Español".into()));
        assert_eq!(facts(Lang::Ar), ("rtl", "ar_AR".into(), "العربية".into()));
        for &lang in Lang::ALL {
            let locale = lang.facebook_locale();
            assert!(locale.len() == 5 && locale.is_ascii() && locale.contains('_'), "{lang}: {locale}");
            assert!(["ltr", "rtl"].contains(&lang.plain("language-direction", &[]).as_str()), "{lang}");
        }
    }

    #[test]
    fn names_are_isolated_in_text_and_bare_in_titles() {
        let args = [("project", "Acme".into())];
        assert_eq!(Lang::En.say("title", &args), "Connect WhatsApp to \u{2068}Acme\u{2069}");
        assert_eq!(Lang::En.plain("title", &args), "Connect WhatsApp to Acme");
    }
}
