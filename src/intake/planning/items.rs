//! A new list of inspection items drops nothing silently: it names the list it replaces, and says why an item of that is gone.
//!
//! Of one authority, region and type one list is in force. What an item says is not judged.

use super::{Desk, Said, breach, list};
use crate::domain::Breach;
use crate::intake::Refusal;
use serde_json::Value;
use std::collections::BTreeSet;

impl Desk<'_> {
    pub(super) fn inspect_item_list(&self, said: Said<'_>) -> Result<(), Refusal> {
        let own = self.docket.item_lists()?.into_iter().filter(|one| {
            one.authority == said.who()
                && one.region == said.text("region")
                && one.list_type == said.text("item_list_type")
        });
        let own: Vec<_> = own.collect();
        let Some(replaced) = said.named("replaces") else {
            return match own.iter().find(|one| one.replaced_by.is_none()) {
                None => Ok(()),
                Some(one) => {
                    let index = one.index.to_string();
                    Err(breach("replaces", "", Breach::ItemListKept { index }))
                }
            };
        };
        let Some(old) = own.iter().find(|one| one.index == replaced) else {
            return Err(breach("replaces", replaced, Breach::ItemListForeign));
        };
        if let Some(newer) = old.replaced_by {
            let index = newer.to_string();
            return Err(breach(
                "replaces",
                replaced,
                Breach::ItemListEnded { index },
            ));
        }
        let old = self.body_of(replaced)?;
        let explained: BTreeSet<_> = codes(said.list("list_items"))
            .chain(codes(said.list("removed_items")))
            .collect();
        let dropped = codes(list(old.get("list_items"))).find(|code| !explained.contains(code));
        match dropped {
            None => Ok(()),
            Some(code) => {
                let (code, index) = (code.to_owned(), replaced.to_string());
                let gone = Breach::ItemsDropped { code, index };
                Err(breach("removed_items", "", gone))
            }
        }
    }
}

fn codes(items: &[Value]) -> impl Iterator<Item = &str> {
    items
        .iter()
        .filter_map(|item| item.get("item_code")?.as_str())
}
