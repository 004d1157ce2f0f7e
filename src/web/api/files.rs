//! `/api/v1/files/<sha256>`: files in, signed like events, before the event that names them; and out, once a public
//! record does (DESIGN §5).
//!
//! Bodies go to the disk and come from it in parts, hashed on the way: neither direction holds a file in memory, and no
//! damaged file is answered whole.

use super::{answer, blocking, json, shown};
use crate::intake::{FileStatement, MAX_FILE_BYTES, Upload};
use crate::model::NamedFile;
use crate::web::problem::{Problem, internal};
use crate::web::{Portal, assets};
use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_RANGES, ByteRangeSpec, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE,
    CONTENT_TYPE, Charset, ContentDisposition, DispositionParam, DispositionType, ETAG,
    ExtendedValue, Header, IF_NONE_MATCH, IF_RANGE, RANGE, Range,
};
use actix_web::web::{Bytes, BytesMut};
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::{Stream, StreamExt as _, stream};
use gongshi_verify::encoding::{base64_array, hex, hex32};
use gongshi_verify::hash::Hash;
use gongshi_verify::names::AuthorityId;
use gongshi_verify::time::Timestamp;
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};

/// Bytes that are written to the disk, or read from it, at once.
const PART: usize = 1 << 20;

/// Headers of an upload.
const AUTHORITY: &str = "Gongshi-Authority";
const ISSUED_AT: &str = "Gongshi-Issued-At";
const SIGNATURE: &str = "Gongshi-Signature";

/// The digest that an address ends with.
pub(super) fn named(path: &str, what: &str) -> Result<Hash, Problem> {
    hex32(path).map_err(|_| {
        Problem::bad_request(format!(
            "the address ends with {what} in 64 lowercase hexadecimal digits, not {:?}",
            shown(path)
        ))
    })
}

/// Takes a file: 201 for a new one, 200 for one that is there already.
#[utoipa::path(
    put, path = "/api/v1/files/{sha256}", operation_id = "uploadFile", tag = "publish",
    params(("Gongshi-Authority" = String, Header, description = "The authority that signs"), ("Gongshi-Issued-At" = String, Header, description = "YYYY-MM-DDTHH:MM:SSZ"), ("Gongshi-Signature" = String, Header, description = "64 bytes in padded base64; what is signed stands in LOG-FORMAT")),
    request_body(content = [u8], content_type = "application/octet-stream"),
    responses((status = 200, description = "It is there already", body = Value, example = json!({"sha256": "9b1d…", "size": 1024})), (status = 201, description = "Taken", body = Value, example = json!({"sha256": "9b1d…", "size": 1024}))),
    extensions(("x-problems" = json!("bad-request body-incomplete unknown-authority bad-signature time-window timeout length-required file-too-large unsupported-encoding file-content file-size files-full log-unavailable")))
)]
pub(super) async fn put(
    portal: web::Data<Portal>,
    request: HttpRequest,
    path: web::Path<String>,
    body: web::Payload,
) -> HttpResponse {
    answer(take(portal, &request, &path, body).await)
}

async fn take(
    portal: web::Data<Portal>,
    request: &HttpRequest,
    path: &str,
    body: web::Payload,
) -> Result<HttpResponse, Problem> {
    let (statement, signature) =
        statement(request, named(path, "a file's SHA-256")?, MAX_FILE_BYTES)?;
    let (sha256, size) = (hex(&statement.sha256), statement.size);
    let begun = blocking(move || {
        let begun = portal.intake.check_statement(&statement, &signature);
        begun
            .and_then(|()| portal.intake.begin_upload(&statement))
            .map_err(|refusal| Problem::from(&refusal))
    });
    let status = match begun.await? {
        Some(upload) => {
            receive(upload, body).await?;
            StatusCode::CREATED
        }
        None => {
            pass_over(body).await?;
            StatusCode::OK
        }
    };
    let mut response = json(&json!({"sha256": sha256, "size": size}));
    *response.status_mut() = status;
    Ok(response)
}

/// Reads what is signed from the headers, for a body of `most` bytes at most.
pub(super) fn statement(
    request: &HttpRequest,
    sha256: Hash,
    most: u64,
) -> Result<(FileStatement, [u8; 64]), Problem> {
    let encoding = request.headers().get(CONTENT_ENCODING);
    if encoding.is_some_and(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported-encoding",
            "a file is sent as it is: Content-Encoding must be identity or absent",
        ));
    }
    let length = request.headers().get(CONTENT_LENGTH);
    let Some(length) = length.and_then(|length| length.to_str().ok()) else {
        return Err(Problem::new(
            StatusCode::LENGTH_REQUIRED,
            "length-required",
            "a file needs a Content-Length: the length is part of what is signed",
        ));
    };
    // Over what a number holds is over the limit, too.
    let size = length.trim().parse().unwrap_or(u64::MAX);
    if size > most {
        return Err(Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "file-too-large",
            format!("the file has {size} bytes, at most {most} are allowed"),
        ));
    }
    let (authority, issued_at, signature) = signed(request)?;
    let statement = FileStatement {
        authority,
        issued_at,
        sha256,
        size,
    };
    Ok((statement, signature))
}

/// Who signed a request, when, and the signature, from its headers.
pub(super) fn signed(request: &HttpRequest) -> Result<(AuthorityId, Timestamp, [u8; 64]), Problem> {
    let authority = header(request, AUTHORITY, "an authority's identifier", |text| {
        AuthorityId::parse(text).ok()
    })?;
    let issued_at = header(request, ISSUED_AT, "a time YYYY-MM-DDTHH:MM:SSZ", |text| {
        Timestamp::parse(text).ok()
    })?;
    let signature = header(request, SIGNATURE, "64 bytes in padded base64", |text| {
        base64_array::<64>(text).ok()
    })?;
    Ok((authority, issued_at, signature))
}

/// A header that has to be there once.
pub(super) fn header<T>(
    request: &HttpRequest,
    name: &str,
    expected: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<T, Problem> {
    let mut values = request.headers().get_all(name);
    let one = match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    };
    one.and_then(|text| read(text.trim())).ok_or_else(|| {
        Problem::bad_request(format!("the header {name} must be there once, {expected}"))
    })
}

/// What takes a body part by part, and keeps it if it is what was signed for. Blocks on the disk.
pub(super) trait Sink: Send + Sized + 'static {
    /// Takes the next bytes.
    fn write(&mut self, bytes: &[u8]) -> Result<(), Problem>;
    /// Keeps the whole.
    fn finish(self) -> Result<(), Problem>;
}

impl Sink for Upload {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        Upload::write(self, bytes).map_err(|refusal| Problem::from(&refusal))
    }

    fn finish(self) -> Result<(), Problem> {
        Upload::finish(self).map_err(|refusal| Problem::from(&refusal))
    }
}

/// Writes a body to the disk as it arrives, and keeps it if it is what was signed for.
pub(super) async fn receive(mut upload: impl Sink, mut body: web::Payload) -> Result<(), Problem> {
    let mut gathered = BytesMut::new();
    while let Some(part) = body.next().await {
        gathered.extend_from_slice(&part.map_err(|error| broken(&error))?);
        if gathered.len() >= PART {
            let part = gathered.split().freeze();
            upload = blocking(move || upload.write(&part).map(|()| upload)).await?;
        }
    }
    let rest = gathered.freeze();
    blocking(move || {
        upload.write(&rest)?;
        upload.finish()
    })
    .await
}

/// Reads the body of a file that is there already: many clients read no answer before they have sent everything.
pub(super) async fn pass_over(mut body: web::Payload) -> Result<(), Problem> {
    while let Some(part) = body.next().await {
        part.map_err(|error| broken(&error))?;
    }
    Ok(())
}

/// Where the body came too late, `limits` answers instead.
fn broken(error: &actix_web::error::PayloadError) -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "body-incomplete",
        format!("the body broke off: {error}; the file was not kept"),
    )
}

/// Gives a file that a public record names, or a range of it.
#[utoipa::path(
    get, path = "/api/v1/files/{sha256}", operation_id = "file", tag = "log",
    params(("Range" = Option<String>, Header, description = "One range of bytes")),
    responses((status = 200, description = "The bytes as they were uploaded", content_type = "*/*", body = [u8])),
    extensions(("x-problems" = json!("bad-request not-found range-not-satisfiable log-unavailable")))
)]
pub(super) async fn get(
    portal: web::Data<Portal>,
    request: HttpRequest,
    path: web::Path<String>,
) -> HttpResponse {
    answer(give(portal, &request, &path).await)
}

async fn give(
    portal: web::Data<Portal>,
    request: &HttpRequest,
    path: &str,
) -> Result<HttpResponse, Problem> {
    let hash = named(path, "a file's SHA-256")?;
    let etag = format!("\"{}\"", hex(&hash));
    let asked = request.headers().get(IF_NONE_MATCH);
    let unchanged = asked.is_some_and(|asked| assets::matches(asked.as_bytes(), &etag));
    let wanted = wanted(request, &etag);
    let opened = blocking(move || {
        let Some(named) = portal.model.file(&hash)? else {
            let detail = format!("no public record names the file {}", hex(&hash));
            return Err(Problem::not_found(detail));
        };
        if unchanged {
            return Ok((named, None));
        }
        let files = portal.intake.files();
        let opened = files.open_file(&hash).map_err(|error| internal(&error))?;
        let damaged = || internal(&files.damaged(&hash));
        let (file, size) = opened.ok_or_else(damaged)?;
        // The length is looked at before anything is answered with it.
        if size != named.size {
            return Err(damaged());
        }
        let range = wanted.map(|wanted| wanted.to_satisfiable_range(size));
        let mut reading = match range {
            Some(None) => return Ok((named, Some(Found::Outside))),
            Some(Some((from, to))) => Reading::range(file, from, to),
            None => Ok(Reading::whole(file, size, hash)),
        }
        .map_err(|error| internal(&error))?;
        // So that damage of a small file is an answer, not a broken connection.
        let first = reading.part().map_err(|error| internal(&error))?;
        let rest = Box::new(reading);
        Ok((named, Some(Found::Part(range.flatten(), first, rest))))
    });
    let (file, found) = opened.await?;
    let (mut response, body) = match found {
        None => (HttpResponse::NotModified(), None),
        Some(Found::Outside) => return Ok(outside(request, file.size)),
        Some(Found::Part(None, first, reading)) => {
            let mut response = HttpResponse::Ok();
            describe(&mut response, &file);
            (response, Some((file.size, first, reading)))
        }
        Some(Found::Part(Some((from, to)), first, reading)) => {
            let mut response = HttpResponse::PartialContent();
            describe(&mut response, &file);
            let range = format!("bytes {from}-{to}/{}", file.size);
            response.insert_header((CONTENT_RANGE, range));
            (response, Some((to - from + 1, first, reading)))
        }
    };
    response
        // Its bytes never change, but the records that name it may be withdrawn: whoever keeps it asks again.
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header((ETAG, etag))
        .insert_header((ACCEPT_RANGES, "bytes"));
    Ok(match body {
        None => response.finish(),
        Some((size, first, reading)) => {
            response.body(SizedStream::new(size, parts(first, reading).boxed_local()))
        }
    })
}

/// What there is to answer with.
enum Found {
    /// The range lies outside the file.
    Outside,
    /// A range of the file or all of it: its first part, and the rest.
    Part(Option<(u64, u64)>, Bytes, Box<Reading>),
}

/// Its type and name, as a download: what departments hand over is shown by the reader's own programs, not here.
fn describe(response: &mut actix_web::HttpResponseBuilder, file: &NamedFile) {
    let name = ExtendedValue {
        charset: Charset::Ext("UTF-8".to_owned()),
        language_tag: None,
        value: file.name.clone().into_bytes(),
    };
    let disposition = ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![DispositionParam::FilenameExt(name)],
    };
    response
        .insert_header((CONTENT_TYPE, file.media_type.as_str()))
        .insert_header(disposition);
}

/// The one range asked for. Several at once are answered with the whole file, as is one of another version (RFC 9110 §14.2).
fn wanted(request: &HttpRequest, etag: &str) -> Option<ByteRangeSpec> {
    let headers = request.headers();
    let same = headers
        .get(IF_RANGE)
        .is_none_or(|asked| asked.as_bytes() == etag.as_bytes());
    let single = headers
        .get(RANGE)
        .is_some_and(|asked| !asked.as_bytes().contains(&b','));
    let range = (same && single).then(|| Range::parse(request).ok());
    match range.flatten() {
        Some(Range::Bytes(ranges)) => ranges.into_iter().next(),
        _ => None,
    }
}

fn outside(request: &HttpRequest, size: u64) -> HttpResponse {
    let problem = Problem::new(
        StatusCode::RANGE_NOT_SATISFIABLE,
        "range-not-satisfiable",
        format!("the file has {size} bytes; the range asked for has none of them"),
    );
    let mut response = problem.respond_to(request);
    let range = format!("bytes */{size}").try_into();
    response
        .headers_mut()
        .insert(CONTENT_RANGE, range.expect("digits stand in a header"));
    response
}

/// A file being read in parts.
pub(super) struct Reading {
    file: File,
    left: u64,
    /// Of the whole file; a range cannot be checked alone.
    check: Option<Box<(Sha256, Hash)>>,
}

impl Reading {
    /// All of a file, which has to have that hash.
    pub(super) fn whole(file: File, size: u64, hash: Hash) -> Self {
        Reading {
            file,
            left: size,
            check: Some(Box::new((Sha256::new(), hash))),
        }
    }

    fn range(mut file: File, from: u64, to: u64) -> io::Result<Self> {
        file.seek(SeekFrom::Start(from))?;
        Ok(Reading {
            file,
            left: to - from + 1,
            check: None,
        })
    }

    /// Whether all parts are given.
    pub(super) fn is_done(&self) -> bool {
        self.left == 0
    }

    /// The next part; an empty one at the end. The last part of a damaged file is not given.
    pub(super) fn part(&mut self) -> io::Result<Bytes> {
        let length = usize::try_from(self.left).unwrap_or(PART).min(PART);
        let mut part = vec![0; length];
        self.file.read_exact(&mut part)?;
        self.left -= length as u64;
        if let Some(check) = &mut self.check {
            let (hasher, hash) = &mut **check;
            hasher.update(&part);
            if self.left == 0 && Hash::from(hasher.clone().finalize()) != *hash {
                let reason = format!("the file {} does not have its SHA-256", hex(hash));
                return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
            }
        }
        Ok(part.into())
    }
}

/// A body whose first part is at hand. An error breaks the answer off, so that nobody takes it for whole.
fn parts(first: Bytes, reading: Box<Reading>) -> impl Stream<Item = io::Result<Bytes>> {
    let rest = stream::try_unfold(reading, |mut reading| async move {
        if reading.left == 0 {
            return Ok(None);
        }
        let read = web::block(move || reading.part().map(|part| (part, reading))).await;
        let read = read.map_err(io::Error::other).flatten();
        read.map(Some)
            .inspect_err(|error| tracing::error!(%error, "a file could not be given"))
    });
    stream::iter((!first.is_empty()).then_some(Ok(first))).chain(rest)
}
