//! What a running server tells of plans and draws, and what it takes.

use crate::support::*;
use gongshi_verify::draw::recompute::one_by_one;
use gongshi_verify::policy::Policy;
use gongshi_verify::report::{Verdict, verify_draw_file};
use serde_json::Value as Json;
use std::io::Read as _;
use std::net::SocketAddr;

/// A server over a county's log, for as long as the program runs.
pub struct Server {
    address: SocketAddr,
}

/// Status, headers of interest and body of an answer.
pub struct Reply {
    pub status: u16,
    pub location: String,
    pub etag: String,
    pub media_type: String,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn json(&self) -> Json {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }

    pub fn good(&self) -> Json {
        assert_eq!(self.status, 200, "{}", String::from_utf8_lossy(&self.body));
        self.json()
    }

    /// A problem of that status and code, in both languages; what it says in detail.
    pub fn problem(&self, status: u16, code: &str) -> String {
        let object = self.json();
        assert_eq!((self.status, object["code"].as_str()), (status, Some(code)), "{object}");
        for title in ["title", "title_zh"] {
            let title = object[title].as_str().unwrap();
            assert!(!title.is_empty() && !title.contains("problem-"), "{object}");
        }
        object["detail"].as_str().unwrap().to_owned()
    }
}

impl Server {
    pub fn start(county: &County) -> Self {
        let portal = county.log.app.portal.clone();
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            gongshi::web::serve(portal, "127.0.0.1:0", |address| sender.send(address).unwrap())
        });
        Server {
            address: receiver.recv().unwrap(),
        }
    }

    fn reply(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Reply {
        let mut answer = answer.unwrap();
        let header = |name: &str| {
            let value = answer.headers().get(name);
            value.map_or("", |value| value.to_str().unwrap()).to_owned()
        };
        let (location, etag) = (header("location"), header("etag"));
        let media_type = header("content-type");
        let mut body = Vec::new();
        answer.body_mut().as_reader().read_to_end(&mut body).unwrap();
        Reply {
            status: answer.status().as_u16(),
            location,
            etag,
            media_type,
            body,
        }
    }

    fn agent() -> ureq::Agent {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0);
        config.build().into()
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}/api/v1/{path}", self.address)
    }

    pub fn get(&self, path: &str) -> Reply {
        Self::reply(Self::agent().get(self.url(path)).call())
    }

    pub fn get_with(&self, path: &str, header: (&str, &str)) -> Reply {
        let request = Self::agent().get(self.url(path));
        Self::reply(request.header(header.0, header.1).call())
    }

    pub fn post(&self, path: &str, media_type: &str, body: &[u8]) -> Reply {
        let request = Self::agent().post(self.url(path));
        Self::reply(request.header("Content-Type", media_type).send(body))
    }

    pub fn put(&self, path: &str, headers: &[(String, String)], body: &[u8]) -> Reply {
        let mut request = Self::agent().put(self.url(path));
        for (name, value) in headers {
            request = request.header(name, value);
        }
        Self::reply(request.send(body))
    }
}

fn policy(county: &County) -> Policy {
    let vkey = county.log.app.portal.log.verifier().to_string();
    Policy::parse(&format!("log {vkey}\nquorum none\n")).unwrap()
}

#[test]
fn the_file_of_a_draw_is_what_the_verifier_reads() {
    let county = County::new();
    let server = Server::start(&county);
    let address = format!("draws/{KEY}");
    server.get(&address).problem(404, "not-found");
    county.plan(KEY, &[]).unwrap();
    let early = server.get(&address).problem(404, "plan-undrawn");
    assert!(early.contains("preparing"), "{early}");
    server.get("draws/a/2026/01").problem(400, "bad-request");

    let later = "000000-SCJG/2026/02";
    let dates = [
        ("check_from", "2026-05-01".into()),
        ("check_to", "2026-05-31".into()),
    ];
    let other = "000000-SCJG/2026/03";
    county.due(later, &dates);
    county.draw(later);
    // It looks back to the draw before it, whose list is part of its file.
    let dates = [
        ("check_from", "2026-06-01".into()),
        ("check_to", "2026-06-30".into()),
    ];
    county.due(other, &dates);
    county.draw(other);
    let policy = policy(&county);
    for key in [later, other] {
        let file = server.get(&format!("draws/{key}"));
        assert_eq!((file.status, file.media_type.as_str()), (200, "application/json"));
        let report = verify_draw_file(&file.body, &policy, &one_by_one).unwrap();
        assert_eq!(report.verdict, Verdict::Verified, "{:?}", report.steps);
        let again = server.get_with(&format!("draws/{key}"), ("If-None-Match", &file.etag));
        assert_eq!((again.status, again.body.len()), (304, 0));
        let value = file.json();
        let earlier = value["earlier"].as_array().unwrap().len();
        assert_eq!(earlier, usize::from(key == other));
    }
    let file = server.get(&format!("draws/{other}")).body;
    let text = String::from_utf8(file.clone()).unwrap();
    for at in [
        text.find("ddraw/1|target").unwrap() + 16,
        text.find("ddraw/1|officer").unwrap() + 17,
        text.find("\"plan\":\"").unwrap() + 60,
        text.find("\"draw\":\"").unwrap() + 60,
        text.find("\"earlier\":[\"").unwrap() + 70,
    ] {
        let mut changed = file.clone();
        changed[at] ^= 1;
        let report = verify_draw_file(&changed, &policy, &one_by_one);
        let verdict = report.map(|report| report.verdict);
        assert!(!matches!(verdict, Ok(Verdict::Verified)), "{at}: {verdict:?}");
    }
}
