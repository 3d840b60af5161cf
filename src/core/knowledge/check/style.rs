//! What a text should say, and how: the guide's house style, and the names that its phrasings use.

use rustc_hash::FxHashMap;

use crate::knowledge::format::{
    GuideFile, Located, Reader, ResourceTable, TopicFile, VocabularyFile,
};
use crate::text;

/// Words that a guide's texts avoid, each with the word to use instead, as listed under `[house_style]` in `guide.toml`.
#[derive(Default)]
pub(super) struct HouseStyle {
    /// In lower case, with the word to use instead.
    rules: Vec<(String, String)>,
}

impl HouseStyle {
    pub(super) fn of(guide: Option<&GuideFile>) -> Self {
        let rules = guide.into_iter().flat_map(|guide| &guide.house_style);
        Self {
            rules: rules
                .map(|(avoided, preferred)| (avoided.value.to_lowercase(), preferred.value.clone()))
                .collect(),
        }
    }

    /// Warns about every avoided word in what a topic shows. Phrasings are exempt: they are what other people type.
    pub(super) fn check_topic(&self, file: &mut Reader<'_>, topic: &TopicFile) {
        let sections = topic
            .sections
            .iter()
            .flat_map(|section| [&section.heading, &section.text]);
        [&topic.title, &topic.summary]
            .into_iter()
            .chain(sections)
            .for_each(|shown| self.check_text(file, shown));
    }

    /// The same for a resource's description. Its name is not ours to choose.
    pub(super) fn check_resource(&self, file: &mut Reader<'_>, resource: &ResourceTable) {
        self.check_text(file, &resource.description);
    }

    fn check_text(&self, file: &mut Reader<'_>, shown: &Located<String>) {
        let plain = shown.value.to_lowercase();
        for (avoided, preferred) in &self.rules {
            if stands_alone(&plain, avoided) {
                file.warn(
                    &shown.span,
                    format!("\"{avoided}\" is not a word of this guide"),
                    format!("Write \"{preferred}\", as `[house_style]` in guide.toml says."),
                );
            }
        }
    }
}

/// Whether a text contains a whole word or phrase. In brackets it is a gloss, as in "resume (CV)", and does not count.
fn stands_alone(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text
            .get(at + word.len()..)
            .and_then(|after| after.chars().next());
        !before.is_some_and(|c| c.is_alphanumeric() || c == '(')
            && !after.is_some_and(char::is_alphanumeric)
    })
}

/// The names of products, programmes, forms and the like that the vocabulary lists, by their first word.
#[derive(Default)]
pub(super) struct Names {
    by_first_word: FxHashMap<String, Vec<Vec<String>>>,
}

impl Names {
    pub(super) fn of(vocabulary: Option<&VocabularyFile>) -> Self {
        let mut by_first_word: FxHashMap<String, Vec<Vec<String>>> = FxHashMap::default();
        for name in vocabulary
            .into_iter()
            .flat_map(|vocabulary| &vocabulary.names)
        {
            let words = text::words(&name.value);
            if let Some(first) = words.first() {
                by_first_word.entry(first.clone()).or_default().push(words);
            }
        }
        Self { by_first_word }
    }

    /// Warns about a phrasing that names something that no text of its topic mentions: the reply would not answer it.
    pub(super) fn check_topic(&self, file: &mut Reader<'_>, topic: &TopicFile) {
        if self.by_first_word.is_empty() {
            return;
        }
        let mut shown: Option<Vec<String>> = None;
        for phrasing in topic.phrasings() {
            let asked = text::words(&phrasing.value);
            for name in self.named_in(&asked) {
                let shown = shown.get_or_insert_with(|| words_shown(topic));
                if !shown.windows(name.len()).any(|words| words == name) {
                    file.warn(
                        &phrasing.span,
                        format!("no text of this topic mentions \"{}\"", name.join(" ")),
                        "Say something about it in the section that answers this phrasing, or remove the phrasing.",
                    );
                }
            }
        }
    }

    /// Each name in the words of a phrasing.
    fn named_in<'a>(&'a self, asked: &'a [String]) -> impl Iterator<Item = &'a [String]> {
        (0..asked.len())
            .filter_map(|at| asked.get(at..))
            .flat_map(|rest| {
                let names = rest
                    .first()
                    .and_then(|first| self.by_first_word.get(first))
                    .into_iter()
                    .flatten();
                names
                    .filter(|name| rest.starts_with(name))
                    .map(Vec::as_slice)
            })
    }
}

/// The words of everything that a topic shows.
fn words_shown(topic: &TopicFile) -> Vec<String> {
    let mut words = text::words(&topic.title.value);
    for section in &topic.sections {
        words.extend(text::words(&section.heading.value));
        // Code blocks are shown too, and `text::words` leaves out what stands in them.
        words.extend(text::words(&section.text.value.replace('`', " ")));
    }
    words
}
