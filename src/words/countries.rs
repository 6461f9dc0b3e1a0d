//! Names of countries, by the Unicode CLDR (version 48): one line per ISO 3166-1 code, one column per language.

use super::Lang;

const NAMES: &str = include_str!("countries.tsv");

/// The country's name in a language; its code, if it has none.
#[must_use]
pub fn name(iso: &str, lang: Lang) -> &str {
    let line = NAMES.lines().find(|line| line.split('\t').next() == Some(iso));
    line.and_then(|line| line.split('\t').nth(1 + lang as usize)).unwrap_or(iso)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_has_a_name_in_every_language() {
        assert_eq!(NAMES.lines().count(), 249);
        for line in NAMES.lines() {
            assert!(line.split('\t').all(|name| !name.trim().is_empty()), "{line}");
            assert_eq!(line.split('\t').count(), 1 + Lang::ALL.len(), "{line}");
        }
        assert_eq!(name("CL", Lang::Id), "Cile");
        assert_eq!(name("US", Lang::Ar), "الولايات المتحدة");
        assert_eq!(name("XX", Lang::En), "XX");
    }
}
