//! A running server over a county's log, and how a test asks it.

use crate::support::*;
use gongshi_verify::draw::library::{Member, verify_absence};
use gongshi_verify::encoding::{base64_array, hex32};
use gongshi_verify::policy::Policy;
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
        assert_eq!(
            (self.status, object["code"].as_str()),
            (status, Some(code)),
            "{object}"
        );
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
            gongshi::web::serve(portal, "127.0.0.1:0", |address| {
                sender.send(address).unwrap()
            })
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
        answer
            .body_mut()
            .as_reader()
            .read_to_end(&mut body)
            .unwrap();
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

    /// A page, by its address without the slash in front.
    pub fn page(&self, path: &str) -> Reply {
        Self::reply(
            Self::agent()
                .get(format!("http://{}/{path}", self.address))
                .call(),
        )
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

pub fn policy(county: &County) -> Policy {
    let vkey = county.log.app.portal.log.verifier().to_string();
    Policy::parse(format!("log {vkey}\nquorum none\n")).unwrap()
}

/// Who a document says is in the library or is not, checked as a reader checks it.
pub fn checked(document: &Json) -> bool {
    let count = document["library"]["count"].as_u64().unwrap();
    let root = hex32(document["library"]["root"].as_str().unwrap()).unwrap();
    let id = document["id"].as_str().unwrap();
    let member = |name: &str| {
        let value = &document[name];
        let path = value["path"].as_array()?.iter();
        let path = path.map(|hash| base64_array::<32>(hash.as_str().unwrap()).unwrap());
        Some(Member {
            line: value["line"].as_str()?,
            index: value["index"].as_u64()?,
            path: path.collect(),
        })
    };
    match member("leaf") {
        Some(leaf) => {
            assert_eq!(leaf.verify(count, &root).unwrap().id(), id);
            true
        }
        None => {
            let (before, after) = (member("before"), member("after"));
            verify_absence(id, before.as_ref(), after.as_ref(), count, &root).unwrap();
            false
        }
    }
}
