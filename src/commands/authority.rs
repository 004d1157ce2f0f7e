//! `gongshi authority`: the operator registers, amends, and ends authorities and their keys, in the log itself.

use super::out;
use super::remote::{self, Language, Server};
use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use gongshi::domain::Kind;
use gongshi::ingest::{Client, ClientError, KeyFile, KeyRequest};
use gongshi::text::{Catalogue, Lang};
use gongshi_verify::keys::PublicKey;
use gongshi_verify::names::{AuthorityId, KindName, Origin, RegionCode};
use gongshi_verify::registry::{AuthorityAction, Profile, Role, RotationBasis};
use gongshi_verify::text::shown;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// All kinds a department can be given, in place of a list.
const ALL_DEPARTMENT: &str = "all-department";

/// Register departments, and manage their keys.
#[derive(Args)]
pub struct Authority {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Register a department from its key request.
    Register(Register),
    /// State an authority's name, region or kinds anew.
    Amend(Amend),
    /// Give an authority one more key.
    AddKey(AddKey),
    /// Put a new key in an old one's place.
    Rotate(Rotate),
    /// End a key.
    Revoke(Revoke),
    /// List the authorities of a log.
    List(List),
}

/// Who signs, and where it goes.
#[derive(Args)]
struct Operator {
    #[command(flatten)]
    server: Server,
    /// The operator's event key file (keys/operator.key in the data folder).
    #[arg(long, env = "GONGSHI_KEY")]
    key: PathBuf,
}

#[derive(Args)]
struct Register {
    #[command(flatten)]
    operator: Operator,
    /// The request that `gongshi keygen` printed.
    #[arg(long)]
    request: PathBuf,
    /// The department's name as people know it.
    #[arg(long)]
    name: String,
    /// Where it may publish: six digits (GB/T 2260).
    #[arg(long)]
    region: String,
    /// What it may publish: kinds with commas between them, or all-department.
    #[arg(long)]
    kinds: String,
    /// Its telephone for those who want their credit repaired. Public.
    #[arg(long)]
    hotline: Option<String>,
}

#[derive(Args)]
struct Amend {
    #[command(flatten)]
    operator: Operator,
    /// The authority.
    #[arg(long)]
    authority: String,
    /// Its new name; without it the name stays.
    #[arg(long)]
    name: Option<String>,
    /// Its new region; without it the region stays.
    #[arg(long)]
    region: Option<String>,
    /// All it may publish from now on, or all-department; without it the kinds stay.
    #[arg(long)]
    kinds: Option<String>,
    /// Its new telephone for those who want their credit repaired, or an empty text where it has none any more; without it
    /// the number stays.
    #[arg(long)]
    hotline: Option<String>,
}

#[derive(Args)]
struct AddKey {
    #[command(flatten)]
    operator: Operator,
    /// The request that `gongshi keygen` printed.
    #[arg(long)]
    request: PathBuf,
}

/// The department signs the handing over with --old-key and --new-key and sends the file from --out to the operator,
/// who submits it with --request. Where the old key is lost, the operator forces it with --request (from `keygen`),
/// --old-public and --because; the log shows that for ever.
#[derive(Args)]
struct Rotate {
    #[command(flatten)]
    server: Server,
    /// Department: the key file in use.
    #[arg(long, requires_all = ["new_key", "out"], conflicts_with = "request")]
    old_key: Option<PathBuf>,
    /// Department: the new key file, from `gongshi keygen`.
    #[arg(long, requires = "old_key")]
    new_key: Option<PathBuf>,
    /// Department: where to write the request.
    #[arg(long, requires = "old_key")]
    out: Option<PathBuf>,
    /// Department: origin of the log; without it the server is asked.
    #[arg(long, requires = "old_key")]
    origin: Option<String>,
    /// Operator: the event key file. `--key`, as in the other actions.
    #[arg(long, env = "GONGSHI_KEY", required_unless_present = "old_key")]
    key: Option<PathBuf>,
    /// Operator: the request to submit.
    #[arg(long, required_unless_present = "old_key")]
    request: Option<PathBuf>,
    /// Operator, forced: the key that ends, in base64.
    #[arg(long, requires = "because")]
    old_public: Option<String>,
    /// Operator, forced: why the old key does not sign, in words. Public.
    #[arg(long, requires = "old_public")]
    because: Option<String>,
    /// Department: language of messages.
    #[arg(long, env = "GONGSHI_LANG", default_value = "zh")]
    lang: Language,
}

#[derive(Args)]
struct Revoke {
    #[command(flatten)]
    operator: Operator,
    /// The authority.
    #[arg(long)]
    authority: String,
    /// The key that ends, in base64.
    #[arg(long)]
    public_key: String,
    /// Why, in words. Public.
    #[arg(long)]
    because: String,
}

#[derive(Args)]
struct List {
    #[command(flatten)]
    server: Server,
}

impl Authority {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        match self.action {
            Action::Register(action) => action.run(),
            Action::Amend(action) => action.run(),
            Action::AddKey(action) => action.run(),
            Action::Rotate(action) => action.run(),
            Action::Revoke(action) => action.run(),
            Action::List(action) => action.run(),
        }
    }
}

impl Register {
    fn run(self) -> anyhow::Result<ExitCode> {
        let client = self.operator.server.client();
        let request = read_request(&self.request, &client)?;
        let action = AuthorityAction::Register {
            authority_id: request.authority,
            role: Role::Department,
            profile: Profile {
                name: self.name,
                region: RegionCode::parse(&self.region).context("--region")?,
                kinds: kinds(&self.kinds)?,
                hotline: self.hotline,
            },
            public_key: request.public_key,
            key_proof: request.key_proof,
        };
        submit(&client, &self.operator.key, &action)
    }
}

impl Amend {
    fn run(self) -> anyhow::Result<ExitCode> {
        let client = self.operator.server.client();
        let authority_id = AuthorityId::parse(&self.authority).context("--authority")?;
        let listed = client
            .authority(&authority_id)?
            .with_context(|| format!("the log has no authority {authority_id}"))?;
        let mut profile = listed.profile()?;
        if let Some(name) = self.name {
            profile.name = name;
        }
        if let Some(region) = self.region {
            profile.region = RegionCode::parse(&region).context("--region")?;
        }
        if let Some(given) = self.kinds {
            profile.kinds = kinds(&given)?;
        }
        if let Some(hotline) = self.hotline {
            profile.hotline = Some(hotline).filter(|hotline| !hotline.is_empty());
        }
        let action = AuthorityAction::Amend {
            authority_id,
            profile,
        };
        submit(&client, &self.operator.key, &action)
    }
}

impl AddKey {
    fn run(self) -> anyhow::Result<ExitCode> {
        let client = self.operator.server.client();
        let request = read_request(&self.request, &client)?;
        let action = AuthorityAction::AddKey {
            authority_id: request.authority,
            public_key: request.public_key,
            key_proof: request.key_proof,
        };
        submit(&client, &self.operator.key, &action)
    }
}

impl Rotate {
    fn run(self) -> anyhow::Result<ExitCode> {
        let client = self.server.client();
        if let (Some(old), Some(new), Some(out)) = (&self.old_key, &self.new_key, &self.out) {
            return prepare(
                old,
                new,
                out,
                self.origin.as_deref(),
                &client,
                self.lang.into(),
            );
        }
        let (Some(request), Some(key)) = (&self.request, &self.key) else {
            bail!("--request and --key are needed");
        };
        let request = read_request(request, &client)?;
        let (old_key, basis) = match (request.old, self.old_public, self.because) {
            (Some((old, signature)), None, None) => (old, RotationBasis::SignedByOldKey(signature)),
            (None, Some(old), Some(reason)) => (
                PublicKey::from_base64(&old).context("--old-public")?,
                RotationBasis::Forced { reason },
            ),
            (Some(_), ..) => bail!(
                "the old key signed this request; --old-public and --because are for requests it did not sign"
            ),
            (None, ..) => bail!(
                "the old key did not sign this request: let the department sign it (--old-key, --new-key, --out), \
                 or force it with --old-public and --because"
            ),
        };
        let action = AuthorityAction::Rotate {
            authority_id: request.authority,
            public_key: request.public_key,
            key_proof: request.key_proof,
            old_key,
            basis,
        };
        submit(&client, key, &action)
    }
}

fn prepare(
    old: &Path,
    new: &Path,
    out: &Path,
    origin: Option<&str>,
    client: &Client,
    lang: Lang,
) -> anyhow::Result<ExitCode> {
    let said = |error: ClientError| anyhow::Error::msg(error.words(lang));
    let origin = match origin {
        Some(origin) => Origin::parse(origin).context("--origin")?,
        None => client.log().map_err(said)?.origin,
    };
    let request = KeyRequest::for_rotation(&KeyFile::read(old)?, &KeyFile::read(new)?, &origin)?;
    std::fs::write(out, format!("{}\n", request.to_json()))
        .with_context(|| format!("cannot write {}", out.display()))?;
    super::out::line(format_args!("{}", out.display()))?;
    let args = [("file", out.display().to_string().into())];
    let ready = Catalogue::built_in().get(lang, "key-rotation-ready", &args);
    // The file alone is named on standard output.
    eprintln!("{ready}");
    Ok(ExitCode::SUCCESS)
}

impl Revoke {
    fn run(self) -> anyhow::Result<ExitCode> {
        let action = AuthorityAction::Revoke {
            authority_id: AuthorityId::parse(&self.authority).context("--authority")?,
            public_key: PublicKey::from_base64(&self.public_key).context("--public-key")?,
            reason: self.because,
        };
        submit(&self.operator.server.client(), &self.operator.key, &action)
    }
}

impl List {
    fn run(self) -> anyhow::Result<ExitCode> {
        for authority in self.server.client().authorities()? {
            out::line(format_args!(
                "{}\t{}\t{}\t{}\t{}",
                authority.id,
                shown(&authority.name),
                authority.role,
                authority.region,
                authority.kinds.join(",")
            ))?;
            for key in authority.keys {
                let ended = match key.ended_at {
                    Some(index) => format!(", ended by entry {index}"),
                    None => String::new(),
                };
                let forced = if key.forced {
                    ", forced by the operator"
                } else {
                    ""
                };
                out::line(format_args!(
                    "\tkey {} from entry {}{ended}{forced}",
                    key.public_key, key.added_at
                ))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// A request that is for this log.
fn read_request(path: &Path, client: &Client) -> anyhow::Result<KeyRequest> {
    let text = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let request =
        KeyRequest::parse(text.trim_ascii_end()).with_context(|| path.display().to_string())?;
    let origin = client.log()?.origin;
    if request.origin != origin {
        bail!(
            "{} is for the log {}, and this one is {origin}",
            path.display(),
            request.origin
        );
    }
    Ok(request)
}

/// Kinds as an authority record lists them: sorted, each once.
fn kinds(text: &str) -> anyhow::Result<Vec<KindName>> {
    let mut kinds: Vec<Kind> = match text {
        ALL_DEPARTMENT => {
            let all = Kind::ALL.iter().copied();
            all.filter(|kind| !kind.operator_only()).collect()
        }
        list => list
            .split(',')
            .map(|name| remote::kind(name.trim()).map_err(anyhow::Error::msg))
            .collect::<Result<_, _>>()
            .context("--kinds")?,
    };
    kinds.sort_unstable_by_key(|kind| kind.as_str());
    kinds.dedup();
    if let Some(kind) = kinds.iter().find(|kind| kind.operator_only()) {
        bail!("--kinds: {kind} is the operator's own");
    }
    Ok(kinds
        .iter()
        .map(|kind| KindName::parse(kind.as_str()).expect("a kind's name is a name"))
        .collect())
}

/// Signs the action with the operator's key, appends it, prints its index.
fn submit(client: &Client, key: &Path, action: &AuthorityAction) -> anyhow::Result<ExitCode> {
    let key = KeyFile::read(key)?;
    let event = remote::sign(
        &client.log()?,
        &key,
        Kind::Authority,
        None,
        action.to_body(),
    )?;
    let index = remote::send_one(client, &event)?;
    out::line(format_args!("{index}"))?;
    Ok(ExitCode::SUCCESS)
}
