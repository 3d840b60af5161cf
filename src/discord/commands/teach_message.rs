//! "Teach the guide", in a message's menu: for a question that belongs to a section, or an answer worth keeping.

use serenity::all::{
    CommandType, CreateCommand, InstallationContext, InteractionContext, Permissions,
};

use super::definition::{CommandDefinition, CommandReply, Execution};
use crate::additions::LONGEST_QUESTION;
use crate::answer;
use crate::discord::context::EventContext;
use crate::discord::events::Interaction;
use crate::discord::handlers::teaching;
use crate::reply;
use crate::scrub::{scrub, without_names};

pub(super) const COMMAND: CommandDefinition = CommandDefinition {
    kind: CommandType::Message,
    ..CommandDefinition::slash("Teach the guide", define, Execution::Now(run))
};

fn define(command: CreateCommand) -> CreateCommand {
    command
        .default_member_permissions(Permissions::MANAGE_GUILD)
        .integration_types(vec![InstallationContext::Guild])
        .contexts(vec![InteractionContext::Guild])
}

fn run(context: &EventContext, interaction: &Interaction) -> CommandReply {
    if let Err(refusal) = teaching::moderator(context, interaction) {
        return CommandReply::ephemeral(refusal.reply());
    }
    let Some(message) = interaction.target() else {
        return CommandReply::ephemeral(reply::unknown_command());
    };
    let guild = interaction.guild_id;
    let text = context.bot.without_mention(&message.visible(), guild);
    if text.is_empty() {
        return CommandReply::ephemeral(reply::nothing_to_teach());
    }
    // Someone else's message: what could identify them is neither offered nor kept.
    let question = scrub(&text);
    let draft = without_names(&text);
    // A long reply, or one without a question mark, is an answer, and it replies to the question.
    let asked = message.referenced_message.as_ref();
    let is_short = text.chars().count() <= LONGEST_QUESTION;
    let is_question = match asked {
        Some(_) => is_short && text.contains('?'),
        None => answer::asks(&text),
    };
    if is_question && !question.is_empty() {
        let question = question.as_str().to_owned();
        return CommandReply::ephemeral(teaching::find(context, &[question], Some(&draft)));
    }
    let asked = asked.map(|asked| scrub(&context.bot.without_mention(&asked.visible(), guild)));
    let asked = asked.map(|asked| asked.as_str().to_owned());
    CommandReply::form(teaching::write(context, asked.into_iter().collect(), draft))
}
