//! Servers' additions prepared for the live guide. The cache can be small, because preparing a server's additions again takes only a
//! millisecond.

use std::sync::{Arc, Weak};

use lru::LruCache;
use parking_lot::Mutex;
use serenity::all::GuildId;

use super::bounded::bounded;
use crate::additions::Additions;
use crate::guide::Guide;
use crate::knowledge::KnowledgeBase;
use crate::overlay::Overlay;

/// How many servers' additions are cached.
const MAX_OVERLAYS: usize = 256;

/// The additions of servers as a guide reads them.
pub(super) struct Overlays(Mutex<LruCache<GuildId, ReadAdditions>>);

/// Additions, the guide that has read them, and what came of it.
struct ReadAdditions {
    additions: Arc<Additions>,
    guide: Weak<KnowledgeBase>,
    overlay: Arc<Overlay>,
}

impl Default for Overlays {
    fn default() -> Self {
        Self(Mutex::new(bounded(MAX_OVERLAYS)))
    }
}

impl Overlays {
    /// The additions of a server as a guide reads them.
    pub(super) fn of(
        &self,
        server: GuildId,
        additions: Arc<Additions>,
        guide: &Guide,
    ) -> Arc<Overlay> {
        if additions.is_empty() {
            return Arc::default();
        }
        let is_same = |read: &&ReadAdditions| {
            Arc::ptr_eq(&read.additions, &additions)
                && std::ptr::eq(read.guide.as_ptr(), Arc::as_ptr(&guide.knowledge))
        };
        let known = self
            .0
            .lock()
            .get(&server)
            .filter(is_same)
            .map(|read| Arc::clone(&read.overlay));
        if let Some(overlay) = known {
            return overlay;
        }
        let overlay = Arc::new(Overlay::new(guide, &additions));
        let read = ReadAdditions {
            additions,
            guide: Arc::downgrade(&guide.knowledge),
            overlay: Arc::clone(&overlay),
        };
        self.0.lock().put(server, read);
        overlay
    }

    /// Forgets what a server added.
    pub(super) fn remove(&self, server: GuildId) {
        self.0.lock().pop(&server);
    }
}
