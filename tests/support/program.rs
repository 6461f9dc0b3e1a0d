//! The real program in a process of its own, to be killed or asked to stop.

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU16, Ordering},
};

use setuplinks::sandbox::twilio;

use super::{
    house::{APP_ID, APP_SECRET, CONFIG_ID, SECRET_KEYS},
    until,
};

/// A port that nothing takes between two processes: below those that the system hands out by itself.
pub fn port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = u16::try_from(std::process::id() % 10_000).expect("a small number");
    loop {
        let port = 15_000 + (start + NEXT.fetch_add(1, Ordering::Relaxed)) % 15_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// A program that runs; killed when it is dropped.
pub struct Program(Option<Child>);

impl Program {
    /// Starts `serve` on that port of this machine, and waits until it listens.
    pub async fn serve(port: u16, database_url: &str, facebook_url: &str) -> Self {
        Self::serve_with(port, database_url, facebook_url, &[]).await
    }

    /// The same, with more settings.
    pub async fn serve_with(
        port: u16,
        database_url: &str,
        facebook_url: &str,
        more: &[(&'static str, String)],
    ) -> Self {
        let process = Command::new(env!("CARGO_BIN_EXE_setuplinks"))
            .arg("serve")
            .env_clear()
            .envs([
                ("LISTEN_ADDR", format!("127.0.0.1:{port}")),
                ("PUBLIC_URL", format!("http://localhost:{port}")),
                ("DATABASE_URL", database_url.to_owned()),
                ("META_GRAPH_URL", facebook_url.to_owned()),
                ("META_DIALOG_URL", facebook_url.to_owned()),
                ("TWILIO_API_URL", facebook_url.to_owned()),
            ])
            .envs([
                ("SECRET_KEYS", SECRET_KEYS),
                ("META_APP_ID", APP_ID),
                ("META_APP_SECRET", APP_SECRET),
                ("META_CONFIG_ID", CONFIG_ID),
                ("TWILIO_ACCOUNT_SID", twilio::ACCOUNT_SID),
                ("TWILIO_AUTH_TOKEN", twilio::AUTH_TOKEN),
                ("WEBHOOK_ALLOWED_NETS", "127.0.0.0/8"),
            ])
            .envs(more.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let program = Self(Some(process));
        let listens = || async { tokio::net::TcpStream::connect(("127.0.0.1", port)).await.ok() };
        until("the program to listen", listens).await;
        program
    }

    /// SIGKILL: not one more instruction.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.0.take() {
            process.kill().expect("killed");
            process.wait().expect("gone");
        }
    }

    /// SIGTERM, as a service manager sends it; gives when the process has gone by itself.
    pub fn ask_to_stop(&mut self) -> PendingStop {
        let process = self.0.take().expect("a process");
        let asked = Command::new("sh").args(["-c", &format!("kill -TERM {}", process.id())]).status();
        assert!(asked.expect("a shell").success());
        PendingStop(process)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A program that was asked to stop.
pub struct PendingStop(Child);

impl PendingStop {
    pub async fn gone(mut self) {
        let process = std::sync::Mutex::new(&mut self.0);
        let ended = until("the process to end by itself", || async {
            process.lock().expect("a process").try_wait().expect("a status")
        });
        assert!(ended.await.success());
    }
}
