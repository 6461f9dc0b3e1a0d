//! The API's own description, OpenAPI 3.1. Calls and shapes describe themselves where they stand; what is true of all of
//! them is added here, once.

use std::collections::BTreeMap;

use axum::{
    Router,
    http::{HeaderValue, header},
    response::IntoResponse as _,
    routing::get,
};
use utoipa::{
    PartialSchema as _, ToSchema as _,
    openapi::{
        Content, Header, Info, KnownFormat, License, ObjectBuilder, OpenApi, Ref, RefOr, Required, Response, Schema,
        SchemaFormat, Server, Tag, Type,
        header::HeaderBuilder,
        path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem},
        security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme},
        tag::TagBuilder,
    },
};

use super::{BASE, wire::Failure};
use crate::{
    app::{App, PublicUrl},
    error::Invalid,
    scope::Scope,
};

mod example;

const ABOUT: &str = "Makes setup links, by which customers connect their WhatsApp Business numbers, and tells what became \
    of them.\n\nEvery call needs the header `X-API-Key`. A key belongs to one project; what belongs to another is a 404. What a key may do \
    its scopes say: writing includes reading, and `admin` all. \
    Bodies are JSON. Fields that are unknown are ignored, and `null` stands for a field's default. Every answer carries \
    `X-Request-Id`, which the operator's log has too. A method that an address does not take is a 405 that names those it \
    takes in `Allow`.";

/// What stands around the calls.
#[must_use]
pub fn frame() -> OpenApi {
    let mut info = Info::new("Setuplinks Platform API", "1");
    info.description = Some(ABOUT.to_owned());
    let mut license = License::new("Apache-2.0");
    license.identifier = Some("Apache-2.0".to_owned());
    info.license = Some(license);
    let mut api = OpenApi::new(info, utoipa::openapi::Paths::new());
    api.tags = Some(vec![
        tag("Project", "The platform's own corner of the deployment."),
        tag("API keys", "What opens the project to programs, and how far."),
        tag("Customers", "Whom setup links are made for."),
        tag("Setup links", "What the platform chose for one customer, and the address that the customer opens."),
        tag("Phone numbers", "What finished setups left behind. Never a token or a PIN."),
        tag("Provisioned phone numbers", "Numbers that were bought for customers, through Twilio."),
        tag("Webhooks", "Where events go, and which."),
        tag("Webhook deliveries", "What was sent, when, and what came of it."),
    ]);
    let components = api.components.get_or_insert_default();
    let key = ApiKeyValue::with_description("X-API-Key", "A key of the project");
    components.add_security_scheme("key", SecurityScheme::ApiKey(ApiKey::Header(key)));
    components.schemas.insert(Failure::name().into(), Failure::schema());
    components.schemas.insert(Invalid::name().into(), Invalid::schema());
    components.responses = shared_failures();
    api.security = Some(vec![SecurityRequirement::new("key", [""; 0])]);
    api
}

fn tag(name: &str, about: &str) -> Tag {
    TagBuilder::new().name(name).description(Some(about)).build()
}

/// Adds what is true of every call: how it can fail, which headers its answers carry, an example of each body, and the
/// house's address.
#[must_use]
pub fn complete(mut api: OpenApi, public_url: &PublicUrl) -> OpenApi {
    api.servers = Some(vec![Server::new(public_url.of(BASE))]);
    let components = api.components.clone().unwrap_or_default();
    for (path, item) in &mut api.paths.paths {
        add_request_headers(path, item);
        let calls = [
            ("GET", &mut item.get),
            ("POST", &mut item.post),
            ("PATCH", &mut item.patch),
            ("PUT", &mut item.put),
            ("DELETE", &mut item.delete),
        ];
        for (method, call) in calls.into_iter().filter_map(|(method, call)| Some((method, call.as_mut()?))) {
            add_scope(Scope::of_call(method, path), call);
            add_failures(path, call);
            let is_tagged = path.ends_with("{setup_link_id}") || path.ends_with("/setup_links");
            let is_list = has_parameter(call, "page");
            for (status, response) in &mut call.responses.responses {
                let RefOr::T(response) = response else { continue };
                add_headers(response, status == "200" && is_list);
                if is_tagged && !is_list {
                    add_header(response, "ETag", "Another whenever anything that the link shows is", String::schema());
                }
                for content in response.content.values_mut() {
                    add_example(content, &components.schemas);
                }
            }
            if let Some(RefOr::T(body)) = &mut call.request_body {
                body.content.values_mut().for_each(|content| add_example(content, &components.schemas));
            }
        }
    }
    api
}

/// Says which scope a call needs: to programs as a role, to people in words.
fn add_scope(needed: Scope, call: &mut Operation) {
    call.security = Some(vec![SecurityRequirement::new("key", [needed.as_str()])]);
    let about = call.description.take().map(|text| format!("{text}\n\n")).unwrap_or_default();
    call.description = Some(format!("{about}Needs the scope `{needed}`."));
}

type Schemas = BTreeMap<String, RefOr<Schema>>;

fn add_example(content: &mut RefOr<Content>, schemas: &Schemas) {
    let RefOr::T(content) = content else { return };
    if let (None, Some(schema)) = (&content.example, &content.schema) {
        content.example = Some(example::of(schema, schemas));
    }
}

fn parameters(call: &Operation) -> impl Iterator<Item = &Parameter> {
    let all = call.parameters.iter().flatten();
    all.filter_map(|parameter| if let RefOr::T(parameter) = parameter { Some(parameter) } else { None })
}

fn has_parameter(call: &Operation, name: &str) -> bool {
    parameters(call).any(|parameter| parameter.name == name)
}

/// A way to fail that calls share: its name in the document, its status and code, and what it means.
type Shared = (&'static str, &'static str, &'static str, &'static str);

const UNREADABLE: Shared = ("Unreadable", "400", "bad_request", "The request could not be read.");
const UNAUTHORIZED: Shared = ("Unauthorized", "401", "unauthorized", "`X-API-Key` is missing or holds no valid key.");
const FORBIDDEN: Shared = ("Forbidden", "403", "forbidden", "The key has not the scope that the call needs.");
const NOT_FOUND: Shared = ("NotFound", "404", "not_found", "It is not there, or not in this project.");
const STILL_RUNNING: Shared =
    ("StillRunning", "409", "request_in_progress", "A request with the same `Idempotency-Key` is still running.");
const CHANGED: Shared = (
    "Changed",
    "412",
    "precondition_failed",
    "It has changed since: its tag is not in `If-Match`. Nothing was changed.",
);
const TOO_MANY: Shared = (
    "TooMany",
    "429",
    "rate_limited",
    "The key has made as many calls in a minute as it may, or the address too many with keys that open nothing. \
     `Retry-After` says in how many seconds there may be another.",
);
const TOO_LATE: Shared = ("TooLate", "408", "timeout", "The body did not arrive within 20 seconds. Nothing was done.");
const TOO_LARGE: Shared = ("TooLarge", "413", "too_large", "The body has more than 64 KiB.");
const INVALID: Shared =
    ("Invalid", "422", "invalid", "A field or a filter is wrong; `errors` names each. Nothing was saved.");
const BUSY: Shared = (
    "Busy",
    "503",
    "unavailable",
    "There is too much to do, or no answer began within 30 seconds. `Retry-After` says when to ask again.",
);
const INTERNAL: Shared = ("Internal", "500", "internal", "Something is broken on our side.");

/// How a call can fail, by what it takes. What is written beside the handler stays.
fn add_failures(path: &str, call: &mut Operation) {
    let has_path = path.contains('{');
    let has_query = parameters(call).any(|parameter| matches!(parameter.parameter_in, ParameterIn::Query));
    let has_body = call.request_body.is_some();
    let has = |name| parameters(call).any(|parameter| parameter.name == name);
    let failures = [
        (has("Idempotency-Key"), STILL_RUNNING),
        (has("If-Match"), CHANGED),
        (true, TOO_MANY),
        (has_path || has_body, UNREADABLE),
        (true, UNAUTHORIZED),
        (true, FORBIDDEN),
        (has_path, NOT_FOUND),
        (true, TOO_LATE),
        (has_body, TOO_LARGE),
        (has_query || has_body || has("Idempotency-Key"), INVALID),
        (true, INTERNAL),
        (true, BUSY),
    ];
    for (_, (name, status, ..)) in failures.into_iter().filter(|(happens, _)| *happens) {
        let reference = || RefOr::Ref(Ref::from_response_name(name));
        call.responses.responses.entry(status.to_owned()).or_insert_with(reference);
    }
    let mut sorted: Vec<_> = std::mem::take(&mut call.responses.responses).into_iter().collect();
    sorted.sort_by(|(a, _), (b, _)| a.cmp(b));
    call.responses.responses = sorted.into_iter().collect();
}

/// The answers that [`add_failures`] refers to.
fn shared_failures() -> BTreeMap<String, RefOr<Response>> {
    let all = [
        UNREADABLE,
        UNAUTHORIZED,
        FORBIDDEN,
        NOT_FOUND,
        TOO_LATE,
        STILL_RUNNING,
        CHANGED,
        TOO_LARGE,
        INVALID,
        TOO_MANY,
        INTERNAL,
        BUSY,
    ];
    let each = all.into_iter().map(|(name, status, code, about)| {
        let mut content = Content::new(Some(Ref::from_schema_name(Failure::name())));
        content.example = Some(example::failure(status, code));
        let mut response = Response::new(about);
        response.content.insert("application/json".to_owned(), RefOr::T(content));
        add_headers(&mut response, false);
        if [STILL_RUNNING.0, TOO_MANY.0, BUSY.0].contains(&name) {
            add_header(&mut response, "Retry-After", "Seconds after which it is worth asking again", u64::schema());
        }
        (name.to_owned(), RefOr::T(response))
    });
    each.collect()
}

fn add_headers(response: &mut Response, is_list: bool) {
    let uuid =
        ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)));
    add_header(response, "X-Request-Id", "The request's id, which is in the operator's log too", RefOr::T(uuid.into()));
    add_header(response, "X-RateLimit-Limit", "Calls a minute that the key may make", u64::schema());
    add_header(response, "X-RateLimit-Remaining", "Calls that it may make at once now", u64::schema());
    if is_list {
        add_header(response, "X-Page", "The page, from 1", u64::schema());
        add_header(response, "X-Per-Page", "How many things a page holds at most", u64::schema());
        add_header(response, "X-Total-Pages", "How many pages there are", u64::schema());
        add_header(response, "X-Total", "How many things there are on all pages", u64::schema());
        add_header(response, "Link", "`first`, `prev`, `next` and `last` page (RFC 8288)", String::schema());
    }
}

fn add_header(response: &mut Response, name: &str, about: &str, schema: RefOr<Schema>) {
    let header: Header = HeaderBuilder::new().schema(Some(schema)).description(Some(about)).build();
    response.headers.entry(name.to_owned()).or_insert(RefOr::T(header));
}

/// A header that a call may bring.
fn may_bring(call: &mut Operation, name: &str, about: &str, schema: RefOr<Schema>) {
    let header = ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(about))
        .schema(Some(schema))
        .build();
    call.parameters.get_or_insert_default().push(RefOr::T(header));
}

/// What calls may bring beside their own parameters.
fn add_request_headers(path: &str, item: &mut PathItem) {
    let is_link = path.ends_with("{setup_link_id}");
    if let Some(post) = &mut item.post {
        let key = ObjectBuilder::new()
            .schema_type(Type::String)
            .min_length(Some(1))
            .max_length(Some(255))
            .pattern(Some("^[!-~]+$"))
            .examples(["7d9f4a52-create-link-for-order-7"]);
        let about = "The same request with the same key is done once and has the same answer, for 24 hours. It then has the header `Idempotency-Replayed: true`.";
        may_bring(post, "Idempotency-Key", about, RefOr::T(key.into()));
        for response in post.responses.responses.values_mut() {
            if let RefOr::T(response) = response {
                add_header(
                    response,
                    "Idempotency-Replayed",
                    "`true` where the answer was given before",
                    String::schema(),
                );
            }
        }
    }
    if let (true, Some(patch)) = (is_link, &mut item.patch) {
        may_bring(patch, "If-Match", "Tags of the states that may be changed, or `*`", String::schema());
    }
    if let (true, Some(get)) = (is_link, &mut item.get) {
        may_bring(get, "If-None-Match", "Tags of the states that the caller has", String::schema());
    }
}

/// `GET /openapi.json`, for everyone: it holds nothing that a deployment would keep to itself.
pub fn router(api: &OpenApi) -> Router<App> {
    let text = api.to_json().unwrap_or_default();
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Router::new().route("/openapi.json", get(async move || ([kind], text).into_response()))
}
