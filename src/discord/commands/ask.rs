//! `/ask`: a question.

use serde_json::Value;
use serenity::all::{CommandType, CreateCommand, MessageId};

use super::definition::{
    CommandDefinition, CommandReply, Execution, everywhere, flag_option, text, text_option,
};
use crate::discord::context::EventContext;
use crate::discord::conversations::Shown;
use crate::discord::cooldowns::Turn;
use crate::discord::events::Interaction;
use crate::discord::handlers::message::says_nothing;
use crate::discord::handlers::remark::remark_of;
use crate::discord::record::QuestionRecord;
use crate::reply::{self, Place};
use crate::stats::{RecordedOutcome, Way};

pub(super) const COMMAND: CommandDefinition = CommandDefinition {
    name: "ask",
    kind: CommandType::ChatInput,
    define,
    run: Execution::Soon(|context, interaction| Box::pin(run(context, interaction))),
    complete,
};

fn define(command: CreateCommand) -> CreateCommand {
    let question = text_option("question", "What you want to know, in your own words");
    let private = flag_option("private", "Show the answer only to you");
    everywhere(command)
        .description("Ask the internship guide")
        .add_option(question.required(true).set_autocomplete(true))
        .add_option(private)
}

async fn run(context: &EventContext, interaction: &Interaction) -> CommandReply {
    let (bot, guild) = (&context.bot, interaction.guild_id);
    let text = text(interaction, "question").unwrap_or_default().trim();
    if says_nothing(text) {
        return CommandReply::ephemeral(reply::help(&context.guide.knowledge));
    }
    let chosen = interaction.option("private").and_then(Value::as_bool);
    let ephemeral = chosen.unwrap_or_else(|| bot.settings(guild).private);
    let Some(user) = interaction.user_id() else {
        return CommandReply::ephemeral(reply::unknown_command());
    };
    if bot.take_turn(user, guild) != Turn::Theirs {
        return CommandReply::ephemeral(reply::too_fast());
    }
    let knowledge = &context.guide.knowledge;
    // A phrasing of the guide, chosen from the list or typed exactly, leads to its section without a search.
    let phrasing = context.guide.phrasebook.find(knowledge, text);
    // … unless moderators taught something else.
    let phrasing = phrasing.filter(|_| context.additions(guild).is_empty());
    let (place, reply, record) = match phrasing {
        Some((topic, section)) => {
            let (way, outcome) = (Way::Command, RecordedOutcome::Answer);
            let record = QuestionRecord::without_search(context, guild, way, outcome, Some(topic));
            let place = Place::new(topic, section);
            (
                Some(place),
                reply::section(knowledge, topic, section),
                record,
            )
        }
        None => {
            let question = context.question(text).await;
            let decision = context.answer(guild, &question);
            if let Some(remark) = remark_of(knowledge, &question.text, &decision) {
                return CommandReply::ephemeral(reply::to_remark(knowledge, remark));
            }
            let record = QuestionRecord::of_answer(context, guild, Way::Command, &decision)
                .keeping(context, &question, &decision);
            // The message has no id yet; clicks on it name the command.
            let id = MessageId::new(interaction.id.get());
            let (reply, place) = (
                reply::to_answer(knowledge, &decision),
                context.place_of(&decision),
            );
            if let Some(channel) = interaction.channel_id {
                let shown = Shown::by(&reply, place.as_ref());
                bot.conversations
                    .remember(id, channel, user, &question, shown);
            }
            (place, reply, record)
        }
    };
    let before = match (place, guild, interaction.channel_id) {
        (Some(place), Some(guild), Some(channel)) if !ephemeral => {
            context.posted_before(guild, channel, &place)
        }
        _ => None,
    };
    let reply = match before {
        Some(before) => CommandReply::ephemeral(before),
        None if ephemeral => CommandReply::ephemeral(reply),
        None => CommandReply {
            quoted_question: Some(text.to_owned()),
            ..CommandReply::public(reply)
        },
    };
    reply.with_record(record)
}

fn complete(context: &EventContext, option: &str, typed: &str) -> Vec<(String, String)> {
    if option != "question" {
        return Vec::new();
    }
    let phrasings = context.guide.complete(typed).into_iter();
    phrasings.map(|text| (text.clone(), text)).collect()
}
