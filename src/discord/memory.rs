//! What the bot remembers while it runs: bounded, and nothing that a restart may not lose.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serenity::all::{ChannelId, GuildId, MessageId, UserId};

use crate::reply::{self, Place};
use crate::search::Question;

/// Messages and threads that were handled: as many as Discord could replay after a lost connection.
const HANDLED: usize = 8_192;
/// Questions whose answers can still change.
const ANSWERS: usize = 4_096;
/// People who asked lately.
const PEOPLE: usize = 8_192;
/// Answers that can be linked to.
const POSTED: usize = 4_096;
/// Channels about which something is known.
const CHANNELS: usize = 4_096;
/// How much of a question is kept, in characters.
const KEPT: usize = 500;
/// How many earlier questions of a conversation are kept.
const TURNS: usize = 3;
/// How long a channel that takes no embeds is not asked again.
const PLAIN: Duration = Duration::from_secs(600);
/// How long a direct conversation may pause before the next question stands alone.
const PAUSE: Duration = Duration::from_secs(600);

/// Everything that is remembered.
#[derive(Debug)]
pub(super) struct Memory(Mutex<Inner>);

#[derive(Debug)]
struct Inner {
    handled: Bounded<u64, ()>,
    answers: Bounded<MessageId, Answered>,
    /// What was asked in the conversation that an answer of the bot ends.
    conversations: Bounded<MessageId, Conversation>,
    direct: Bounded<ChannelId, (Conversation, Instant)>,
    /// Answers of which somebody said that they were not it.
    missed: Bounded<MessageId, ()>,
    asked: Bounded<UserId, Instant>,
    posted: Bounded<(ChannelId, Place), (MessageId, Instant)>,
    plain: Bounded<ChannelId, Instant>,
    warned: Bounded<ChannelId, ()>,
}

/// What was asked, up to an answer of the bot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Conversation {
    /// Who asked.
    pub asker: UserId,
    /// What, oldest first.
    pub turns: Vec<String>,
    /// Whether the last was only overheard.
    pub overheard: bool,
}

/// A question, and the message that answers it.
#[derive(Debug, Clone)]
pub(super) struct Answered {
    /// Who asked.
    pub asker: UserId,
    /// Where.
    pub channel: ChannelId,
    /// In which guild; none in direct messages.
    pub guild: Option<GuildId>,
    /// What.
    pub text: String,
    /// Whether it was only overheard.
    pub overheard: bool,
    /// The answer, once it is sent.
    pub answer: Option<MessageId>,
    /// Whether the answer is without an embed.
    pub plain: bool,
    /// Whether the question is gone.
    pub deleted: bool,
    /// Whether somebody is at work on the answer, and looks again at the question before they are done.
    pub under_way: bool,
}

/// What is left to be done about an answer once it was sent or changed.
#[derive(Debug)]
pub(super) enum Left {
    /// It answers the question as it is.
    Nothing,
    /// The question is another by now.
    Edit(Answered),
    /// The question is gone.
    Delete(Answered),
}

impl Default for Memory {
    fn default() -> Self {
        Self(Mutex::new(Inner {
            handled: Bounded::new(HANDLED),
            answers: Bounded::new(ANSWERS),
            conversations: Bounded::new(ANSWERS),
            direct: Bounded::new(CHANNELS),
            missed: Bounded::new(ANSWERS),
            asked: Bounded::new(PEOPLE),
            posted: Bounded::new(POSTED),
            plain: Bounded::new(CHANNELS),
            warned: Bounded::new(CHANNELS),
        }))
    }
}

impl Memory {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        // Whoever panicked while holding the lock left maps that are still maps.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a message or thread is seen for the first time; Discord replays some after a lost connection.
    pub(super) fn is_new(&self, id: u64) -> bool {
        self.inner().handled.insert(id, ()).is_none()
    }

    /// Whether a person may ask now; if so, they have.
    pub(super) fn may_ask(&self, person: UserId, cooldown: Duration) -> bool {
        let mut inner = self.inner();
        if inner
            .asked
            .get(&person)
            .is_some_and(|last| last.elapsed() < cooldown)
        {
            return false;
        }
        inner.asked.insert(person, Instant::now());
        true
    }

    /// Remembers a question whose answer is under way from now on, until [`Memory::settle`] or [`Memory::withdraw`].
    pub(super) fn begin(&self, question: MessageId, mut answered: Answered) {
        (answered.text, answered.under_way) = (kept(&answered.text), true);
        self.inner().answers.insert(question, answered);
    }

    /// Forgets a question that gets no answer.
    pub(super) fn withdraw(&self, question: MessageId) {
        self.inner().answers.remove(&question);
    }

    /// Remembers the answer.
    pub(super) fn complete(&self, question: MessageId, answer: MessageId, plain: bool) {
        if let Some(answered) = self.inner().answers.get_mut(&question) {
            (answered.answer, answered.plain) = (Some(answer), plain);
        }
    }

    /// What is left to be done about an answer to these words; where it is nothing, nobody is at work on it any more.
    pub(super) fn settle(&self, question: MessageId, shown: &str) -> Left {
        let mut inner = self.inner();
        let Some(answered) = inner.answers.get_mut(&question) else {
            return Left::Nothing;
        };
        if answered.deleted {
            return Left::Delete(answered.clone());
        }
        if answered.text == kept(shown) {
            answered.under_way = false;
            return Left::Nothing;
        }
        Left::Edit(answered.clone())
    }

    /// Notes that a question was edited. Where its answer has to follow and nobody is at work on it, somebody has to be from
    /// now on: what the answer is for so far.
    pub(super) fn edit(&self, question: MessageId, text: &str) -> Option<String> {
        let text = kept(text);
        let mut inner = self.inner();
        let answered = inner
            .answers
            .get_mut(&question)
            .filter(|answered| answered.text != text)?;
        let shown = std::mem::replace(&mut answered.text, text);
        (!std::mem::replace(&mut answered.under_way, true)).then_some(shown)
    }

    /// Notes that a message was deleted: if it was a question and nobody is at work on its answer, where that is; if it was an
    /// answer, it is not linked to any more.
    pub(super) fn delete(&self, message: MessageId) -> Option<Answered> {
        let mut inner = self.inner();
        if inner.conversations.remove(&message).is_some() {
            inner.posted.retain(|(id, _)| *id != message);
        }
        let answered = inner.answers.get_mut(&message)?;
        answered.deleted = true;
        (!answered.under_way).then(|| answered.clone())
    }

    /// Remembers what was asked in a conversation that an answer ends.
    pub(super) fn converse(
        &self,
        answer: MessageId,
        channel: Option<ChannelId>,
        asker: UserId,
        question: &Question,
    ) {
        let skip = (question.previous.len() + 1).saturating_sub(TURNS);
        let turns = question
            .previous
            .iter()
            .chain([&question.text])
            .skip(skip)
            .map(|turn| kept(turn))
            .collect();
        let conversation = Conversation {
            asker,
            turns,
            overheard: question.overheard,
        };
        let mut inner = self.inner();
        if let Some(channel) = channel {
            inner
                .direct
                .insert(channel, (conversation.clone(), Instant::now()));
        }
        inner.conversations.insert(answer, conversation);
    }

    /// What was asked before an answer of the bot.
    pub(super) fn conversation(&self, answer: MessageId) -> Option<Conversation> {
        self.inner().conversations.get(&answer).cloned()
    }

    /// What was asked before in a direct conversation that has not paused for long.
    pub(super) fn direct_conversation(&self, channel: ChannelId) -> Vec<String> {
        self.inner()
            .direct
            .get(&channel)
            .filter(|(_, last)| last.elapsed() < PAUSE)
            .map(|(known, _)| known.turns.clone())
            .unwrap_or_default()
    }

    /// Remembers that a section is posted in a channel.
    pub(super) fn post(&self, channel: ChannelId, place: Place, message: MessageId) {
        self.inner()
            .posted
            .insert((channel, place), (message, Instant::now()));
    }

    /// The message with a section, if it is in the channel already.
    pub(super) fn posted(
        &self,
        channel: ChannelId,
        place: &Place,
        within: Duration,
    ) -> Option<MessageId> {
        let inner = self.inner();
        let (message, at) = inner.posted.get(&(channel, place.clone()))?;
        (at.elapsed() < within).then_some(*message)
    }

    /// Whether somebody says of an answer for the first time that it was not it.
    pub(super) fn is_first_miss(&self, answer: MessageId) -> bool {
        self.inner().missed.insert(answer, ()).is_none()
    }

    /// Forgets what a person asked, and when.
    pub(super) fn forget(&self, person: UserId) {
        let mut inner = self.inner();
        inner.asked.remove(&person);
        inner.answers.retain(|answered| answered.asker != person);
        inner
            .conversations
            .retain(|conversation| conversation.asker != person);
        inner
            .direct
            .retain(|(conversation, _)| conversation.asker != person);
    }

    /// Notes that a channel takes no embeds.
    pub(super) fn takes_no_embeds(&self, channel: ChannelId) {
        self.inner().plain.insert(channel, Instant::now());
    }

    /// Whether a channel takes embeds, as far as is known.
    pub(super) fn takes_embeds(&self, channel: ChannelId) -> bool {
        self.inner()
            .plain
            .get(&channel)
            .is_none_or(|since| since.elapsed() >= PLAIN)
    }

    /// Whether this is the first warning about a channel.
    pub(super) fn is_first_warning(&self, channel: ChannelId) -> bool {
        self.inner().warned.insert(channel, ()).is_none()
    }
}

/// What is kept of a question.
pub(super) fn kept(question: &str) -> String {
    reply::cut(question, KEPT)
}

/// A map that forgets what was put in first once it is full.
#[derive(Debug)]
struct Bounded<K, V> {
    entries: HashMap<K, (V, u64)>,
    order: VecDeque<(K, u64)>,
    most: usize,
    next: u64,
}

impl<K: Clone + Eq + Hash, V> Bounded<K, V> {
    fn new(most: usize) -> Self {
        Self {
            entries: HashMap::new(),
            order: VecDeque::new(),
            most,
            next: 0,
        }
    }

    fn get(&self, key: &K) -> Option<&V> {
        self.entries.get(key).map(|(value, _)| value)
    }

    fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.entries.get_mut(key).map(|(value, _)| value)
    }

    /// Puts a value in, as the newest; what was there before.
    fn insert(&mut self, key: K, value: V) -> Option<V> {
        let number = self.next;
        self.next += 1;
        self.order.push_back((key.clone(), number));
        let before = self
            .entries
            .insert(key, (value, number))
            .map(|(value, _)| value);
        while self.order.len() > self.most {
            let Some((oldest, number)) = self.order.pop_front() else {
                break;
            };
            if self
                .entries
                .get(&oldest)
                .is_some_and(|(_, current)| *current == number)
            {
                self.entries.remove(&oldest);
            }
        }
        before
    }

    fn remove(&mut self, key: &K) -> Option<V> {
        self.entries.remove(key).map(|(value, _)| value)
    }

    fn retain(&mut self, keep: impl Fn(&V) -> bool) {
        self.entries.retain(|_, (value, _)| keep(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_map_forgets_the_oldest() {
        let mut map = Bounded::new(3);
        for key in 0..5 {
            map.insert(key, key * 10);
        }
        assert_eq!(
            (0..5)
                .filter_map(|key| map.get(&key).copied())
                .collect::<Vec<_>>(),
            [20, 30, 40]
        );
        assert_eq!(map.insert(3, 31), Some(30));
        map.remove(&4);
        map.insert(4, 41);
        map.insert(9, 90);
        assert_eq!(map.entries.len(), 3);
        assert!(map.order.len() <= 3);
        assert_eq!(
            (map.get(&2), map.get(&3), map.get(&4), map.get(&9)),
            (None, Some(&31), Some(&41), Some(&90))
        );
    }

    #[test]
    fn a_message_is_new_once() {
        let memory = Memory::default();
        assert!(memory.is_new(1));
        assert!(!memory.is_new(1));
    }

    #[test]
    fn whoever_is_at_work_on_an_answer_sees_what_became_of_the_question() {
        let memory = Memory::default();
        let (question, answer) = (MessageId::new(1), MessageId::new(2));
        let answered = Answered {
            asker: UserId::new(7),
            channel: ChannelId::new(3),
            guild: None,
            text: "a".to_owned(),
            overheard: false,
            answer: None,
            plain: false,
            deleted: false,
            under_way: false,
        };
        memory.begin(question, answered);
        assert_eq!(memory.edit(question, "b"), None, "somebody is at work");
        memory.complete(question, answer, false);
        assert!(
            matches!(memory.settle(question, "a"), Left::Edit(now) if now.text == "b" && now.answer == Some(answer))
        );
        assert!(matches!(memory.settle(question, "b"), Left::Nothing));
        assert_eq!(memory.edit(question, "b"), None, "it says the same");
        assert_eq!(
            memory.edit(question, "c").as_deref(),
            Some("b"),
            "nobody is at work"
        );
        assert!(memory.delete(question).is_none(), "now somebody is");
        assert!(matches!(memory.settle(question, "c"), Left::Delete(_)));
        memory.withdraw(question);
        assert!(memory.delete(question).is_none());
    }

    #[test]
    fn a_conversation_keeps_its_last_turns() {
        let memory = Memory::default();
        let before: Vec<String> = ["a", "b", "c"].map(str::to_owned).to_vec();
        let question = Question {
            previous: before,
            ..Question::new("d")
        };
        memory.converse(MessageId::new(1), None, UserId::new(7), &question);
        assert_eq!(
            memory.conversation(MessageId::new(1)).unwrap().turns,
            ["b", "c", "d"]
        );
    }

    #[test]
    fn a_person_is_forgotten_and_others_are_not() {
        let memory = Memory::default();
        let (mia, max) = (UserId::new(7), UserId::new(8));
        for (number, person) in [(1, mia), (2, max)] {
            memory.converse(
                MessageId::new(number),
                Some(ChannelId::new(number)),
                person,
                &Question::new("what"),
            );
        }
        memory.forget(mia);
        assert_eq!(memory.conversation(MessageId::new(1)), None);
        assert!(memory.direct_conversation(ChannelId::new(1)).is_empty());
        assert!(memory.conversation(MessageId::new(2)).is_some());
        assert_eq!(memory.direct_conversation(ChannelId::new(2)), ["what"]);
    }
}
