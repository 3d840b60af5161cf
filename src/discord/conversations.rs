//! Earlier questions, and which messages answered what: bounded, in memory only, and lost at a restart.

use std::iter;
use std::time::{Duration, Instant};

use lru::LruCache;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use serenity::all::{ChannelId, MessageId, UserId};

use super::answers::shortened;
use super::bounded::{bounded, retain};
use crate::reply::{Place, Reply};
use crate::search::Question;

/// How many conversations, and answers that can be linked to, are kept.
const MAX_CONVERSATIONS: usize = 4_096;
/// How many earlier questions of a conversation count.
const MAX_EARLIER: usize = 3;
/// After this long a pause in a direct conversation, the next question stands alone.
const MAX_PAUSE: Duration = Duration::from_secs(600);

/// All conversations.
#[derive(Debug)]
pub(super) struct Conversations(Mutex<ConversationMaps>);

#[derive(Debug)]
struct ConversationMaps {
    by_answer: LruCache<MessageId, Conversation>,
    /// The last answer to a person in a channel.
    last: LruCache<(ChannelId, UserId), (MessageId, Instant)>,
    posted: LruCache<(ChannelId, Place), (MessageId, Instant)>,
    /// The section that a message shows: the key of `posted`.
    shown: LruCache<MessageId, (ChannelId, Place)>,
    /// Answers that someone marked "Not it".
    missed: LruCache<MessageId, ()>,
}

/// The questions that led to one of the bot's answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Conversation {
    /// Who asked.
    pub asker: UserId,
    /// The questions, oldest first.
    pub questions: Vec<String>,
    /// Whether the last was not addressed to the bot.
    pub overheard: bool,
    pub shown: Shown,
}

/// A question that someone asked before an answer.
pub(super) struct EarlierQuestion {
    pub text: String,
    /// Whether it was addressed to the bot: only then may it be kept.
    pub addressed: bool,
}

/// The part of the guide that an answer shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Shown {
    #[default]
    Nothing,
    Section(Place),
    /// To choose from, best first.
    Candidates(Vec<Place>),
    /// The first of these in full; the others to choose from.
    Closest(Vec<Place>),
}

impl Conversation {
    /// The questions that led to an answer that shows this, as far back as they count.
    pub(super) fn new(asker: UserId, question: &Question, shown: Shown) -> Self {
        let skip = (question.previous.len() + 1).saturating_sub(MAX_EARLIER);
        let questions = question.previous.iter().chain([&question.text]).skip(skip);
        // After a restart, it may not be known what was asked.
        let known = questions.filter(|text| !text.is_empty());
        Self {
            asker,
            questions: known.map(|text| shortened(text)).collect(),
            overheard: question.overheard,
            shown,
        }
    }

    /// The last question, alone.
    pub(super) fn last_question(&self) -> Option<EarlierQuestion> {
        Some(EarlierQuestion {
            text: self.questions.last()?.clone(),
            addressed: !self.overheard,
        })
    }

    /// The last question, with those before it.
    pub(super) fn question(&self) -> Question {
        let mut previous = self.questions.clone();
        let text = previous.pop().unwrap_or_default();
        Question {
            previous,
            overheard: self.overheard,
            ..Question::new(text)
        }
    }
}

impl Shown {
    /// What a reply shows; the place is the section's, if it is an answer.
    pub(super) fn by(reply: &Reply, place: Option<&Place>) -> Self {
        if let Some(place) = place {
            return Self::Section(place.clone());
        }
        Self::of(reply.closest.clone(), reply.candidates().cloned().collect())
    }

    /// What shows this section, if any, and lets a person choose from these.
    pub(super) fn of(section: Option<Place>, offered: Vec<Place>) -> Self {
        match section {
            Some(section) if offered.is_empty() => Self::Section(section),
            Some(section) => Self::Closest(iter::once(section).chain(offered).collect()),
            None if offered.is_empty() => Self::Nothing,
            None => Self::Candidates(offered),
        }
    }

    /// The section that is shown in full.
    pub(super) fn section(&self) -> Option<&Place> {
        match self {
            Self::Section(place) => Some(place),
            Self::Closest(places) => places.first(),
            Self::Nothing | Self::Candidates(_) => None,
        }
    }

    /// What a person can choose from, best first.
    pub(super) fn offered(&self) -> &[Place] {
        match self {
            Self::Candidates(places) | Self::Closest(places) => places,
            Self::Nothing | Self::Section(_) => &[],
        }
    }
}

impl Default for Conversations {
    fn default() -> Self {
        Self(Mutex::new(ConversationMaps {
            by_answer: bounded(MAX_CONVERSATIONS),
            last: bounded(MAX_CONVERSATIONS),
            posted: bounded(MAX_CONVERSATIONS),
            shown: bounded(MAX_CONVERSATIONS),
            missed: bounded(MAX_CONVERSATIONS),
        }))
    }
}

impl Conversations {
    /// Remembers what an answer in a channel answers and shows.
    pub(super) fn remember(
        &self,
        answer: MessageId,
        channel: ChannelId,
        asker: UserId,
        question: &Question,
        shown: Shown,
    ) {
        let conversation = Conversation::new(asker, question, shown);
        let mut known = self.0.lock();
        known.last.put((channel, asker), (answer, Instant::now()));
        known.by_answer.put(answer, conversation);
    }

    /// The questions that one of the bot's answers answers.
    pub(super) fn before(&self, answer: MessageId) -> Option<Conversation> {
        self.0.lock().by_answer.get(&answer).cloned()
    }

    /// Records that an answer now shows this.
    pub(super) fn now_shows(&self, answer: MessageId, shown: Shown) {
        if let Some(conversation) = self.0.lock().by_answer.get_mut(&answer) {
            conversation.shown = shown;
        }
    }

    /// The last answer to a person in a channel, unless the conversation has paused for too long.
    pub(super) fn last(
        &self,
        channel: ChannelId,
        person: UserId,
    ) -> Option<(MessageId, Conversation)> {
        let mut known = self.0.lock();
        let (answer, at) = *known.last.get(&(channel, person))?;
        let conversation = known.by_answer.get(&answer)?;
        (at.elapsed() < MAX_PAUSE).then(|| (answer, conversation.clone()))
    }

    /// Records that a message now shows a section, and no other.
    pub(super) fn posted(&self, channel: ChannelId, place: Place, message: MessageId) {
        let mut known = self.0.lock();
        known.unpost(message);
        let key = (channel, place);
        known.shown.put(message, key.clone());
        known.posted.put(key, (message, Instant::now()));
    }

    /// The message in a channel that shows a section and is no older than this.
    pub(super) fn find_posted(
        &self,
        channel: ChannelId,
        place: &Place,
        max_age: Duration,
    ) -> Option<MessageId> {
        let mut known = self.0.lock();
        let (message, at) = known.posted.get(&(channel, place.clone()))?;
        (at.elapsed() < max_age).then_some(*message)
    }

    /// Forgets a message that is gone: nothing links to it any more.
    pub(super) fn remove(&self, message: MessageId) {
        let mut known = self.0.lock();
        known.by_answer.pop(&message);
        known.unpost(message);
    }

    /// Whether this is the first time that someone marks an answer "Not it".
    pub(super) fn is_first_miss(&self, answer: MessageId) -> bool {
        self.0.lock().missed.put(answer, ()).is_none()
    }

    /// Forgets what a person asked.
    pub(super) fn forget(&self, person: UserId) {
        retain(&mut self.0.lock().by_answer, |conversation| {
            conversation.asker != person
        });
    }
}

impl ConversationMaps {
    /// Records that a message no longer shows a section.
    fn unpost(&mut self, message: MessageId) {
        let Some(key) = self.shown.pop(&message) else {
            return;
        };
        if self
            .posted
            .peek(&key)
            .is_some_and(|(shown_in, _)| *shown_in == message)
        {
            self.posted.pop(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIA: UserId = UserId::new(7);

    fn place(section: &str) -> Place {
        Place {
            topic: "t".to_owned(),
            section: section.to_owned(),
        }
    }

    #[test]
    fn a_conversation_keeps_its_last_questions() {
        let conversations = Conversations::default();
        let question = Question {
            previous: ["a", "b", "c"].map(str::to_owned).to_vec(),
            ..Question::new("d")
        };
        let (answer, channel) = (MessageId::new(1), ChannelId::new(3));
        conversations.remember(answer, channel, MIA, &question, Shown::Nothing);
        let known = conversations.before(answer).map(|known| known.questions);
        assert_eq!(known.unwrap(), ["b", "c", "d"]);
    }

    #[test]
    fn a_message_that_shows_another_section_is_not_linked_to_for_the_first() {
        let conversations = Conversations::default();
        let (channel, message) = (ChannelId::new(3), MessageId::new(1));
        let find = |section| conversations.find_posted(channel, &place(section), MAX_PAUSE);
        conversations.posted(channel, place("a"), message);
        assert_eq!(find("a"), Some(message));
        conversations.posted(channel, place("b"), message);
        assert_eq!((find("a"), find("b")), (None, Some(message)));
    }

    #[test]
    fn a_person_is_forgotten_and_others_are_not() {
        let conversations = Conversations::default();
        for number in [7, 8] {
            let channel = ChannelId::new(3);
            let (answer, person) = (MessageId::new(number), UserId::new(number));
            conversations.remember(
                answer,
                channel,
                person,
                &Question::new("what"),
                Shown::Nothing,
            );
        }
        conversations.forget(MIA);
        let last = |person| conversations.last(ChannelId::new(3), UserId::new(person));
        assert_eq!(conversations.before(MessageId::new(7)), None);
        assert_eq!(last(7), None);
        assert_eq!(last(8).unwrap().1.questions, ["what"]);
    }
}
