//! Replies if no answer is sure: candidates to choose from, or an honest "Not in the guide".

use super::{Action, Choice, Place, Reply, Shape, View};
use crate::answer::{self, Answer, ProbableMatch};
use crate::knowledge::{KnowledgeBase, Section, Topic};
use crate::text::counted;

/// The most candidates, "none of these" not counted.
const MAX_CANDIDATES: usize = 5;
/// The length in bytes of the shortest sentence that says something: "Yes." alone does not.
const SHORTEST_SENTENCE: usize = 24;
/// The candidates, to choose from.
pub fn did_you_mean(knowledge: &KnowledgeBase, answer: &Answer) -> Reply {
    let matches = answer::candidates(answer);
    Reply {
        title: "One of these may help".to_owned(),
        body: "Here's the closest I have. If none fits, try other words.".to_owned(),
        prompt: "Pick one".to_owned(),
        choices: matches
            .iter()
            .filter_map(|found| match_choice(knowledge, found))
            .map(Choice::here)
            .collect(),
        shape: Shape::Candidates,
        buttons: vec![
            Choice::new("None of these", "", Action::NoneOfThese).here(),
            Choice::remove(),
        ],
        ..Reply::default()
    }
    .within_limits()
}

/// Other possible answers, once a person has said that a section was not the answer: what a new search found, or else what
/// is close to it in the guide.
pub fn not_it(knowledge: &KnowledgeBase, place: &Place, found: &[ProbableMatch]) -> Reply {
    let found = found
        .iter()
        .filter_map(|found| found.find(knowledge))
        .filter(|(topic, _)| topic.id != place.topic);
    let topic = knowledge.topic(&place.topic);
    let siblings = topic
        .into_iter()
        .flat_map(|topic| topic.sections.iter().map(move |section| (topic, section)));
    let related = topic
        .into_iter()
        .flat_map(|topic| &topic.related)
        .filter_map(|id| knowledge.topic(id));
    let related = related.filter_map(|topic| Some((topic, topic.sections.first()?)));
    let siblings = siblings.filter(|(_, section)| section.id != place.section);
    let others = siblings.take(2).chain(found.take(2)).chain(related);
    Reply {
        title: "Maybe one of these?".to_owned(),
        body: "Here are the closest matches. If none fits, try other words.".to_owned(),
        prompt: "Closest".to_owned(),
        choices: others
            .map(|(topic, section)| candidate(topic, section).here())
            .take(MAX_CANDIDATES)
            .collect(),
        shape: Shape::Candidates,
        buttons: vec![Choice::new("None of these", "", Action::NoneOfThese).here()],
        ..Reply::default()
    }
    .within_limits()
}

/// The reply once a person has said that no candidate was meant.
pub fn none_of_these(knowledge: &KnowledgeBase) -> Reply {
    Reply {
        title: "Not in the guide".to_owned(),
        body: format!(
            "OK, then the {} doesn't cover this yet. Try other words, or ask someone who's been there.",
            knowledge.name()
        ),
        prompt: "Browse".to_owned(),
        choices: vec![topics_choice(knowledge)],
        shape: Shape::Candidates,
        buttons: vec![Choice::remove()],
        ..Reply::default()
    }
    .within_limits()
}

/// The honest reply if the guide has no answer, with a next step. A kind of message with its own reply gets that reply and
/// nothing else: someone who says hello, or is in despair, was not looking for a topic.
pub(super) fn not_in_guide(knowledge: &KnowledgeBase, answer: &Answer) -> Reply {
    let about = knowledge.name();
    let kind = answer
        .kind
        .and_then(|kind| knowledge.out_of_scope().get(kind));
    let title = "Not in the guide".to_owned();
    if let Some((kind, reply)) = kind.and_then(|kind| Some((kind, kind.reply.clone()?))) {
        return Reply {
            title: kind.title.clone().unwrap_or(title),
            body: reply,
            shape: Shape::Candidates,
            buttons: vec![Choice::remove()],
            ..Reply::default()
        }
        .within_limits();
    }
    let body = if answer.matches.is_empty() {
        format!("Ask me anything about internships. I answer from the {about}.")
    } else {
        format!(
            "Sorry, the {about} has nothing on this. If I've misread you, try other words, or ask someone who's been there."
        )
    };
    // Only what is related to the message is worth showing.
    let nearest: Vec<Choice> = answer
        .matches
        .iter()
        .take(2)
        .filter(|found| kind.is_none() && answer::near(found.probability))
        .filter_map(|found| match_choice(knowledge, found))
        .map(Choice::here)
        .collect();
    let prompt = if nearest.is_empty() {
        "Browse"
    } else {
        "Closest matches"
    };
    Reply {
        title,
        body,
        prompt: prompt.to_owned(),
        choices: nearest
            .into_iter()
            .chain(Some(topics_choice(knowledge)))
            .collect(),
        shape: Shape::Candidates,
        buttons: vec![Choice::remove()],
        ..Reply::default()
    }
    .within_limits()
}

fn match_choice(knowledge: &KnowledgeBase, found: &ProbableMatch) -> Option<Choice> {
    found
        .find(knowledge)
        .map(|(topic, section)| candidate(topic, section))
}

/// A section among sections of other topics: its name, and its first sentence, which often is the answer.
pub(super) fn candidate(topic: &Topic, section: &Section) -> Choice {
    named_candidate(&full_name(topic, section), topic, section)
}

pub(super) fn named_candidate(name: &str, topic: &Topic, section: &Section) -> Choice {
    Choice::show(
        name,
        opening(&section.text),
        View::Section(Place::new(topic, section)),
    )
}

/// A section's name where its topic is not visible and there is room: several topics have a section "What to write".
fn full_name(topic: &Topic, section: &Section) -> String {
    let (title, heading) = (topic.title.to_lowercase(), section.heading.to_lowercase());
    if heading.contains(&title) {
        section.heading.clone()
    } else {
        format!("{}: {}", topic.title, section.heading)
    }
}

/// The first sentence of a text, on one line, without what formats it.
fn opening(text: &str) -> String {
    let is_start = |line: &&str| !line.is_empty() && !line.starts_with("```");
    let line = text
        .lines()
        .map(str::trim)
        .find(is_start)
        .unwrap_or_default();
    let line = line
        .trim_start_matches(['-', '>', '#', ' '])
        .replace("**", "");
    let mut end = line.len();
    for (at, character) in line.char_indices() {
        let after = at + character.len_utf8();
        let rest = line.get(after..).unwrap_or_default();
        let begins_another = rest
            .trim_start_matches(['"', '”', ')', '*'])
            .strip_prefix(' ')
            .is_some_and(|rest| !rest.starts_with(char::is_lowercase));
        if matches!(character, '.' | '!' | '?') && begins_another && after >= SHORTEST_SENTENCE {
            end = after;
            break;
        }
    }
    line.get(..end)
        .unwrap_or(&line)
        .trim_end_matches(':')
        .to_owned()
}

fn topics_choice(knowledge: &KnowledgeBase) -> Choice {
    Choice::show(
        "List of topics",
        counted(knowledge.topics().len(), "topic"),
        View::Topics,
    )
}
