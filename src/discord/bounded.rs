//! Maps that drop their least recently used entry when full.

use std::num::NonZeroUsize;

use lru::LruCache;

/// A map of at most this many entries.
pub(super) fn bounded<K: std::hash::Hash + Eq, V>(max: usize) -> LruCache<K, V> {
    LruCache::new(NonZeroUsize::new(max).unwrap_or(NonZeroUsize::MIN))
}
