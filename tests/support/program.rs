//! The real program in a process of its own, to be killed or asked to stop.

use std::{
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicU16, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::Value;
use setuplinks::sandbox::twilio;

use super::{
    house::{APP_ID, APP_SECRET, CONFIG_ID, SECRET_KEYS},
    output, until,
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

/// What a program is started with.
#[derive(Clone, Debug)]
pub struct Start {
    /// The program's file: this version, or another one that a test has built.
    pub binary: PathBuf,
    /// Where it listens on this machine.
    pub port: u16,
    /// What customers reach it by; several processes have one in common.
    pub public_url: String,
    pub database_url: String,
    /// Where the stand-in Facebook is, and Twilio beside it.
    pub facebook_url: String,
    /// More settings.
    pub more: Vec<(&'static str, String)>,
    /// Where a test reads its log, if it does.
    pub log: Option<Log>,
}

/// A program's log, every line of it.
#[derive(Clone, Debug)]
pub struct Log(pub PathBuf);

impl Log {
    /// What is written by now.
    pub fn lines(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(&self.0).expect("a log");
        output::logged(&text);
        // The last line may be on its way.
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }
}

impl Start {
    /// This version, on that port, alone.
    pub fn alone(port: u16, database_url: &str, facebook_url: &str) -> Self {
        Self {
            binary: Program::path(),
            port,
            public_url: format!("http://localhost:{port}"),
            database_url: database_url.to_owned(),
            facebook_url: facebook_url.to_owned(),
            more: Vec::new(),
            log: None,
        }
    }

    /// Starts `serve`, and does not wait for anything.
    pub fn spawn(&self) -> Program {
        output::watch();
        let mut command = Command::new(&self.binary);
        command
            .arg("serve")
            .env_clear()
            .envs([
                ("LISTEN_ADDR", format!("127.0.0.1:{}", self.port)),
                ("PUBLIC_URL", self.public_url.clone()),
                ("DATABASE_URL", self.database_url.clone()),
                ("META_GRAPH_URL", self.facebook_url.clone()),
                ("META_DIALOG_URL", self.facebook_url.clone()),
                ("TWILIO_API_URL", self.facebook_url.clone()),
            ])
            .envs([
                ("SECRET_KEYS", SECRET_KEYS),
                ("META_APP_ID", APP_ID),
                ("META_APP_SECRET", APP_SECRET),
                ("META_CONFIG_ID", CONFIG_ID),
                ("TWILIO_ACCOUNT_SID", twilio::ACCOUNT_SID),
                ("TWILIO_AUTH_TOKEN", twilio::AUTH_TOKEN),
                ("WEBHOOK_ALLOWED_NETS", "127.0.0.0/8"),
                // As many as a drill has customers.
                ("NUMBER_MAX_PER_DAY", "100000"),
                ("NUMBER_MAX_HELD", "100000"),
                // And all of them at one address.
                ("ADDRESS_RATE_FORMS", "1000000"),
                ("ADDRESS_RATE_CALLBACKS", "1000000"),
            ])
            .envs(self.more.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(self.log());
        match &self.log {
            Some(_) => drop(command.envs([("LOG_FORMAT", "json"), ("RUST_LOG", output::EVERYTHING)])),
            None => output::log_of(&mut command),
        }
        Program { process: Some(command.spawn().expect("the program starts")), port: self.port }
    }

    /// Where it writes what it does: nowhere, unless its test reads it or somebody who looks for a fault names a folder.
    fn log(&self) -> Stdio {
        if let Some(Log(path)) = &self.log {
            return std::fs::File::create(path).expect("a log file").into();
        }
        let Ok(folder) = std::env::var("SETUPLINKS_TEST_LOGS") else { return Stdio::null() };
        let path = PathBuf::from(folder).join(format!("{}.log", self.port));
        let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
        file.expect("a log file").into()
    }
}

/// A program that runs; killed when it is dropped.
pub struct Program {
    process: Option<Child>,
    port: u16,
}

impl Program {
    /// Starts `serve` on that port of this machine, and waits until it listens.
    pub async fn serve(port: u16, database_url: &str, facebook_url: &str) -> Self {
        Self::serve_with(port, database_url, facebook_url, &[]).await
    }

    /// The program: this build's, or the one that `SETUPLINKS_PROGRAM` names.
    pub fn path() -> PathBuf {
        std::env::var_os("SETUPLINKS_PROGRAM").map_or_else(|| env!("CARGO_BIN_EXE_setuplinks").into(), PathBuf::from)
    }

    /// The same, with more settings.
    pub async fn serve_with(
        port: u16,
        database_url: &str,
        facebook_url: &str,
        more: &[(&'static str, String)],
    ) -> Self {
        Self::start(&Start { more: more.to_vec(), ..Start::alone(port, database_url, facebook_url) }).await
    }

    /// Starts it and waits until it listens.
    pub async fn start(start: &Start) -> Self {
        let mut program = start.spawn();
        program.listens().await;
        program
    }

    /// Waits until it listens. Fails when it has ended instead.
    pub async fn listens(&mut self) {
        let port = self.port;
        let process = Mutex::new(self.process.as_mut().expect("a process"));
        until("the program to listen", || async {
            let ended = process.lock().expect("a process").try_wait().expect("a status");
            assert!(ended.is_none(), "the program has ended: {ended:?}");
            tokio::net::TcpStream::connect(("127.0.0.1", port)).await.ok()
        })
        .await;
    }

    /// Fails when it has ended by itself.
    pub fn assert_alive(&mut self) {
        let ended = self.process.as_mut().expect("a process").try_wait().expect("a status");
        assert!(ended.is_none(), "the program has ended by itself: {ended:?}");
    }

    /// Its own address, without a proxy.
    pub fn url(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// SIGKILL: not one more instruction.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().expect("killed");
            process.wait().expect("gone");
        }
    }

    /// SIGSTOP: it stands still in the middle of whatever it does, and its connections stay.
    pub fn pause(&self) {
        self.signal("STOP");
    }

    /// SIGCONT: it goes on as if no time had passed.
    pub fn resume(&self) {
        self.signal("CONT");
    }

    /// SIGTERM, as a service manager sends it; gives when the process has gone by itself.
    pub fn ask_to_stop(&mut self) -> PendingStop {
        self.signal("TERM");
        PendingStop(self.process.take().expect("a process"))
    }

    fn signal(&self, name: &str) {
        let id = self.process.as_ref().expect("a process").id();
        let sent = Command::new("sh").args(["-c", &format!("kill -{name} {id}")]).status();
        assert!(sent.expect("a shell").success());
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
    /// Waits until it has gone by itself; gives how long that took.
    pub async fn gone(mut self) -> Duration {
        let asked = Instant::now();
        let process = Mutex::new(&mut self.0);
        let ended = until("the process to end by itself", || async {
            process.lock().expect("a process").try_wait().expect("a status")
        });
        assert!(ended.await.success());
        asked.elapsed()
    }
}
