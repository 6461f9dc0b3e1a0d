//! Parts of something by their bytes (RFC 9110, 14): what plays sound asks for it in pieces, and Safari plays nothing that it
//! cannot ask for so.

use axum::{
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use http_range_header::{RangeUnsatisfiableError, parse_range_header};

/// The part that was asked for, or the whole: where no part was, where several were, and where the question makes no sense.
#[must_use]
pub fn of(mut whole: Vec<u8>, asked: &HeaderMap) -> Response {
    let length = whole.len();
    let text = |name: header::HeaderName| asked.get(name).and_then(|value| value.to_str().ok());
    // `If-Range` wants the whole unless it has not changed, and nothing here has a mark by which to tell.
    let range = text(header::RANGE).filter(|_| text(header::IF_RANGE).is_none());
    let found = range.map(|range| parse_range_header(range)?.validate(u64::try_from(length).unwrap_or(u64::MAX)));
    let (status, about) = match found {
        Some(Ok(parts)) => match parts.as_slice() {
            [part] => {
                let at = |byte: u64| usize::try_from(byte).unwrap_or(usize::MAX).min(length);
                let (from, to) = (at(*part.start()), at(part.end().saturating_add(1)));
                whole.truncate(to);
                whole.drain(..from.min(to));
                (StatusCode::PARTIAL_CONTENT, Some(format!("bytes {}-{}/{length}", part.start(), part.end())))
            }
            _ => (StatusCode::OK, None),
        },
        Some(Err(RangeUnsatisfiableError::Unsatisfiable)) => {
            whole.clear();
            (StatusCode::RANGE_NOT_SATISFIABLE, Some(format!("bytes */{length}")))
        }
        Some(Err(_)) | None => (StatusCode::OK, None),
    };
    let about = about.map(|about| [(header::CONTENT_RANGE, about)]);
    (status, [(header::ACCEPT_RANGES, "bytes")], about, whole).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn answer(headers: &[(header::HeaderName, &'static str)]) -> (u16, String, String) {
        let asked = headers.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
        let answer = of(b"0123456789".to_vec(), &asked);
        assert_eq!(answer.headers()[header::ACCEPT_RANGES], "bytes");
        let about = answer.headers().get(header::CONTENT_RANGE).map(|about| about.to_str().unwrap().to_owned());
        let status = answer.status().as_u16();
        let body = axum::body::to_bytes(answer.into_body(), 100).await.unwrap();
        (status, about.unwrap_or_default(), String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_part_is_a_part_and_anything_else_the_whole() {
        let whole = (200, String::new(), "0123456789".to_owned());
        for (range, status, about, body) in [
            ("bytes=0-1", 206, "bytes 0-1/10", "01"),
            ("bytes=0-", 206, "bytes 0-9/10", "0123456789"),
            ("bytes=4-4", 206, "bytes 4-4/10", "4"),
            ("bytes=8-99", 206, "bytes 8-9/10", "89"),
            ("bytes=-3", 206, "bytes 7-9/10", "789"),
            ("bytes=-99", 206, "bytes 0-9/10", "0123456789"),
            ("bytes=10-", 416, "bytes */10", ""),
            ("bytes=99-100", 416, "bytes */10", ""),
        ] {
            let expected = (status, about.to_owned(), body.to_owned());
            assert_eq!(answer(&[(header::RANGE, range)]).await, expected, "{range}");
        }
        for range in ["", "bytes", "bytes=", "bytes=a-b", "bytes=5-2", "bytes=0-1,4-5", "lines=1-2"] {
            assert_eq!(answer(&[(header::RANGE, range)]).await, whole, "{range}");
        }
        assert_eq!(answer(&[]).await, whole);
        assert_eq!(answer(&[(header::RANGE, "bytes=0-1"), (header::IF_RANGE, "\"x\"")]).await, whole);
    }
}
