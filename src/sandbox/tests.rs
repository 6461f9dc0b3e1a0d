//! The strict rules, asked over real sockets.

mod connect;
mod exchange;
mod leave;
mod pool;
mod trouble;
mod way_in;
mod window;

use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder, redirect};
use serde_json::{Value, json};
use url::{Url, form_urlencoded::Serializer};

use super::{answer::proof, *};
use crate::clock::{Clock, Timestamp};

const BACK: &str = "http://localhost:8080/auth/facebook/callback";
const APP: &str = "1234567890";
const SECRET: &str = "0123456789abcdef";
const COEXISTENCE: &str =
    r#"{"setup":{},"featureType":"whatsapp_business_app_onboarding","sessionInfoVersion":"3","version":"v4"}"#;

/// A sandbox with its clock, and a client that follows nothing.
struct Stage {
    sandbox: Sandbox,
    clock: Clock,
    http: Client,
}

/// Status and error code of an answer, with the whole body.
struct Got {
    status: u16,
    body: Value,
}

impl Got {
    /// The error's code and subcode, 0 where there is none.
    fn error(&self) -> (i64, i64) {
        let error = &self.body["error"];
        (error["code"].as_i64().unwrap_or(0), error["error_subcode"].as_i64().unwrap_or(0))
    }
}

impl Stage {
    async fn new() -> Self {
        let clock = Clock::manual(Timestamp(1_795_000_000_000));
        let settings = Settings {
            app_id: APP.to_owned(),
            app_secret: SECRET.to_owned(),
            config_id: "555000".to_owned(),
            redirect_uris: vec![BACK.to_owned()],
            graph_version: "v26.0".to_owned(),
        };
        let sandbox = Sandbox::start(([127, 0, 0, 1], 0).into(), settings, clock.clone()).await.unwrap();
        let http = Client::builder().no_proxy().redirect(redirect::Policy::none()).build().unwrap();
        Self { sandbox, clock, http }
    }

    fn world(&self) -> &World {
        self.sandbox.world()
    }

    fn dialog_fields() -> Vec<(&'static str, &'static str)> {
        vec![
            ("client_id", "1234567890"),
            ("redirect_uri", BACK),
            ("state", "st & te"),
            ("response_type", "code"),
            ("config_id", "555000"),
            ("override_default_response_type", "true"),
            ("extras", r#"{"setup":{},"version":"v4"}"#),
            ("display", "page"),
            ("locale", "ar_AR"),
        ]
    }

    fn dialog_url(&self, fields: &[(&str, &str)]) -> String {
        let query = Serializer::new(String::new()).extend_pairs(fields).finish();
        format!("{}/v26.0/dialog/oauth?{query}", self.sandbox.url())
    }

    /// Logs in and gives the code.
    fn code(&self, login: impl Into<Login>) -> String {
        let back = self.world().login(&self.dialog_url(&Self::dialog_fields()), login).unwrap();
        parameter(&back, "code").unwrap()
    }

    fn exchange(&self, changes: &[(&str, &str)], code: &str) -> RequestBuilder {
        let mut fields =
            vec![("client_id", "1234567890"), ("client_secret", SECRET), ("code", code), ("redirect_uri", BACK)];
        for (name, value) in changes {
            fields.retain(|(known, _)| known != name);
            if !value.is_empty() {
                fields.push((*name, *value));
            }
        }
        self.http.post(format!("{}/v26.0/oauth/access_token", self.sandbox.url())).form(&fields)
    }

    /// Logs in, exchanges the code, and gives the token.
    async fn token(&self, login: impl Into<Login>) -> String {
        let got = got(self.exchange(&[], &self.code(login))).await;
        got.body["access_token"].as_str().unwrap().to_owned()
    }

    fn request(&self, method: Method, token: &str, path: &str) -> RequestBuilder {
        let url = Url::parse(&format!("{}/v26.0/{path}", self.sandbox.url())).unwrap();
        self.http.request(method, url).bearer_auth(token).query(&[("appsecret_proof", proof(SECRET, token))])
    }

    async fn get(&self, token: &str, path: &str) -> Got {
        got(self.request(Method::GET, token, path)).await
    }

    async fn post(&self, token: &str, path: &str, body: Value) -> Got {
        got(self.request(Method::POST, token, path).json(&body)).await
    }

    async fn register(&self, token: &str, phone: &str, pin: &str) -> Got {
        self.post(token, &format!("{phone}/register"), json!({ "messaging_product": "whatsapp", "pin": pin })).await
    }

    /// Logs in with a new number: its token, its WABA and its id.
    async fn number(&self, login: impl Into<Login>) -> (String, String, String) {
        let token = self.token(login).await;
        let number = self.world().numbers().pop().unwrap();
        (token, number.waba_id, number.id)
    }
}

async fn got(request: RequestBuilder) -> Got {
    let answer = request.send().await.unwrap();
    Got { status: answer.status().as_u16(), body: answer.json().await.unwrap_or_default() }
}

fn parameter(url: &str, name: &str) -> Option<String> {
    let url = Url::parse(url).unwrap();
    url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}
