//! Which packing of a static file a browser would rather have (RFC 9110, 12.5.3).

use axum::http::{HeaderMap, header};

/// How a file is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// Brotli, the smaller one.
    Brotli,
    /// gzip, which everything knows.
    Gzip,
}

impl Coding {
    /// Its name in headers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    /// The packing that `Accept-Encoding` gives the highest weight; `None` when the plain file is as welcome.
    #[must_use]
    pub fn preferred(headers: &HeaderMap) -> Option<Self> {
        let lines = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
        let accepted: Vec<(&str, f32)> = lines.flat_map(|line| line.split(',')).map(weighed).collect();
        let weight = |name: &str| accepted.iter().find(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, q)| *q);
        let any = weight("*");
        // What is not named is not taken, but for the plain file.
        let plain = weight("identity").unwrap_or(0.0);
        let wanted = [Self::Gzip, Self::Brotli].map(|coding| (coding, weight(coding.name()).or(any).unwrap_or(0.0)));
        let wanted = wanted.into_iter().filter(|(_, q)| *q > 0.0 && *q >= plain);
        wanted.max_by(|(_, one), (_, other)| one.total_cmp(other)).map(|(coding, _)| coding)
    }
}

/// A coding with its weight; one that cannot be read is none.
fn weighed(part: &str) -> (&str, f32) {
    let (name, parameters) = part.split_once(';').unwrap_or((part, ""));
    let given = parameters.trim().strip_prefix(['q', 'Q']).and_then(|rest| rest.trim_start().strip_prefix('='));
    let weight = match given {
        None => 1.0,
        Some(given) => given.trim().parse::<f32>().ok().filter(|q| (0.0..=1.0).contains(q)).unwrap_or(0.0),
    };
    (name.trim(), weight)
}

#[cfg(test)]
mod tests {
    use super::{Coding::*, *};

    #[test]
    fn the_header_is_read_by_weight_and_wildcard() {
        for (header, coding) in [
            ("gzip, deflate, br, zstd", Some(Brotli)),
            ("gzip, deflate", Some(Gzip)),
            ("br;q=0.5, gzip;q=0.8", Some(Gzip)),
            ("br;q=0.8 , GZIP ; q=0.5", Some(Brotli)),
            ("br;q=0, gzip", Some(Gzip)),
            ("br;q=0, gzip;q=0.0", None),
            ("*", Some(Brotli)),
            ("*, br;q=0", Some(Gzip)),
            ("*;q=0", None),
            ("identity, gzip;q=0.5", None),
            ("identity;q=0.5, gzip", Some(Gzip)),
            ("identity", None),
            ("deflate", None),
            ("br;q=nan", None),
            ("br;q=7, gzip;q=-1", None),
            ("gzip;q=", None),
            ("", None),
            (",;,;q=1", None),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, header.parse().unwrap())]);
            assert_eq!(Coding::preferred(&headers), coding, "{header:?}");
        }
        assert_eq!(Coding::preferred(&HeaderMap::new()), None);
    }
}
