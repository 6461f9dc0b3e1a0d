//! What lies between two programs: a wire that can be held, and a client that says its bytes one by one.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream, tcp},
    sync::watch,
};

/// A way to a server on which nothing moves while it is held. What was on its way then arrives later.
pub struct Wire {
    pub address: SocketAddr,
    held: watch::Sender<bool>,
}

impl Wire {
    /// A way to that server.
    pub async fn to(server: String) -> Self {
        let listener = TcpListener::bind(super::house::loopback()).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let held = watch::Sender::new(false);
        let state = held.subscribe();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let (server, state) = (server.clone(), state.clone());
                tokio::spawn(async move {
                    let Ok(far) = TcpStream::connect(server).await else { return };
                    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
                    tokio::join!(carry(near_in, far_out, state.clone()), carry(far_in, near_out, state));
                });
            }
        });
        Self { address, held }
    }

    /// The same database by this way.
    pub async fn to_database(url: &str) -> (Self, String) {
        let mut url: url::Url = url.parse().expect("a URL");
        let server = format!("{}:{}", url.host_str().expect("a host"), url.port().unwrap_or(5432));
        let wire = Self::to(server).await;
        url.set_host(Some("127.0.0.1")).expect("a host");
        url.set_port(Some(wire.address.port())).expect("a port");
        (wire, url.to_string())
    }

    pub fn hold(&self) {
        self.held.send_replace(true);
    }

    pub fn release(&self) {
        self.held.send_replace(false);
    }
}

async fn carry(mut from: tcp::OwnedReadHalf, mut to: tcp::OwnedWriteHalf, mut held: watch::Receiver<bool>) {
    let mut bytes = vec![0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut bytes).await {
        if held.wait_for(|held| !held).await.is_err() || to.write_all(&bytes[..read]).await.is_err() {
            return;
        }
    }
    let _ = to.shutdown().await;
}

/// A connection whose client says what it wants, and as slowly as it wants.
pub struct Talk(pub TcpStream);

impl Talk {
    /// To the server at that URL.
    pub async fn to(url: &str) -> Self {
        let url: url::Url = url.parse().expect("a URL");
        let port = url.port().expect("a port");
        Self(TcpStream::connect(("127.0.0.1", port)).await.expect("a connection"))
    }

    pub async fn say(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.expect("sent");
    }

    /// Says it a byte at a time until the other end has had enough; gives what that answered.
    pub async fn drip(self, text: String, pause: Duration) -> String {
        let (mut input, mut output) = self.0.into_split();
        let dripping = tokio::spawn(async move {
            for byte in text.as_bytes().chunks(1) {
                if output.write_all(byte).await.is_err() {
                    break;
                }
                tokio::time::sleep(pause).await;
            }
            output
        });
        let mut answer = Vec::new();
        // A reset is an end too.
        let _ = input.read_to_end(&mut answer).await;
        dripping.abort();
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Everything until the other end has closed.
    pub async fn rest(&mut self) -> String {
        let mut answer = Vec::new();
        let _ = self.0.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Everything up to that text, or to the end.
    pub async fn until(&mut self, text: &str) -> String {
        let mut heard = Vec::new();
        while !heard.ends_with(text.as_bytes()) {
            match self.0.read_u8().await {
                Ok(byte) => heard.push(byte),
                Err(_) => break,
            }
        }
        String::from_utf8_lossy(&heard).into_owned()
    }

    /// The head of an answer.
    pub async fn head(&mut self) -> String {
        self.until("\r\n\r\n").await
    }
}
