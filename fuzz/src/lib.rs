//! What the fuzz targets share: guides to ask, and what must hold of any reply.

use std::path::Path;

use internbot::knowledge::{KnowledgeBase, Sources};
use internbot::reply::{Reply, limit};
use internbot::search::{Index, Question};
use internbot::{answer, reply, terminal};
use jiff::civil::{Date, date};

/// The day on which the guides are read: the same in each run, so that a finding stays one.
pub const TODAY: Date = date(2026, 11, 23);

/// A guide of two topics, as its files stand in `fuzz/guide`.
pub fn small_guide() -> Sources {
    Sources::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("guide")).expect("it can be read")
}

/// What somebody is shown who asks this; it must fit Discord and a terminal.
pub fn ask(knowledge: &KnowledgeBase, index: &Index, question: &Question) -> Reply {
    let reply = reply::to_answer(
        knowledge,
        &answer::decide(knowledge, question, &index.search(question)),
    );
    fits(&reply);
    terminal::draw(&reply, terminal::Look::plain(80));
    reply
}

/// Fails where Discord would refuse a reply.
pub fn fits(reply: &Reply) {
    let length = |text: &str| text.chars().count();
    assert!(length(&reply.title) <= limit::TITLE, "{reply:?}");
    assert!(
        !reply.body.is_empty() && length(&reply.body) <= limit::TEXT,
        "{reply:?}"
    );
    assert!(length(&reply.footer) <= limit::FOOTER, "{reply:?}");
    assert!(reply.choices.len() <= limit::OPTIONS, "{reply:?}");
    for choice in &reply.choices {
        assert!(
            !choice.label.is_empty() && length(&choice.label) <= limit::OPTION,
            "{choice:?}"
        );
        assert!(length(&choice.detail) <= limit::OPTION, "{choice:?}");
    }
}
