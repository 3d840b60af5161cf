//! Finds topics and phrasings that a search does not find although they are in the knowledge base.

use super::{Index, Question};
use crate::knowledge::{KnowledgeBase, Phrasing, Position, Problem, Severity, Sources, Topic};

/// Warns about every topic that its own title does not find among the first three, and about every phrasing that finds
/// another topic first.
pub fn unreachable(knowledge: &KnowledgeBase, index: &Index, sources: &Sources) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (number, topic) in knowledge.topics().iter().enumerate() {
        let rank = |text: &str| {
            index
                .search(&Question::new(text))
                .matches
                .iter()
                .position(|found| found.topic == number)
        };
        if rank(&topic.title).is_none_or(|rank| rank >= 3) {
            problems.push(problem(
                sources,
                topic,
                Position { line: 1, column: 1 },
                "no search for its title finds the topic".to_owned(),
                "Add phrasings with the words of the title.",
            ));
        }
        for Phrasing { text, at } in topic.phrasings() {
            if rank(text) != Some(0) {
                let message = format!("\"{text}\" finds another topic first");
                problems.push(problem(
                    sources,
                    topic,
                    *at,
                    message,
                    "Word it so that it says what tells the two topics apart.",
                ));
            }
        }
    }
    problems
}

fn problem(sources: &Sources, topic: &Topic, at: Position, message: String, help: &str) -> Problem {
    let file = sources
        .topics
        .iter()
        .find(|file| file.stem() == topic.id)
        .map_or(String::new(), |file| file.name.clone());
    Problem {
        severity: Severity::Warning,
        file,
        at,
        message,
        help: help.to_owned(),
    }
}
