//! What an API key may do: its scopes, and which of them a call needs.

use std::{collections::BTreeSet, fmt};

use crate::choice::choice;

choice! {
    /// A right of an API key. Writing includes reading, and `admin` includes all.
    pub enum Scope {
        /// Read customers, setup links and what happened on them.
        LinksRead = "links:read",
        /// Make and change customers and setup links.
        LinksWrite = "links:write",
        /// Read connected and provisioned phone numbers.
        NumbersRead = "numbers:read",
        /// Connect, change and disconnect phone numbers, and give back provisioned ones.
        NumbersWrite = "numbers:write",
        /// Read and change webhooks and their secrets, and read and repeat deliveries.
        Webhooks = "webhooks:*",
        /// Everything: the project, its Twilio account and its API keys, and export, erasure and
        /// deletion of customers, which only this opens.
        Admin = "admin",
    }
}

impl Scope {
    /// What a call needs, by its method and the pattern of its path below the API's base. What is not named here is for
    /// administrators, so that no call is open because somebody forgot it.
    #[must_use]
    pub fn of_call(method: &str, path: &str) -> Self {
        let is_read = matches!(method, "GET" | "HEAD");
        let (reads, writes) = match path {
            // Its numbers go with it.
            "/customers/{customer_id}" if method == "DELETE" => return Self::Admin,
            path if path.contains("/webhook") => return Self::Webhooks,
            path if path.contains("/phone_numbers") || path.starts_with("/provisioned_phone_numbers") => {
                (Self::NumbersRead, Self::NumbersWrite)
            }
            "/customers" | "/customers/{customer_id}" => (Self::LinksRead, Self::LinksWrite),
            path if path.contains("/setup_links") => (Self::LinksRead, Self::LinksWrite),
            _ => return Self::Admin,
        };
        if is_read { reads } else { writes }
    }
}

/// The scopes of one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scopes(BTreeSet<Scope>);

impl Scopes {
    /// Every right there is.
    #[must_use]
    pub fn all() -> Self {
        Self([Scope::Admin].into())
    }

    /// These scopes, each once.
    #[must_use]
    pub fn of(scopes: impl IntoIterator<Item = Scope>) -> Self {
        Self(scopes.into_iter().collect())
    }

    /// Reads scopes as they are stored. A key from before there were scopes has none written, and every right. A name that
    /// a newer version wrote opens nothing here.
    #[must_use]
    pub fn stored(text: Option<&str>) -> Self {
        text.map_or_else(Self::all, |text| Self::of(text.split(' ').filter_map(Scope::parse)))
    }

    /// Each scope, in the order of declaration.
    pub fn iter(&self) -> impl Iterator<Item = Scope> {
        self.0.iter().copied()
    }

    /// Whether a call that needs `scope` is open.
    #[must_use]
    pub fn allow(&self, scope: Scope) -> bool {
        let wider = match scope {
            Scope::LinksRead => Scope::LinksWrite,
            Scope::NumbersRead => Scope::NumbersWrite,
            other => other,
        };
        [scope, wider, Scope::Admin].iter().any(|enough| self.0.contains(enough))
    }
}

/// As they are stored and listed: with a space between.
impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.iter().map(Scope::as_str).collect();
        f.write_str(&names.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_opens_what_it_names_and_what_is_less() {
        let writer = Scopes::of([Scope::LinksWrite]);
        let open: Vec<Scope> = Scope::ALL.iter().copied().filter(|&scope| writer.allow(scope)).collect();
        assert_eq!(open, [Scope::LinksRead, Scope::LinksWrite]);
        let reader = Scopes::of([Scope::NumbersRead, Scope::Webhooks]);
        let open: Vec<Scope> = Scope::ALL.iter().copied().filter(|&scope| reader.allow(scope)).collect();
        assert_eq!(open, [Scope::NumbersRead, Scope::Webhooks]);
        assert!(Scope::ALL.iter().all(|&scope| Scopes::all().allow(scope)));
    }

    #[test]
    fn what_is_stored_comes_back_and_what_nobody_knows_opens_nothing() {
        let scopes = Scopes::of([Scope::Webhooks, Scope::LinksRead, Scope::Webhooks]);
        assert_eq!(scopes.to_string(), "links:read webhooks:*");
        assert_eq!(Scopes::stored(Some(&scopes.to_string())), scopes);
        assert_eq!(Scopes::stored(None), Scopes::all(), "a key from before there were scopes");
        for text in ["", "everything", "links:admin"] {
            assert!(Scope::ALL.iter().all(|&scope| !Scopes::stored(Some(text)).allow(scope)), "{text}");
        }
    }

    #[test]
    fn calls_need_what_they_touch() {
        for (method, path, needed) in [
            ("GET", "/customers", Scope::LinksRead),
            ("POST", "/customers", Scope::LinksWrite),
            ("PATCH", "/customers/{customer_id}", Scope::LinksWrite),
            ("DELETE", "/customers/{customer_id}", Scope::Admin),
            ("HEAD", "/customers/{customer_id}/setup_links", Scope::LinksRead),
            ("GET", "/customers/{customer_id}/setup_links/{setup_link_id}/events", Scope::LinksRead),
            ("POST", "/customers/{customer_id}/whatsapp/phone_numbers", Scope::NumbersWrite),
            ("GET", "/whatsapp/phone_numbers/{phone_number_id}/health", Scope::NumbersRead),
            ("DELETE", "/provisioned_phone_numbers/{provisioned_phone_number_id}", Scope::NumbersWrite),
            ("GET", "/whatsapp/phone_numbers/{phone_number_id}/webhooks", Scope::Webhooks),
            ("POST", "/webhook_deliveries/{delivery_id}/redeliver", Scope::Webhooks),
            ("GET", "/customers/{customer_id}/export", Scope::Admin),
            ("POST", "/customers/{customer_id}/erase", Scope::Admin),
            ("GET", "/project", Scope::Admin),
            ("GET", "/project/twilio", Scope::Admin),
            ("GET", "/customers/{customer_id}/something_new", Scope::Admin),
        ] {
            assert_eq!(Scope::of_call(method, path), needed, "{method} {path}");
        }
    }
}
