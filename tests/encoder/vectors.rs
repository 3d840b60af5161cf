//! Vectors are those of the reference implementation, and the same everywhere.

use internbot::search::{SENTENCE_DIMENSIONS, SentenceVector};
use sha2::{Digest, Sha256};

use crate::encoder;

/// The least cosine between a vector and that of the reference implementation, and the least mean.
const LEAST_COSINE: f32 = 0.999;
const LEAST_MEAN: f32 = 0.9999;

/// The hash of all the texts' vectors. If it changes without a new adapter, increase `FORMAT` in `cache.rs`, because cached
/// vectors no longer match computed ones.
const VECTORS: &str = "af9469998927e99c5d8440bafa43af12ba63cfc52016c2519de49df9ecbc7489";

fn texts() -> Vec<String> {
    serde_json::from_str(include_str!("sentences.json")).expect("a list of texts")
}

/// The numbers that `reference.py` wrote.
fn reference() -> Vec<[f32; SENTENCE_DIMENSIONS]> {
    let numbers = include_bytes!("reference.bin").as_chunks().0.iter();
    let numbers: Vec<_> = numbers
        .map(|bytes| f32::from(i16::from_le_bytes(*bytes)) / 32_767.0)
        .collect();
    numbers.as_chunks().0.to_vec()
}

fn cosine(a: &[f32; SENTENCE_DIMENSIONS], b: &[f32; SENTENCE_DIMENSIONS]) -> f32 {
    let dot = |a: &[f32; SENTENCE_DIMENSIONS], b: &[f32; SENTENCE_DIMENSIONS]| -> f32 {
        a.iter().zip(b).map(|(a, b)| a * b).sum()
    };
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

#[test]
fn a_hundred_texts_of_every_kind_have_the_vectors_of_the_reference() {
    let Some(encoder) = encoder() else { return };
    let (texts, reference) = (texts(), reference());
    assert!(texts.len() >= 100 && texts.len() == reference.len());
    let mut sum = 0.0;
    for (text, reference) in texts.iter().zip(&reference) {
        let cosine = cosine(&encoder.encode(text).to_f32(), reference);
        assert!(cosine >= LEAST_COSINE, "{cosine}: {text:?}");
        sum += cosine;
    }
    let mean = sum / texts.len() as f32;
    assert!(mean >= LEAST_MEAN, "{mean}");
}

#[test]
fn vectors_are_the_same_to_the_last_bit_on_every_machine() {
    let Some(encoder) = encoder() else { return };
    let mut hasher = Sha256::new();
    for text in texts() {
        for number in encoder.encode(&text).to_f32() {
            hasher.update(number.to_le_bytes());
        }
    }
    assert_eq!(format!("{:x}", hasher.finalize()), VECTORS);
}

#[test]
fn accents_case_and_invisible_characters_do_not_matter() {
    let Some(encoder) = encoder() else { return };
    let vector = |text: &str| encoder.encode(text);
    let plain = vector("resume for a cafe");
    for text in [
        "Résumé for a café",
        "RE\u{301}SUME\u{301} FOR A CAFE",
        " re\u{ad}sume\tfor\u{200b} a\ncafe\u{0} ",
    ] {
        assert_eq!(vector(text), plain, "{text:?}");
    }
    // The name of a special token is text.
    assert_ne!(vector("[SEP] ok"), vector("ok"));
}

#[test]
fn any_text_has_a_vector_of_unit_length() {
    let Some(encoder) = encoder() else { return };
    for text in [
        "",
        " ",
        "\u{0}",
        "🦀",
        &"long ".repeat(10_000),
        &"x".repeat(10_000),
    ] {
        let vector = encoder.encode(text);
        assert!((vector.cosine(&vector) - 1.0).abs() < 1e-3);
        assert_eq!(format!("{vector:?}"), "SentenceVector(384 numbers)");
    }
    let long = |last: &str| -> SentenceVector {
        encoder.encode(&format!("{}{last}", "word ".repeat(254)))
    };
    assert_eq!(long("one"), long("other"));
}
