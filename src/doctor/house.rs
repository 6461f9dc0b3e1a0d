//! The public address: whether it leads here, over TLS, as Facebook and customers will come.

use std::time::Duration;

use super::{Finding, Patient, skew};
use crate::{
    app::PublicUrl,
    clock::{Timestamp, random},
    error::{Error, Result},
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

async fn ask(public_url: &PublicUrl) -> Result<Answer> {
    let nonce = hex(random::<16>());
    let client = reqwest::Client::builder()
        .timeout(PATIENCE)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(|e| Error::Internal(format!("no HTTP client: {e}")))?;
    let answer = client.get(public_url.of(&format!("/.well-known/setuplinks/{nonce}"))).send().await;
    let answer = answer.map_err(|e| Error::Internal(reason(&e)))?;
    let date = answer.headers().get("date").and_then(|value| value.to_str().ok()).and_then(Timestamp::parse_http);
    let status = answer.status().as_u16();
    let body = answer.text().await.unwrap_or_default().chars().take(1024).collect();
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
