//! The one Chromium of a test run: started by the first test that needs it, gone when the run is over.
//!
//! Nothing in a test binary runs after its last test, and a run may be killed. So a small shell stands between: it
//! waits on a pipe that closes when this process ends, however it ends, and then ends Chromium and removes its profile.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{LazyLock, mpsc},
    thread,
    time::{Duration, Instant},
};

use chromiumoxide::{Browser, handler::HandlerConfig};
use futures_util::StreamExt as _;

/// Longer than anything takes on a machine that does much else.
const PATIENCE: Duration = Duration::from_mins(1);

const EXECUTABLE: &str = "/usr/bin/chromium";

/// A window of the person's own for each tab keeps every page visible: a covered one would not paint.
const FLAGS: &[&str] = &[
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-breakpad",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-background-timer-throttling",
    // A click right after a page has arrived counts.
    "--allow-pre-commit-input",
    "--no-first-run",
    "--no-proxy-server",
    "--password-store=basic",
    "--force-color-profile=srgb",
    "--lang=en-US",
    "--remote-debugging-port=0",
];

/// `$1` is the profile, the rest is what to run. A signal from the terminal goes to all of us: the shell stays to clean up.
const KEEPER: &str = r#"
trap : INT HUP TERM
profile=$1; shift
"$@" >"$profile/log" 2>&1 </dev/null &
browser=$!
cat >/dev/null
kill "$browser" 2>/dev/null
for _ in 1 2 3 4 5 6 7 8 9 10; do
    kill -0 "$browser" 2>/dev/null || break
    sleep 0.2
done
kill -9 "$browser" 2>/dev/null
wait "$browser" 2>/dev/null
rm -rf "$profile" || { sleep 1; rm -rf "$profile"; }
"#;

static CHROMIUM: LazyLock<Result<Chromium, String>> = LazyLock::new(Chromium::start);

struct Chromium {
    browser: Browser,
    /// Holds the pipe whose end the keeper waits for.
    _keeper: Child,
}

/// The browser that all tests share.
pub fn chromium() -> &'static Browser {
    match &*CHROMIUM {
        Ok(chromium) => &chromium.browser,
        Err(why) => panic!("{why}"),
    }
}

impl Chromium {
    fn start() -> Result<Self, String> {
        if !Path::new(EXECUTABLE).exists() {
            return Err(format!("{EXECUTABLE} is missing: run ./check as root once, which installs it and the fonts"));
        }
        let profile = tempfile::Builder::new().prefix("setuplinks-chromium.").tempdir().map_err(|e| e.to_string())?;
        let keeper = Command::new("/bin/sh")
            .args(["-c", KEEPER, "keeper"])
            .arg(profile.path())
            .arg(EXECUTABLE)
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            // What Chromium and its launcher keep elsewhere goes with the profile.
            .env("HOME", profile.path())
            .env("XDG_CONFIG_HOME", profile.path())
            .env("XDG_CACHE_HOME", profile.path())
            .stdin(Stdio::piped())
            .spawn()
            .map_err(|e| format!("/bin/sh: {e}"))?;
        // From here on the keeper removes it.
        let profile = profile.keep();
        let address = address(&profile)?;
        Ok(Self { browser: connect(address)?, _keeper: keeper })
    }
}

/// Where Chromium listens: it writes that down once it does.
fn address(profile: &Path) -> Result<String, String> {
    let file: PathBuf = profile.join("DevToolsActivePort");
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        match fs::read_to_string(&file) {
            Ok(text) => {
                let mut lines = text.lines();
                if let (Some(port), Some(path)) = (lines.next(), lines.next()) {
                    return Ok(format!("ws://127.0.0.1:{port}{path}"));
                }
            }
            Err(e) if e.kind() == ErrorKind::NotFound => {}
            Err(e) => return Err(format!("{}: {e}", file.display())),
        }
        thread::sleep(Duration::from_millis(20));
    }
    let log = fs::read_to_string(profile.join("log")).unwrap_or_default();
    Err(format!("Chromium did not start within {PATIENCE:?}: {log}"))
}

/// Connects on a runtime of its own: each test has one too, and takes it along when it ends.
fn connect(address: String) -> Result<Browser, String> {
    let (send, receive) = mpsc::channel();
    let run = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            // No viewport of chromiumoxide's own: each tab sets its person's.
            let config = HandlerConfig { viewport: None, request_timeout: PATIENCE, ..HandlerConfig::default() };
            match Browser::connect_with_config(address, config).await {
                Err(e) => {
                    let _ = send.send(Err(format!("Chromium does not speak to us: {e}")));
                }
                Ok((browser, mut handler)) => {
                    let _ = send.send(Ok(browser));
                    while handler.next().await.is_some() {}
                }
            }
        });
    };
    thread::Builder::new().name("chromium".to_owned()).spawn(run).map_err(|e| e.to_string())?;
    receive.recv().map_err(|e| e.to_string())?
}
