//! Requests that are broken as such: cut short, endless, slow, packed, of another type, or no HTTP at all.

use crate::support::*;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant};

const GZIP: &str = "Content-Encoding: gzip";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn head(content_type: &str, rest: &str) -> String {
    format!(
        "POST {EVENTS} HTTP/1.1\r\nHost: t\r\nConnection: close\r\n{content_type}\r\n{rest}\r\n"
    )
}

#[test]
fn another_content_type_is_refused_with_those_that_are_taken() {
    let site = site();
    let event = site.permit("X-1");
    site.without_trace(|| {
        let none: &[&str] = &[];
        for headers in [
            none,
            &["Content-Type: text/plain"],
            &["Content-Type: application/x-www-form-urlencoded"],
            &["Content-Type: application/jsonx"],
            &["Content-Type:"],
            &["Content-Type: ;;;"],
            &["Content-Type: \u{ff}"],
        ] {
            let reply = site.request("POST", EVENTS, headers, event.as_bytes());
            let detail = reply.problem(415, "unsupported-media-type");
            assert!(detail.contains("application/x-ndjson"), "{detail}");
        }
        for coding in ["br", "deflate", "zstd", "gzip, gzip", "x"] {
            let coding = format!("Content-Encoding: {coding}");
            let reply = site.request("POST", EVENTS, &[JSON, &coding], event.as_bytes());
            reply.problem(415, "unsupported-encoding");
            assert_eq!(reply.header("accept-encoding"), "gzip");
        }
    });
    let reply = site.request(
        "POST",
        EVENTS,
        &["content-type: application/json; charset=utf-8"],
        event.as_bytes(),
    );
    assert_eq!(reply.status, 200, "{reply:?}");
}

#[test]
fn packed_events_are_taken_whole_or_not_at_all() {
    let site = site();
    let packed = gzip(site.permit("Z-1").as_bytes());
    site.without_trace(|| {
        for length in [
            1,
            9,
            10,
            18,
            packed.len() / 2,
            packed.len() - 8,
            packed.len() - 1,
        ] {
            let reply = site.request("POST", EVENTS, &[JSON, GZIP], &packed[..length]);
            let detail = reply.problem(400, "body-incomplete");
            assert!(detail.contains("gzip"), "{length}: {detail}");
            assert!(
                detail.contains("the event did not arrive whole") && !detail.contains("line"),
                "{detail}"
            );
        }
        let mut damaged = packed.clone();
        let middle = damaged.len() / 2;
        damaged[middle] ^= 0xff;
        site.request("POST", EVENTS, &[JSON, GZIP], &damaged)
            .problem(400, "body-incomplete");
        let plain = site.permit("Z-2");
        site.request("POST", EVENTS, &[JSON, GZIP], plain.as_bytes())
            .problem(400, "body-incomplete");
        // Packed, and not said to be.
        site.request("POST", EVENTS, &[JSON], &packed)
            .problem(400, "malformed-event");
    });
    let before = site.size();
    let reply = site.request("POST", EVENTS, &[JSON, GZIP], &packed);
    assert_eq!(reply.json()["index"], before, "{reply:?}");
    // Of lines cut short, those that came whole stand, and one more line says that the body broke off.
    let before = site.size();
    let lines: Vec<String> = (0..40).map(|i| site.permit(&format!("Z-1{i}"))).collect();
    let packed = gzip(lines.join("\n").as_bytes());
    let reply = site.request(
        "POST",
        EVENTS,
        &[NDJSON, GZIP],
        &packed[..packed.len() * 3 / 4],
    );
    let answers = reply.lines();
    let accepted = answers
        .iter()
        .filter(|answer| answer["index"].is_u64())
        .count();
    assert_eq!(site.size(), before + accepted as u64);
    assert!(accepted < 40, "{accepted}");
    assert_eq!(answers.len(), accepted + 1);
    let detail = problem(&answers[accepted]["error"], 400, "body-incomplete");
    assert!(
        detail.contains("the lines answered before this"),
        "{detail}"
    );
    let reply = site.request("POST", EVENTS, &[NDJSON, GZIP], &packed);
    assert_eq!(reply.lines().len(), 40);
    assert_eq!(site.size(), before + 40);
}

#[test]
fn bombs_cost_neither_memory_nor_time() {
    let site = site();
    // Members of a gzip body follow each other.
    let bomb = gzip(&vec![b'a'; 8 << 20]).repeat(32);
    let lines = gzip(&vec![b'\n'; 8 << 20]).repeat(32);
    let (memory_before, begun) = (memory(), Instant::now());
    site.without_trace(|| {
        site.request("POST", EVENTS, &[JSON, GZIP], &bomb)
            .problem(413, "event-too-large");
        let reply = site.request("POST", EVENTS, &[NDJSON, GZIP], &bomb);
        problem(&reply.lines()[0]["error"], 413, "event-too-large");
        assert_eq!(
            site.request("POST", EVENTS, &[NDJSON, GZIP], &lines).status,
            200
        );
    });
    let grown = memory().saturating_sub(memory_before);
    assert!(grown < 100 << 20, "{grown} bytes");
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "{:?}",
        begun.elapsed()
    );
}

#[test]
fn two_gigabytes_are_refused_before_they_are_sent() {
    let site = site();
    let before = memory();
    site.without_trace(|| {
        for length in ["2147483648", "2101249", "18446744073709551615"] {
            let mut stream = site.connect();
            let begun = Instant::now();
            stream
                .write_all(head(JSON, &format!("Content-Length: {length}\r\n")).as_bytes())
                .unwrap();
            let first = stream.peek(&mut [0; 1]);
            assert!(
                first.is_ok() && begun.elapsed() < Duration::from_millis(500),
                "not waited for the body"
            );
            let reply = Reply::read(&mut stream);
            let detail = reply.problem(413, "event-too-large");
            assert!(detail.contains("2101248"), "{detail}");
        }
        for length in ["18446744073709551616", "-1", "1e3", "x", "1, 2", "+1"] {
            let reply = site.say(head(JSON, &format!("Content-Length: {length}\r\n")).as_bytes());
            assert_eq!(reply.status, 400, "{length}: {reply:?}");
        }
        // Who does not say how long it is, is stopped at the limit.
        let mut stream = site.connect();
        stream
            .write_all(head(JSON, "Transfer-Encoding: chunked\r\n").as_bytes())
            .unwrap();
        let part = [b"10000\r\n".as_slice(), &[b' '; 1 << 16], b"\r\n"].concat();
        let begun = Instant::now();
        let patience = Duration::from_secs(10);
        while begun.elapsed() < patience && stream.write_all(&part).is_ok() {}
        assert!(begun.elapsed() < patience, "the server reads on");
    });
    assert!(memory().saturating_sub(before) < 64 << 20);
}

#[test]
fn an_endless_line_is_read_away_in_bounded_memory() {
    let site = site();
    let before = memory();
    let event = site.permit("E-1");
    let size = site.size();
    let mut stream = site.connect();
    stream
        .write_all(head(NDJSON, "Transfer-Encoding: chunked\r\n").as_bytes())
        .unwrap();
    let part = [b"10000\r\n".as_slice(), &[b'x'; 1 << 16], b"\r\n"].concat();
    for _ in 0..800 {
        stream.write_all(&part).unwrap();
    }
    let grown = memory().saturating_sub(before);
    assert!(grown < 25 << 20, "{grown} bytes for a line of 50 MiB");
    let tail = format!("\n{event}");
    stream
        .write_all(format!("{:x}\r\n{tail}\r\n0\r\n\r\n", tail.len()).as_bytes())
        .unwrap();
    let lines = Reply::read(&mut stream).lines();
    assert_eq!(lines.len(), 2);
    let detail = problem(&lines[0]["error"], 413, "event-too-large");
    assert!(detail.contains("52428800"), "{detail}");
    assert_eq!(lines[1]["index"], size);
}

#[test]
fn a_body_that_breaks_off_is_not_half_taken() {
    let site = site();
    let event = site.permit("B-1");
    site.without_trace(|| {
        for (content_type, rest) in [
            (JSON, format!("Content-Length: {}\r\n", event.len() + 1)),
            (JSON, "Transfer-Encoding: chunked\r\n".to_owned()),
        ] {
            let mut stream = site.connect();
            stream
                .write_all(head(content_type, &rest).as_bytes())
                .unwrap();
            let chunked = rest.contains("chunked");
            let size = if chunked {
                format!("{:x}\r\n", event.len() + 1)
            } else {
                String::new()
            };
            stream
                .write_all(format!("{size}{event}").as_bytes())
                .unwrap();
            stream.shutdown(std::net::Shutdown::Write).unwrap();
            let reply = Reply::read(&mut stream);
            assert!(matches!(reply.status, 0 | 400), "{reply:?}");
        }
        // A chunk whose length is none.
        let reply = site.say(
            format!(
                "{}zz\r\n{event}\r\n0\r\n\r\n",
                head(JSON, "Transfer-Encoding: chunked\r\n")
            )
            .as_bytes(),
        );
        assert!(matches!(reply.status, 0 | 400), "{reply:?}");
        // The last line of many, cut off in the middle.
        let cut = &event[..event.len() / 2];
        let reply = site.request("POST", EVENTS, &[NDJSON], cut.as_bytes());
        problem(&reply.lines()[0]["error"], 400, "malformed-event");
    });
}

/// How long the server bears with a client that sends `parts` with a pause before each; its answer.
fn slowly(site: &Site, parts: impl Iterator<Item = Vec<u8>>, pause: Duration) -> (Duration, Reply) {
    let begun = Instant::now();
    let mut stream = site.connect();
    let mut reader = stream.try_clone().unwrap();
    let reply = std::thread::scope(|scope| {
        let reading = scope.spawn(move || Reply::read_to_end(&mut reader));
        for part in parts {
            if reading.is_finished() || stream.write_all(&part).is_err() {
                break;
            }
            std::thread::sleep(pause);
        }
        reading.join().unwrap()
    });
    (begun.elapsed(), reply)
}

#[test]
fn slow_heads_and_bodies_are_ended() {
    let site = site();
    let soon = LIMITS.head + LIMITS.pause + Duration::from_secs(3);
    let bytewise = |text: String| text.into_bytes().into_iter().map(|byte| vec![byte]);
    let tick = Duration::from_millis(50);
    site.without_trace(|| {
        // Nothing at all, half a head and silence, a head byte by byte.
        for request in ["", "GET / HTTP/1.1\r\nHost:"] {
            let (time, reply) = slowly(&site, [request.as_bytes().to_vec()].into_iter(), tick);
            assert!(
                time < soon && matches!(reply.status, 0 | 408),
                "{time:?} {reply:?}"
            );
        }
        let long = format!("GET /?{} HTTP/1.1\r\n", "x".repeat(400));
        let (time, reply) = slowly(&site, bytewise(long), tick);
        assert!(
            time < soon && matches!(reply.status, 0 | 408),
            "{time:?} {reply:?}"
        );
        // A body that does not come, and one that trickles.
        let declared = head(JSON, "Content-Length: 400\r\n");
        let (time, reply) = slowly(&site, [declared.clone().into_bytes()].into_iter(), tick);
        reply.problem(408, "timeout");
        assert!(time < soon, "{time:?}");
        let parts = std::iter::once(declared.into_bytes()).chain(bytewise("x".repeat(400)));
        let (time, reply) = slowly(&site, parts, tick);
        reply.problem(408, "timeout");
        assert!(time < soon, "{time:?}");
        // Lines that trickle: the answer says so and ends.
        let begin = head(NDJSON, "Transfer-Encoding: chunked\r\n").into_bytes();
        let parts = std::iter::once(begin).chain((0..400).map(|_| b"1\r\n{\r\n".to_vec()));
        let (time, reply) = slowly(&site, parts, tick);
        assert!(time < soon, "{time:?}");
        problem(&reply.lines()[0]["error"], 400, "body-incomplete");
    });
}

#[test]
fn a_connection_is_kept_after_bodies_that_were_read_to_their_end() {
    let site = site();
    let mut stream = site.connect();
    let before = site.size();
    for turn in 0..6u64 {
        let event = site.permit(&format!("K-{turn}"));
        let (coding, body) = match turn % 2 {
            0 => ("", event.into_bytes()),
            _ => ("Content-Encoding: gzip\r\n", gzip(event.as_bytes())),
        };
        let head = format!(
            "POST {EVENTS} HTTP/1.1\r\nHost: t\r\n{JSON}\r\n{coding}Content-Length: {}\r\n\r\n",
            body.len()
        );
        stream
            .write_all(&[head.as_bytes(), &body].concat())
            .unwrap();
        let reply = Reply::read(&mut stream);
        assert_eq!(reply.json()["index"], before + turn, "{reply:?}");
        stream
            .write_all(b"GET /log/checkpoint HTTP/1.1\r\nHost: t\r\n\r\n")
            .unwrap();
        assert_eq!(Reply::read(&mut stream).status, 200);
    }
}

#[test]
fn what_is_no_http_is_turned_away() {
    let site = site();
    let many = "X: y\r\n".repeat(10_000);
    let long = "x".repeat(1 << 20);
    let garbage: Vec<Vec<u8>> = vec![
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(),
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n".to_vec(),
        b"GET\r\n\r\n".to_vec(),
        b"GET / HTTP/9.9\r\n\r\n".to_vec(),
        b"GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n".to_vec(),
        b"GET / HTTP/1.1\r\nHost: a\r\nX: \x00\r\n\r\n".to_vec(),
        b"GET /\xff\xfe HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".to_vec(),
        b"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n".to_vec(),
        format!("GET / HTTP/1.1\r\nHost: a\r\n{many}\r\n").into_bytes(),
        format!("GET /{long} HTTP/1.1\r\nHost: a\r\n\r\n").into_bytes(),
        format!("GET / HTTP/1.1\r\nHost: a\r\nX: {long}\r\n\r\n").into_bytes(),
        b"POST /api/v1/events HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello".to_vec(),
        b"POST /api/v1/events HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".to_vec(),
    ];
    site.without_trace(|| {
        for bytes in garbage {
            let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(60)]).into_owned();
            let reply = site.say(&bytes);
            assert!(
                matches!(reply.status, 0 | 400 | 404 | 408 | 414 | 415 | 431),
                "{shown}: {reply:?}"
            );
        }
        // Nobody waits for an answer.
        for _ in 0..50 {
            drop(site.connect());
            let mut stream = site.connect();
            let _ = stream.write_all(b"POST /api/v1/events HTTP/1.1\r\nHost: a\r\n");
        }
        let mut stream = site.connect();
        stream
            .write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            .unwrap();
        let _ = stream.read(&mut [0; 10]);
    });
}
