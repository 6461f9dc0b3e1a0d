//! A Graph call from its arrival to its answer: written down, hindered as planned, carried out, answered.

use axum::{
    Extension,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, Uri},
    response::Response,
};

use super::{
    Scissors,
    answer::Answer,
    ask::Ask,
    fault::{Fault, When},
    world::World,
};

/// Every path that is not a page.
pub(super) async fn handle(
    State(world): State<World>,
    Extension(scissors): Extension<Scissors>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let version = world.settings().graph_version.clone();
    let ask = Ask::read(&version, &method, &uri, &headers, &body);
    let arrival = world.arrive(&ask);
    if let Some(gate) = arrival.gate.as_ref().filter(|gate| gate.when == When::Before) {
        gate.pass().await;
    }
    let fault = arrival.fault.as_ref();
    match fault {
        Some(Fault::CutBefore) => return scissors.cut().await,
        Some(Fault::Hang(span)) => tokio::time::sleep(*span).await,
        _ => {}
    }
    let instead = fault.and_then(|fault| Answer::of_fault(fault, &arrival.business));
    let answer = instead.unwrap_or_else(|| world.perform(&ask).into());
    world.post_codes();
    match fault {
        Some(Fault::CutAfter) => return scissors.cut().await,
        Some(Fault::HangAfter(span)) => tokio::time::sleep(*span).await,
        _ => {}
    }
    if let Some(gate) = arrival.gate.as_ref().filter(|gate| gate.when == When::After) {
        gate.pass().await;
    }
    world.answered(arrival.place, answer.status);
    answer.into_response(&version)
}
