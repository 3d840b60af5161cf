//! How well a knowledge base answers what it has not learned: phrasings, messages or whole topics are left out and then asked.

use std::thread;

use serde::Serialize;

use super::{Case, Figures, Judged, figures, misspell, rate};
use crate::answer::Outcome;
use crate::knowledge::KnowledgeBase;
use crate::search::{Components, Corpus, Encode, Index, Question, Sentences, fold};

/// Runs numbered jobs on all processors; the results are in the order of their numbers.
fn in_parallel<T: Send>(pieces: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let workers = thread::available_parallelism()
        .map_or(1, usize::from)
        .min(pieces.max(1));
    let mut done: Vec<(usize, T)> = Vec::with_capacity(pieces);
    thread::scope(|scope| {
        let work = &work;
        let run = move |worker: usize| {
            (worker..pieces)
                .step_by(workers)
                .map(|piece| (piece, work(piece)))
                .collect::<Vec<_>>()
        };
        let handles: Vec<_> = (0..workers)
            .map(|worker| scope.spawn(move || run(worker)))
            .collect();
        for handle in handles {
            // A worker that panics is our bug, so the panic is propagated.
            done.extend(
                handle
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            );
        }
    });
    done.sort_by_key(|(piece, _)| *piece);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Learns a corpus, with the encoder if there is one.
fn learn(corpus: &Corpus, components: Components, encode: &Encode<'_>) -> Index {
    Index::with_components(corpus, components).with_sentences(Sentences::new(corpus, encode))
}

/// Rates over the messages and the examples out of scope, each left out once: in each of `folds` rounds a [`fold`] of
/// them, and of the phrasings, is left out and the rest is learned.
pub fn cross_validate(
    knowledge: &KnowledgeBase,
    components: Components,
    folds: usize,
    encode: &Encode<'_>,
) -> Figures {
    let corpus = Corpus::from(knowledge);
    let cases: Vec<Vec<Case>> = (0..folds)
        .map(|fold| held_out_cases(knowledge, fold, folds))
        .collect();
    let indexes = in_parallel(folds, |fold| {
        learn(&corpus.without_fold(fold, folds), components, encode)
    });
    let judged = indexes.iter().zip(&cases).flat_map(|(index, cases)| {
        cases
            .iter()
            .map(|case| Judged::new(knowledge, index, case, encode))
    });
    figures(knowledge, judged.collect())
}

/// The messages and examples out of scope that a fold leaves out, as cases.
fn held_out_cases(knowledge: &KnowledgeBase, left_out: usize, folds: usize) -> Vec<Case> {
    let is_left_out = |text: &str| fold(text, folds) == left_out;
    let messages = knowledge
        .messages()
        .iter()
        .filter(|message| is_left_out(&message.text))
        .map(|message| {
            let (text, answers) = (message.text.clone(), message.answers.clone());
            Case::new(text, Vec::new(), Vec::new(), answers)
        });
    let kinds = knowledge
        .out_of_scope()
        .iter()
        .flat_map(|kind| &kind.examples)
        .filter(|example| is_left_out(example));
    messages.chain(kinds.map(Case::out_of_scope)).collect()
}

/// What a bot does with questions on a topic that its guide does not have.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct LeftOutTopics {
    /// How many messages no other topic answers.
    pub messages: usize,
    /// Asked: answered outright with another topic.
    pub answered: f64,
    /// Asked: candidates offered.
    pub suggested: f64,
    /// Overheard: answered.
    pub overheard: f64,
}

/// Leaves out each topic in turn, learns the rest, and asks the messages that only this topic answers.
pub fn leave_topics_out(
    knowledge: &KnowledgeBase,
    components: Components,
    encode: &Encode<'_>,
) -> LeftOutTopics {
    let corpus = Corpus::from(knowledge);
    let outcomes = in_parallel(corpus.topics.len(), |topic| {
        let asked: Vec<&str> = corpus
            .messages
            .iter()
            .filter(|message| message.answers.iter().all(|&(answer, _)| answer == topic))
            .map(|message| message.text.as_str())
            .collect();
        if asked.is_empty() {
            return Vec::new();
        }
        let index = learn(&corpus.without_topic(topic), components, encode);
        let outcome = |text: &str| {
            let case = Case::out_of_scope(text);
            let judged = Judged::new(knowledge, &index, &case, encode);
            (judged.asked.outcome, judged.overheard)
        };
        asked.into_iter().map(outcome).collect()
    });
    let all: Vec<(Outcome, Outcome)> = outcomes.into_iter().flatten().collect();
    let share = |holds: fn(&(Outcome, Outcome)) -> bool| {
        rate(
            all.iter().filter(|outcome| holds(outcome)).count(),
            all.len(),
        )
    };
    LeftOutTopics {
        messages: all.len(),
        answered: share(|(asked, _)| *asked == Outcome::Answer),
        suggested: share(|(asked, _)| *asked == Outcome::Suggest),
        overheard: share(|(_, overheard)| *overheard == Outcome::Answer),
    }
}

/// How well a knowledge base's phrasings find their own topic when they are left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct LeftOut {
    /// How many phrasings were left out, each once.
    pub phrasings: usize,
    /// Their own topic is ranked first.
    pub first: f64,
    /// Their own topic is among the first three.
    pub first_three: f64,
    /// Of those whose topic is first: the section is the right one too.
    pub section: f64,
    /// The same phrasings while they are in the knowledge base: their own topic is ranked first.
    pub known_first: f64,
}

/// Leaves each phrasing out in turn and looks for it. A round leaves out one phrasing of every topic and learns the
/// rest again, so there are as many rounds as the largest topic has phrasings.
pub fn leave_one_out(
    knowledge: &KnowledgeBase,
    components: Components,
    typos: usize,
    encode: &Encode<'_>,
) -> LeftOut {
    let corpus = Corpus::from(knowledge);
    let rounds = corpus
        .topics
        .iter()
        .map(|topic| topic.questions(false).count())
        .max()
        .unwrap_or(0);
    let all = in_parallel(rounds, |round| {
        leave_out_round(&corpus, round, components, typos, encode)
    })
    .into_iter()
    .fold(Tally::default(), Tally::plus);
    let full = learn(&corpus, components, encode);
    let known = corpus
        .topics
        .iter()
        .enumerate()
        .flat_map(|(number, topic)| topic.questions(false).map(move |(_, text)| (number, text)));
    let known_first = known
        .filter(|(number, text)| {
            full.search(&Question::new(*text).encoded(&full, encode))
                .matches
                .first()
                .is_some_and(|best| best.topic == *number)
        })
        .count();
    LeftOut {
        phrasings: all.phrasings,
        first: rate(all.first, all.phrasings),
        first_three: rate(all.first_three, all.phrasings),
        section: rate(all.section, all.with_section),
        known_first: rate(known_first, all.phrasings),
    }
}

#[derive(Debug, Default)]
struct Tally {
    phrasings: usize,
    first: usize,
    first_three: usize,
    with_section: usize,
    section: usize,
}

impl Tally {
    fn plus(self, other: Self) -> Self {
        Self {
            phrasings: self.phrasings + other.phrasings,
            first: self.first + other.first,
            first_three: self.first_three + other.first_three,
            with_section: self.with_section + other.with_section,
            section: self.section + other.section,
        }
    }
}

/// Leaves out phrasing number `round` of every topic that has that many.
fn leave_out_round(
    corpus: &Corpus,
    round: usize,
    components: Components,
    typos: usize,
    encode: &Encode<'_>,
) -> Tally {
    let mut rest = corpus.clone();
    let mut left_out: Vec<(usize, Option<usize>, String)> = Vec::new();
    for (number, topic) in rest.topics.iter_mut().enumerate() {
        let mut at = round;
        let general = (None, &mut topic.phrasings);
        let special = topic
            .sections
            .iter_mut()
            .enumerate()
            .map(|(section, texts)| (Some(section), &mut texts.phrasings));
        for (section, phrasings) in std::iter::once(general).chain(special) {
            if at < phrasings.len() {
                left_out.push((number, section, phrasings.remove(at)));
                break;
            }
            at -= phrasings.len();
        }
    }
    let index = learn(&rest, components, encode);
    let mut tally = Tally::default();
    for (number, section, text) in left_out {
        let found = index.search(&Question::new(misspell(&text, typos)).encoded(&index, encode));
        let rank = found.matches.iter().position(|found| found.topic == number);
        tally.phrasings += 1;
        tally.first += usize::from(rank == Some(0));
        tally.first_three += usize::from(rank.is_some_and(|rank| rank < 3));
        if let (Some(0), Some(section), Some(best)) = (rank, section, found.matches.first()) {
            tally.with_section += 1;
            tally.section += usize::from(best.section == section);
        }
    }
    tally
}
