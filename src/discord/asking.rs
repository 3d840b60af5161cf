//! One line in the log for each question: how it was asked, what became of it, how sure that was and how long it took.
//! Never its text, and no id of a person, a message, a channel or a server.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use tracing::info;

use crate::answer::Answer;
use crate::search::Question;
use crate::stats::{Outcome, Way};

use super::Bot;

/// The question that an event brings, if it brings one.
pub(super) struct Asking {
    received: Instant,
    decided: OnceLock<Duration>,
    noted: OnceLock<Noted>,
}

/// What became of a question.
struct Noted {
    way: Way,
    outcome: Outcome,
    /// The id of the topic that answers, or else is nearest.
    topic: Option<String>,
    /// The chance that this topic is right, where there was a search.
    score: Option<f32>,
    /// From the event to the decision.
    decided: Duration,
}

impl Asking {
    /// An event that was received then.
    pub(super) fn begin(received: Instant) -> Self {
        Self {
            received,
            decided: OnceLock::new(),
            noted: OnceLock::new(),
        }
    }

    /// Notes what became of the question, to be told when all is done that the event asks for.
    pub(super) fn note(
        &self,
        way: Way,
        outcome: Outcome,
        topic: Option<String>,
        score: Option<f32>,
    ) {
        let decided = *self.decided.get_or_init(|| self.received.elapsed());
        // An event brings one question, so what is noted already stays.
        let _ = self.noted.set(Noted {
            way,
            outcome,
            topic,
            score,
            decided,
        });
    }
}

impl Bot {
    /// What to do with a question that is put to the bot, or that it overheard; notes when that was decided.
    pub(super) fn decide(&self, question: &Question) -> Answer {
        let answer = self.guide.answer(question);
        let _ = self.asking.decided.set(self.asking.received.elapsed());
        answer
    }
}

/// The end of an event: the answer is sent, or it will never be.
impl Drop for Bot {
    fn drop(&mut self) {
        let Asking {
            received, noted, ..
        } = &self.asking;
        let Some(Noted {
            way,
            outcome,
            topic,
            score,
            decided,
        }) = noted.get()
        else {
            return;
        };
        let done = received.elapsed();
        info!(
            way = way.name(),
            outcome = outcome.name(),
            topic,
            score = score.map(rounded),
            micros.decided = micros(*decided),
            micros.done = micros(done),
            "asked"
        );
        self.monitor.asked(*way, *outcome, *decided, done);
    }
}

/// A chance with as many digits as mean anything.
fn rounded(chance: f32) -> f64 {
    (f64::from(chance) * 1_000.0).round() / 1_000.0
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
