//! Where the journeys of a subject begin: kept by subject, so that nobody has to read all its records for them.

use crate::domain::Kind;
use crate::model::fold::Read;
use crate::model::{Model, ModelError, index_in_key, key};
use crate::store::{Pair, prefix_end};

/// The key of a record that begins a journey; of any other, nothing.
pub(in crate::model) fn rows(index: u64, record: &Read) -> impl Iterator<Item = Pair> + use<> {
    let begins = record.kind().is_some_and(Kind::begins_journey);
    let code = record.standing().and_then(|view| view.subject_code());
    let code = code.filter(|_| begins);
    let row = code.map(|code| (key::begun(code.as_str(), Some(index)), Vec::new()));
    row.into_iter()
}

impl Model {
    /// The public records of a subject that begin a journey, newest first.
    pub(super) fn begun_by(&self, uscc: &str) -> Result<Vec<u64>, ModelError> {
        let from = key::begun(uscc, None);
        let to = prefix_end(&from);
        let pairs = self.database.range_rev(&from, to.as_deref());
        let pairs = pairs.take(MOST_BEGUN);
        pairs
            .map(|pair| index_in_key("the beginning of a journey", &pair?.0))
            .collect()
    }
}

/// Most beginnings of one subject that are looked at, the newest.
const MOST_BEGUN: usize = 400;
