//! How many connections there may be at once, and a clear word for those that are too many.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use ipnet::IpNet;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::Semaphore,
};

use crate::{address::Prefix, app::Bounds, meter};

/// File handles that are left for the database, Meta, webhooks and files.
const KEPT: u64 = 256;
/// Connections at once that are told why they are refused; the others are closed without a word.
const TOLD: usize = 64;
/// How long telling may take.
const TELLING: Duration = Duration::from_secs(1);

/// Why somebody cannot come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Full {
    House,
    Address,
}

/// Counts who is inside.
pub(super) struct Door {
    most: usize,
    most_of_one: usize,
    proxies: Arc<[IpNet]>,
    inside: Mutex<Inside>,
    told: Semaphore,
}

#[derive(Default)]
struct Inside {
    all: usize,
    of: HashMap<Prefix, usize>,
}

/// A connection's place, until it is dropped.
pub(super) struct Place {
    door: Arc<Door>,
    from: Prefix,
}

impl Door {
    pub(super) fn new(bounds: &Bounds) -> Arc<Self> {
        Arc::new(Self {
            most: affordable(bounds.connections),
            most_of_one: bounds.connections_per_address,
            proxies: bounds.proxies.clone(),
            inside: Mutex::default(),
            told: Semaphore::new(TOLD),
        })
    }

    /// A place for a connection from there. A trusted proxy stands for many, and has no bound of its own.
    pub(super) fn enter(self: &Arc<Self>, from: IpAddr) -> Result<Place, Full> {
        let is_proxy = self.proxies.iter().any(|net| net.contains(&from.to_canonical()));
        let from = Prefix::of(from);
        let mut inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        let of_one = inside.of.get(&from).copied().unwrap_or_default();
        if inside.all >= self.most {
            return Err(Full::House);
        }
        if of_one >= self.most_of_one && !is_proxy {
            return Err(Full::Address);
        }
        inside.all += 1;
        inside.of.insert(from, of_one + 1);
        meter::connections(inside.all);
        Ok(Place { door: self.clone(), from })
    }

    /// Says why not, and closes. What is not read before the end would take our words with it: it is read a little.
    pub(super) async fn refuse(&self, mut stream: TcpStream, full: Full) {
        let (why, status, text) = match full {
            Full::House => {
                ("connections", "503 Service Unavailable", "Too many connections. Try again in a few seconds.\n")
            }
            Full::Address => {
                ("connections_per_address", "429 Too Many Requests", "Too many connections from your address.\n")
            }
        };
        meter::refused(why);
        let Ok(_telling) = self.told.try_acquire() else { return };
        let answer = format!(
            "HTTP/1.1 {status}\r\nRetry-After: 5\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\n\r\n{text}",
            text.len()
        );
        let telling = async {
            let mut rest = [0; 1024];
            // An answer to a question that was not asked yet is none to most clients.
            let _asked = stream.read(&mut rest).await?;
            stream.write_all(answer.as_bytes()).await?;
            stream.shutdown().await?;
            while stream.read(&mut rest).await? > 0 {}
            std::io::Result::Ok(())
        };
        // Whoever is gone need not be told.
        let _ = tokio::time::timeout(TELLING, telling).await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut inside = self.door.inside.lock().unwrap_or_else(PoisonError::into_inner);
        inside.all = inside.all.saturating_sub(1);
        match inside.of.get_mut(&self.from) {
            Some(of_one) if *of_one > 1 => *of_one -= 1,
            _ => {
                inside.of.remove(&self.from);
            }
        }
        meter::connections(inside.all);
    }
}

/// As many connections as are wanted, as far as this process may open files. The soft limit, which is there for programs
/// that cannot count above 1024, is raised to the hard one.
fn affordable(wanted: usize) -> usize {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, ..limit };
    let files = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(_) => limit.current,
    };
    let Some(files) = files else { return wanted };
    let most = usize::try_from(files - KEPT.min(files / 2)).unwrap_or(usize::MAX);
    if most < wanted {
        tracing::warn!(
            files,
            connections = most,
            "fewer connections than MAX_CONNECTIONS: the limit on open files is low"
        );
    }
    wanted.min(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn door(most: usize, of_one: usize, proxies: &[&str]) -> Arc<Door> {
        let proxies = proxies.iter().map(|net| net.parse().unwrap()).collect();
        Door::new(&Bounds { connections: most, connections_per_address: of_one, proxies, ..Bounds::default() })
    }

    #[test]
    fn places_are_counted_for_the_house_and_for_each_address() {
        let door = door(3, 2, &["10.0.0.0/8"]);
        let enter = |from: &str| door.enter(from.parse().unwrap());
        let (first, _second) = (enter("203.0.113.7").ok(), enter("203.0.113.7").ok());
        assert_eq!(enter("203.0.113.7").err(), Some(Full::Address));
        let third = enter("203.0.113.8").ok();
        assert_eq!(enter("203.0.113.9").err(), Some(Full::House));
        drop(first);
        assert!(enter("203.0.113.7").is_ok(), "a place that is free again");
        drop(third);
        assert_eq!(door.inside.lock().unwrap().of.len(), 1, "who is gone is forgotten");
    }

    #[test]
    fn a_trusted_proxy_stands_for_many() {
        let door = door(10, 2, &["10.0.0.0/8"]);
        let inside: Vec<_> = (0..10).map(|_| door.enter("::ffff:10.0.0.1".parse().unwrap())).collect();
        assert!(inside.iter().all(Result::is_ok));
        assert_eq!(door.enter("10.0.0.1".parse().unwrap()).err(), Some(Full::House), "but not for more than all");
    }
}
