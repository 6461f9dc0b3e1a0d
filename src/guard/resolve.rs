//! Names become addresses here, once for each connection: what was checked is what is connected to.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use futures_util::future::BoxFuture;
use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::passes;

/// Who is asked where a name leads. Whatever it says is checked.
pub trait Directory: Send + Sync {
    /// Every address of a name.
    fn addresses(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// The operating system's way to names.
pub struct System;

impl Directory for System {
    fn addresses(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        Box::pin(
            async move { Ok(tokio::net::lookup_host((name.as_str(), 0)).await?.map(|address| address.ip()).collect()) },
        )
    }
}

/// Resolves names to those of their addresses that pass.
pub(super) struct Resolver {
    pub(super) directory: Arc<dyn Directory>,
    pub(super) allowed: Arc<[IpNet]>,
    pub(super) only_opened: bool,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (allowed, only_opened) = (self.allowed.clone(), self.only_opened);
        let found = self.directory.addresses(name.as_str().to_owned());
        Box::pin(async move {
            let passing = found.await?.into_iter().filter(|address| passes(*address, &allowed, only_opened));
            let passing: Vec<SocketAddr> = passing.map(|address| SocketAddr::new(address, 0)).collect();
            if passing.is_empty() {
                return Err("no address that is allowed".into());
            }
            Ok(Box::new(passing.into_iter()) as Addrs)
        })
    }
}
