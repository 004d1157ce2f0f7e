//! How one entry changes the docket. What an entry may do was decided when it was accepted; of one that another's software let
//! in and that does not fit, nothing is taken. Folding the same entry again changes nothing.

mod drawn;

use super::state::{
    Cancelled, Committed, ItemListState, Lottery, PlanItem, PlanState, Revealed, Snapshot,
};
use super::{Docket, key};
use crate::domain::Kind;
use crate::store::{StoreError, WriteBatch};
use gongshi_verify::draw::admission;
use gongshi_verify::draw::plan::Plan;
use gongshi_verify::encoding::hex;
use gongshi_verify::entry::Entry;
use gongshi_verify::hash::leaf_hash;
use gongshi_verify::json;
use gongshi_verify::names::{AuthorityId, PlanKey};
use gongshi_verify::time::Timestamp;
use serde_json::{Map, Value};

/// Kinds that the docket is folded from.
pub const KINDS: &[Kind] = &[
    Kind::ItemList,
    Kind::Snapshot,
    Kind::Plan,
    Kind::Commit,
    Kind::Reveal,
    Kind::Draw,
    Kind::Cancel,
    Kind::Substitute,
    Kind::Bulletin,
    Kind::Alert,
];

/// An entry to be folded.
#[derive(Debug, Clone, Copy)]
pub struct Planning<'a> {
    /// Its index.
    pub index: u64,
    /// The entry.
    pub entry: &'a Entry,
    /// Its kind.
    pub kind: Kind,
    /// Body of its record.
    pub body: &'a Map<String, Value>,
    /// Operator of the log.
    pub operator: &'a AuthorityId,
}

/// Reads a text that records name by its SHA-256, 64 hex digits; `None` where it is not kept.
pub type Texts<'a> = dyn Fn(&str) -> Result<Option<String>, StoreError> + 'a;

impl Planning<'_> {
    fn text(&self, name: &str) -> String {
        text(self.body, name).to_owned()
    }

    fn integer(&self, name: &str) -> Option<u64> {
        self.body.get(name).and_then(Value::as_u64)
    }

    fn time(&self, name: &str) -> i64 {
        time(self.body, name).unwrap_or_default()
    }

    fn leaf_hash(&self) -> String {
        hex(&leaf_hash(&self.entry.to_bytes()))
    }

    fn plan_key(&self) -> Option<PlanKey> {
        PlanKey::parse(text(self.body, "plan_key")).ok()
    }

    /// Index of the entry that a member names.
    fn named(&self, name: &str) -> Option<u64> {
        self.body.get(name)?.get("index")?.as_u64()
    }
}

fn text<'a>(object: &'a Map<String, Value>, name: &str) -> &'a str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn time(object: &Map<String, Value>, name: &str) -> Option<i64> {
    let time = Timestamp::parse(text(object, name)).ok()?;
    Some(time.unix())
}

fn list<'a>(
    object: &'a Map<String, Value>,
    name: &str,
) -> impl Iterator<Item = &'a Map<String, Value>> {
    let list = object.get(name).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_object)
}

fn texts(object: &Map<String, Value>, name: &str) -> Vec<String> {
    let list = object.get(name).and_then(Value::as_array);
    let texts = list.into_iter().flatten().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}

impl Docket {
    /// Folds an entry; it and the cursor become visible together. Not synced: what a power cut takes is folded again at the
    /// next start.
    pub fn apply(&self, entry: Planning<'_>, texts: &Texts<'_>) -> Result<(), StoreError> {
        let mut batch = WriteBatch::default();
        if entry.index >= self.cursor()? {
            self.drop_void(entry.entry.logged_at.unix(), &mut batch)?;
            self.fold(entry, texts, &mut batch)?;
            batch.put(key::CURSOR, (entry.index + 1).to_be_bytes());
        }
        self.database.apply(batch)
    }

    /// Takes plans out of those to be drawn that are void by an entry's time: all reveals that count stand before it.
    fn drop_void(&self, now: i64, batch: &mut WriteBatch) -> Result<(), StoreError> {
        for key in self.pending()? {
            if self.plan(&key)?.is_some_and(|plan| plan.is_void(now)) {
                batch.delete(key::pending(key.as_str()));
            }
        }
        Ok(())
    }

    fn fold(
        &self,
        entry: Planning<'_>,
        texts: &Texts<'_>,
        batch: &mut WriteBatch,
    ) -> Result<(), StoreError> {
        match entry.kind {
            Kind::ItemList => return self.fold_item_list(entry, batch),
            Kind::Snapshot => {
                put(batch, key::snapshot(entry.index), &snapshot(entry));
                return Ok(());
            }
            _ => {}
        }
        let Some(key) = entry.plan_key() else {
            return Ok(());
        };
        let known = self.plan(&key)?;
        let mut plan = match (entry.kind, known) {
            // The first with a key binds.
            (Kind::Plan, None) => return self.fold_plan(entry, &key, batch),
            (Kind::Plan, Some(_)) | (_, None) => return Ok(()),
            (_, Some(plan)) => plan,
        };
        match entry.kind {
            Kind::Commit => plan.commit(entry),
            Kind::Reveal => plan.reveal(entry),
            Kind::Cancel if plan.draw.is_none() && plan.cancelled.is_none() => {
                plan.cancelled = Some(Cancelled {
                    index: entry.index,
                    logged_at: entry.entry.logged_at.unix(),
                    reason: entry.text("cancel_reason"),
                });
                batch.delete(key::pending(&plan.key));
                batch.delete(key::lapsed(&plan.key));
                batch.delete(key::window(&plan.region, &plan.check_to, &plan.key));
            }
            Kind::Draw if plan.draw.is_none() && plan.cancelled.is_none() => {
                self.fold_draw(&mut plan, entry, texts, batch)?;
            }
            Kind::Substitute if plan.draw.is_some() => {
                self.fold_substitute(&mut plan, entry, batch)?;
            }
            Kind::Bulletin
                if plan.sealed
                    && plan.draw.is_some()
                    && plan.opening.is_none()
                    && entry.text("bulletin_type") == "drawn_list_opening" =>
            {
                plan.opening = Some(entry.index);
                self.fold_opening(&plan, entry, texts, batch)?;
            }
            Kind::Alert
                if entry.text("alert_type") == "round_missing"
                    && plan.draw.is_none()
                    && plan.cancelled.is_none() =>
            {
                plan.lapsed = plan.lapsed.or(Some(entry.index));
                batch.delete(key::pending(&plan.key));
                batch.put(key::lapsed(&plan.key), []);
            }
            _ => return Ok(()),
        }
        put(batch, key::plan(key.as_str()), &plan);
        Ok(())
    }

    fn fold_item_list(
        &self,
        entry: Planning<'_>,
        batch: &mut WriteBatch,
    ) -> Result<(), StoreError> {
        let list = ItemListState {
            index: entry.index,
            authority: entry.entry.authority.to_string(),
            region: entry.text("region"),
            list_type: entry.text("item_list_type"),
            effective_on: entry.text("effective_on"),
            replaced_by: None,
        };
        put(batch, key::item_list(entry.index), &list);
        if let Some(before) = entry.named("replaces")
            && let Some(mut before) = self.item_list(before)?
            && before.authority == list.authority
        {
            before.replaced_by = Some(entry.index);
            put(batch, key::item_list(before.index), &before);
        }
        Ok(())
    }

    fn fold_plan(
        &self,
        entry: Planning<'_>,
        key: &PlanKey,
        batch: &mut WriteBatch,
    ) -> Result<(), StoreError> {
        let body = entry.entry_body();
        let Some(plan) = body.and_then(|body| Plan::from_body(&body).ok()) else {
            return Ok(());
        };
        let mut items = Vec::new();
        for item in list(entry.body, "plan_items") {
            let named = item.get("item_list").and_then(|list| list.get("index"));
            let list = named.and_then(Value::as_u64);
            let list = list
                .map(|index| self.item_list(index))
                .transpose()?
                .flatten();
            items.push(PlanItem {
                list_authority: list.map(|list| list.authority).unwrap_or_default(),
                code: text(item, "item_code").to_owned(),
                name: text(item, "item_name").to_owned(),
            });
        }
        let objects = entry.named("object_snapshot").unwrap_or_default();
        let library = self.snapshot(objects)?;
        let earlier = self.last_draws(&key.authority(), plan.rotation as usize)?;
        let state = PlanState {
            key: key.to_string(),
            index: entry.index,
            leaf_hash: entry.leaf_hash(),
            authority: key.authority().to_string(),
            region: entry.text("region"),
            name: entry.text("plan_name"),
            logged_at: entry.entry.logged_at.unix(),
            scope: entry.text("plan_scope"),
            mode: entry.text("plan_mode"),
            draw_type: entry.text("draw_type"),
            items,
            departments: list(entry.body, "departments")
                .map(|one| text(one, "department").to_owned())
                .collect(),
            randomness: entry.text("randomness"),
            round: entry.integer("round"),
            lottery: entry.body.contains_key("lottery_game").then(|| Lottery {
                game: entry.text("lottery_game"),
                issue: entry.text("lottery_issue"),
            }),
            delay_log2: entry.integer("delay_log2"),
            fallback: entry.text("fallback"),
            contributors: texts(entry.body, "contributors"),
            independent: plan
                .contributors
                .iter()
                .filter(|id| plan.is_independent(id, entry.operator))
                .map(ToString::to_string)
                .collect(),
            t0: plan.t0.unix(),
            t1: plan.t1.unix(),
            due: plan.due().map(gongshi_verify::time::Timestamp::unix),
            check_from: entry.text("check_from"),
            check_to: entry.text("check_to"),
            result_deadline: entry.time("result_deadline"),
            sealed: library.is_some_and(|library| library.sealed),
            objects,
            officers: entry.named("officer_snapshot").unwrap_or_default(),
            earlier: earlier.into_iter().map(|(index, _)| index).collect(),
            commits: Vec::new(),
            reveals: Vec::new(),
            cancelled: None,
            lapsed: None,
            draw: None,
            substitutes: Vec::new(),
            opening: None,
        };
        let name = key.as_str();
        batch.put(key::order(entry.index), name);
        batch.put(key::pending(name), []);
        batch.put(key::on_library(objects, name), []);
        batch.put(key::window(&state.region, &state.check_to, name), name);
        let serial = u64::from(key.serial()).to_be_bytes();
        batch.put(key::serial(&state.authority, key.period()), serial);
        put(batch, key::plan(name), &state);
        Ok(())
    }
}

impl PlanState {
    fn commit(&mut self, entry: Planning<'_>) {
        let contributor = entry.entry.authority.to_string();
        let bound = self
            .commits
            .iter()
            .any(|one| one.contributor == contributor);
        if !bound && self.contributors.contains(&contributor) {
            self.commits.push(Committed {
                contributor,
                index: entry.index,
                logged_at: entry.entry.logged_at.unix(),
                commitment: entry.text("secret_commitment"),
            });
        }
    }

    fn reveal(&mut self, entry: Planning<'_>) {
        self.reveals.push(Revealed {
            contributor: entry.entry.authority.to_string(),
            index: entry.index,
            logged_at: entry.entry.logged_at.unix(),
            secret: entry.text("secret"),
        });
    }
}

impl Planning<'_> {
    /// The body as the verifier reads it.
    fn entry_body(&self) -> Option<json::Value> {
        let text = serde_json::to_vec(self.body).ok()?;
        json::parse(&text).ok()
    }
}

fn snapshot(entry: Planning<'_>) -> Snapshot {
    let logged_at = entry.entry.logged_at;
    let challenge_until = Timestamp::parse(&entry.text("challenge_until")).ok();
    let leaves = entry.body.get("leaves").and_then(|file| file.get("sha256"));
    Snapshot {
        index: entry.index,
        leaf_hash: entry.leaf_hash(),
        authority: entry.entry.authority.to_string(),
        region: entry.text("region"),
        library: entry.text("library"),
        name: entry.text("library_name"),
        sealed: entry.text("library_form") == "sealed",
        count: entry.integer("count").unwrap_or_default(),
        root: entry.text("root"),
        leaves: leaves
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        as_of: entry.text("as_of"),
        logged_at: logged_at.unix(),
        usable_from: admission::usable_from(logged_at, challenge_until),
    }
}

fn put<T: serde::Serialize>(batch: &mut WriteBatch, key: Vec<u8>, value: &T) {
    let value = serde_json::to_vec(value).expect("what the docket keeps has texts for keys");
    batch.put(key, value);
}
