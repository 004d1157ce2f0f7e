//! The demonstration: an invented county's year, published by departments that do not exist, on a simulated clock.
//!
//! Everything is synthetic: region 000000, names from word lists, codes computed. Bodies, salts and times follow from a
//! fixed seed, so that two runs invent the same year. **Salts from a seed hide nothing** and are right only here, where
//! there is nothing to hide; keys come from the system's generator, here too. No draw is invented: the server draws each
//! batch when its time has come. The fill goes through intake like everything else, and because intake knows what it has,
//! filling again appends only what is missing: that is how an interrupted fill is resumed.

mod beacon;
mod calendar;
mod data;
mod decisions;
mod dice;
mod draws;
mod fill;
mod inspections;
mod journeys;
mod lists;
mod misc;
mod permits;
mod planning;
mod register;
mod schedule;

pub use beacon::open_beacon;
pub use fill::Progress;
pub use schedule::{Planned, Publisher, RecordNumber, Schedule};

use crate::app::{App, AppError, NewLog, Tuning, init, log_file, random32};
use crate::ingest::KeyFileError;
use crate::intake::{Clock, IntakeError, Refusal, SimulatedClock};
use crate::log::LogError;
use crate::model::ModelError;
use crate::store::{DataFolder, FileError, StoreError};
use gongshi_verify::checkpoint::SignedCheckpoint;
use gongshi_verify::entry::Entry;
use gongshi_verify::names::{AuthorityId, Origin};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The demonstration's origin; the name `example` belongs to nobody.
pub const ORIGIN: &str = "gongshi.example/demo";
/// Subjects in the register.
pub const SUBJECTS: usize = 25_394;
/// Permits of the year.
pub const PERMITS: usize = 25_000;
/// Drawn and inspected targets of the year.
pub const INSPECTIONS: usize = 119;
/// Inspections of the year that were not drawn: complaints and campaigns.
pub const OTHER_INSPECTIONS: usize = 24;
/// Penalties of the year.
pub const PENALTIES: usize = 222;
/// Firms listed for a missing annual report.
pub const ABNORMAL_LISTINGS: usize = 1_102;
/// Individual businesses marked for it; the law marks them instead of listing them.
pub const INDIVIDUAL_MARKS: usize = 380;
/// Firms removed from the list after repair.
pub const FIRM_REPAIRS: usize = 46;
/// Individual businesses restored after repair.
pub const INDIVIDUAL_REPAIRS: usize = 118;
/// Changes of registration of the year.
pub const STATUS_CHANGES: usize = 60;

/// Says what the demonstration has done with a folder.
const MARKER: &str = "demo.toml";
/// Grows when the invented year changes: a fill begun by another version cannot be resumed.
const PLAN_VERSION: u32 = 4;
/// What making the log leaves in a folder before the marker is there.
const FIRST_STEPS: [&str; 9] = [
    "lock",
    "keys",
    "log.toml",
    "log.toml.tmp",
    "store",
    "shards",
    "tail",
    "checkpoint",
    "checkpoint.tmp",
];
/// Longest wait for the read model, so that counts on the first page are whole.
const MODEL_WAIT: Duration = Duration::from_secs(20);

/// How much of the county to invent: every count divided by a number and rounded up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale(u32);

impl Scale {
    /// The whole county.
    pub const FULL: Scale = Scale(1);

    /// One part in `divisor`, which is brought to between 1 and 100.
    #[must_use]
    pub fn one_in(divisor: u32) -> Self {
        Scale(divisor.clamp(1, 100))
    }

    /// The number that counts are divided by.
    #[must_use]
    pub fn divisor(self) -> u32 {
        self.0
    }

    fn of(self, count: usize) -> usize {
        count.div_ceil(self.0 as usize)
    }
}

/// Why there is no demonstration.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The log did not open.
    #[error(transparent)]
    App(#[from] AppError),
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log could not be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The read model could not be read.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A department's key failed.
    #[error(transparent)]
    Key(#[from] KeyFileError),
    /// The folder is somebody else's.
    #[error(
        "{0} is not empty and holds no demonstration; `gongshi demo` needs a new or empty folder, or the folder it \
         filled before (choose one with --data)"
    )]
    Foreign(PathBuf),
    /// The folder was being filled by another version.
    #[error(
        "{0} was being filled by another version of the demonstration and cannot be finished; remove the folder, or \
         choose another with --data"
    )]
    OtherVersion(PathBuf),
    /// The folder holds the beginning of a demonstration that does not go on.
    #[error(
        "{folder} holds a half-made demonstration that cannot be finished; begin anew: choose another folder with --data, \
         or remove this one"
    )]
    Unfinished {
        /// The folder.
        folder: PathBuf,
        /// What stopped the fill.
        source: Box<DemoError>,
    },
    /// The log refused an invented record.
    #[error("record {number} of the invented year, a {kind}, was refused ({}): {refusal}", .refusal.code())]
    Refused {
        /// Its number.
        number: usize,
        /// Its kind.
        kind: String,
        /// Why.
        refusal: Refusal,
    },
    /// A plan of the invented year could not be drawn.
    #[error("plan {plan} of the invented year could not be drawn: {reason}")]
    Draw {
        /// Its key.
        plan: String,
        /// Why.
        reason: String,
    },
    /// A file of the invented year was not kept.
    #[error(transparent)]
    File(#[from] FileError),
    /// The invented year does not fit the log's formats.
    #[error("record {number} of the invented year is not one: {reason}")]
    Invented {
        /// Its number.
        number: usize,
        /// What is wrong.
        reason: String,
    },
}

impl DemoError {
    /// Whether filling the same folder again ends in the same way: what is invented and what the log holds do not fit.
    fn stays(&self) -> bool {
        match self {
            DemoError::Refused { refusal, .. } => !matches!(
                refusal,
                Refusal::Overloaded(_) | Refusal::Unavailable(_) | Refusal::FilesFull(_)
            ),
            DemoError::Draw { .. } | DemoError::Invented { .. } => true,
            _ => false,
        }
    }
}

impl From<IntakeError> for DemoError {
    fn from(error: IntakeError) -> Self {
        DemoError::App(error.into())
    }
}

/// `demo.toml`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Marker {
    plan_version: u32,
    divisor: u32,
    complete: bool,
}

impl Marker {
    fn new(scale: Scale, complete: bool) -> Self {
        Marker {
            plan_version: PLAN_VERSION,
            divisor: scale.divisor(),
            complete,
        }
    }

    fn write(&self, folder: &DataFolder) -> Result<(), DemoError> {
        let text = toml::to_string(self).map_err(|e| AppError::Folder(e.to_string()))?;
        Ok(folder.write(MARKER, text.as_bytes())?)
    }
}

/// What stands in a folder.
enum Found {
    /// Nothing.
    Nothing,
    /// The first steps of a demonstration that never got further.
    FirstSteps,
    /// A demonstration.
    Demo(Marker),
}

/// Opens the demonstration in a folder: fills a new or empty one, finishes one whose fill was interrupted, opens a
/// finished one as it is. The clock goes on from the last entry. `scale` matters only to a new one.
///
/// # Errors
/// [`DemoError::Foreign`] for any other folder, which is left as it was.
pub fn open(
    data: &Path,
    scale: Scale,
    tuning: &Tuning,
    progress: &mut dyn FnMut(Progress),
) -> Result<App, DemoError> {
    let clock = Arc::new(SimulatedClock::new(calendar::opening()));
    let marker = match look(data)? {
        Found::Demo(marker) => marker,
        found => {
            if matches!(found, Found::FirstSteps) {
                clear(data)?;
            }
            begin(data, scale, clock.clone())?
        }
    };
    if !marker.complete && marker.plan_version != PLAN_VERSION {
        return Err(DemoError::OtherVersion(data.to_owned()));
    }
    let mut app = App::open(data, clock.clone(), tuning)?;
    let log = app.portal.log.clone();
    if let Some(last) = log.published().size().checked_sub(1) {
        let entry = Entry::parse(&log.entry(last)?).map_err(|e| IntakeError::Unusable {
            index: last,
            reason: e.to_string(),
        })?;
        clock.advance_to(entry.logged_at);
    }
    if !marker.complete {
        let scale = Scale::one_in(marker.divisor);
        let filled = fill::fill(
            &app.portal.intake,
            &app.runner,
            &clock,
            Schedule::invent(scale),
            progress,
        );
        if let Err(error) = filled {
            // Its log was served on another clock since, or is filled by other rules: nothing that is tried again mends that.
            return Err(match error.stays() {
                true => DemoError::Unfinished {
                    folder: data.to_owned(),
                    source: Box::new(error),
                },
                false => error,
            });
        }
        // The year's displays that are over have ended when anybody looks.
        app.end_displays();
        Marker::new(scale, true).write(log.folder())?;
    }
    app.draw_due().map_err(AppError::from)?;
    app.expire_due().map_err(AppError::from)?;
    let since = Instant::now();
    while app.portal.model.cursor()? < log.published().size() && since.elapsed() < MODEL_WAIT {
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(app)
}

/// Makes the log and says that it is to be filled.
fn begin(data: &Path, scale: Scale, clock: Arc<dyn Clock>) -> Result<Marker, DemoError> {
    let operator = data::county().operator;
    let new = NewLog {
        origin: Origin::parse(ORIGIN).expect("the demonstration's origin is one"),
        operator: AuthorityId::parse(&operator.id)
            .expect("the county's operator has an identifier"),
        name: operator.name,
        region: "000000".to_owned(),
        kinds: Vec::new(),
        random: random32,
    };
    init(data, &new, clock)?;
    let marker = Marker::new(scale, false);
    marker.write(&DataFolder::lock(data)?)?;
    Ok(marker)
}

fn look(data: &Path) -> Result<Found, DemoError> {
    let io = |source| StoreError::Io {
        what: data.display().to_string(),
        source,
    };
    let names = match std::fs::read_dir(data) {
        Ok(items) => items
            .map(|item| item.map(|item| item.file_name().to_string_lossy().into_owned()))
            .collect::<Result<BTreeSet<_>, _>>()
            .map_err(io)?,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(e) => return Err(io(e).into()),
    };
    if names.iter().all(|name| name == "lock") {
        return Ok(Found::Nothing);
    }
    let foreign = || DemoError::Foreign(data.to_owned());
    let file = log_file(data).map_err(|_| foreign())?;
    if file.origin != ORIGIN {
        return Err(foreign());
    }
    let path = data.join(MARKER);
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            Ok(Found::Demo(toml::from_str(&text).map_err(|e| {
                AppError::Folder(format!("{}: {e}", path.display()))
            })?))
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            let only_first_steps = names
                .iter()
                .all(|name| FIRST_STEPS.contains(&name.as_str()) || name == "demo.toml.tmp");
            (only_first_steps && holds_nothing_but_its_beginning(data))
                .then_some(Found::FirstSteps)
                .ok_or_else(foreign)
        }
        Err(e) => Err(io(e).into()),
    }
}

/// Whether a log has at most entry 0, the operator's own: nobody has appended anything to it. A restored demonstration has
/// the same files and must not be taken for a beginning.
fn holds_nothing_but_its_beginning(data: &Path) -> bool {
    let begun = |text: String| {
        SignedCheckpoint::parse(&text).is_ok_and(|signed| signed.checkpoint.size <= 1)
    };
    match std::fs::read_to_string(data.join("checkpoint")) {
        Ok(text) => begun(text),
        // Before the first checkpoint there is no shard either.
        Err(e) => {
            let shards = std::fs::read_dir(data.join("shards"));
            e.kind() == std::io::ErrorKind::NotFound
                && shards.map_or(true, |mut shards| shards.next().is_none())
        }
    }
}

/// Removes the first steps of a demonstration: nothing in them was ever served.
fn clear(data: &Path) -> Result<(), DemoError> {
    Ok(DataFolder::lock(data)?.clear(&[])?)
}
