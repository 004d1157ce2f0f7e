//! A listener that takes one request per connection, and can be taken away and put back at the same address.

use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

/// What was asked.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    /// With what follows a question mark.
    pub path: String,
    pub authorization: Option<String>,
    pub media: Option<String>,
    pub body: String,
}

impl Request {
    pub fn is(&self, method: &str, path: &str) -> bool {
        self.method == method && self.path == path
    }

    /// The body as one JSON value; null where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// The body as one JSON value a line.
    pub fn lines(&self) -> Vec<Value> {
        let lines = self.body.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// A search as readers send it, and not a look at the state alone.
    pub fn is_search(&self) -> bool {
        let looks = |value: Value| {
            let queries = value["queries"].as_array().cloned().unwrap_or_default();
            queries.len() == 1 && queries[0]["q"] == "zstate"
        };
        self.is("POST", "/multi-search") && !looks(self.json())
    }

    /// Whether it brings documents to this index.
    pub fn writes_to(&self, index: &str) -> bool {
        self.method == "POST"
            && self
                .path
                .starts_with(&format!("/indexes/{index}/documents?"))
    }
}

/// Status and body; `None` closes the connection without an answer.
pub type Answer = Option<(u16, Value)>;

/// A thread that listens until it is dropped.
pub struct Listener {
    pub port: u16,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    /// `port` 0: any that is free.
    pub fn start(port: u16, answer: Arc<dyn Fn(Request) -> Answer + Send + Sync>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let thread = std::thread::spawn(move || {
            for connection in listener.incoming() {
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                let answer = answer.clone();
                std::thread::spawn(move || {
                    // Whoever asked may have given up.
                    let _ = serve(connection?, &*answer);
                    std::io::Result::Ok(())
                });
            }
        });
        Listener {
            port,
            stop,
            thread: Some(thread),
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // Wakes it up.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(stream: TcpStream, answer: &dyn Fn(Request) -> Answer) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (Some(method), Some(path)) = (words.next(), words.next()) else {
        return Ok(());
    };
    let mut request = Request {
        method,
        path,
        authorization: None,
        media: None,
        body: String::new(),
    };
    let mut length = 0;
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        match name.to_ascii_lowercase().as_str() {
            "authorization" => request.authorization = Some(value.to_owned()),
            "content-type" => request.media = Some(value.to_owned()),
            "content-length" => length = value.parse().unwrap(),
            "transfer-encoding" => panic!("a body without a length"),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    request.body = String::from_utf8(body).unwrap();
    let Some((status, value)) = answer(request) else {
        return Ok(());
    };
    let text = match value {
        Value::String(text) => text,
        value => value.to_string(),
    };
    let head = format!(
        "HTTP/1.1 {status} Said\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        text.len()
    );
    let mut stream = reader.into_inner();
    stream.write_all(head.as_bytes())?;
    stream.write_all(text.as_bytes())
}
