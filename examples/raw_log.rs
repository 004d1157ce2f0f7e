//! The log module alone, as a server of opaque entries, so that other people's tools can drive it.
//!
//! `raw_log --data DIR --listen ADDR --origin ORIGIN [--key SKEY]`; `GET /checkpoint`, `GET /tile/…`, and
//! `POST /add` with the entry as body: 200 and its decimal index once it is durable under a signed checkpoint.
//! There is no authority, no record and no search here.

use actix_web::{App, HttpResponse, HttpServer, web};
use anyhow::Context as _;
use clap::Parser;
use gongshi::log::{Leaf, Log, LogConfig, MAX_ENTRY_BYTES, SubmitError};
use gongshi::store::{DataFolder, SledStorage};
use gongshi_verify::names::Origin;
use gongshi_verify::note::{KeyKind, SignerKey};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

#[derive(Parser)]
struct Arguments {
    /// Data folder; made where absent.
    #[arg(long)]
    data: PathBuf,
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1:8081")]
    listen: String,
    /// Origin of the log.
    #[arg(long)]
    origin: String,
    /// Checkpoint key (`PRIVATE+KEY+…`), or a file that holds it. Without it, one is kept in the data folder.
    #[arg(long)]
    key: Option<String>,
    /// How long the first entry of a batch waits for others, in milliseconds.
    #[arg(long)]
    batch_delay_ms: Option<u64>,
    /// Keep nothing and only count: what this machine's HTTP alone can do, to measure the log against.
    #[arg(long)]
    count_only: bool,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    if arguments.count_only {
        return count(&arguments.listen);
    }
    let origin = Origin::parse(&arguments.origin)?;
    let folder = DataFolder::lock(&arguments.data)?;
    let signer = signer(&arguments, &origin)?;
    println!("{}", signer.verifier());
    let storage = Arc::new(SledStorage::new(folder.path()));
    let exists = gongshi::store::Storage::exists(storage.as_ref(), gongshi::log::DATABASE)?;
    let mut config = LogConfig::new(origin, signer, gongshi::app::random32);
    if let Some(delay) = arguments.batch_delay_ms {
        config.batching.delay = Duration::from_millis(delay);
    }
    let log = if exists {
        Log::open(folder, storage, config)?
    } else {
        Log::create(folder, storage, config)?
    };
    serve(&arguments.listen, Arc::new(log))
}

fn signer(arguments: &Arguments, origin: &Origin) -> anyhow::Result<SignerKey> {
    let file = arguments.data.join("key");
    let text = match &arguments.key {
        Some(key) if key.starts_with("PRIVATE+KEY+") => key.clone().into(),
        Some(path) => std::fs::read_to_string(path)
            .with_context(|| path.clone())?
            .into(),
        None if file.exists() => std::fs::read_to_string(&file)?.into(),
        None => {
            let mut seed = [0; 32];
            getrandom::fill(&mut seed)?;
            let text =
                SignerKey::from_seed(origin.as_str(), KeyKind::Ed25519, &seed)?.to_secret_text();
            gongshi::store::write_private(&file, text.as_bytes())?;
            text
        }
    };
    Ok(SignerKey::parse(text.trim())?)
}

fn serve(listen: &str, log: Arc<Log>) -> anyhow::Result<()> {
    let data = web::Data::new(log.clone());
    actix_web::rt::System::new().block_on(async move {
        HttpServer::new(move || {
            App::new()
                .app_data(data.clone())
                .app_data(web::PayloadConfig::new(MAX_ENTRY_BYTES))
                .service(web::resource("/add").post(add))
                .configure(gongshi::web::tlog::routes)
        })
        .workers(std::thread::available_parallelism().map_or(2, usize::from))
        .backlog(4096)
        .bind(listen)?
        .run()
        .await
    })?;
    log.drain();
    Ok(())
}

fn count(listen: &str) -> anyhow::Result<()> {
    let counter = web::Data::new(AtomicU64::new(0));
    actix_web::rt::System::new().block_on(async move {
        HttpServer::new(move || {
            App::new()
                .app_data(counter.clone())
                .app_data(web::PayloadConfig::new(MAX_ENTRY_BYTES))
                .service(web::resource("/add").post(
                    |counter: web::Data<AtomicU64>, _body: web::Bytes| async move {
                        counter.fetch_add(1, Ordering::Relaxed).to_string()
                    },
                ))
        })
        .workers(std::thread::available_parallelism().map_or(2, usize::from))
        .backlog(4096)
        .bind(listen)?
        .run()
        .await
    })?;
    Ok(())
}

async fn add(log: web::Data<Arc<Log>>, body: web::Bytes) -> HttpResponse {
    let submission = match log.submit(vec![Leaf {
        entry: body.to_vec(),
        record: None,
    }]) {
        Ok(submission) => submission,
        Err(SubmitError::Overloaded { retry_after, .. }) => {
            return HttpResponse::TooManyRequests()
                .insert_header(("Retry-After", retry_after.as_secs().max(1).to_string()))
                .finish();
        }
        Err(SubmitError::Stopped(reason)) => return unavailable(reason),
        Err(error) => return HttpResponse::BadRequest().body(error.to_string()),
    };
    let index = submission.first;
    match submission.published().await {
        Ok(_) => HttpResponse::Ok().body(index.to_string()),
        Err(reason) => unavailable(reason),
    }
}

fn unavailable(reason: String) -> HttpResponse {
    HttpResponse::ServiceUnavailable()
        .insert_header(("Retry-After", "5"))
        .body(reason)
}
