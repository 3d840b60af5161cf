//! Maps that drop their least recently used entry when full.

use std::num::NonZeroUsize;

use lru::LruCache;

/// Removes the entries that are not to be kept.
pub(super) fn retain<K: Copy + std::hash::Hash + Eq, V>(
    map: &mut LruCache<K, V>,
    keep: impl Fn(&V) -> bool,
) {
    let gone = map.iter().filter(|(_, value)| !keep(value));
    let gone: Vec<K> = gone.map(|(key, _)| *key).collect();
    for key in gone {
        map.pop(&key);
    }
}

/// A map of at most this many entries.
pub(super) fn bounded<K: std::hash::Hash + Eq, V>(max: usize) -> LruCache<K, V> {
    LruCache::new(NonZeroUsize::new(max).unwrap_or(NonZeroUsize::MIN))
}
