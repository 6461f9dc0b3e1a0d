//! Names of countries, by the Unicode CLDR (version 48): one line per ISO 3166-1 code, one column per language, which the
//! first line names.

use super::Lang;

const NAMES: &str = include_str!("countries.tsv");

/// The country's name in a language, in English when that language has no column; its code, if it has no name.
#[must_use]
pub fn name(iso: &str, lang: Lang) -> &str {
    let line = |key: &str| NAMES.lines().find(|line| line.split('\t').next() == Some(key));
    let column = |code: &str| line("iso")?.split('\t').position(|name| name == code);
    let column = column(lang.as_str()).or_else(|| column("en"));
    line(iso).zip(column).and_then(|(line, column)| line.split('\t').nth(column)).unwrap_or(iso)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_has_a_name_in_every_language() {
        assert_eq!(NAMES.lines().count(), 1 + 249);
        for line in NAMES.lines() {
            assert!(line.split('\t').all(|name| !name.trim().is_empty()), "{line}");
            assert_eq!(line.split('\t').count(), 1 + Lang::ALL.len(), "{line}");
        }
        for (lang, spain) in [("en", "Spain"), ("es", "España"), ("pt", "Espanha"), ("id", "Spanyol"), ("hi", "स्पेन")]
        {
            assert_eq!(name("ES", Lang::parse(lang).unwrap()), spain);
        }
        assert_eq!(name("US", Lang::Ar), "الولايات المتحدة");
        assert_eq!(name("XX", Lang::En), "XX");
    }
}
