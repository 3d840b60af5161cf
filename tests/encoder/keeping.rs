//! Vectors are computed once, and questions do not queue up.

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
    // A text's vector is the same whatever it is encoded with, and so is the cached one.
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
fn a_cache_of_something_else_is_rebuilt() {
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

#[cfg(feature = "discord")]
#[tokio::test]
async fn a_burst_is_answered_or_refused_at_once() {
    use std::sync::Arc;

    use internbot::encoder::{Encoder, EncoderBusy, EncoderPool};

    let Some(folder) = crate::folder() else {
        return;
    };
    let encoder = Arc::new(Encoder::load(&folder).expect("the encoder is installed"));
    let pool = EncoderPool::start(Arc::clone(&encoder), 1, 2).expect("a thread");
    let long = |n: usize| format!("{n} {}", "and then they asked me again ".repeat(40));
    // One is being encoded, two are waiting, and one may have left the queue meanwhile: no more can be accepted.
    let asked: Vec<_> = (0..20)
        .map(|n| (long(n), pool.try_encode(long(n))))
        .collect();
    let (mut answered, mut refused) = (0, 0);
    for (text, vector) in asked {
        match vector {
            Ok(vector) => {
                assert_eq!(vector.await, Some(encoder.encode(&text)));
                answered += 1;
            }
            Err(EncoderBusy) => refused += 1,
        }
    }
    assert!(answered >= 2 && refused >= 1, "{answered} {refused}");
    // A cancelled request leaves room for the next one.
    drop(pool.try_encode(long(0)));
    let vector = pool.try_encode("how do I apply".to_owned()).expect("room");
    assert_eq!(vector.await, Some(encoder.encode("how do I apply")));
}
