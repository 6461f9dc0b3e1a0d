//! Static files, in the binary, plain and packed. Each is asked for under the digest of its content, and then kept for ever.

use std::{collections::HashMap, sync::LazyLock};

use axum::{
    extract::Path,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use rust_embed::RustEmbed;

use super::encoding::Coding;
use crate::{
    error::{Error, Result},
    seal::hex,
};

#[derive(RustEmbed)]
#[folder = "$OUT_DIR/static"]
struct Files;

static ADDRESSES: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    Files::iter()
        .filter(|name| !is_packed(name))
        .filter_map(|name| {
            let digest = Files::get(&name)?.metadata.sha256_hash();
            let version = hex(&digest[..6]);
            Some((name.to_string(), format!("/static/{name}?v={version}")))
        })
        .collect()
});

/// Whether it is a packed form of a file, which is at no address of its own. `build.rs` makes them.
fn is_packed(name: &str) -> bool {
    [".br", ".gzip"].iter().any(|end| name.ends_with(end))
}

/// The address of a static file, with its version.
#[must_use]
pub fn address(name: &str) -> String {
    ADDRESSES.get(name).cloned().unwrap_or_else(|| format!("/static/{name}"))
}

/// Serves a static file, packed as the browser likes it best.
pub async fn get(Path(name): Path<String>, headers: HeaderMap) -> Result<Response> {
    let file = Files::get(&name).filter(|_| !is_packed(&name)).ok_or(Error::NotFound("file"))?;
    let packed = Coding::preferred(&headers)
        .and_then(|coding| Some((coding, Files::get(&format!("{name}.{}", coding.name()))?)));
    let kind = HeaderValue::try_from(file.metadata.mimetype()).unwrap_or(HeaderValue::from_static("text/plain"));
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
        (header::VARY, HeaderValue::from_static("Accept-Encoding")),
    ];
    Ok(match packed {
        Some((coding, packed)) => {
            let encoding = [(header::CONTENT_ENCODING, HeaderValue::from_static(coding.name()))];
            (headers, encoding, packed.data).into_response()
        }
        None => (headers, file.data).into_response(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_pages_ask_for_is_there_under_its_version() {
        for name in ["progress.js", "hand-over.js", "popup.js", "provision.js", "icon.svg"] {
            assert!(address(name).contains("?v="), "{name}");
        }
    }
}
