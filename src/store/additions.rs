//! What is known about additions: a map by guild, kept up to date by the changes that the store reports.

use std::collections::HashMap;
use std::sync::Arc;

use super::database::AdditionChange;
use crate::additions::Additions;

/// What was added in each guild.
#[derive(Debug, Clone, Default)]
pub(super) struct KnownAdditions(HashMap<u64, Arc<Additions>>);

impl KnownAdditions {
    /// What was added in a guild.
    pub(super) fn of(&self, guild: u64) -> Option<&Arc<Additions>> {
        self.0.get(&guild)
    }

    /// What was added in each guild.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u64, &Arc<Additions>)> {
        self.0.iter().map(|(guild, additions)| (*guild, additions))
    }

    /// Replaces what is known about a guild's additions.
    pub(super) fn put(&mut self, guild: u64, additions: &Arc<Additions>) {
        if additions.is_empty() {
            self.0.remove(&guild);
        } else {
            self.0.insert(guild, Arc::clone(additions));
        }
    }

    /// Forgets what was added in a guild.
    pub(super) fn remove(&mut self, guild: u64) {
        self.0.remove(&guild);
    }

    /// Applies changes, in their order.
    pub(super) fn apply(&mut self, changes: impl Iterator<Item = AdditionChange>) {
        for AdditionChange {
            id,
            guild,
            addition,
            ..
        } in changes
        {
            match addition {
                Some(addition) => {
                    let known = self.0.entry(guild).or_default();
                    if known.get(id).is_none_or(|known| **known != addition) {
                        *known = Arc::new(known.with(addition));
                    }
                }
                // A removed addition no longer says which guild it belonged to.
                None => {
                    let has = |additions: &&mut Arc<Additions>| additions.get(id).is_some();
                    if let Some(known) = self.0.values_mut().find(has) {
                        *known = Arc::new(known.without(id));
                    }
                    self.0.retain(|_, additions| !additions.is_empty());
                }
            }
        }
    }
}
