//! `/forget-me`: deletes everything linked to a person.

use super::definition::{CommandDefinition, CommandReply, Execution, everywhere};
use crate::discord::context::EventContext;
use crate::discord::events::Interaction;
use crate::reply;

pub(super) const COMMAND: CommandDefinition = CommandDefinition::slash(
    "forget-me",
    |command| everywhere(command).description("Delete what I keep about you"),
    Execution::Slow(|context, interaction| Box::pin(run(context, interaction))),
);

async fn run(context: &EventContext, interaction: &Interaction) -> CommandReply {
    let bot = &context.bot;
    let Some(user) = interaction.user_id() else {
        return CommandReply::ephemeral(reply::unknown_command());
    };
    bot.answers.forget(user);
    bot.conversations.forget(user);
    bot.cooldowns.forget(user);
    CommandReply::ephemeral(match bot.store.forget(user.get()).await {
        Ok(votes) => reply::forgotten(votes, bot.store.keeps().map(|(gaps, _)| gaps)),
        Err(_) => reply::will_forget(),
    })
}
