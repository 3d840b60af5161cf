use super::*;

const QUESTION: MessageId = MessageId::new(1);
const ANSWER: MessageId = MessageId::new(2);
const CHANNEL: ChannelId = ChannelId::new(3);

/// What a test does to a tracker.
enum Act {
    Start,
    Answered,
    Edit(&'static str),
    Delete,
    Settle(&'static str),
}
use Act::{Answered, Delete, Edit, Settle, Start};

/// Waits with the text "a", acts, and records what the tracker wants its caller to do after each act.
fn wants(acts: &[Act]) -> Vec<String> {
    let tracker = AnswerTracker::default();
    tracker.wait(QUESTION, CHANNEL, "a".to_owned());
    let question = |text: &str| TrackedQuestion::new(UserId::new(7), (None, CHANNEL), text, false);
    acts.iter()
        .map(|act| match act {
            Start => {
                let started = tracker.start(QUESTION, question);
                format!("answer {:?}", started.map(|(text, _)| text))
            }
            Answered => {
                tracker.answered(QUESTION, ANSWER);
                String::new()
            }
            Edit(text) => match tracker.edit(QUESTION, text, true) {
                Some(answered) => format!("follow from {answered}"),
                None => String::new(),
            },
            Delete => match tracker.delete(QUESTION) {
                Some(_) => "delete".to_owned(),
                None => String::new(),
            },
            Settle(text) => match tracker.settle(QUESTION, text) {
                NextStep::Nothing => "done".to_owned(),
                NextStep::Edit(question) => format!("edit to {}", question.text),
                NextStep::Delete(_) => "delete".to_owned(),
            },
        })
        .collect()
}

#[test]
fn the_answer_always_follows_its_question() {
    let rows: &[(&[Act], &[&str])] = &[
        (
            &[Start, Answered, Settle("a")],
            &["answer Some(\"a\")", "", "done"],
        ),
        // Edited while it waits: the new text is answered.
        (
            &[Edit("b"), Start, Answered, Settle("b")],
            &["", "answer Some(\"b\")", "", "done"],
        ),
        // Deleted while it waits: never answered.
        (&[Delete, Start], &["", "answer None"]),
        // Edited while it is being answered: the same task follows the edit.
        (
            &[Start, Edit("b"), Answered, Settle("a"), Settle("b")],
            &["answer Some(\"a\")", "", "", "edit to b", "done"],
        ),
        // Edited afterwards: another task has to follow, once.
        (
            &[
                Start,
                Answered,
                Settle("a"),
                Edit("b"),
                Edit("c"),
                Settle("b"),
                Settle("c"),
            ],
            &[
                "answer Some(\"a\")",
                "",
                "done",
                "follow from a",
                "",
                "edit to c",
                "done",
            ],
        ),
        // Edited without a change.
        (
            &[Start, Answered, Settle("a"), Edit("a")],
            &["answer Some(\"a\")", "", "done", ""],
        ),
        // Deleted while it is answered, and afterwards.
        (
            &[Start, Delete, Answered, Settle("a")],
            &["answer Some(\"a\")", "", "", "delete"],
        ),
        (
            &[Start, Answered, Settle("a"), Delete],
            &["answer Some(\"a\")", "", "done", "delete"],
        ),
    ];
    for (number, (acts, wanted)) in rows.iter().enumerate() {
        assert_eq!(wants(acts), *wanted, "row {number}");
    }
}

#[test]
fn a_person_is_forgotten_and_others_are_not() {
    let tracker = AnswerTracker::default();
    for person in [7, 8] {
        let question = TrackedQuestion::new(UserId::new(person), (None, CHANNEL), "a", false);
        tracker.start_chosen(MessageId::new(person), question);
    }
    tracker.forget(UserId::new(7));
    assert!(matches!(
        tracker.settle(MessageId::new(7), "b"),
        NextStep::Nothing
    ));
    assert!(matches!(
        tracker.settle(MessageId::new(8), "b"),
        NextStep::Edit(_)
    ));
}
