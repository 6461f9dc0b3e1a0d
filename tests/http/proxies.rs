//! The proxies of docs/deploy.md, as they stand there, in front of a house: Caddy and nginx, over TLS, with a signup walked through.
//!
//! All of it is on this machine: visitors come from 127.0.0.2 and 127.0.0.3, the proxy reaches the house from 127.0.0.1.

use std::{
    net::IpAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use reqwest::{Method, Response, header};
use serde_json::json;
use setuplinks::{clock::Clock, sandbox::Outcome};

use crate::{
    doctor,
    support::{Database, House, Link, Visitor, program::port, until},
};

/// A proxy that runs; gone when it is dropped.
struct Proxy {
    process: Child,
    folder: PathBuf,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Proxy {
    /// Everything that it has written anywhere, its pid file and the like included.
    fn written(&self) -> String {
        let files = std::fs::read_dir(&self.folder).expect("a folder").filter_map(Result::ok);
        let logs = files.filter(|file| file.path().extension().is_some_and(|end| end == "log"));
        logs.map(|file| String::from_utf8_lossy(&std::fs::read(file.path()).expect("a log")).into_owned()).collect()
    }
}

/// A program that `./check` fetches, or the machine's own.
fn program(name: &str) -> PathBuf {
    let fetched = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/proxies/usr");
    let places = [fetched.join("sbin"), fetched.join("bin"), "/usr/sbin".into(), "/usr/bin".into()];
    let found = places.into_iter().map(|place| place.join(name)).find(|path| path.exists());
    found.unwrap_or_else(|| panic!("there is no {name}: run ./check, which fetches it"))
}

/// The block of that kind in docs/deploy.md.
fn documented(kind: &str) -> String {
    let page = include_str!("../../docs/deploy.md");
    let (_, block) = page.split_once(&format!("```{kind}\n")).expect("the block");
    block.split_once("\n```").expect("its end").0.to_owned()
}

fn swap(text: &mut String, from: &str, to: &str) {
    assert!(text.contains(from), "docs/deploy.md has no {from:?} any more");
    *text = text.replace(from, to);
}

/// A certificate for localhost that nobody but this test trusts.
fn certificate(folder: &Path) -> (PathBuf, PathBuf) {
    let (cert, key) = (folder.join("cert.pem"), folder.join("key.pem"));
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"])
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE", "-keyout"])
        .arg(&key)
        .arg("-out")
        .arg(&cert)
        .stderr(Stdio::null())
        .status();
    assert!(made.expect("openssl").success());
    (cert, key)
}

fn start(mut command: Command, folder: &Path) -> Proxy {
    let output = std::fs::File::create(folder.join("output.log")).expect("a file");
    let process = command
        .stdin(Stdio::null())
        .stdout(output.try_clone().expect("a file"))
        .stderr(output)
        .spawn()
        .expect("the proxy starts");
    Proxy { process, folder: folder.to_owned() }
}

fn caddy(folder: &Path, from: u16, to: u16) -> Proxy {
    let mut config = documented("caddyfile");
    let (cert, key) = certificate(folder);
    swap(&mut config, "{\n\tlog {", "{\n\tadmin off\n\tauto_https disable_redirects\n\tskip_install_trust\n\tlog {");
    let site = format!("https://localhost:{from} {{\n\ttls {} {}", cert.display(), key.display());
    swap(&mut config, "connect.example.com {", &site);
    swap(&mut config, "127.0.0.1:8080", &format!("127.0.0.1:{to}"));
    let file = folder.join("Caddyfile");
    std::fs::write(&file, config).expect("a file");
    let mut command = Command::new(program("caddy"));
    command.args(["run", "--adapter", "caddyfile", "--config"]).arg(file);
    command.env("XDG_DATA_HOME", folder).env("XDG_CONFIG_HOME", folder).env("HOME", folder);
    start(command, folder)
}

fn nginx(folder: &Path, from: u16, to: u16) -> Proxy {
    let mut server = documented("nginx");
    let (cert, key) = certificate(folder);
    swap(&mut server, "listen 443 ssl", &format!("listen 127.0.0.1:{from} ssl"));
    swap(&mut server, "connect.example.com;", "localhost;");
    swap(&mut server, "/etc/letsencrypt/live/connect.example.com/fullchain.pem", &cert.display().to_string());
    swap(&mut server, "/etc/letsencrypt/live/connect.example.com/privkey.pem", &key.display().to_string());
    swap(&mut server, "127.0.0.1:8080", &format!("127.0.0.1:{to}"));
    swap(&mut server, "/var/log/nginx/", &format!("{}/", folder.display()));
    let folder_text = folder.display();
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path {folder_text}/{kind};\n"))
        .concat();
    let config = format!(
        "daemon off;\nmaster_process off;\npid {folder_text}/pid;\nerror_log {folder_text}/error.log info;\nevents {{}}\nhttp {{\n\
         access_log {folder_text}/access.log;\n{temporary}{server}\n}}\n"
    );
    let file = folder.join("nginx.conf");
    std::fs::write(&file, config).expect("a file");
    let mut command = Command::new(program("nginx"));
    command.arg("-e").arg(folder.join("error.log")).arg("-p").arg(folder).arg("-c").arg(file);
    start(command, folder)
}

/// A browser at that address of this machine, which trusts our certificate.
fn client(folder: &Path, address: &str) -> reqwest::Client {
    let cert = std::fs::read(folder.join("cert.pem")).expect("a certificate");
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .tls_certs_only([reqwest::Certificate::from_pem(&cert).expect("a certificate")])
        .local_address(address.parse::<IpAddr>().expect("an address"));
    client.build().expect("a client")
}

fn visitor(folder: &Path, address: &str) -> Visitor {
    Visitor::with(client(folder, address))
}

/// The first bytes of a stream, while it goes on.
async fn first_event(client: &reqwest::Client, link: &Link) -> (Response, String) {
    let request = client.get(format!("{}/device/events", link.url)).header(header::ACCEPT_ENCODING, "gzip");
    let mut stream = request.send().await.expect("a stream");
    assert_eq!(stream.headers()[header::CONTENT_TYPE], "text/event-stream");
    let held_back = "the event was held back";
    let first = tokio::time::timeout(Duration::from_secs(10), stream.chunk()).await.expect(held_back);
    let first = String::from_utf8(first.expect("a chunk").expect("an event").to_vec()).expect("text, and not packed");
    (stream, first)
}

async fn press(client: &reqwest::Client, link: &Link, headers: &[(&str, &str)]) -> u16 {
    let mut request = client.request(Method::POST, &link.url).form(&[("connection_type", "dedicated")]);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.expect("an answer").status().as_u16()
}

async fn hold_to_the_list(start: impl FnOnce(&Path, u16, u16) -> Proxy) {
    let (folder, from) = (tempfile::tempdir().expect("a folder"), port());
    let folder = folder.path();
    let url = format!("https://localhost:{from}");
    let house = House::behind(Database::Sqlite, Clock::system(), &url, |bounds| {
        bounds.proxies = ["127.0.0.1/32".parse().expect("a range")].into();
        bounds.rates.unknown_links = std::num::NonZeroU32::new(3).expect("a number");
    })
    .await;
    let proxy = start(folder, from, house.port);
    until("the proxy to listen", || async { tokio::net::TcpStream::connect(("127.0.0.1", from)).await.ok() }).await;
    let acme = house.platform("Acme").await;
    let acme = acme.by_way_of(format!("http://127.0.0.1:{}", house.port));
    let (link, other) = (acme.link(json!({})).await, acme.link(json!({})).await);
    assert!(link.url.starts_with(&url));
    let (alice, mallory) = (visitor(folder, "127.0.0.2"), client(folder, "127.0.0.3"));

    // The page, and what it says of itself, once.
    let page = alice.get(&link.url).await;
    assert_eq!((page.status, page.page().as_str()), (200, "setup"), "{}", page.html);
    for name in ["strict-transport-security", "content-security-policy", "referrer-policy", "cache-control"] {
        assert_eq!(page.headers.get_all(name).iter().count(), 1, "{name}: {:?}", page.headers);
    }
    assert_eq!(page.header("strict-transport-security"), "max-age=63072000");
    assert_eq!((page.header("cache-control"), page.header("referrer-policy")), ("no-store", "no-referrer"));
    let nonce = page.attribute("style", "nonce");
    assert!(page.header("content-security-policy").contains(&nonce));

    // A stream is not held back, and its page hears.
    let (mut stream, first) = first_event(&mallory, &link).await;
    assert!(first.contains("event: steps"), "{first}");

    // The whole way, cookies for TLS alone included.
    let ended = alice.walk(&link, "dedicated", house.world(), Outcome::Dedicated).await;
    assert_eq!(ended.page(), "connected", "{}", ended.html);
    let mut rest = String::new();
    while let Ok(Some(chunk)) = stream.chunk().await {
        rest.push_str(&String::from_utf8_lossy(&chunk));
    }
    assert!(rest.contains("event: end"), "{rest}");

    // Whose form it is.
    for (headers, status) in [
        (&[("Origin", url.as_str())][..], 303),
        (&[("Origin", url.as_str()), ("Sec-Fetch-Site", "same-origin")], 303),
        (&[("Origin", "https://evil.example")], 403),
        (&[("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site")], 403),
        (&[("Sec-Fetch-Site", "cross-site")], 403),
    ] {
        assert_eq!(press(&mallory, &other, headers).await, status, "{headers:?}");
    }

    // Who it is, whatever it says.
    for (number, status) in [(0, 404), (1, 404), (2, 404), (3, 404), (4, 429)] {
        let guess = mallory.get(format!("{url}/whatsapp/setup/{}", format!("{number}x").repeat(16)));
        let claim = format!("203.0.113.{number}");
        let guess = guess.header("X-Forwarded-For", &claim).header("Forwarded", format!("for={claim}"));
        let answer = guess.send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), status);
        assert_eq!(answer.headers().contains_key("refresh"), status == 429);
    }
    let unknown = format!("{url}/whatsapp/setup/{}", "z".repeat(32));
    assert_eq!(alice.get(&unknown).await.status, 404, "the proxy's other clients are others");

    // What the doctor sees of it, who comes the same way.
    let mut settings = doctor::settings(&house);
    settings.insert("PUBLIC_URL", url.clone());
    settings.insert("SSL_CERT_FILE", folder.join("cert.pem").display().to_string());
    let (_, said, _) = doctor::examine(&settings, &[]).await;
    assert!(said.contains("answers with these keys"), "{said}");
    assert!(said.contains("ok       clients: a trusted proxy says whom requests come from"), "{said}");

    // A house that is gone leaves no token in any log.
    house.app.stopping.cancel();
    until("the house to be gone", || async { (alice.get(&other.url).await.status == 502).then_some(()) }).await;
    let written = proxy.written();
    for secret in [&link.token, &other.token, "code=", "state="] {
        assert!(!written.contains(secret), "{secret} in {written}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn caddy_as_it_is_documented() {
    hold_to_the_list(caddy).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nginx_as_it_is_documented() {
    hold_to_the_list(nginx).await;
}
