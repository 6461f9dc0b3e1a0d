//! Where the server listens.

use std::net::SocketAddr;

use clap::Args;

use super::{Unusable, or_default, unusable};
use crate::error::Result;

const DEFAULT_LISTEN_ADDR: &str = "127.0.0.1:8080";

/// The addresses to listen on.
#[derive(Args, Clone, Debug)]
#[allow(clippy::struct_field_names, reason = "the names are those of the flags")]
pub struct AddressArgs {
    /// The address to listen on
    #[arg(long, env = "LISTEN_ADDR", default_value = DEFAULT_LISTEN_ADDR, value_name = "ADDR")]
    listen_addr: String,
    /// The address that answers operators, such as 127.0.0.1:9090: /healthz, /readyz and /metrics; off unless set
    #[arg(long, env = "ADMIN_ADDR", default_value = "", value_name = "ADDR")]
    admin_addr: String,
}

impl AddressArgs {
    pub(super) fn read(&self) -> Result<(SocketAddr, Option<SocketAddr>), Unusable> {
        let listen = or_default(&self.listen_addr, DEFAULT_LISTEN_ADDR).trim();
        let listen = listen.parse().map_err(|_| unusable("LISTEN_ADDR", allowed("127.0.0.1:8080 or [::]:8080")))?;
        let admin = match self.admin_addr.trim() {
            "" => None,
            text => Some(text.parse().map_err(|_| unusable("ADMIN_ADDR", allowed("127.0.0.1:9090")))?),
        };
        // Any number of servers may be given port 0, a free one.
        if admin.is_some_and(|admin: SocketAddr| admin == listen && admin.port() != 0) {
            return Err(unusable("ADMIN_ADDR", "must not be LISTEN_ADDR: what it answers is for operators alone"));
        }
        Ok((listen, admin))
    }
}

fn allowed(example: &str) -> String {
    format!("must be an address and port such as {example}")
}
