//! A platform: software that calls the API with its key.

use reqwest::{Method, header::HeaderMap};
use serde_json::{Value, json};
use setuplinks::id::ProjectId;

use super::output;

/// Calls the API as one project.
#[derive(Clone)]
pub struct Platform {
    pub base: String,
    pub key: String,
    pub project: ProjectId,
    http: reqwest::Client,
}

/// What the API said.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    /// `null` for an empty body.
    pub body: Value,
}

/// A setup link that a test made.
#[derive(Clone, Debug)]
pub struct Link {
    pub id: String,
    pub url: String,
    pub token: String,
    pub customer: String,
}

impl Answer {
    /// The thing in the envelope; fails, with the whole answer, when the status is another.
    #[track_caller]
    pub fn data(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body["data"].clone()
    }

    /// The fields that a 422 names.
    #[track_caller]
    pub fn refused_fields(&self) -> Vec<&str> {
        assert_eq!(self.status, 422, "{}", self.body);
        assert!(self.body["error"].as_str().is_some_and(|text| !text.is_empty()), "{}", self.body);
        self.body["errors"].as_array().expect("errors").iter().map(|e| e["field"].as_str().expect("field")).collect()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }
}

impl Platform {
    pub fn new(base: String, key: String, project: ProjectId) -> Self {
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build();
        output::secret(&key);
        Self { base, key, project, http: http.expect("a client") }
    }

    /// The same platform, where it calls another address.
    pub fn by_way_of(&self, base: String) -> Self {
        Self { base, ..self.clone() }
    }

    /// Any request below `/platform/v1`.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}/platform/v1{path}", self.base)).header("X-API-Key", &self.key)
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let sent = request.try_clone().and_then(|request| request.build().ok());
        let sent = sent.as_ref().and_then(|sent| serde_json::from_slice(sent.body()?.as_bytes()?).ok());
        output::secrets_of_body(&sent.unwrap_or(Value::Null));
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.expect("a body");
        output::answered(status, &text);
        let body = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).expect(&text) };
        output::secrets_of_body(&body);
        Answer { status, headers, body }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::PATCH, path).json(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// A new customer's id.
    pub async fn customer(&self, name: &str) -> String {
        let made = self.post("/customers", &json!({"customer": {"name": name}})).await.data(201);
        made["id"].as_str().expect("an id").to_owned()
    }

    /// A new link of that customer, with these terms.
    pub async fn link_for(&self, customer: &str, terms: Value) -> Link {
        let path = format!("/customers/{customer}/setup_links");
        let made = self.post(&path, &json!({"setup_link": terms})).await.data(201);
        let text = |name: &str| made[name].as_str().expect(name).to_owned();
        Link { id: text("id"), url: text("url"), token: text("token"), customer: customer.to_owned() }
    }

    /// A new link of a new customer, with these terms.
    pub async fn link(&self, terms: Value) -> Link {
        let customer = self.customer("Bakery").await;
        self.link_for(&customer, terms).await
    }

    /// The link as the API shows it now.
    pub async fn see(&self, link: &Link) -> Value {
        self.get(&format!("/customers/{}/setup_links/{}", link.customer, link.id)).await.data(200)
    }

    /// Changes a link.
    pub async fn change(&self, link: &Link, terms: Value) -> Answer {
        let path = format!("/customers/{}/setup_links/{}", link.customer, link.id);
        self.patch(&path, &json!({"setup_link": terms})).await
    }
}
