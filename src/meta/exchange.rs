//! The exchange of a login's code for a business token.
//!
//! Meta's exchange is the standard's in the request, not in the answer: errors are Graph errors, and `token_type` may be
//! missing. The bridge below turns Meta's answer into what the `oauth2` crate expects, and `reqwest` 0.13 into the
//! client it asks for.

use std::{pin::Pin, time::Duration};

use oauth2::{
    AsyncHttpClient, AuthType, AuthorizationCode, ClientSecret, HttpRequest, HttpResponse, RequestTokenError,
    TokenResponse as _,
};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use super::{
    Meta,
    failure::Failure,
    graph::{send, timed},
};
use crate::signup::Way;

/// A business token.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The token.
    pub token: SecretString,
    /// How long it lives, when Meta said.
    pub lives: Option<Duration>,
}

impl Meta {
    /// Exchanges a code, in a POST so that the secret is in no address. For a code that came by redirect, `redirect_uri` is
    /// the one the dialog was called with, to the byte; one from the SDK is exchanged without (Meta's documentation).
    pub async fn exchange(&self, code: &SecretString, way: Way) -> Result<Grant, Failure> {
        let oauth = match way {
            Way::Redirect => self.oauth().map_err(|_| Failure::Unreachable("not configured"))?,
            Way::Popup => self.oauth_bare(),
        };
        let answer = oauth
            .set_client_secret(ClientSecret::new(self.settings.app_secret.expose_secret().to_owned()))
            .set_auth_type(AuthType::RequestBody)
            .exchange_code(AuthorizationCode::new(code.expose_secret().to_owned()))
            .request_async(&Bridge(self))
            .await
            .map_err(|e| match e {
                RequestTokenError::Request(failure) => failure,
                _ => Failure::incomplete(),
            })?;
        Ok(Grant { token: answer.access_token().secret().clone().into(), lives: answer.expires_in() })
    }
}

/// Lets the `oauth2` crate speak through our client.
struct Bridge<'m>(&'m Meta);

impl<'c> AsyncHttpClient<'c> for Bridge<'_> {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Failure>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.carry(request))
    }
}

impl Bridge<'_> {
    async fn carry(&self, request: HttpRequest) -> Result<HttpResponse, Failure> {
        let (parts, body) = request.into_parts();
        let request = self.0.http.request(parts.method, parts.uri.to_string()).headers(parts.headers).body(body);
        let answer = timed("POST /oauth/access_token".to_owned(), send(request)).await?;
        let mut token = json!({
            "access_token": answer.get("access_token").and_then(Value::as_str).ok_or(Failure::incomplete())?,
            "token_type": "bearer",
        });
        // Tokens that never expire come without it, and some as zero.
        if let Some(seconds) = answer.get("expires_in").and_then(Value::as_u64).filter(|seconds| *seconds > 0) {
            token["expires_in"] = seconds.into();
        }
        let mut response = HttpResponse::new(token.to_string().into_bytes());
        response.headers_mut().insert("content-type", reqwest::header::HeaderValue::from_static("application/json"));
        Ok(response)
    }
}
