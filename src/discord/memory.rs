//! What the bot remembers while it runs: bounded, and nothing that a restart may not lose.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serenity::all::{ChannelId, MessageId, UserId};

use crate::reply::{self, Place};

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
    conversations: Bounded<MessageId, Vec<String>>,
    direct: Bounded<ChannelId, (Vec<String>, Instant)>,
    asked: Bounded<UserId, Instant>,
    posted: Bounded<(ChannelId, Place), (MessageId, Instant)>,
    plain: Bounded<ChannelId, Instant>,
    warned: Bounded<ChannelId, ()>,
}

/// A question, and the message that answers it.
#[derive(Debug, Clone)]
pub(super) struct Answered {
    /// Who asked.
    pub asker: UserId,
    /// Where.
    pub channel: ChannelId,
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
}

impl Default for Memory {
    fn default() -> Self {
        Self(Mutex::new(Inner {
            handled: Bounded::new(HANDLED),
            answers: Bounded::new(ANSWERS),
            conversations: Bounded::new(ANSWERS),
            direct: Bounded::new(CHANNELS),
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
        if inner.asked.get(&person).is_some_and(|last| last.elapsed() < cooldown) {
            return false;
        }
        inner.asked.insert(person, Instant::now());
        true
    }

    /// Remembers a question whose answer is under way.
    pub(super) fn begin(&self, question: MessageId, mut answered: Answered) {
        answered.text = kept(&answered.text);
        self.inner().answers.insert(question, answered);
    }

    /// Remembers the answer; the question as it is by now.
    pub(super) fn complete(&self, question: MessageId, answer: MessageId, plain: bool) -> Option<Answered> {
        let mut inner = self.inner();
        let answered = inner.answers.get_mut(&question)?;
        (answered.answer, answered.plain) = (Some(answer), plain);
        Some(answered.clone())
    }

    /// The question, if it was answered.
    pub(super) fn answered(&self, question: MessageId) -> Option<Answered> {
        self.inner().answers.get(&question).cloned()
    }

    /// Notes that a question was edited; false where its text is the same.
    pub(super) fn edit(&self, question: MessageId, text: &str) -> bool {
        let text = kept(text);
        let mut inner = self.inner();
        let Some(answered) = inner.answers.get_mut(&question).filter(|answered| answered.text != text) else { return false };
        answered.text = text;
        true
    }

    /// Notes that a message was deleted: if it was a question, where its answer is; if it was an answer, it is not linked
    /// to any more.
    pub(super) fn delete(&self, message: MessageId) -> Option<Answered> {
        let mut inner = self.inner();
        if inner.conversations.remove(&message).is_some() {
            inner.posted.retain(|(id, _)| *id != message);
        }
        let answered = inner.answers.get_mut(&message)?;
        answered.deleted = true;
        Some(answered.clone())
    }

    /// Remembers what was asked in a conversation that an answer ends.
    pub(super) fn converse(&self, answer: MessageId, channel: Option<ChannelId>, previous: &[String], question: &str) {
        let skip = (previous.len() + 1).saturating_sub(TURNS);
        let turns: Vec<String> = previous.iter().map(String::as_str).chain([question]).skip(skip).map(kept).collect();
        let mut inner = self.inner();
        if let Some(channel) = channel {
            inner.direct.insert(channel, (turns.clone(), Instant::now()));
        }
        inner.conversations.insert(answer, turns);
    }

    /// What was asked before an answer of the bot.
    pub(super) fn conversation(&self, answer: MessageId) -> Option<Vec<String>> {
        self.inner().conversations.get(&answer).cloned()
    }

    /// What was asked before in a direct conversation that has not paused for long.
    pub(super) fn direct_conversation(&self, channel: ChannelId) -> Vec<String> {
        self.inner().direct.get(&channel).filter(|(_, last)| last.elapsed() < PAUSE).map(|(turns, _)| turns.clone()).unwrap_or_default()
    }

    /// Remembers that a section is posted in a channel.
    pub(super) fn post(&self, channel: ChannelId, place: Place, message: MessageId) {
        self.inner().posted.insert((channel, place), (message, Instant::now()));
    }

    /// The message with a section, if it is in the channel already.
    pub(super) fn posted(&self, channel: ChannelId, place: &Place, within: Duration) -> Option<MessageId> {
        let inner = self.inner();
        let (message, at) = inner.posted.get(&(channel, place.clone()))?;
        (at.elapsed() < within).then_some(*message)
    }

    /// Notes that a channel takes no embeds.
    pub(super) fn takes_no_embeds(&self, channel: ChannelId) {
        self.inner().plain.insert(channel, Instant::now());
    }

    /// Whether a channel takes embeds, as far as is known.
    pub(super) fn takes_embeds(&self, channel: ChannelId) -> bool {
        self.inner().plain.get(&channel).is_none_or(|since| since.elapsed() >= PLAIN)
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
        Self { entries: HashMap::new(), order: VecDeque::new(), most, next: 0 }
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
        let before = self.entries.insert(key, (value, number)).map(|(value, _)| value);
        while self.order.len() > self.most {
            let Some((oldest, number)) = self.order.pop_front() else { break };
            if self.entries.get(&oldest).is_some_and(|(_, current)| *current == number) {
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
        assert_eq!((0..5).filter_map(|key| map.get(&key).copied()).collect::<Vec<_>>(), [20, 30, 40]);
        assert_eq!(map.insert(3, 31), Some(30));
        map.remove(&4);
        map.insert(4, 41);
        map.insert(9, 90);
        assert_eq!(map.entries.len(), 3);
        assert!(map.order.len() <= 3);
        assert_eq!((map.get(&2), map.get(&3), map.get(&4), map.get(&9)), (None, Some(&31), Some(&41), Some(&90)));
    }

    #[test]
    fn a_message_is_new_once() {
        let memory = Memory::default();
        assert!(memory.is_new(1));
        assert!(!memory.is_new(1));
    }

    #[test]
    fn a_conversation_keeps_its_last_turns() {
        let memory = Memory::default();
        let before: Vec<String> = ["a", "b", "c"].map(str::to_owned).to_vec();
        memory.converse(MessageId::new(1), None, &before, "d");
        assert_eq!(memory.conversation(MessageId::new(1)).unwrap(), ["b", "c", "d"]);
    }
}
