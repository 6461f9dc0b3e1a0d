//! A hostile set: every spelling of an inner address, names that lead inside, answers that never end.

use std::{
    collections::VecDeque,
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Mutex,
};

use futures_util::future::BoxFuture;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use super::*;

fn guard(allowed: &[&str]) -> Guard {
    Guard::new(nets(allowed)).unwrap()
}

fn nets(texts: &[&str]) -> Vec<IpNet> {
    texts.iter().map(|net| net.parse().unwrap()).collect()
}

#[test]
fn every_spelling_of_an_inner_address_is_refused() {
    let guard = guard(&[]);
    for url in [
        "https://127.0.0.1/",
        "https://127.0.0.1./",
        "https://127.1/",
        "https://127.0.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.0.0.1/",
        "https://0X7F.1/",
        "https://0177.0.0.1/",
        "https://017700000001/",
        "https://00000177.0.0.1/",
        "https://0/",
        "https://0.0.0.0/",
        "https://127。0。0。1/",
        "https://127．0．0．1/",
        "https://１２７.0.0.1/",
        "https://①②⑦.0.0.1/",
        "https://%31%32%37.0.0.1/",
        "https://[::1]/",
        "https://[0:0:0:0:0:0:0:1]/",
        "https://[::]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[::FFFF:10.0.0.1]/",
        "https://[::127.0.0.1]/",
        "https://[::10.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[64:ff9b::10.0.0.1]/",
        "https://[64:ff9b:1::5db8:d70e]/",
        "https://[2002:7f00:1::]/",
        "https://[2001:0:4136:e378::1]/",
        "https://[2606:2800:21f:1:0:5efe:10.0.0.1]/",
        "https://[fe80::1]/",
        "https://[fe80::1%25eth0]/",
        "https://[fe80::1%eth0]/",
        "https://[fc00::1]/",
        "https://[fd12:3456::1]/",
        "https://[fd00:ec2::254]/",
        "https://[ff02::1]/",
        "https://[2001:db8::1]/",
        "https://[3fff::1]/",
        "https://10.0.0.1/",
        "https://172.16.0.1/",
        "https://172.31.255.255/",
        "https://192.168.0.1/",
        "https://169.254.169.254/",
        "https://2852039166/",
        "https://100.64.0.1/",
        "https://192.0.2.1/",
        "https://198.18.0.1/",
        "https://198.51.100.1/",
        "https://203.0.113.1/",
        "https://224.0.0.1/",
        "https://255.255.255.255/",
        "https://192.88.99.1/",
        "https://192.0.0.1/",
        "https://localhost/",
        "https://LOCALHOST./",
        "https://a.localhost/",
        "https://ｌocalhost/",
        "http://93.184.215.14/",
        "http://a.example/",
        "ftp://a.example/",
        "file:///etc/passwd",
        "gopher://a.example/",
        "https://user@a.example/",
        "https://a.example:x@10.0.0.1/",
        "https://a.example#@127.0.0.1 ",
        "https://",
        "https://./",
        "https://256.1.1.1/",
        "https://1.2.3.4.5/",
        "https://[::1/",
        "https:\\\\127.0.0.1\\",
        "//a.example",
        "https://a b.example/",
        "https://a.example/\r\nHost: x",
    ] {
        assert!(guard.check(url).is_err(), "{url}");
    }
    for url in [
        "https://a.example/hook?x=1",
        "https://a.example:8443/",
        "https://93.184.215.14/",
        "https://[2606:2800:21f::1]/",
        "https://172.32.0.1/",
        "https://localhost.example/",
        "https://bücher.example/",
    ] {
        assert!(guard.check(url).is_ok(), "{url}");
    }
}

#[test]
fn a_range_that_is_opened_is_open_for_plain_http_too() {
    let guard = guard(&["127.0.0.0/8"]);
    assert!(guard.check("http://127.0.0.1:9/").is_ok());
    assert!(guard.check("http://localhost:9/").is_ok());
    assert!(guard.check("http://[::ffff:127.0.0.1]/").is_ok());
    assert!(guard.check("http://93.184.215.14/").is_err(), "plain http only where it was opened");
    assert!(guard.check("https://10.0.0.1/").is_err());
}

#[test]
fn a_wait_is_read_in_both_of_its_forms() {
    let read = |text: &str| {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, text.parse().unwrap());
        retry_after(&headers)
    };
    assert_eq!(read(" 120 "), Some(RetryAfter::Span(Duration::from_secs(120))));
    let moment = Some(RetryAfter::Moment(Timestamp(1_445_412_480_000)));
    assert_eq!(read("Wed, 21 Oct 2015 07:28:00 GMT"), moment);
    assert_eq!(read("Wednesday, 21-Oct-15 07:28:00 GMT"), moment);
    for nonsense in ["soon", "-5", "1.5", "Wed, 99 Oct 2015 07:28:00 GMT"] {
        assert_eq!(read(nonsense), None, "{nonsense}");
    }
}

/// A directory that says what a test wants, one answer after the other, and the last one for ever.
struct Says(Mutex<VecDeque<Vec<IpAddr>>>);

impl Says {
    fn each(answers: &[&[&str]]) -> Arc<dyn Directory> {
        let read = |answer: &&[&str]| answer.iter().map(|address| address.parse().unwrap()).collect();
        Arc::new(Self(Mutex::new(answers.iter().map(read).collect())))
    }
}

impl Directory for Says {
    fn addresses(&self, _: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let mut answers = self.0.lock().unwrap();
        let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
        Box::pin(async move { Ok(answer.unwrap_or_default()) })
    }
}

/// Somebody who listens on an inner address, and whether anybody came.
struct Inside(TcpListener);

impl Inside {
    async fn at(address: [u8; 4]) -> Self {
        Self(TcpListener::bind((Ipv4Addr::from(address), 0)).await.unwrap())
    }

    fn port(&self) -> u16 {
        self.0.local_addr().unwrap().port()
    }

    /// Answers everybody so, in the background, and hangs up.
    fn answers(self, answer: &'static str) -> u16 {
        let port = self.port();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = self.0.accept().await {
                heard(&mut stream).await;
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        port
    }

    /// A connection that was made stands in the queue, whether it is accepted or not.
    async fn nobody_came(self) -> bool {
        tokio::time::timeout(Duration::from_millis(100), self.0.accept()).await.is_err()
    }
}

async fn heard(stream: &mut TcpStream) {
    let _ = stream.read(&mut [0; 4096]).await;
}

async fn post(guard: &Guard, url: String) -> Result<Answer, &'static str> {
    guard.post(&url, HeaderMap::new(), "{}".to_owned()).await
}

#[tokio::test]
async fn a_name_that_leads_inside_is_not_connected_to() {
    let inside = Inside::at([127, 0, 0, 1]).await;
    let url = |scheme: &str| format!("{scheme}://inside.example:{}/", inside.port());
    for answer in [&["127.0.0.1"][..], &["::ffff:127.0.0.1"], &["::1"], &["64:ff9b::7f00:1"], &[]] {
        let guard = Guard::asking(nets(&[]), &Says::each(&[answer])).unwrap();
        let refused = post(&guard, url("https")).await.unwrap_err();
        assert!(refused.contains("not allowed"), "{answer:?}: {refused}");
        // A range is open, but not the one that the name leads to.
        let guard = Guard::asking(nets(&["10.0.0.0/8"]), &Says::each(&[answer])).unwrap();
        let refused = post(&guard, url("http")).await.unwrap_err();
        assert!(refused.contains("not allowed"), "{answer:?}: {refused}");
    }
    // The system's own directory is held against the same.
    let refused = post(&guard(&["10.0.0.0/8"]), format!("http://localhost.:{}/", inside.port())).await.unwrap_err();
    assert!(refused.contains("private"), "{refused}");
    assert!(inside.nobody_came().await);
}

#[tokio::test]
async fn one_address_that_passes_opens_no_door_to_another_that_does_not() {
    // Nobody listens on the one that passes, so the client goes on to the next it was given.
    let inside = Inside::at([127, 0, 0, 9]).await;
    let says = Says::each(&[&["127.0.0.9", "127.0.0.8", "127.0.0.9"]]);
    let guard = Guard::asking(nets(&["127.0.0.8/32"]), &says).unwrap();
    post(&guard, format!("http://mixed.example:{}/", inside.port())).await.unwrap_err();
    assert!(inside.nobody_came().await);
}

#[tokio::test]
async fn a_name_that_changes_its_answer_is_held_against_the_new_one() {
    let outside = Inside::at([127, 0, 0, 8]).await;
    let inside = TcpListener::bind(SocketAddr::from(([127, 0, 0, 9], outside.port()))).await.unwrap();
    let port = outside.answers("HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    let says = Says::each(&[&["127.0.0.8"], &["127.0.0.9"]]);
    let guard = Guard::asking(nets(&["127.0.0.8/32"]), &says).unwrap();
    let url = format!("http://rebound.example:{port}/");
    assert!(guard.check(&url).is_ok());
    assert_eq!(post(&guard, url.clone()).await.unwrap().status, 200);
    let refused = post(&guard, url).await.unwrap_err();
    assert!(refused.contains("not allowed"), "{refused}");
    assert!(Inside(inside).nobody_came().await);
}

#[tokio::test]
async fn a_redirect_inwards_is_an_answer_and_no_way() {
    let inside = Inside::at([127, 0, 0, 9]).await;
    let answer = format!(
        "HTTP/1.1 307 Go\r\nlocation: http://127.0.0.9:{}/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        inside.port()
    );
    let port = Inside::at([127, 0, 0, 1]).await.answers(answer.leak());
    let answer = post(&guard(&["127.0.0.0/8"]), format!("http://127.0.0.1:{port}/")).await.unwrap();
    assert_eq!(answer.status, 307);
    assert!(inside.nobody_came().await);
}

/// What an endpoint does that never comes to an end.
async fn endless(head: &'static str, again: &'static [u8], pause: Duration) -> u16 {
    let listener = Inside::at([127, 0, 0, 1]).await;
    let port = listener.port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.0.accept().await {
            tokio::spawn(async move {
                heard(&mut stream).await;
                let _ = stream.write_all(head.as_bytes()).await;
                while stream.write_all(again).await.is_ok() {
                    tokio::time::sleep(pause).await;
                }
            });
        }
    });
    port
}

#[tokio::test]
async fn what_never_ends_is_over_after_ten_seconds() {
    const TICK: Duration = Duration::from_millis(200);
    const OK: &str = "HTTP/1.1 200 OK\r\n";
    let guard = guard(&["127.0.0.0/8"]);
    let silent = endless("", b"", TICK).await;
    let headers = endless(OK, b"x-more: and more\r\n", Duration::from_millis(1)).await;
    let slow = endless("H", b"T", TICK).await;
    let interim = endless("", b"HTTP/1.1 102 Processing\r\n\r\n", Duration::from_millis(1)).await;
    let dripping = endless("HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n\r\n", b".", TICK).await;
    let flood = endless("HTTP/1.1 200 OK\r\ncontent-length: 999999999\r\n\r\n", &[b'x'; 4096], Duration::ZERO).await;
    let url = |port: u16| format!("http://127.0.0.1:{port}/");
    let all = async {
        tokio::join!(
            post(&guard, url(silent)),
            post(&guard, url(headers)),
            post(&guard, url(slow)),
            post(&guard, url(interim)),
            post(&guard, url(dripping)),
            post(&guard, url(flood)),
        )
    };
    // The bound is the guard's own ten seconds; this one only ends a test that would wait for ever.
    let (silent, headers, slow, interim, dripping, flood) =
        tokio::time::timeout(Duration::from_secs(60), all).await.unwrap();
    assert_eq!(silent.unwrap_err(), "no answer in 10 seconds");
    for broken in [headers, slow, interim] {
        broken.unwrap_err();
    }
    let (dripping, flood) = (dripping.unwrap(), flood.unwrap());
    assert_eq!((dripping.status, flood.status, flood.head.len()), (200, 200, HEAD), "the status came in time");
    assert!(dripping.head.starts_with("..") && dripping.head.len() < HEAD);
}
