//! Lists: which page was asked for, and the envelope and headers it comes in.

use axum::{
    Json,
    http::{HeaderMap, HeaderValue, header},
};
use url::form_urlencoded;
use utoipa::{IntoParams, ToSchema};

use super::{
    fields::Query,
    wire::{List, Meta},
};
use crate::{app::PublicUrl, store::Page};

const DEFAULT_SIZE: u32 = 20;
const LARGEST_SIZE: u32 = 100;

/// A page of a list, with the headers that say the same as its `meta`.
pub type Paged<T> = (HeaderMap, Json<List<T>>);

/// Which page of a list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// Which page, from 1.
    #[param(format = Int64, minimum = 1, maximum = 4_294_967_295_i64, default = 1)]
    pub page: Option<u32>,
    /// How many things a page holds.
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub per_page: Option<u32>,
}

/// `page` (from 1, default 1) and `per_page` (1 to 100, default 20).
pub fn page(query: &mut Query) -> Page {
    Page {
        number: query.number("page", 1, u32::MAX).unwrap_or(1),
        size: query.number("per_page", 1, LARGEST_SIZE).unwrap_or(DEFAULT_SIZE),
    }
}

/// A list in its envelope, with the headers that say the same and link to its other pages (RFC 8288).
pub fn respond<T: ToSchema>(
    items: Vec<T>,
    total: i64,
    page: Page,
    path: &str,
    query: &Query,
    public: &PublicUrl,
) -> Paged<T> {
    let total = u64::try_from(total).unwrap_or(0);
    let pages = total.div_ceil(u64::from(page.size)).max(1);
    let number = u64::from(page.number);
    let at = |wanted: u64| {
        let kept = query.pairs().iter().filter(|(name, _)| name != "page");
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(kept)
            .append_pair("page", &wanted.to_string())
            .finish();
        format!("{}?{query}", public.of(path))
    };
    let mut links = vec![("first", 1)];
    links.extend((number > 1).then(|| ("prev", (number - 1).min(pages))));
    links.extend((number < pages).then(|| ("next", number + 1)));
    links.push(("last", pages));
    let links: Vec<String> =
        links.into_iter().map(|(rel, wanted)| format!("<{}>; rel=\"{rel}\"", at(wanted))).collect();

    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("x-total", total.to_string()),
        ("x-total-pages", pages.to_string()),
        ("x-per-page", page.size.to_string()),
        ("x-page", number.to_string()),
    ] {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name, value);
        }
    }
    if let Ok(value) = HeaderValue::try_from(links.join(", ")) {
        headers.insert(header::LINK, value);
    }
    let meta = Meta { page: number, per_page: page.size.into(), total_pages: pages, total_count: total };
    (headers, Json(List { data: items, meta }))
}
