//! A real server in this process, and a client that says exactly the bytes it is told to.

use crate::common::*;
use gongshi::web::limits::Limits;
use gongshi_verify::keys::SecretKey;
use gongshi_verify::names::AuthorityId;
use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::{LazyLock, Mutex, MutexGuard};
use std::time::Duration;

/// Times short enough for tests, and with bytes enough between them for a busy machine.
pub const LIMITS: Limits = Limits {
    searches: gongshi::web::limits::SEARCHES,
    head: Duration::from_secs(1),
    pause: Duration::from_secs(1),
    rate: 128,
    kept_pages: 0,
};
/// Registered, and its only key revoked.
pub const REVOKED: &str = "000000-YJJ";

pub struct Site {
    pub log: TestLog,
    pub revoked: SecretKey,
    pub address: SocketAddr,
}

/// The one server of this program, for one test at a time, so that each can say what its own requests did to the log.
pub fn site() -> MutexGuard<'static, Site> {
    static SITE: LazyLock<Mutex<Site>> = LazyLock::new(|| Mutex::new(Site::start()));
    SITE.lock().unwrap_or_else(|failed| failed.into_inner())
}

impl Site {
    fn start() -> Self {
        // Not removed when the program ends, for the server still has it: the next run empties it.
        let target = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
        let _ = std::fs::remove_dir_all(target.join("http"));
        let folder = tempfile::Builder::new()
            .prefix("http")
            .rand_bytes(0)
            .disable_cleanup(true)
            .tempdir_in(target);
        let log = TestLog::within(folder.unwrap(), &["permit", "plan"]);
        let revoked = SecretKey::from_seed(&[77; 32]);
        let revoke = log.authority(body(&format!(
            r#"{{"action":"revoke","authority_id":"{REVOKED}","public_key":"{}","reason":"遗失"}}"#,
            revoked.public().to_base64()
        )));
        let answers = log.accept(vec![
            log.register(REVOKED, &revoked, &["permit"]),
            revoke,
            log.event("permit", permit("H-0")),
        ]);
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
        log.settle();
        let portal = log.app.portal.clone();
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            gongshi::web::serve_within(portal, "127.0.0.1:0", LIMITS, |address| {
                sender.send(address).unwrap();
            })
        });
        let address = receiver.recv().unwrap();
        Site {
            log,
            revoked,
            address,
        }
    }

    pub fn size(&self) -> u64 {
        self.log.app.portal.log.published().size()
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        let patience = Some(Duration::from_secs(30));
        stream.set_read_timeout(patience).unwrap();
        stream.set_write_timeout(patience).unwrap();
        stream
    }

    /// Writes bytes and reads until the server closes.
    pub fn say(&self, bytes: &[u8]) -> Reply {
        let mut stream = self.connect();
        // The server may answer and close before it has read everything.
        let _ = stream.write_all(bytes);
        Reply::read(&mut stream)
    }

    pub fn request(&self, method: &str, path: &str, headers: &[&str], body: &[u8]) -> Reply {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: t\r\nConnection: close\r\n");
        for header in headers {
            head.push_str(header);
            head.push_str("\r\n");
        }
        if !body.is_empty() || method == "POST" {
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        head.push_str("\r\n");
        self.say(&[head.as_bytes(), body].concat())
    }

    pub fn get(&self, path: &str) -> Reply {
        self.request("GET", path, &[], b"")
    }

    /// One event in JSON.
    pub fn post(&self, event: impl AsRef<[u8]>) -> Reply {
        self.request("POST", EVENTS, &[JSON], event.as_ref())
    }

    /// A permit of the department as it goes over the wire.
    pub fn permit(&self, number: &str) -> String {
        self.log.event("permit", permit(number)).to_json()
    }

    /// A permit signed by another key, in the name of that authority.
    pub fn permit_by(&self, authority: &str, key: &SecretKey, number: &str) -> String {
        use gongshi::intake::{Clock as _, Event};
        let id = AuthorityId::parse(authority).unwrap();
        let record = gongshi_verify::record::Record::new(permit(number), salt()).unwrap();
        let now = self.log.clock.now();
        Event::sign(&origin(), &id, key, &name("permit"), now, None, record).to_json()
    }

    /// Runs what must leave no trace: the log is as it was, and the server answers.
    pub fn without_trace<T>(&self, act: impl FnOnce() -> T) -> T {
        let before = self.log.app.portal.log.published().note.clone();
        let result = act();
        assert_eq!(self.log.app.portal.log.published().note, before);
        let state = self.get("/api/v1/log");
        assert_eq!(state.status, 200, "{state:?}");
        assert_eq!(state.json()["checkpoint"], before);
        result
    }
}

pub const EVENTS: &str = "/api/v1/events";
pub const JSON: &str = "Content-Type: application/json";
pub const NDJSON: &str = "Content-Type: application/x-ndjson";

/// An answer; all of it that came.
#[derive(Debug)]
pub struct Reply {
    /// 0 where the server closed without an answer.
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Reply {
    /// An answer as soon as it is complete.
    pub fn read(stream: &mut TcpStream) -> Self {
        Self::until(stream, |reply| {
            let length = reply.header("content-length").parse();
            length.is_ok_and(|length: usize| reply.body.len() >= length)
        })
    }

    /// An answer once the server has closed the connection.
    pub fn read_to_end(stream: &mut TcpStream) -> Self {
        Self::until(stream, |_| false)
    }

    fn until(stream: &mut TcpStream, complete: impl Fn(&Self) -> bool) -> Self {
        let (mut bytes, mut part) = (Vec::new(), [0; 1 << 16]);
        loop {
            match stream.read(&mut part) {
                Ok(0) => break,
                Ok(count) => bytes.extend_from_slice(&part[..count]),
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => break,
                Err(error) => panic!("no end of the answer: {error}, after {} bytes", bytes.len()),
            }
            if complete(&Self::parse(&bytes)) {
                break;
            }
        }
        Self::parse(&bytes)
    }

    fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        let (head, body) = match end {
            Some(end) => (&bytes[..end + 2], bytes[end + 4..].to_vec()),
            None => (bytes, Vec::new()),
        };
        let head = String::from_utf8_lossy(head).to_ascii_lowercase();
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
        let body = match head.contains("transfer-encoding: chunked") {
            true => unchunked(&body),
            false => body,
        };
        Reply {
            status: status.unwrap_or_default(),
            head,
            body,
        }
    }

    pub fn header(&self, name: &str) -> &str {
        let line = self.head.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|value| value.strip_prefix(": "))
            .unwrap_or_default()
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// An RFC 9457 answer of that status and code, complete in form; what it says in detail.
    pub fn problem(&self, status: u16, code: &str) -> String {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.header("cache-control"), "no-store");
        problem(&self.json(), status, code)
    }

    /// Lines of an NDJSON answer.
    pub fn lines(&self) -> Vec<Value> {
        let lines = self.text().lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

/// A problem object of that status and code, complete in form; what it says in detail.
pub fn problem(object: &Value, status: u16, code: &str) -> String {
    assert_eq!(object["status"], status, "{object}");
    assert_eq!(object["code"], code, "{object}");
    assert_eq!(object["type"], format!("/problems/{code}"));
    for title in ["title", "title_zh"] {
        let title = object[title].as_str().unwrap();
        assert!(!title.is_empty() && !title.contains("problem-"), "{object}");
    }
    let detail = object["detail"].as_str().unwrap();
    assert!(!detail.is_empty() && detail.len() < 1000, "{detail}");
    detail.to_owned()
}

fn unchunked(mut bytes: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = bytes.windows(2).position(|two| two == b"\r\n") {
        let size = std::str::from_utf8(&bytes[..end]).unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        let rest = &bytes[end + 2..];
        if size == 0 || rest.len() < size {
            break;
        }
        body.extend_from_slice(&rest[..size]);
        bytes = &rest[(size + 2).min(rest.len())..];
    }
    body
}

/// Memory of this process in bytes, server and client together; 0 where the system does not tell it in this way.
pub fn memory() -> u64 {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else {
        return 0;
    };
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap();
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse().unwrap();
    kilobytes * 1024
}
