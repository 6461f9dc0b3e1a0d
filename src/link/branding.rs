//! How a platform shows itself on its pages, beside its colours: a name, a logo, addresses, and two texts of its own.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::words::Lang;

/// What a project or one of its links says. A field that a link leaves out is the project's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Branding {
    /// The name that customers read in place of the project's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where the platform keeps its logo.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo_url: Option<String>,
    /// Our copy of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<Logo>,
    /// Where customers get help.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub support_url: Option<String>,
    /// The platform's terms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms_url: Option<String>,
    /// What the platform says on privacy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub privacy_url: Option<String>,
    /// The headline of the setup page, by language.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headline: BTreeMap<String, String>,
    /// What stands below it, by language.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub introduction: BTreeMap<String, String>,
}

/// A logo as we serve it: known by what is in it, so that it can be kept for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logo {
    /// The SHA-256 digest of the picture, in hexadecimal digits.
    pub digest: String,
    /// Its size in CSS pixels: the place is kept before it has arrived.
    pub width: u32,
    /// Its size in CSS pixels.
    pub height: u32,
}

impl Logo {
    /// Its path at our address.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/logo/{}", self.digest)
    }
}

impl Branding {
    /// A link's own, with the project's where it says nothing. Texts are taken one language at a time.
    #[must_use]
    pub fn over(self, project: Self) -> Self {
        let with = |mut base: BTreeMap<String, String>, own| {
            base.extend(own);
            base
        };
        let has_logo = self.logo.is_some();
        Self {
            name: self.name.or(project.name),
            logo_url: if has_logo { self.logo_url } else { project.logo_url },
            logo: self.logo.or(project.logo),
            support_url: self.support_url.or(project.support_url),
            terms_url: self.terms_url.or(project.terms_url),
            privacy_url: self.privacy_url.or(project.privacy_url),
            headline: with(project.headline, self.headline),
            introduction: with(project.introduction, self.introduction),
        }
    }

    /// The headline in that language, when the platform wrote one.
    #[must_use]
    pub fn headline(&self, lang: Lang) -> Option<&str> {
        self.headline.get(lang.as_str()).map(String::as_str)
    }

    /// The introduction in that language, when the platform wrote one.
    #[must_use]
    pub fn introduction(&self, lang: Lang) -> Option<&str> {
        self.introduction.get(lang.as_str()).map(String::as_str)
    }
}

/// Checks the address of a page that customers may be led to.
///
/// # Errors
/// A sentence that says what is allowed.
pub fn check_page(text: &str) -> Result<(), &'static str> {
    let allowed = "must be an absolute http or https URL of at most 2048 characters, without user name or password";
    if text.len() > 2048 || text.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
        return Err(allowed);
    }
    let url = Url::parse(text).map_err(|_| allowed)?;
    let is_web = matches!(url.scheme(), "http" | "https") && url.host_str().is_some_and(|host| !host.is_empty());
    if is_web && url.username().is_empty() && url.password().is_none() { Ok(()) } else { Err(allowed) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(lang, text)| ((*lang).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn a_link_s_own_comes_before_the_project_s() {
        let project = Branding {
            support_url: Some("https://a.example/help".into()),
            terms_url: Some("https://a.example/terms".into()),
            headline: texts(&[("en", "Welcome"), ("es", "Hola")]),
            ..Branding::default()
        };
        let link = Branding {
            terms_url: Some("https://b.example/terms".into()),
            headline: texts(&[("en", "Good day")]),
            ..Branding::default()
        };
        let shown = link.over(project);
        assert_eq!(shown.support_url.as_deref(), Some("https://a.example/help"));
        assert_eq!(shown.terms_url.as_deref(), Some("https://b.example/terms"));
        assert_eq!((shown.headline(Lang::En), shown.headline(Lang::Es)), (Some("Good day"), Some("Hola")));
        assert_eq!(shown.headline(Lang::Ar), None);
    }

    #[test]
    fn what_an_older_version_wrote_is_read() {
        assert_eq!(serde_json::from_str::<Branding>("{}").unwrap(), Branding::default());
        let newer = r#"{"headline": {"fr": "Bonjour"}, "something": 1}"#;
        assert_eq!(serde_json::from_str::<Branding>(newer).unwrap().headline.len(), 1);
    }

    #[test]
    fn pages_are_plain_web_addresses() {
        for fine in ["https://a.example/terms#payment", "http://localhost:3000/"] {
            assert_eq!(check_page(fine), Ok(()), "{fine}");
        }
        for refused in
            ["", "/terms", "javascript:alert(1)", "https://u@a.example/", "https://a.example/ b", "mailto:a@b.example"]
        {
            assert!(check_page(refused).is_err(), "{refused}");
        }
    }
}
