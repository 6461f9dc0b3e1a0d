//! Static files, in the binary. Each is asked for under the digest of its content, and then kept for ever.

use std::{collections::HashMap, sync::LazyLock};

use axum::{
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use rust_embed::RustEmbed;

use crate::{
    error::{Error, Result},
    seal::hex,
};

#[derive(RustEmbed)]
#[folder = "static/"]
struct Files;

static ADDRESSES: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    Files::iter()
        .filter_map(|name| {
            let digest = Files::get(&name)?.metadata.sha256_hash();
            let version = hex(&digest[..6]);
            Some((name.to_string(), format!("/static/{name}?v={version}")))
        })
        .collect()
});

/// The address of a static file, with its version.
#[must_use]
pub fn address(name: &str) -> String {
    ADDRESSES.get(name).cloned().unwrap_or_else(|| format!("/static/{name}"))
}

/// Serves a static file.
pub async fn get(Path(name): Path<String>) -> Result<Response> {
    let file = Files::get(&name).ok_or(Error::NotFound("file"))?;
    let kind = HeaderValue::try_from(file.metadata.mimetype()).unwrap_or(HeaderValue::from_static("text/plain"));
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
    ];
    Ok((headers, file.data).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_pages_ask_for_is_there_under_its_version() {
        for name in ["progress.js", "icon.svg"] {
            assert!(address(name).contains("?v="), "{name}");
        }
    }
}
