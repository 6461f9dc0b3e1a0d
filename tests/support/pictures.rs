//! A web server of a platform's, with pictures on it.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Router,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use image::{DynamicImage, ImageFormat, RgbaImage};

use super::house::loopback;

/// The server, which counts who comes.
pub struct Pictures {
    url: String,
    visits: Arc<AtomicUsize>,
}

impl Pictures {
    pub async fn hang() -> Self {
        let listener = tokio::net::TcpListener::bind(loopback()).await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let visits = Arc::new(AtomicUsize::new(0));
        let router = Router::new().route("/{name}", axum::routing::get(show)).with_state(visits.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, visits }
    }

    /// The address of `logo.png`, `large.png` (more bytes than anybody wants), `logo.svg` or anything else, which is not there.
    pub fn at(&self, name: &str) -> String {
        format!("{}/{name}", self.url)
    }

    pub fn visits(&self) -> usize {
        self.visits.load(Ordering::SeqCst)
    }
}

async fn show(State(visits): State<Arc<AtomicUsize>>, Path(name): Path<String>) -> Response {
    visits.fetch_add(1, Ordering::SeqCst);
    match name.as_str() {
        "logo.png" => ([(header::CONTENT_TYPE, "image/png")], png(300, 100)).into_response(),
        "large.png" => [png(300, 100), vec![0; 600 * 1024]].concat().into_response(),
        "logo.svg" => "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".into_response(),
        "moved.png" => (StatusCode::FOUND, [(header::LOCATION, "/logo.png")]).into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let picture = DynamicImage::ImageRgba8(RgbaImage::from_pixel(width, height, [11, 93, 76, 255].into()));
    picture.write_to(&mut bytes, ImageFormat::Png).expect("a picture");
    bytes.into_inner()
}
