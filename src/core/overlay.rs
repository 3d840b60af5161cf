//! A server's additions, prepared with a guide for comparing them with a question, on top of the shared search. Pure.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::additions::{Addition, Additions, LessonReply};
use crate::answer::{self, Answer, Taught};
use crate::guide::Guide;
use crate::reply::Place;
use crate::search::Question;
use crate::subject::Subject;
use crate::text;

/// A sentence of a longer message that asks in fewer words than this ("is this legit?") says nothing by itself.
const SHORTEST_ASKING: usize = 5;

/// A server's additions as a guide reads them. Additions that lead to a missing section are left out.
#[derive(Debug, Default)]
pub struct Overlay {
    entries: Vec<OverlayEntry>,
}

/// One way to ask.
#[derive(Debug)]
struct OverlayEntry {
    words: Box<str>,
    subject: Subject,
    /// The topic and section of the guide that it leads to, by position; `None` for the server's own answer.
    section: Option<(usize, usize)>,
    addition: Arc<Addition>,
}

impl Overlay {
    /// Reads additions with a guide.
    pub fn new(guide: &Guide, additions: &Additions) -> Self {
        let mut entries = Vec::new();
        for addition in additions.iter() {
            let section = match &addition.lesson.reply {
                LessonReply::Section(_) => match position(guide, &addition.place()) {
                    Some(position) => Some(position),
                    None => continue,
                },
                LessonReply::Own { .. } => None,
            };
            entries.extend(
                addition
                    .lesson
                    .questions
                    .iter()
                    .map(|question| OverlayEntry {
                        words: text::words(question).join(" ").into(),
                        subject: guide.subject(question),
                        section,
                        addition: Arc::clone(addition),
                    }),
            );
        }
        Self { entries }
    }

    /// Reads the additions of several servers, each with its server.
    pub fn of_guilds(guide: &Guide, added: Vec<(u64, Addition)>) -> BTreeMap<u64, Self> {
        let mut by_guild: BTreeMap<u64, Vec<Addition>> = BTreeMap::new();
        for (guild, addition) in added {
            by_guild.entry(guild).or_default().push(addition);
        }
        let read = |(guild, added)| (guild, Self::new(guide, &Additions::new(added)));
        by_guild.into_iter().map(read).collect()
    }

    /// Whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What to do with a question in a server that has these additions.
    pub fn answer(&self, guide: &Guide, question: &Question) -> Answer {
        let answer = guide.answer(question);
        match self.nearest(guide, &question.text) {
            Some(taught) => answer::decide_taught(&guide.knowledge, question, answer, taught),
            None => answer,
        }
    }

    /// The addition most similar to a question; on a tie, the latest. In a story, the sentence that asks is compared too.
    pub fn nearest(&self, guide: &Guide, question: &str) -> Option<Taught> {
        if self.is_empty() {
            return None;
        }
        let read = |text: &str| (text::words(text).join(" "), guide.subject(text));
        let asking = text::sentences(question)
            .filter(|sentence| *sentence != question && text::asks(sentence))
            .filter(|sentence| text::words(sentence).len() >= SHORTEST_ASKING);
        let asked: Vec<(String, Subject)> =
            std::iter::once(question).chain(asking).map(read).collect();
        let likeness = |entry: &OverlayEntry| {
            asked.iter().fold(0.0, |most: f32, (words, subject)| {
                most.max(if *words == *entry.words {
                    1.0
                } else {
                    entry.subject.likeness(subject)
                })
            })
        };
        let (likeness, entry) = self
            .entries
            .iter()
            .map(|entry| (likeness(entry), entry))
            .max_by(|(a, _), (b, _)| a.total_cmp(b))?;
        Some(Taught {
            likeness,
            section: entry.section,
            addition: Arc::clone(&entry.addition),
        })
    }
}

fn position(guide: &Guide, place: &Place) -> Option<(usize, usize)> {
    let mut topics = guide.knowledge.topics().iter();
    let topic = topics.position(|topic| topic.id == place.topic)?;
    let mut sections = guide.knowledge.topics().get(topic)?.sections.iter();
    let section = sections.position(|section| section.id == place.section)?;
    Some((topic, section))
}
