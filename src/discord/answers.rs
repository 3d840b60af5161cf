//! Questions and their answers: one state machine, so that the answer always follows its question, however often that was
//! edited, and whether before, during or after answering.
//!
//! ```text
//! wait ──> start ──> answered ──> settle ──> (idle) ──edit──> settle ──> (idle)
//!   └──delete: never started        └──delete: the answer is deleted ──┘
//! ```

use std::collections::HashMap;

use lru::LruCache;
use parking_lot::Mutex;
use serenity::all::{ChannelId, GuildId, MessageId, UserId};

use super::bounded::{bounded, retain};
use crate::text::cut;

/// How many answered questions are remembered.
const MAX_ANSWERED: usize = 4_096;
/// How much of a question is remembered, in characters.
const MAX_QUESTION: usize = 500;
/// How much of a copy is looked for in a question, in characters: what is remembered of a long question also holds the mark by
/// which a proxy knows whose message it is, at most 100 characters.
const MAX_COPIED: usize = MAX_QUESTION / 2;
/// How long after a question its copy may be sent, in seconds. A proxy needs one, or a few if Discord slows it down.
const MAX_COPY_DELAY: i64 = 10;

/// Follows questions with their answers.
#[derive(Debug)]
pub(super) struct AnswerTracker(Mutex<Questions>);

#[derive(Debug)]
struct Questions {
    /// Questions waiting for their turn: as many as are in the queue.
    waiting: HashMap<MessageId, WaitingQuestion>,
    started: LruCache<MessageId, TrackedQuestion>,
}

/// A question whose turn has not come.
#[derive(Debug)]
struct WaitingQuestion {
    channel: ChannelId,
    /// The text as it reads now.
    text: String,
    /// Whether an edit has addressed it to the bot.
    addressed: bool,
    /// As for a [`TrackedQuestion`].
    copied: bool,
}

/// A question that is being answered, or was.
#[derive(Debug, Clone)]
pub(super) struct TrackedQuestion {
    /// Who asked.
    pub asker: UserId,
    /// Where.
    pub channel: ChannelId,
    /// The guild of that channel; none in direct messages.
    pub guild: Option<GuildId>,
    /// The text as it reads now.
    pub text: String,
    /// Whether it was only overheard.
    pub overheard: bool,
    /// The answer before it: "the second one" may refer to that.
    pub before: Option<MessageId>,
    /// The answer, once it was sent.
    pub answer: Option<MessageId>,
    deleted: bool,
    /// Whether a webhook has reposted it, so that deleting the original does not delete the question.
    copied: bool,
    /// Whether a task is working on the answer. It calls [`AnswerTracker::settle`] before it ends.
    in_progress: bool,
}

/// What remains to be done about an answer.
#[derive(Debug)]
pub(super) enum NextStep {
    /// Nothing: it answers the current text.
    Nothing,
    /// The question has been edited.
    Edit(TrackedQuestion),
    /// The question was deleted.
    Delete(TrackedQuestion),
}

impl TrackedQuestion {
    /// A question whose answer is being worked on.
    pub(super) fn new(
        asker: UserId,
        (guild, channel): (Option<GuildId>, ChannelId),
        text: &str,
        overheard: bool,
    ) -> Self {
        Self {
            asker,
            channel,
            guild,
            text: shortened(text),
            overheard,
            before: None,
            answer: None,
            deleted: false,
            copied: false,
            in_progress: true,
        }
    }

    /// The same, asked after this answer.
    pub(super) fn after(self, before: Option<MessageId>) -> Self {
        Self { before, ..self }
    }
}

impl Default for AnswerTracker {
    fn default() -> Self {
        Self(Mutex::new(Questions {
            waiting: HashMap::new(),
            started: bounded(MAX_ANSWERED),
        }))
    }
}

impl AnswerTracker {
    /// Records that a question is waiting for its turn.
    pub(super) fn wait(&self, id: MessageId, channel: ChannelId, text: String) {
        let question = WaitingQuestion {
            channel,
            text,
            addressed: false,
            copied: false,
        };
        self.0.lock().waiting.insert(id, question);
    }

    /// The current text of a question whose turn has come, and whether it is only overheard; `None` if it was deleted. From now
    /// on [`Self::settle`] or [`Self::withdraw`] has to be called.
    pub(super) fn start(
        &self,
        id: MessageId,
        question: impl FnOnce(&str) -> TrackedQuestion,
    ) -> Option<(String, bool)> {
        let mut questions = self.0.lock();
        let waiting = questions.waiting.remove(&id)?;
        let started = question(&waiting.text);
        let overheard = started.overheard && !waiting.addressed;
        let started = TrackedQuestion {
            overheard,
            copied: waiting.copied,
            ..started
        };
        questions.started.put(id, started);
        Some((waiting.text, overheard))
    }

    /// Tracks the answer to a message that did not wait, because someone chose the answer.
    pub(super) fn start_chosen(&self, id: MessageId, question: TrackedQuestion) {
        self.0.lock().started.put(id, question);
    }

    /// Forgets a question that gets no answer.
    pub(super) fn withdraw(&self, id: MessageId) {
        let mut questions = self.0.lock();
        questions.waiting.remove(&id);
        questions.started.pop(&id);
    }

    /// Notes the answer.
    pub(super) fn answered(&self, id: MessageId, answer: MessageId) {
        if let Some(question) = self.0.lock().started.get_mut(&id) {
            question.answer = Some(answer);
        }
    }

    /// What remains to be done about an answer to this text. After [`NextStep::Nothing`], nothing works on it any more.
    pub(super) fn settle(&self, id: MessageId, answered_text: &str) -> NextStep {
        let mut questions = self.0.lock();
        let Some(question) = questions.started.get_mut(&id) else {
            return NextStep::Nothing;
        };
        if question.deleted {
            return NextStep::Delete(question.clone());
        }
        if question.text == shortened(answered_text) {
            question.in_progress = false;
            return NextStep::Nothing;
        }
        NextStep::Edit(question.clone())
    }

    /// Records that a question was edited, and whether it is addressed to the bot now. If its answer has to follow and no task is
    /// working on it, the caller has to: returns the text answered so far.
    pub(super) fn edit(&self, id: MessageId, text: &str, addressed: bool) -> Option<String> {
        let mut questions = self.0.lock();
        if let Some(waiting) = questions.waiting.get_mut(&id) {
            waiting.addressed |= addressed;
            if !waiting.text.is_empty() {
                text.clone_into(&mut waiting.text);
            }
            return None;
        }
        let text = shortened(text);
        let question = questions.started.get_mut(&id)?;
        question.overheard &= !addressed;
        if question.text == text {
            return None;
        }
        let answered_text = std::mem::replace(&mut question.text, text);
        (!std::mem::replace(&mut question.in_progress, true)).then_some(answered_text)
    }

    /// Records that a message was deleted. If it was a question with an answer that no task is working on, returns that question.
    pub(super) fn delete(&self, id: MessageId) -> Option<TrackedQuestion> {
        let mut questions = self.0.lock();
        if let Some(waiting) = questions.waiting.get(&id) {
            if !waiting.copied {
                questions.waiting.remove(&id);
            }
            return None;
        }
        let question = questions
            .started
            .get_mut(&id)
            .filter(|known| !known.copied)?;
        question.deleted = true;
        (!question.in_progress).then(|| question.clone())
    }

    /// Whether a question waits, is being answered, or was.
    pub(super) fn knows(&self, id: MessageId) -> bool {
        let questions = self.0.lock();
        questions.waiting.contains_key(&id) || questions.started.contains(&id)
    }

    /// Records that a webhook has reposted the text of a question, or the part of it that matters.
    pub(super) fn note_copy(&self, copy: MessageId, channel: ChannelId, text: &str) {
        let text: String = text.chars().take(MAX_COPIED).collect();
        if text.is_empty() {
            return;
        }
        let sent = copy.created_at().unix_timestamp();
        let is_soon = |id: &MessageId| {
            let delay = sent - id.created_at().unix_timestamp();
            (0..=MAX_COPY_DELAY).contains(&delay)
        };
        let is_original = |id: &MessageId, of: ChannelId, question: &str| {
            of == channel && is_soon(id) && question.contains(&text)
        };
        let mut questions = self.0.lock();
        let Questions { waiting, started } = &mut *questions;
        let waiting = waiting
            .iter_mut()
            .filter(|(id, known)| is_original(id, known.channel, &known.text))
            .map(|(_, known)| &mut known.copied);
        let started = started
            .iter_mut()
            .filter(|(id, known)| is_original(id, known.channel, &known.text))
            .map(|(_, known)| &mut known.copied);
        for copied in started.chain(waiting) {
            *copied = true;
        }
    }

    /// Whether someone else has posted the text of a question.
    pub(super) fn is_copied(&self, id: MessageId) -> bool {
        self.0
            .lock()
            .started
            .peek(&id)
            .is_some_and(|known| known.copied)
    }

    /// Forgets what a person asked.
    pub(super) fn forget(&self, person: UserId) {
        retain(&mut self.0.lock().started, |question| {
            question.asker != person
        });
    }
}

/// What is remembered of a question.
pub(super) fn shortened(text: &str) -> String {
    cut(text, MAX_QUESTION)
}

#[cfg(test)]
mod tests;
