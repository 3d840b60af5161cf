//! An answer of the bot to which someone replies: what was asked before it, and what it shows.

use serenity::all::{MessageId, UserId};

use crate::discord::context::BotContext;
use crate::discord::conversations::{Conversation, Shown};
use crate::discord::custom_id::{self, Click};
use crate::discord::events::DiscordMessage;
use crate::knowledge::KnowledgeBase;
use crate::reply::{Action, Seen, View};

/// One of the bot's answers that someone replies to. After a restart, only the message itself says what it was about.
pub(super) struct EarlierAnswer {
    /// The id under which its conversation is remembered.
    pub id: MessageId,
    /// Whether it answers a command: Discord hides the text of a reply to that.
    pub of_command: bool,
    titles: Vec<String>,
    /// The question that it quotes.
    question: Option<String>,
    /// The ids of its buttons.
    buttons: Vec<String>,
}

impl EarlierAnswer {
    /// What one of the bot's messages says.
    pub(super) fn new(answer: &DiscordMessage) -> Self {
        Self {
            id: answer.conversation_id(),
            of_command: answer.interaction_metadata.is_some(),
            titles: answer.headlines(),
            question: answer.quoted_question(),
            buttons: answer.custom_ids(),
        }
    }

    /// The conversation that led to it: as remembered, or else as its buttons say.
    pub(super) fn conversation(
        &self,
        bot: &BotContext,
        knowledge: &KnowledgeBase,
    ) -> Option<Conversation> {
        let remembered = bot.conversations.before(self.id);
        remembered.or_else(|| self.conversation_shown(knowledge))
    }

    /// The questions that led to it, oldest first; or else its own words.
    pub(super) fn questions(&self, bot: &BotContext) -> Vec<String> {
        match (bot.conversations.before(self.id), &self.question) {
            (Some(known), _) => known.questions,
            (None, Some(question)) => vec![question.clone()],
            (None, None) => self.titles.clone(),
        }
    }

    fn conversation_shown(&self, knowledge: &KnowledgeBase) -> Option<Conversation> {
        let decode = |id: &String| custom_id::decode(id, None, knowledge);
        let clicks: Vec<Click> = self.buttons.iter().filter_map(decode).collect();
        let asker = clicks.first().filter(|click| click.owner > 0)?.owner;
        let section = clicks.iter().find_map(|click| match &click.action {
            Action::Helped(place) => Some(place.clone()),
            _ => None,
        });
        // What only may help as well opens apart.
        let offered = clicks.iter().filter(|click| click.seen == Seen::Here);
        let offered = offered.filter_map(|click| match &click.action {
            Action::Show(View::Section(place)) => Some(place.clone()),
            _ => None,
        });
        Some(Conversation {
            asker: UserId::new(asker),
            questions: self.question.iter().cloned().collect(),
            overheard: false,
            shown: Shown::of(section, offered.collect()),
        })
    }
}
