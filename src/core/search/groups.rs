//! Groups of words and phrases that mean the same, found in a text by the stems of their members.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::lists::Lists;

/// The members of all groups as a trie: one step for each stem.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Groups {
    /// (node, stem) → node.
    next: FxHashMap<(u32, u32), u32>,
    /// For each node, the groups of the members that end there.
    members: Lists<u32>,
    names: Vec<Box<str>>,
    /// Groups with numbers below this are the guide's, the others are the lexicon's.
    own: u32,
}

/// Where every walk begins.
const ROOT: u32 = 0;

/// Collects groups: first those of the guide, then those of the lexicon.
#[derive(Debug, Default)]
pub(super) struct Builder {
    groups: Groups,
    /// (node, group), as they came.
    ends: Vec<(u32, u32)>,
}

impl Builder {
    /// Adds a group with the stems of each of its members.
    pub(super) fn add(&mut self, name: &str, members: impl Iterator<Item = Vec<u32>>) {
        let group = self.groups.names.len() as u32;
        self.groups.names.push(name.into());
        for stems in members.filter(|stems| !stems.is_empty()) {
            let mut node = ROOT;
            for stem in stems {
                let new = self.groups.next.len() as u32 + 1;
                node = *self.groups.next.entry((node, stem)).or_insert(new);
            }
            self.ends.push((node, group));
        }
    }

    /// What was added so far is the guide's.
    pub(super) fn end_of_own(&mut self) {
        self.groups.own = self.groups.names.len() as u32;
    }

    /// All groups.
    pub(super) fn finish(self) -> Groups {
        let Self {
            mut groups,
            mut ends,
        } = self;
        ends.sort_unstable();
        ends.dedup();
        groups.members = Lists::new(
            groups.next.len() + 1,
            ends.iter().map(|&(node, group)| (node as usize, group)),
        );
        groups.next.shrink_to_fit();
        groups.names.shrink_to_fit();
        groups
    }
}

impl Groups {
    /// The number of groups.
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// What an explanation calls a group.
    pub(super) fn name(&self, group: u32) -> &str {
        self.names.get(group as usize).map_or("", |name| name)
    }

    /// Whether a group is the guide's, and not the lexicon's.
    pub(super) fn is_own(&self, group: u32) -> bool {
        group < self.own
    }

    /// The members with which these stems begin, the shortest first: how many stems each has, and its groups.
    pub(super) fn beginning(
        &self,
        stems: impl Iterator<Item = u32>,
    ) -> impl Iterator<Item = (usize, &[u32])> {
        let nodes = stems.scan(ROOT, |node, stem| {
            *node = *self.next.get(&(*node, stem))?;
            Some(*node)
        });
        nodes
            .enumerate()
            .map(|(at, node)| (at + 1, self.members.get(node as usize)))
            .filter(|(_, groups)| !groups.is_empty())
    }
}
