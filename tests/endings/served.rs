//! A server over a county, and what an answered event means for the very next request.

use crate::common::*;
use crate::support::*;
use gongshi::search::{SearchDoc, SearchError, SearchIndex, SearchPage, SearchQuery};
use gongshi::web::Portal;
use serde_json::Value;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

pub struct Server {
    pub url: String,
    agent: ureq::Agent,
}

pub struct Got {
    pub status: u16,
    pub body: String,
}

/// An answer as it came.
pub struct Fetched {
    pub head: String,
    pub bytes: Vec<u8>,
}

impl Server {
    /// Serves until the program ends.
    pub fn of(portal: Portal) -> Self {
        let (sender, receiver) = channel();
        std::thread::spawn(move || {
            gongshi::web::serve(portal, "127.0.0.1:0", |address| {
                sender.send(address).unwrap();
            })
        });
        let address = receiver.recv().unwrap();
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(120)))
            .http_status_as_error(false);
        Server {
            url: format!("http://{address}"),
            agent: config.build().into(),
        }
    }

    pub fn get(&self, path: &str) -> Got {
        let answer = self.agent.get(format!("{}{path}", self.url)).call();
        let mut answer = answer.unwrap_or_else(|error| panic!("{path}: {error}"));
        let body = answer.body_mut().read_to_vec().unwrap();
        Got {
            status: answer.status().as_u16(),
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    /// An answer with its head, in bytes, redirects not followed.
    pub fn fetch(&self, path: &str) -> Fetched {
        let request = self.agent.get(format!("{}{path}", self.url));
        let answer = request.config().max_redirects(0).build().call();
        let mut answer = answer.unwrap_or_else(|error| panic!("{path}: {error}"));
        let headers = answer.headers().iter();
        let head: Vec<String> = headers
            .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
            .collect();
        Fetched {
            head: head.join("\n"),
            bytes: answer.body_mut().read_to_vec().unwrap(),
        }
    }

    /// Posts one event; its answer.
    pub fn post(&self, event: &gongshi::intake::Event) -> Value {
        let request = self.agent.post(format!("{}/api/v1/events", self.url));
        let request = request.content_type("application/json");
        let mut answer = request.send(event.to_json()).unwrap();
        let text = answer.body_mut().read_to_string().unwrap();
        serde_json::from_str(&text).unwrap()
    }
}

#[test]
fn the_next_request_after_the_answer_has_it_nowhere() {
    let county = County::new();
    let server = Server::of(county.log.app.portal.clone());
    let uscc = "91000000MA00000900";
    let one = |name: &str| listing(uscc, name, "2026-02-25");
    county.publish(
        "abnormal_listing",
        listing(uscc, "猋猋粮油店", "2026-02-24"),
    );
    for round in 0..5 {
        let gone = county.publish("abnormal_listing", one("骉骉粮油店"));
        county.log.settle();
        let link = format!("/record/{gone}\"");
        let everywhere = [
            "/search?q=%E7%B2%AE%E6%B2%B9".to_owned(),
            format!("/enterprise/{uscc}"),
            "/list/abnormal_listing".to_owned(),
            format!("/record/{gone}"),
            format!("/api/v1/records/{gone}"),
        ];
        for path in &everywhere {
            assert!(server.get(path).body.contains("骉骉"), "{path}");
        }
        let event = match round % 2 {
            0 => county.withdrawal(gone),
            _ => county.erasure(gone),
        };
        let answer = server.post(&event);
        let portal = &county.log.app.portal;
        let index = answer["index"]
            .as_u64()
            .unwrap_or_else(|| panic!("{answer}"));
        assert!(portal.model.cursor().unwrap() > index);
        assert!(portal.search.searchable() > index);
        assert!(!portal.intake.standing().is_unfinished(index).unwrap());
        assert_eq!(answer["unfinished"], Value::Null);
        for path in &everywhere {
            let got = server.get(path);
            assert!(!got.body.contains("骉骉"), "{path}");
            if !path.contains("record") {
                assert!(!got.body.contains(&link), "{path}");
            }
        }
        // Sent again, it is the same event.
        assert_eq!(server.post(&event)["index"], index);
    }
}

/// An index that stands still.
struct Behind(Arc<dyn SearchIndex>, u64);

impl SearchIndex for Behind {
    fn index_batch(&self, _: &[SearchDoc], _: &[u64], _: u64) -> Result<(), SearchError> {
        Ok(())
    }
    fn commit(&self) -> Result<(), SearchError> {
        Ok(())
    }
    fn cursor(&self) -> Result<u64, SearchError> {
        Ok(self.1)
    }
    fn corrections(&self, index: u64) -> Result<Vec<u64>, SearchError> {
        self.0.corrections(index)
    }
    fn purge(&self) -> Result<(), SearchError> {
        Ok(())
    }
    fn searchable(&self) -> u64 {
        self.1
    }
    fn search(&self, query: &SearchQuery) -> Result<SearchPage, SearchError> {
        let page = self.0.search(query)?;
        Ok(SearchPage {
            indexed: self.1,
            total: page.total + 1,
            ..page
        })
    }
    fn clear(&self) -> Result<(), SearchError> {
        Ok(())
    }
}

#[test]
fn an_index_that_is_behind_a_withdrawal_counts_nothing() {
    let county = County::new();
    let records: Vec<u64> = (0..3)
        .map(|i| county.publish("permit", permit(&format!("B-{i}"))))
        .collect();
    county.log.settle();
    let size = county.log.app.portal.log.published().size();
    let behind = Portal {
        search: Arc::new(Behind(county.log.app.portal.search.clone(), size)),
        ..county.log.app.portal.clone()
    };
    let server = Server::of(behind);
    let path = "/en/search?q=%E9%A3%9F%E5%93%81";
    let counted = |body: &str| body.contains("class=\"count\"");
    let before = server.get(path).body;
    assert!(counted(&before), "{before}");
    county.say(county.withdrawal(records[0])).unwrap();
    county.log.settle();
    let after = server.get(path).body;
    assert!(!counted(&after) && after.contains("not counted"), "{after}");
    assert!(after.contains(&format!("/en/record/{}\"", records[1])));
}
