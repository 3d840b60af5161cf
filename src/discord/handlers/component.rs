//! Buttons and menus: what a click does and shows.

use serde::Serialize;
use serenity::all::{ChannelId, MessageId, Permissions, UserId};
use tracing::warn;

use crate::additions::Additions;
use crate::answer::ProbableMatch;
use crate::discord::answers::TrackedQuestion;
use crate::discord::context::{EventContext, section, show};
use crate::discord::conversations::{EarlierQuestion, Shown};
use crate::discord::custom_id::{self, Click};
use crate::discord::events::{DiscordMessage, Interaction};
use crate::discord::introduction::Introduction;
use crate::discord::record::{self, QuestionRecord};
use crate::discord::render::{self, Destination, Outgoing, RenderOptions, ResponseForm, render};
use crate::discord::rest::RestError;
use crate::discord::send::send_reply;
use crate::knowledge::KnowledgeBase;
use crate::reply::{self, Action, Place, Reply, Seen, Target, View};
use crate::stats::Way;

use super::follow::follow;
use super::{post_tag, teaching};

/// A button or menu option that someone chose, with what Discord always says about it.
struct Used<'a> {
    context: &'a EventContext,
    interaction: &'a Interaction,
    user: UserId,
    channel: ChannelId,
    message: &'a DiscordMessage,
}

/// What a click shows, and where.
pub(in crate::discord) enum ClickReply {
    /// In place of the message that was clicked.
    InPlace(Reply),
    /// In a new message that only the person sees.
    Apart(Reply),
    /// In a new message that everybody sees.
    ToEveryone(Reply),
}

/// What a click shows, if it neither removes nor posts a message; `found` holds other answers to the question, for "Not it".
pub(in crate::discord) fn shown_by(
    knowledge: &KnowledgeBase,
    additions: &Additions,
    click: &Click,
    is_owner: bool,
    found: &[ProbableMatch],
) -> ClickReply {
    use ClickReply::{Apart, InPlace, ToEveryone};
    match &click.action {
        Action::Show(view) => match show(knowledge, additions, view) {
            Some(reply) if is_owner && click.seen == Seen::Here => InPlace(reply),
            Some(reply) => Apart(reply),
            None => Apart(reply::gone()),
        },
        _ if !is_owner => Apart(reply::not_for_you()),
        Action::Helped(place) => match section(knowledge, additions, place) {
            Some(reply) => InPlace(reply::that_helped(reply)),
            None => Apart(reply::gone()),
        },
        Action::NotIt(place) => Apart(reply::not_it(knowledge, place, found)),
        Action::NoneOfThese => InPlace(reply::none_of_these(knowledge)),
        Action::Share(place) => match section(knowledge, additions, place) {
            Some(reply) => ToEveryone(reply),
            None => Apart(reply::gone()),
        },
        Action::Remove | Action::Post(..) | Action::Teach(_) => Apart(reply::not_for_you()),
    }
}

/// Does what a button or an option of a menu says.
pub(in crate::discord) async fn handle(
    context: &EventContext,
    interaction: &Interaction,
) -> Option<QuestionRecord> {
    let used = Used {
        context,
        interaction,
        user: interaction.user_id()?,
        channel: interaction.channel_id?,
        message: interaction.message.as_deref()?,
    };
    let option = interaction.data.values.first().map(String::as_str);
    let knowledge = &context.guide.knowledge;
    let mut record = None;
    let result = match custom_id::decode(&interaction.data.custom_id, option, knowledge) {
        Some(Click {
            action: Action::Remove,
            owner,
            ..
        }) => used.remove(owner).await,
        Some(Click {
            action: Action::Post(place, target),
            owner,
            ..
        }) if used.is_by(owner) => used.post(&place, target).await,
        Some(Click {
            action: Action::Teach(teach),
            ..
        }) => {
            let step = teaching::click(context, interaction, used.message, teach).await;
            teaching::respond(context, interaction, used.user, &step).await
        }
        Some(click) => {
            let has_helped = matches!(click.action, Action::Helped(_)) && used.is_by(click.owner);
            let (response, introduction);
            (response, record, introduction) = used.click(click).await;
            let responded = used.respond(&response).await;
            let id = MessageId::new(interaction.id.get());
            introduction.settle(&context.bot, responded.is_ok().then_some(id));
            if has_helped {
                post_tag::set(context, interaction).await;
            }
            responded
        }
        None => used.respond(&used.ephemeral(&reply::gone())).await,
    };
    if let Err(error) = result {
        warn!(%error, "could not answer a click");
    }
    record
}

impl Used<'_> {
    fn is_by(&self, owner: u64) -> bool {
        self.user.get() == owner
    }

    async fn respond(&self, response: &impl Serialize) -> Result<(), RestError> {
        let Interaction { id, token, .. } = self.interaction;
        self.context.bot.rest.respond(*id, token, response).await
    }

    /// What a click shows, the outcome of the question if the click decided it, and whether what it shows introduces the bot.
    async fn click(
        &self,
        click: Click,
    ) -> (Outgoing<ResponseForm>, Option<QuestionRecord>, Introduction) {
        let (context, guild) = (self.context, self.interaction.guild_id);
        let knowledge = &context.guide.knowledge;
        let is_owner = self.is_by(click.owner);
        let additions = context.additions(guild);
        let is_there =
            |place: &Place| additions.at(place).is_some() || place.find(knowledge).is_some();
        let (mut found, mut record) = (Vec::new(), None);
        match &click.action {
            _ if !is_owner => {}
            Action::Show(View::Section(place))
                if click.seen == Seen::Here && !self.message.is_ephemeral() && is_there(place) =>
            {
                let conversations = &context.bot.conversations;
                let shown = Shown::Section(place.clone());
                conversations.now_shows(self.message.conversation_id(), shown);
                conversations.posted(self.channel, place.clone(), self.message.id);
            }
            Action::Helped(place) if is_there(place) => {
                record::vote(context, guild, self.user.get(), place.clone(), true);
            }
            Action::NotIt(place) => {
                record::vote(context, guild, self.user.get(), place.clone(), false);
                let asked = self.earlier_question();
                if self.is_first_miss() {
                    record::missed(context, guild, self.way(), asked.as_ref(), Some(place));
                }
                found = self.found_anew(asked).await;
            }
            Action::NoneOfThese if self.is_first_miss() => {
                let asked = self.earlier_question();
                record = record::missed(context, guild, self.way(), asked.as_ref(), None);
            }
            Action::Share(place) => {
                let before =
                    guild.and_then(|guild| context.posted_before(guild, self.channel, place));
                if let Some(before) = before {
                    return (self.ephemeral(&before), None, Introduction::default());
                }
            }
            _ => {}
        }
        let mut introduction = Introduction::default();
        let response = match shown_by(knowledge, &additions, &click, is_owner, &found) {
            ClickReply::InPlace(reply) => self.in_place(reply),
            ClickReply::Apart(reply) => self.ephemeral(&reply),
            ClickReply::ToEveryone(reply) => {
                introduction = Introduction::in_response(&context.bot, self.interaction);
                let options = RenderOptions::public(self.user, &context.bot.commands);
                render(&introduction.put_into(&reply), options).response()
            }
        };
        (response, record, introduction)
    }

    /// Whether this is the first click which says that the answer, or all candidates, failed to answer.
    fn is_first_miss(&self) -> bool {
        // Below "Not it" the question is kept already.
        let metadata = self.message.interaction_metadata;
        let is_below = metadata.is_some_and(|metadata| metadata.is_component());
        let conversations = &self.context.bot.conversations;
        !is_below && conversations.is_first_miss(self.message.conversation_id())
    }

    fn earlier_question(&self) -> Option<EarlierQuestion> {
        record::earlier_question(self.context, self.interaction.guild_id, self.message)
    }

    /// How the question reached the bot, as far as its answer shows.
    fn way(&self) -> Way {
        let is_of_command = self.message.interaction_metadata.is_some();
        match (is_of_command, self.interaction.guild_id) {
            (true, _) => Way::Command,
            (false, None) => Way::Direct,
            (false, Some(_)) => Way::Mention,
        }
    }

    /// What else may be meant if a section was not: searched again as long as the question is known.
    async fn found_anew(&self, asked: Option<EarlierQuestion>) -> Vec<ProbableMatch> {
        match asked {
            Some(asked) => {
                let question = self.context.question(asked.text).await;
                self.context.guide.answer(&question).matches
            }
            None => Vec::new(),
        }
    }

    /// Removes the reply that a button belongs to, for the person it is for or for a moderator.
    async fn remove(&self, owner: u64) -> Result<(), RestError> {
        let moderators = Permissions::MANAGE_MESSAGES | Permissions::ADMINISTRATOR;
        if !self.is_by(owner) && !self.interaction.permissions().intersects(moderators) {
            return self
                .respond(&self.ephemeral(&reply::may_not_remove()))
                .await;
        }
        let bot = &self.context.bot;
        for id in [self.message.id, self.message.conversation_id()] {
            bot.conversations.remove(id);
        }
        self.respond(&render::acknowledged()).await?;
        let Interaction {
            application_id,
            token,
            ..
        } = self.interaction;
        bot.rest.delete_response(*application_id, token).await
    }

    /// Posts a section as a reply to someone's message, and notifies them; nobody else is ever notified.
    async fn post(&self, place: &Place, target: Target) -> Result<(), RestError> {
        let (context, interaction) = (self.context, self.interaction);
        let found = context.section(interaction.guild_id, place);
        let ids = (target.author > 0 && target.message > 0).then_some(target);
        let (Some(reply), Some(target)) = (found, ids) else {
            return self.respond(&self.in_place(reply::gone())).await;
        };
        let (author, message) = (UserId::new(target.author), MessageId::new(target.message));
        if !interaction.is_installed_in_guild() {
            // Installed by the person only: the bot cannot write here on its own, but it can answer the click publicly.
            let options = RenderOptions::public(author, &context.bot.commands);
            return self
                .respond(&render(&reply, options).response_to(author))
                .await;
        }
        self.respond(&self.in_place(reply::posted())).await?;
        let bot = &context.bot;
        // Someone chose this answer, so an edit changes it only to a sure one.
        let chosen = TrackedQuestion::new(author, (interaction.guild_id, self.channel), "", true);
        bot.answers.start_chosen(message, chosen);
        let to = Destination {
            channel: self.channel,
            reply_to: Some(message),
            nonce: self.message.id.get(),
            ping: true,
        };
        match send_reply(bot, interaction.guild_id, &reply, author, to).await {
            Some(sent) => {
                bot.conversations.posted(self.channel, place.clone(), sent);
                bot.answers.answered(message, sent);
                follow(context, message, "").await;
                Ok(())
            }
            None => {
                bot.answers.withdraw(message);
                let options =
                    RenderOptions::ephemeral(self.user, interaction, &context.bot.commands);
                let note = render(&reply::not_posted(), options).edit();
                let (application, token) = (interaction.application_id, &interaction.token);
                bot.rest.edit_response(application, token, &note).await
            }
        }
    }

    /// In a new message that only the person sees.
    fn ephemeral(&self, reply: &Reply) -> Outgoing<ResponseForm> {
        let commands = &self.context.bot.commands;
        let options = RenderOptions::ephemeral(self.user, self.interaction, commands);
        render(reply, options).response()
    }

    /// In place of the message that was clicked.
    fn in_place(&self, reply: Reply) -> Outgoing<ResponseForm> {
        let bot = &self.context.bot;
        let options = if self.message.is_ephemeral() {
            RenderOptions::ephemeral(self.user, self.interaction, &bot.commands)
        } else {
            RenderOptions::public(self.user, &bot.commands)
        };
        let (guild, id) = (self.interaction.guild_id, self.message.conversation_id());
        render(&bot.introductions.keep(guild, id, reply), options).update()
    }
}
