//! `setuplinks health`: asks a running server how it is, where nothing else can, as in a container without a shell.

use std::{net::SocketAddr, time::Duration};

use anyhow::Context as _;
use clap::Args;

use super::say;

const DEFAULT_ADMIN_ADDR: &str = "127.0.0.1:9090";

/// Readiness waits five seconds for the database; a container's health check should give up later than this.
const PATIENCE: Duration = Duration::from_secs(8);

/// Whom to ask, and what.
#[derive(Args, Debug)]
#[allow(clippy::doc_markdown, reason = "the comments are the help text of the terminal")]
pub struct HealthArgs {
    /// The address that answers operators, as the server has it
    #[arg(long, env = "ADMIN_ADDR", default_value = DEFAULT_ADMIN_ADDR, value_name = "ADDR")]
    admin_addr: String,
    /// Ask whether customers can be served (/readyz), and not only whether the process runs (/healthz)
    #[arg(long)]
    ready: bool,
}

pub(super) async fn run(args: &HealthArgs) -> anyhow::Result<()> {
    let text = Some(args.admin_addr.trim()).filter(|text| !text.is_empty()).unwrap_or(DEFAULT_ADMIN_ADDR);
    let address: SocketAddr = text.parse().context("ADMIN_ADDR: must be an address and port such as 127.0.0.1:9090")?;
    let path = if args.ready { "/readyz" } else { "/healthz" };
    let client = reqwest::Client::builder().timeout(PATIENCE).no_proxy().build()?;
    let answer = client.get(format!("http://{}{path}", reachable(address))).send().await;
    let answer = answer.with_context(|| format!("nobody answers at {address}"))?;
    let status = answer.status();
    let body = answer.text().await.unwrap_or_default();
    anyhow::ensure!(status.is_success(), "{path} answers {status}: {}", body.trim());
    say(body.trim())
}

/// Whoever listens on every address is found on this machine's own.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}
