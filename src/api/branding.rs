//! `branding`, of a project and of a link: read, with the logo fetched, and shown as it was written.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::fields::{Fields, Given};
use crate::{
    app::App,
    error::Result,
    id::ProjectId,
    link::branding::{Branding, check_page},
    logo,
    words::Lang,
};

/// Every key of `branding`.
const KNOWN: &[&str] = &["name", "logo_url", "support_url", "terms_url", "privacy_url", "headline", "introduction"];
/// The longest name that a page was made for.
pub(super) const LONGEST_NAME: usize = 100;
const LONGEST_HEADLINE: usize = 120;
const LONGEST_INTRODUCTION: usize = 500;

/// How a platform shows itself on its pages, beside its colours.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
#[schema(as = Branding)]
pub struct View {
    /// The name that customers read; null for the project's.
    #[schema(max_length = 100, examples("Acme Desk"))]
    pub name: Option<String>,
    /// A PNG, JPEG or WebP picture of 16 to 2048 pixels a side and at most 512 KiB. It is fetched when it is set, redrawn, and served
    /// by us: no page asks your host for it.
    #[schema(format = "uri", max_length = 2048, examples("https://app.example.com/logo.png"))]
    pub logo_url: Option<String>,
    /// Where customers get help.
    #[schema(format = "uri", max_length = 2048, examples("https://app.example.com/help"))]
    pub support_url: Option<String>,
    /// Your terms.
    #[schema(format = "uri", max_length = 2048, examples("https://app.example.com/terms"))]
    pub terms_url: Option<String>,
    /// What you say on privacy.
    #[schema(format = "uri", max_length = 2048, examples("https://app.example.com/privacy"))]
    pub privacy_url: Option<String>,
    /// The setup page's headline in place of ours, as plain text by language; at most 120 characters each.
    #[schema(examples(json!({"en": "Bring your WhatsApp number to Acme"})))]
    pub headline: BTreeMap<String, String>,
    /// The text below the headline in place of ours, as plain text by language; at most 500 characters each.
    #[schema(examples(json!({"en": "Answer your customers from one inbox."})))]
    pub introduction: BTreeMap<String, String>,
}

impl From<Branding> for View {
    fn from(branding: Branding) -> Self {
        Self {
            name: branding.name,
            logo_url: branding.logo_url,
            support_url: branding.support_url,
            terms_url: branding.terms_url,
            privacy_url: branding.privacy_url,
            headline: branding.headline,
            introduction: branding.introduction,
        }
    }
}

/// Reads `branding`. A logo is fetched here, before anything is saved.
pub(super) async fn read(app: &App, project: ProjectId, fields: &mut Fields) -> Result<Given<Branding>> {
    let object = match fields.field("branding", |value| {
        value.as_object().cloned().ok_or_else(|| format!("must be an object of {}", KNOWN.join(", ")))
    }) {
        Given::Value(object) => object,
        Given::Null => return Ok(Given::Null),
        Given::Absent => return Ok(Given::Absent),
    };
    let mut branding = Branding {
        name: one(fields, &object, "name", |text| plain(text, LONGEST_NAME)),
        logo_url: one(fields, &object, "logo_url", |text| {
            app.guard.check(text).map(|_| text.to_owned()).map_err(Into::into)
        }),
        logo: None,
        support_url: one(fields, &object, "support_url", page),
        terms_url: one(fields, &object, "terms_url", page),
        privacy_url: one(fields, &object, "privacy_url", page),
        headline: by_language(fields, &object, "headline", LONGEST_HEADLINE),
        introduction: by_language(fields, &object, "introduction", LONGEST_INTRODUCTION),
    };
    if let Some(url) = &branding.logo_url {
        match logo::keep(app, project, url).await? {
            Ok(logo) => branding.logo = Some(logo),
            Err(allowed) => fields.refuse("branding.logo_url", &allowed),
        }
    }
    Ok(Given::Value(branding))
}

fn one(
    fields: &mut Fields,
    object: &Map<String, Value>,
    key: &str,
    read: impl FnOnce(&str) -> Result<String, String>,
) -> Option<String> {
    let value = object.get(key).filter(|value| !value.is_null())?;
    match value.as_str().ok_or_else(|| "must be text or null".to_owned()).and_then(read) {
        Ok(text) => Some(text),
        Err(allowed) => {
            fields.refuse(format!("branding.{key}"), &allowed);
            None
        }
    }
}

/// Texts by language; `null` for one is as if it were not there.
fn by_language(
    fields: &mut Fields,
    object: &Map<String, Value>,
    key: &str,
    longest: usize,
) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    let Some(value) = object.get(key).filter(|value| !value.is_null()) else { return texts };
    let Some(given) = value.as_object() else {
        fields.refuse(format!("branding.{key}"), "must be an object of texts by language, such as {\"en\": \"…\"}");
        return texts;
    };
    for (lang, text) in given.iter().filter(|(_, text)| !text.is_null()) {
        let read = match Lang::parse(lang) {
            None => Err(format!("is none of the languages: {}", Lang::tags())),
            Some(_) => text.as_str().map_or_else(|| Err(said(longest)), |text| plain(text, longest)),
        };
        match read {
            Ok(text) => drop(texts.insert(lang.clone(), text)),
            Err(allowed) => fields.refuse(format!("branding.{key}.{lang}"), &allowed),
        }
    }
    texts
}

fn said(longest: usize) -> String {
    format!("must be plain text of 1 to {longest} characters, on one line")
}

/// Plain text: what looks like a tag is shown as it is written.
fn plain(text: &str, longest: usize) -> Result<String, String> {
    let text = text.trim();
    let fits = !text.is_empty() && text.chars().count() <= longest && !text.contains(|c: char| c.is_control());
    if fits { Ok(text.to_owned()) } else { Err(said(longest)) }
}

fn page(text: &str) -> Result<String, String> {
    check_page(text)?;
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::wire::names;

    #[test]
    fn the_document_names_the_keys_that_are_read() {
        assert_eq!(names::<View>(), KNOWN);
    }
}
