//! `GET /docs`: the document for people, made once when the house opens. No script, nothing from another host.

use askama::Template;
use axum::{
    Router,
    http::{HeaderValue, header},
    response::{Html, IntoResponse as _},
    routing::get,
};
use utoipa::openapi::{
    OpenApi, RefOr, Response,
    path::{Operation, ParameterIn},
};

use self::{
    prose::prose,
    schema::{Field, Reader, body, example},
};
use crate::{app::App, web::assets};

mod json;
mod prose;
mod schema;

#[derive(Template)]
#[template(path = "reference.html")]
struct Reference {
    title: String,
    style: String,
    icon: String,
    about: String,
    address: String,
    groups: Vec<Group>,
    shapes: Vec<Shape>,
}

/// The calls of one tag.
struct Group {
    id: String,
    name: String,
    about: String,
    calls: Vec<Call>,
}

struct Call {
    id: String,
    method: &'static str,
    path: String,
    summary: String,
    about: String,
    parameters: Vec<Parameters>,
    body: Vec<Field>,
    answers: Vec<Answer>,
    curl: String,
    example: Option<Example>,
}

/// The parameters in one place: the path, the query, the headers.
struct Parameters {
    place: &'static str,
    fields: Vec<Field>,
}

struct Answer {
    status: String,
    about: String,
    /// The shape of its body, as words with links.
    body: Option<String>,
    headers: Vec<Field>,
}

struct Example {
    status: String,
    body: String,
}

/// A schema that calls refer to.
struct Shape {
    name: String,
    about: String,
    fields: Vec<Field>,
}

impl Reference {
    fn of(api: &OpenApi) -> Self {
        let reader = Reader::of(api);
        let address = api.servers.iter().flatten().next().map(|server| server.url.clone()).unwrap_or_default();
        let mut groups: Vec<Group> = Vec::new();
        for tag in api.tags.iter().flatten() {
            let id = tag.name.to_lowercase().replace(' ', "-");
            let about = prose(tag.description.as_deref().unwrap_or_default());
            groups.push(Group { id, name: tag.name.clone(), about, calls: Vec::new() });
        }
        for (path, item) in &api.paths.paths {
            let calls = [
                ("GET", &item.get),
                ("POST", &item.post),
                ("PATCH", &item.patch),
                ("PUT", &item.put),
                ("DELETE", &item.delete),
            ];
            for (method, call) in calls {
                let Some(call) = call else { continue };
                let group = call.tags.iter().flatten().next();
                if let Some(group) = groups.iter_mut().find(|known| Some(&known.name) == group) {
                    group.calls.push(Call::of(&reader, &address, method, path, call));
                }
            }
        }
        let shapes = reader.shapes().map(|(name, schema)| Shape {
            name: name.clone(),
            about: prose(&reader.about(schema)),
            fields: reader.properties(schema),
        });
        Self {
            title: api.info.title.clone(),
            style: assets::address("reference.css"),
            icon: assets::address("icon.svg"),
            about: prose(api.info.description.as_deref().unwrap_or_default()),
            shapes: shapes.collect(),
            address,
            groups,
        }
    }
}

impl Call {
    fn of(reader: &Reader<'_>, address: &str, method: &'static str, path: &str, call: &Operation) -> Self {
        let places = [("Path", ParameterIn::Path), ("Query", ParameterIn::Query), ("Headers", ParameterIn::Header)];
        let parameters = places.map(|(place, wanted)| Parameters { place, fields: reader.parameters(call, &wanted) });
        let taken = body(call);
        let answers: Vec<Answer> = call
            .responses
            .responses
            .iter()
            .filter_map(|(status, response)| Some(Answer::of(reader, status, reader.response(response)?)))
            .collect();
        let success = call.responses.responses.iter().find(|(status, _)| status.starts_with('2'));
        let example = success.and_then(|(status, response)| {
            let (value, schema) = example(&reader.response(response)?.content)?;
            Some(Example { status: status.clone(), body: json::html(value, Some(schema), reader) })
        });
        Self {
            id: call.operation_id.clone().unwrap_or_default(),
            method,
            path: path.to_owned(),
            summary: call.summary.clone().unwrap_or_default(),
            about: prose(call.description.as_deref().unwrap_or_default()),
            parameters: parameters.into_iter().filter(|place| !place.fields.is_empty()).collect(),
            body: taken.map(|(_, schema)| reader.envelope(schema)).unwrap_or_default(),
            answers,
            curl: curl(reader, address, method, path, call),
            example,
        }
    }
}

impl Answer {
    fn of(reader: &Reader<'_>, status: &str, response: &Response) -> Self {
        Self {
            status: status.to_owned(),
            about: prose(&response.description),
            body: example(&response.content).map(|(_, schema)| reader.kind(schema)),
            headers: response.headers.iter().filter_map(|(name, header)| reader.header(name, header)).collect(),
        }
    }
}

/// The call as a command line, with the values of the examples.
fn curl(reader: &Reader<'_>, address: &str, method: &str, path: &str, call: &Operation) -> String {
    let path = reader.with_examples(path, call);
    let mut line = format!("curl -X {method} {address}{path} \\\n  -H \"X-API-Key: $KEY\"");
    if let Some((Some(value), schema)) = body(call) {
        let body = json::html(value, Some(schema), reader).replace('\'', "'\\''");
        line.push_str(" \\\n  -H \"Content-Type: application/json\" \\\n  -d '");
        line.push_str(&body);
        line.push('\'');
    }
    line
}

/// The page and its address.
pub fn router(api: &OpenApi) -> Router<App> {
    let page = Reference::of(api).render().unwrap_or_default();
    let headers = [
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(
                "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            ),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300")),
        (header::CONTENT_LANGUAGE, HeaderValue::from_static("en")),
    ];
    Router::new().route("/docs", get(async move || (headers, Html(page)).into_response()))
}

/// What a reference stands for, or the thing itself.
fn named<T>(thing: &RefOr<T>) -> Result<&T, &str> {
    match thing {
        RefOr::T(thing) => Ok(thing),
        RefOr::Ref(reference) => Err(reference.ref_location.rsplit('/').next().unwrap_or_default()),
    }
}
