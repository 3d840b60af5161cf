//! Vectors are computed once.

use std::fs;

use internbot::encoder::{CacheFault, VectorCache};

use crate::encoder;

#[test]
fn after_an_edit_only_what_changed_is_computed() {
    let Some(encoder) = encoder() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let cache = VectorCache::in_folder(folder.path());
    let mut texts = vec![
        "how do I apply".to_owned(),
        "what is a return offer".to_owned(),
    ];
    // More than one batch, of mixed lengths.
    texts.extend((0..40).map(|n| format!("question number {n}{}", " and more".repeat(n % 7))));
    let first = cache.encode(encoder, &texts, |_, _| ());
    assert_eq!((first.computed, first.faults.len()), (texts.len(), 0));
    // In whatever company a text is encoded, its vector is the same, and so is the one that was kept.
    for (text, vector) in texts.iter().zip(&first.vectors) {
        assert_eq!(encoder.encode(text), *vector, "{text}");
    }
    texts[1].push('?');
    let second = cache.encode(encoder, &texts, |_, _| ());
    assert_eq!(second.computed, 1);
    assert_eq!(second.vectors[2..], first.vectors[2..]);
    assert_eq!(cache.encode(encoder, &texts, |_, _| ()).computed, 0);
}

#[test]
fn a_cache_of_something_else_is_made_anew() {
    let Some(encoder) = encoder() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let cache = VectorCache::in_folder(folder.path());
    fs::write(cache.path(), "internbot vectors 0 of another model\n").expect("a file");
    let texts = ["how do I apply"];
    let encoded = cache.encode(encoder, &texts, |_, _| ());
    assert!(matches!(encoded.faults[..], [CacheFault::Damaged(_)]));
    assert_eq!(encoded.vectors, [encoder.encode(texts[0])]);
    let encoded = cache.encode(encoder, &texts, |_, _| ());
    assert_eq!((encoded.computed, encoded.faults.len()), (0, 0));
}
