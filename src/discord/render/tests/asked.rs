//! Replies to what people ask.

use super::*;
use crate::answer::Outcome;

/// A reply to a question.
pub(super) struct Replied {
    pub question: String,
    pub outcome: Outcome,
    pub reply: Reply,
}

/// What the guide says to its own keywords, titles and phrasings, and to the ends of phrasings, which are vague.
pub(super) static REPLIES: LazyLock<Vec<Replied>> = LazyLock::new(|| {
    let topics = GUIDE.knowledge.topics().iter();
    let questions = topics.flat_map(|topic| {
        let phrasings: Vec<&str> = topic.phrasings().map(|one| one.text.as_str()).collect();
        let ends = phrasings.iter().filter_map(|text| {
            let before_last = text.rfind(' ')?;
            let at = text.get(..before_last)?.rfind(' ')?;
            text.get(at + 1..)
        });
        let some = phrasings.iter().copied().step_by(5);
        let words = topic.keywords.iter().map(String::as_str);
        let all = words.chain([topic.title.as_str()]).chain(some);
        all.chain(ends.step_by(5))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    });
    let reply = |question: String| {
        let answer = GUIDE.answer(&Question::new(&question));
        Replied {
            question,
            outcome: answer.outcome,
            reply: reply::to_answer(&GUIDE.knowledge, &answer),
        }
    };
    questions.map(reply).collect()
});

#[test]
fn every_reply_to_a_question_fits_and_is_light() {
    let with = |is_it: fn(&Replied) -> bool| REPLIES.iter().filter(|asked| is_it(asked)).count();
    let more = with(|asked| !asked.reply.also.is_empty());
    let candidates = with(|asked| asked.outcome == Outcome::Suggest);
    let unknown = with(|asked| asked.outcome == Outcome::None);
    assert!(more > 50 && candidates > 50 && unknown > 0);
    for asked in REPLIES.iter() {
        assert_fits_and_is_light(&asked.reply);
    }
}
