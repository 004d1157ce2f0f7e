//! A server as the desk sees one, in memory: it takes every event whose body is right, lists plans, and keeps files. Its clock
//! stands where a test puts it.

use gongshi::domain::{Kind, dates, validate};
use gongshi_verify::encoding::{base64_array, hex};
use gongshi_verify::entry::Entry;
use gongshi_verify::hash::sha256;
use gongshi_verify::json::{self, Value};
use gongshi_verify::keys::PublicKey;
use gongshi_verify::names::Origin;
use gongshi_verify::record::Record;
use gongshi_verify::time::Timestamp;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

pub const ORIGIN: &str = "log.example/test";

#[derive(Default)]
pub struct State {
    pub now: String,
    pub entries: Vec<(Json, Json)>,
    pub files: BTreeMap<String, Vec<u8>>,
    pub cards: BTreeMap<String, Vec<u8>>,
    pub beacons: Vec<Json>,
    pub keys: BTreeMap<String, String>,
    /// Requests to answer with 503 first, but for the log's state.
    pub busy: u32,
}

pub struct Server {
    pub address: String,
    pub state: Arc<Mutex<State>>,
}

impl Server {
    pub fn start(now: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State {
            now: now.to_owned(),
            ..State::default()
        }));
        let shared = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that goes away is no matter of the server's.
                let _ = serve(stream, &shared);
            }
        });
        Server { address, state }
    }

    pub fn at(&self, now: &str) {
        self.state.lock().unwrap().now = now.to_owned();
    }

    /// The newest entry's body.
    pub fn newest(&self) -> Json {
        self.state.lock().unwrap().entries.last().unwrap().1["body"].clone()
    }

    pub fn size(&self) -> usize {
        self.state.lock().unwrap().entries.len()
    }
}

fn serve(stream: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split(' ');
    let method = words.next().unwrap_or_default().to_owned();
    let path = words.next().unwrap_or_default().to_owned();
    let mut headers = BTreeMap::new();
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        match line.trim_end().split_once(": ") {
            Some((name, value)) => headers.insert(name.to_ascii_lowercase(), value.to_owned()),
            None => break,
        };
    }
    let length = headers
        .get("content-length")
        .and_then(|text| text.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body)?;
    let (status, answer) = answer(&mut state.lock().unwrap(), &method, &path, &headers, &body);
    let mut stream = stream;
    write!(
        stream,
        "HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        answer.len()
    )?;
    stream.write_all(&answer)
}

type Headers = BTreeMap<String, String>;

fn answer(
    state: &mut State,
    method: &str,
    path: &str,
    headers: &Headers,
    body: &[u8],
) -> (u16, Vec<u8>) {
    let parts: Vec<&str> = path.trim_start_matches("/api/v1/").split('/').collect();
    let good = |value: Json| (200, value.to_string().into_bytes());
    if state.busy > 0 && parts[..] != ["log"] {
        state.busy -= 1;
        return (503, br#"{"code":"busy","status":503}"#.to_vec());
    }
    match (method, &parts[..]) {
        ("GET", ["log"]) => good(
            json!({"origin": ORIGIN, "size": state.entries.len(), "simulated_time": state.now}),
        ),
        ("GET", ["authorities"]) => {
            let all = state.keys.keys().map(|id| {
                json!({"id": id, "name": id, "role": "department", "region": "000000", "kinds": [], "keys": []})
            });
            good(json!({ "authorities": all.collect::<Vec<_>>() }))
        }
        ("GET", ["records", index]) => match state.entries.get(index.parse::<usize>().unwrap()) {
            Some((entry, record)) => {
                good(json!({"index": index, "entry": entry, "record": record}))
            }
            None => missing(),
        },
        ("GET", ["plans", plan @ ..]) => listed(state, &plan.join("/")).map_or_else(missing, good),
        ("GET", ["files", name]) => match state.files.get(*name) {
            Some(bytes) => (200, bytes.clone()),
            None => missing(),
        },
        ("PUT", ["files", name]) => {
            signed(state, headers, body);
            assert_eq!(*name, hex(&sha256(body)));
            state.files.insert((*name).to_owned(), body.to_vec());
            (201, b"{}".to_vec())
        }
        ("PUT", ["cards", root]) => {
            signed(state, headers, body);
            state.cards.insert((*root).to_owned(), body.to_vec());
            (201, b"{}".to_vec())
        }
        ("POST", ["beacons"]) => {
            state.beacons.push(serde_json::from_slice(body).unwrap());
            good(json!({}))
        }
        ("POST", ["events"]) => {
            let lines = body
                .split(|byte| *byte == b'\n')
                .filter(|line| !line.is_empty());
            let answers: Vec<String> = lines
                .map(|line| event(state, line).to_string() + "\n")
                .collect();
            (200, answers.concat().into_bytes())
        }
        _ => missing(),
    }
}

fn missing() -> (u16, Vec<u8>) {
    (
        404,
        br#"{"code":"not-found","status":404,"detail":"there is none"}"#.to_vec(),
    )
}

/// The signature over a file, as the contract has it.
fn signed(state: &State, headers: &Headers, body: &[u8]) {
    let authority = &headers["gongshi-authority"];
    let object = json!({
        "authority": authority, "issued_at": headers["gongshi-issued-at"], "origin": ORIGIN,
        "sha256": hex(&sha256(body)), "size": body.len(), "v": 1,
    });
    let object = json::to_jcs(&json::parse(object.to_string()).unwrap());
    let key = PublicKey::from_base64(&state.keys[authority]).unwrap();
    let signature = base64_array::<64>(&headers["gongshi-signature"]).unwrap();
    assert!(key.verify(format!("gongshi/file/v1\n{object}").as_bytes(), &signature));
}

fn event(state: &mut State, line: &[u8]) -> Json {
    let event: Json = serde_json::from_slice(line).unwrap();
    let record = event["record"].clone();
    let kind: Kind = event["kind"].as_str().unwrap().parse().unwrap();
    let now = Timestamp::parse(&state.now).unwrap();
    let day = dates::day_in_china(now.unix());
    if let Err(faults) = validate(kind, record["body"].as_object().unwrap(), day) {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        return json!({"error": {"code": "invalid-body", "status": 422, "detail": faults.join("; ")}});
    }
    let strict = Record::parse(record.to_string().as_bytes()).unwrap();
    let mut entry = event.clone();
    let members = entry.as_object_mut().unwrap();
    members.remove("record");
    members.insert("commitment".into(), hex(&strict.commitment()).into());
    members.insert("logged_at".into(), state.now.clone().into());
    let parsed = Entry::parse(canonical(&entry).as_bytes()).unwrap();
    let key = PublicKey::from_base64(&state.keys[parsed.authority.as_str()]).unwrap();
    let message = parsed.statement().message(&Origin::parse(ORIGIN).unwrap());
    assert!(key.verify(&message, &parsed.signature));
    state.entries.push((entry, record));
    json!({"index": state.entries.len() - 1, "proof": ""})
}

fn canonical(value: &Json) -> String {
    let value: Value = json::parse_with_depth(value.to_string(), 20).unwrap();
    json::to_jcs(&value)
}

/// A plan's entries, as the server lists them.
fn listed(state: &State, plan: &str) -> Option<Json> {
    let about = |kind: &str| -> Vec<usize> {
        let own = state.entries.iter().enumerate();
        let own = own.filter(|(_, (entry, _))| entry["kind"] == kind && entry["ref"] == plan);
        own.map(|(index, _)| index).collect()
    };
    let opening = state.entries.iter().position(|(entry, record)| {
        entry["kind"] == "bulletin" && record["body"]["plan_key"] == plan
    });
    let index = *about("plan").first()?;
    let body = &state.entries[index].1["body"];
    let snapshots = ["object_snapshot", "officer_snapshot"].map(|name| body[name]["index"].clone());
    let authority = plan.split('/').next().unwrap();
    let earlier = (0..index).filter(|at| {
        let (entry, _) = &state.entries[*at];
        entry["kind"] == "draw" && entry["ref"].as_str().unwrap().starts_with(authority)
    });
    let earlier: Vec<usize> = earlier.collect();
    let rotation = body["rotation"].as_u64().unwrap() as usize;
    let earlier = &earlier[earlier.len().saturating_sub(rotation)..];
    Some(json!({
        "plan": index, "snapshots": snapshots, "commits": about("commit"), "reveals": about("reveal"),
        "draw": about("draw").first(), "cancel": about("cancel").first(), "earlier": earlier, "substitutes": [],
        "opening": opening, "state": "open",
    }))
}
