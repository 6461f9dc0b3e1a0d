//! The one table of paths, and the layers around it in order.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn, from_fn_with_state},
    routing::{get, post},
};
use tower_http::{CompressionLevel, catch_panic::CatchPanicLayer, compression::CompressionLayer, csrf::CsrfLayer};
use tower_sessions::{Expiry, SessionManagerLayer, cookie::SameSite};

use crate::{
    api::{self, document, idempotency, key, limit, reference},
    app::App,
    inbound,
    page::{self, hand_over, login, logo, number, popup, progress, provision, renewal, setup},
    store::sessions::Sessions,
    web::{self, assets, client, guard, instance, patience},
};

/// Everything that the house answers.
pub fn router(app: App) -> Router {
    Router::new()
        .merge(pages(&app))
        .merge(told(&app))
        .merge(platform(&app))
        .layer(from_fn_with_state(app.clone(), web::headers))
        .layer(from_fn_with_state(app.clone(), web::trace))
        .layer(DefaultBodyLimit::max(web::LARGEST_BODY))
        // Outermost: whatever counts by address finds it.
        .layer(from_fn_with_state(app.clone(), client::name))
        .with_state(app)
}

/// What others tell us, under a signature.
fn told(app: &App) -> Router<App> {
    inbound::router()
        .layer(CatchPanicLayer::custom(web::panicked))
        .layer(from_fn_with_state(app.clone(), patience::of_answer))
        .layer(from_fn_with_state(app.clone(), guard::signed))
}

/// What customers meet.
fn pages(app: &App) -> Router<App> {
    Router::new()
        .route("/whatsapp/setup/{token}", get(setup::get).post(setup::post))
        .route("/whatsapp/setup/{token}/popup", post(popup::begin))
        .route("/whatsapp/setup/{token}/popup/answer", post(popup::answer))
        .route("/auth/facebook/callback", get(login::get))
        .layer(sessions(app))
        .route("/whatsapp/setup/{token}/progress", get(progress::get))
        .route("/whatsapp/setup/{token}/progress/events", get(progress::events))
        .route("/whatsapp/setup/{token}/provision", get(provision::get).post(provision::post))
        .route("/whatsapp/setup/{token}/provision/events", get(provision::live::events))
        .route("/whatsapp/setup/{token}/provision/recording", get(provision::recording))
        .route("/whatsapp/setup/{token}/number", get(number::get).post(number::post))
        .route("/whatsapp/setup/{token}/renewal", get(renewal::get).post(renewal::post))
        .route("/whatsapp/setup/{token}/device", get(hand_over::get))
        .route("/whatsapp/setup/{token}/device/events", get(hand_over::events))
        .route("/whatsapp/setup/{token}/arrived", post(hand_over::arrived))
        .route("/static/{name}", get(assets::get))
        .route("/logo/{digest}", get(logo::get))
        .route("/.well-known/setuplinks/{nonce}", get(instance::get))
        .fallback(page::nothing_here)
        .layer(CatchPanicLayer::custom(web::panicked))
        .layer(from_fn_with_state(app.clone(), patience::of_page))
        .layer(from_fn_with_state(app.clone(), guard::pages))
        // A form of another site cannot press our buttons: Sec-Fetch-Site and Origin are held against ours.
        .layer(same_site(app))
        .layer(from_fn(page::old_browsers))
        .layer(from_fn(page::faces))
        .layer(packed())
}

/// What platforms call, and the document that describes it.
fn platform(app: &App) -> Router<App> {
    let (calls, document) = api::router().split_for_parts();
    let calls = calls
        .fallback(api::nothing_here)
        .layer(CatchPanicLayer::custom(web::panicked))
        .layer(from_fn_with_state(app.clone(), patience::of_answer))
        .layer(from_fn(api::faces))
        .layer(from_fn_with_state(app.clone(), idempotency::once))
        .layer(from_fn_with_state(app.clone(), api::patience))
        // Before an answer is looked up that somebody else was given.
        .layer(from_fn(key::admit))
        // Outermost: a call is counted whatever becomes of it, and who calls is known from here on.
        .layer(from_fn_with_state(app.clone(), limit::count));
    let document = document::complete(document, &app.public_url);
    let described = document::router(&document).merge(reference::router(&document)).layer(packed());
    Router::new().nest(api::BASE, calls).merge(described)
}

/// Pages are packed on the way out. That is safe from guessing by size (BREACH): nothing of a request is written into a
/// page, and its one secret is the token of its own address, which whoever makes a browser ask for the page knows already.
/// What the API answers has no such excuse and stays as it is; static files come packed, and streams of events are left alone.
fn packed() -> CompressionLayer {
    // More would cost the server more time than it saves on the wire.
    CompressionLayer::new().quality(CompressionLevel::Precise(4))
}

/// Behind a proxy that changes `Host`, a browser's `Origin` is still the public one.
fn same_site(app: &App) -> CsrfLayer {
    let layer = CsrfLayer::new();
    layer.clone().add_trusted_origin(app.public_url.of("")).unwrap_or(layer)
}

/// The session of a login. Lax and not Strict: the cookie must be there on the way back from Facebook. No page but the
/// one with the button makes one, and only when it is pressed.
fn sessions(app: &App) -> SessionManagerLayer<Sessions> {
    let store = Sessions { store: app.store.clone(), sealer: app.sealer.clone(), clock: app.clock.clone() };
    let is_https = app.public_url.is_https();
    SessionManagerLayer::new(store)
        .with_name(if is_https { "__Host-setuplinks" } else { "setuplinks" })
        .with_same_site(SameSite::Lax)
        .with_http_only(true)
        .with_secure(is_https)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(login::LIFETIME))
}
