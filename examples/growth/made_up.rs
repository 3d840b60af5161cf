//! Made-up guides of any size, the same on every machine.

use internbot::search::{Corpus, TopicTexts, XorShift};

/// How many words the made-up guides are written in.
const WORDS: usize = 3_000;

/// A guide whose topics each prefer some words.
pub(crate) fn made_up(topics: usize, phrasings: usize) -> Corpus {
    let mut random = XorShift::seeded("made-up guide");
    let words: Vec<String> = (0..WORDS)
        .map(|_| {
            (0..3 + random.below(6))
                .map(|_| letter(random.below(26)))
                .collect()
        })
        .collect();
    let mut corpus = Corpus::default();
    for number in 0..topics {
        // The first words of the list are drawn most often: a rough Zipf's law.
        let mut word = |own: usize| {
            let at = if own == 0 {
                number * 7 + random.below(7)
            } else {
                random.below(WORDS) * random.below(WORDS) / WORDS
            };
            words.get(at % WORDS).cloned().unwrap_or_default()
        };
        let phrasings = (0..phrasings)
            .map(|_| (0..8).map(|at| word(at % 3)).collect::<Vec<_>>().join(" "))
            .collect();
        corpus.topics.push(TopicTexts {
            id: format!("topic-{number:04}"),
            phrasings,
            ..TopicTexts::default()
        });
    }
    corpus
}

fn letter(number: usize) -> char {
    char::from(b'a' + (number % 26) as u8)
}
