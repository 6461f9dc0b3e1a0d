//! The public address: whether it leads here, over TLS, as Facebook and customers will come.

use std::time::Duration;

use super::{Finding, Patient, skew};
use crate::{
    address::Way,
    app::PublicUrl,
    clock::{Timestamp, random},
    outgoing,
    seal::{Sealer, hex},
};

/// Longer than any proxy of ones own takes.
const PATIENCE: Duration = Duration::from_secs(10);
const CHECK: &str = "public_url";

pub(super) async fn look(patient: &Patient, findings: &mut Vec<Finding>) {
    let Some(public_url) = &patient.public_url else { return };
    findings.push(spelled(public_url));
    if let Some(sealer) = &patient.sealer {
        match ask(public_url).await {
            Ok(answer) => {
                findings.push(answering(public_url, sealer, &answer));
                findings.extend(coming(public_url, sealer, &answer));
                findings.extend(skew("clock", "PUBLIC_URL's", answer.date, patient.clock.now()));
            }
            Err(e) => findings.push(Finding::broken(
                CHECK,
                format!("{} is not reached from here: {e}", public_url.of("")),
                "start the server and the proxy in front of it; check its DNS name, its firewall and its certificate (this is also asked before the first start: then it means that nothing runs yet)",
            )),
        }
    }
    findings.push(Finding::look(
        "redirect_uri",
        format!(
            "App Dashboard, Facebook Login for Business, Settings, Valid OAuth Redirect URIs must list exactly: {}",
            public_url.callback()
        ),
    ));
}

/// Meta sends browsers back over TLS only, but for the developer's own machine.
fn spelled(public_url: &PublicUrl) -> Finding {
    let address = public_url.of("");
    let is_here = ["http://localhost", "http://127.0.0.1", "http://[::1]"].iter().any(|here| address.starts_with(here));
    if public_url.is_https() {
        Finding::fine(CHECK, format!("{address} is https"))
    } else if is_here {
        Finding::doubt(
            CHECK,
            format!("{address} is this machine alone"),
            "set PUBLIC_URL to the https address that customers reach",
        )
    } else {
        Finding::broken(
            CHECK,
            format!("{address} is not https"),
            "Meta enforces HTTPS: put a proxy that speaks TLS in front, and set PUBLIC_URL to its https address",
        )
    }
}

struct Answer {
    nonce: String,
    status: u16,
    body: String,
    date: Option<Timestamp>,
}

async fn ask(public_url: &PublicUrl) -> Result<Answer, String> {
    let nonce = hex(random::<16>());
    let address = public_url.of(&format!("/.well-known/setuplinks/{nonce}"));
    let url = address.parse().map_err(|_| format!("{address} is no address"))?;
    let client = outgoing::client(&url, PATIENCE).map_err(|e| e.to_string())?;
    let answer = client.get(url).send().await;
    let answer = answer.map_err(|e| reason(&e))?;
    let date = answer.headers().get("date").and_then(|value| value.to_str().ok()).and_then(Timestamp::parse_http);
    let status = answer.status().as_u16();
    let body = answer.text().await.unwrap_or_default().chars().take(4096).collect();
    Ok(Answer { nonce, status, body, date })
}

/// The innermost cause, which is the one that names the certificate or the refused connection.
fn reason(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

fn answering(public_url: &PublicUrl, sealer: &Sealer, answer: &Answer) -> Finding {
    let address = public_url.of("");
    let signs = answer.body.lines();
    if answer.status == 200 && signs.clone().any(|sign| sealer.vouches(&answer.nonce, sign)) {
        return Finding::fine(CHECK, format!("{address} answers with these keys"));
    }
    if matches!(answer.status, 502..=504) {
        return Finding::broken(
            CHECK,
            format!("a proxy answers at {address} with {}: it does not reach the server", answer.status),
            "start the server, and let the proxy pass requests on to its LISTEN_ADDR (this is also asked before the first start: then it means that nothing runs yet)",
        );
    }
    let what = match answer.status {
        200 => format!("{address} answers, but not as a setuplinks with these SECRET_KEYS"),
        status => format!("{address} answers {status} where this server would say who it is"),
    };
    Finding::broken(
        CHECK,
        what,
        "let the proxy pass every path of this host to this server, without a redirect or a login in front, and give every process the same SECRET_KEYS",
    )
}

/// Whether the server can tell clients apart: those it cannot, share the limits of one address. An older version does not say.
fn coming(public_url: &PublicUrl, sealer: &Sealer, answer: &Answer) -> Option<Finding> {
    const CHECK: &str = "clients";
    let said = |way: &Way| answer.body.lines().any(|sign| sealer.vouches(&way.after(&answer.nonce), sign));
    match Way::ALL.into_iter().find(said)? {
        Way::Trusted => Some(Finding::fine(CHECK, "a trusted proxy says whom requests come from")),
        Way::Untrusted => Some(Finding::doubt(
            CHECK,
            "somebody between says whom requests come from and is not in TRUSTED_PROXIES: all clients share the limits of one address",
            "if it is your proxy, list its address, as the server sees it, in TRUSTED_PROXIES",
        )),
        // The server itself speaks no TLS: there is a proxy.
        Way::Direct if public_url.is_https() => Some(Finding::doubt(
            CHECK,
            "the proxy does not say whom requests come from: all clients share the limits of one address",
            "let the proxy set X-Forwarded-For to the address that connected, and list the proxy in TRUSTED_PROXIES",
        )),
        Way::Direct => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_that_cannot_be_told_apart_are_found() {
        let sealer = Sealer::parse("k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=").unwrap();
        let found = |address: &str, way: Option<Way>| {
            let said = way.map(|way| sealer.vouch(&way.after("ab")).join("\n")).unwrap_or_default();
            let answer = Answer { nonce: "ab".to_owned(), status: 200, body: said, date: None };
            coming(&PublicUrl::parse(address).unwrap(), &sealer, &answer).map(|finding| finding.what)
        };
        let behind = |way| found("https://connect.example.com", Some(way)).unwrap_or_default();
        assert!(behind(Way::Trusted).starts_with("a trusted proxy"));
        assert!(behind(Way::Untrusted).contains("not in TRUSTED_PROXIES"));
        assert!(behind(Way::Direct).contains("does not say whom"));
        assert_eq!(found("http://localhost:8080", Some(Way::Direct)), None);
        assert_eq!(found("https://connect.example.com", None), None, "an older server");
    }
}
