//! HTTP/2, as a proxy may speak it with us: bounded in what HTTP/1 does not have.

use std::time::Duration;

use axum::http::{Request, Version};
use bytes::Bytes;
use h2::{
    Reason,
    client::{self, SendRequest},
};
use setuplinks::{app::Bounds, clock::Clock};
use tokio::task::JoinHandle;

use crate::support::{Database, House, Talk};

/// A connection, and what becomes of it.
async fn connect(house: &House) -> (SendRequest<Bytes>, JoinHandle<Result<(), h2::Error>>) {
    let (requests, connection) = client::handshake(Talk::to(&house.url).await.0).await.expect("HTTP/2");
    (requests.ready().await.expect("ready"), tokio::spawn(connection))
}

fn ask(house: &House) -> axum::http::request::Builder {
    Request::builder().version(Version::HTTP_2).uri(format!("{}/static/icon.svg", house.url))
}

async fn house() -> House {
    let narrow = |bounds: &mut Bounds| {
        bounds.patience.head = Duration::from_secs(1);
        bounds.patience.idle = Duration::from_secs(1);
    };
    House::bounded(Database::Sqlite, Clock::system(), narrow).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_has_so_many_requests_and_ends_in_peace_when_it_is_idle() {
    let house = house().await;
    let (mut requests, connection) = connect(&house).await;
    let (answer, _) = requests.send_request(ask(&house).body(()).expect("a request"), true).expect("sent");
    let mut answer = answer.await.expect("an answer");
    assert_eq!(answer.status(), 200);
    while let Some(part) = answer.body_mut().data().await {
        let part = part.expect("a part").len();
        let _ = answer.body_mut().flow_control().release_capacity(part);
    }
    assert_eq!(requests.current_max_send_streams(), 64);
    let ended = connection.await.expect("no panic");
    assert!(ended.is_ok() || ended.as_ref().is_err_and(h2::Error::is_go_away), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_large_a_head_is_refused() {
    let house = house().await;
    let (mut requests, _connection) = connect(&house).await;
    let mut request = ask(&house);
    for number in 0..20 {
        request = request.header(format!("x-large-{number}"), "x".repeat(4000));
    }
    let sent = requests.send_request(request.body(()).expect("a request"), true);
    match sent {
        Ok((answer, _)) => match answer.await {
            Ok(answer) => assert_eq!(answer.status(), 431),
            Err(error) => assert!(error.is_remote(), "{error}"),
        },
        // The client knows the bound from the connection's settings.
        Err(error) => assert!(error.to_string().contains("too big"), "{error}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_and_takes_it_back_without_end_is_hung_up_on() {
    let house = house().await;
    let (requests, connection) = connect(&house).await;
    let mut sent = 0;
    let flooding = async {
        let mut requests = requests;
        loop {
            requests = match requests.ready().await {
                Ok(requests) => requests,
                Err(error) => return error,
            };
            match requests.send_request(ask(&house).body(()).expect("a request"), true) {
                Ok((_, mut stream)) => stream.send_reset(Reason::CANCEL),
                Err(error) => return error,
            }
            sent += 1;
            tokio::task::yield_now().await;
        }
    };
    let error = tokio::time::timeout(Duration::from_secs(30), flooding).await.expect("it was let go on for ever");
    assert!(error.is_go_away() || error.is_io(), "{error} after {sent}");
    assert!(connection.await.expect("no panic").is_err());
}
