//! Which questions of additions are new to a guide, and for which addition each is printed.

use std::collections::BTreeMap;

use internbot::additions::{Addition, quoted};
use internbot::guide::Guide;
use internbot::text;

/// The questions of a guide and of additions, by their words.
pub(super) struct TaughtQuestions<'a> {
    /// The topic, or the section as `topic/section`, that has a phrasing.
    known: BTreeMap<Vec<String>, String>,
    /// The latest addition for a question, which is the one that people get.
    latest: BTreeMap<Vec<String>, &'a Addition>,
    /// A comment for each question that is not printed.
    pub left_out: Vec<String>,
}

impl<'a> TaughtQuestions<'a> {
    pub(super) fn of(guide: &Guide, additions: impl Iterator<Item = &'a Addition>) -> Self {
        let mut known = BTreeMap::new();
        for topic in guide.knowledge.topics() {
            for phrasing in &topic.questions {
                known.insert(text::words(&phrasing.text), topic.id.clone());
            }
            for section in &topic.sections {
                let place = || format!("{}/{}", topic.id, section.id);
                let words = section
                    .questions
                    .iter()
                    .map(|phrasing| text::words(&phrasing.text));
                known.extend(words.map(|words| (words, place())));
            }
        }
        let mut latest = BTreeMap::<_, &Addition>::new();
        for addition in additions {
            for question in &addition.lesson.questions {
                let known = latest.entry(text::words(question)).or_insert(addition);
                if addition.id > known.id {
                    *known = addition;
                }
            }
        }
        Self {
            known,
            latest,
            left_out: Vec::new(),
        }
    }

    /// The questions of an addition that the guide does not have and that no later addition answers; notes the others unless they
    /// lead to the same place.
    pub(super) fn new_of(&mut self, addition: &'a Addition) -> Vec<&'a str> {
        let (number, place) = (addition.id, addition.place());
        let mut new = Vec::new();
        for question in &addition.lesson.questions {
            let words = text::words(question);
            let later = self.latest.get(&words).filter(|later| later.id != number);
            match (later, self.known.get(&words)) {
                (Some(later), _) if later.place() == place => {}
                (Some(later), _) => self.left_out.push(format!(
                    "# Left out: number {number}, {}: number {} answers it since.",
                    quoted(question),
                    later.id
                )),
                (None, Some(known)) if *known == place.name() => {}
                (None, Some(known)) => self.left_out.push(format!(
                    "# Left out: number {number}, {}: the guide already has it, in {known}. Move it from there if number {number} answers it better.",
                    quoted(question)
                )),
                (None, None) => new.push(question.as_str()),
            }
        }
        new
    }

    /// Whether later additions answer every question of this one.
    pub(super) fn is_outdated(&self, addition: &Addition) -> bool {
        let mut questions = addition.lesson.questions.iter();
        questions.all(|question| {
            let latest = self.latest.get(&text::words(question));
            latest.is_some_and(|latest| latest.id != addition.id)
        })
    }
}
