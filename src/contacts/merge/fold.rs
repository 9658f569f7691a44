//! A survivor's fields as its merges make them, read from the database.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::fields::Fields;
use super::{Merge, MergeId, Own};
use crate::contacts::{ContactId, store};
use crate::db::Connection;
use crate::db::schema::{contacts, merges};
use crate::db::types::Json;
use crate::error::Result;

/// The survivor's own fields, where it has merges.
pub fn own(conn: &mut Connection, id: ContactId) -> Result<Option<Own>> {
    let own: Option<Json<Own>> = contacts::table.find(id).select(contacts::own).first(conn)?;
    Ok(own.map(|Json(own)| own))
}

/// Keeps or forgets them.
pub fn keep(conn: &mut Connection, id: ContactId, own: Option<&Own>) -> Result<()> {
    let own = own.map(|own| Json(own.clone()));
    diesel::update(contacts::table.find(id)).set(contacts::own.eq(own)).execute(conn)?;
    Ok(())
}

/// All that a survivor's fields are made of.
pub struct Fold {
    own: Fields,
    merges: Vec<Merge>,
    losers: BTreeMap<ContactId, Fields>,
}

impl Fold {
    pub fn load(conn: &mut Connection, survivor: ContactId, own: &Own) -> Result<Self> {
        let merges: Vec<Merge> = merges::table
            .filter(merges::survivor_id.eq(survivor).and(merges::id.ge(own.since)))
            .order(merges::id)
            .select(Merge::as_select())
            .load(conn)?;
        let mut losers = BTreeMap::new();
        for merge in merges.iter().filter(|merge| merge.undone_at.is_none()) {
            losers.insert(merge.loser_id, Fields::of(&store::raw(conn, merge.loser_id)?));
        }
        Ok(Self { own: own.fields.clone(), merges, losers })
    }

    /// Takes a merged contact to be this.
    pub fn replace(&mut self, loser: ContactId, fields: &Fields) {
        self.losers.insert(loser, fields.clone());
    }

    /// Whether any merge stands, but for one.
    pub fn stands_without(&self, without: MergeId) -> bool {
        self.merges.iter().any(|merge| merge.undone_at.is_none() && merge.id != without)
    }

    /// The fields, without one of the merges. What people changed between merges counts also where the merge is undone.
    pub fn fields(&self, without: Option<MergeId>) -> Fields {
        let mut out = self.own.clone();
        for merge in &self.merges {
            if let Some(edits) = &merge.kept.0.edits {
                let (computed, shown) = edits.as_ref();
                out = shown.rebased(computed, &out);
            }
            let loser = self.losers.get(&merge.loser_id);
            if let Some(loser) = loser.filter(|_| merge.undone_at.is_none() && Some(merge.id) != without) {
                out = out.with(&merge.step(loser.clone()));
            }
        }
        out
    }
}
