//! Reading a message: any text has words, and each is normal.

#![no_main]

use internbot::text;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|message: &str| {
    for word in text::words(message) {
        assert!(!word.is_empty());
        assert!(!word.chars().any(char::is_whitespace), "{word:?}");
        assert!(!word.contains(|c: char| c.is_ascii_uppercase()), "{word:?}");
    }
    for sentence in text::sentences(message) {
        assert!(
            !sentence.is_empty() && message.contains(sentence),
            "{sentence:?}"
        );
        text::asks(sentence);
    }
});
