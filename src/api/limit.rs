//! How much a key may call: `API_RATE_LIMIT` calls a minute, counted in the database, so that it holds over processes.

use std::num::NonZeroU32;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use super::{
    face,
    key::{self, Caller, Rights},
};
use crate::{
    app::App,
    clock::Timestamp,
    error::{Error, Result},
    gate::What,
    meter,
    store::rates::{self, Bucket},
    web::{CalledBy, RequestId, client::Client, patience},
};

const MINUTE: i64 = 60_000_000;

/// Counts a call against its key, and says with its answer what is left. A call without a valid key is not counted: it
/// is refused where it arrives.
pub async fn count(State(app): State<App>, client: Client, mut request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().copied();
    let entering = patience::within(app.bounds.patience.answer, enter(&app, client, request.headers())).await;
    let ((caller, rights), left) = match entering.and_then(|entered| entered) {
        Ok(Some(entered)) => entered,
        Ok(None) => return next.run(request).await,
        Err(error) => return face(error.into_response(), id),
    };
    let key = rights.key;
    let (mut response, remaining) = match left {
        Ok(remaining) => {
            request.extensions_mut().insert(caller);
            request.extensions_mut().insert(rights);
            (next.run(request).await, remaining)
        }
        Err(retry_after) => {
            meter::refused("api_calls");
            (face(Error::TooMany { limit: app.api_rate_limit, retry_after }.into_response(), id), 0)
        }
    };
    response.extensions_mut().insert(CalledBy(key));
    let headers = response.headers_mut();
    headers.insert(HeaderName::from_static("x-ratelimit-limit"), HeaderValue::from(app.api_rate_limit.get()));
    headers.insert(HeaderName::from_static("x-ratelimit-remaining"), HeaderValue::from(remaining));
    response
}

/// Who calls, and how many calls they have left or, as an error, in how many seconds there is one. An address that has
/// guessed too often is not looked up.
async fn enter(app: &App, client: Client, headers: &HeaderMap) -> Result<Option<((Caller, Rights), Result<i64, i64>)>> {
    let Some(given) = key::given(headers) else { return Ok(None) };
    app.gate.admit(What::Key, client.prefix(), given)?;
    let mut lease = app.store.acquire().await?;
    let Some((caller, rights)) = key::look_up(&mut lease, given, app.clock.now()).await? else {
        app.gate.failed(What::Key, client.prefix());
        return Ok(None);
    };
    app.gate.opened(What::Key, given);
    let (now, bucket) = (microseconds(app.clock.now()), bucket(app.api_rate_limit));
    let left = match rates::take(lease.db(), rights.key, now, bucket).await? {
        Ok(full_at) => Ok(remaining(bucket, now, full_at)),
        Err(full_at) => Err(wait(bucket, now, full_at)),
    };
    Ok(Some(((caller, rights), left)))
}

fn microseconds(at: Timestamp) -> i64 {
    at.0.saturating_mul(1000)
}

fn bucket(limit: NonZeroU32) -> Bucket {
    let cost = MINUTE / i64::from(limit.get());
    Bucket { cost, size: cost * i64::from(limit.get()) }
}

/// Calls that are left in a bucket.
fn remaining(bucket: Bucket, now: i64, full_at: i64) -> i64 {
    ((now + bucket.size - full_at) / bucket.cost).max(0)
}

/// Whole seconds until an empty bucket holds a call.
fn wait(bucket: Bucket, now: i64, full_at: i64) -> i64 {
    let wait = full_at + bucket.cost - (now + bucket.size);
    (wait.max(1) + 999_999) / 1_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_holds_a_minute_s_calls_and_fills_steadily() {
        for limit in [1, 7, 60, 999, 1000, 1_000_000] {
            let bucket = bucket(NonZeroU32::new(limit).unwrap());
            assert_eq!(remaining(bucket, 0, 0), i64::from(limit));
            assert_eq!(remaining(bucket, 0, bucket.cost), i64::from(limit) - 1);
            assert_eq!(remaining(bucket, 0, bucket.size), 0);
            assert_eq!(remaining(bucket, bucket.cost, bucket.size), 1, "as much later as one call costs");
        }
        let slow = bucket(NonZeroU32::new(2).unwrap());
        assert_eq!(wait(slow, 0, slow.size), 30);
        assert_eq!(wait(slow, 29_000_001, slow.size), 1);
    }
}
