//! `/privacy`: what the bot reads and keeps.

use super::definition::{CommandDefinition, CommandReply, Execution, everywhere};
use crate::discord::context::EventContext;
use crate::discord::events::Interaction;
use crate::reply::{self, Privacy};

pub(super) const COMMAND: CommandDefinition = CommandDefinition::slash(
    "privacy",
    |command| everywhere(command).description("What I read and what I keep"),
    Execution::Now(run),
);

fn run(context: &EventContext, _: &Interaction) -> CommandReply {
    let bot = &context.bot;
    CommandReply::ephemeral(reply::privacy(&Privacy {
        keeps: bot.store.keeps(),
        contact: bot.config.privacy_contact.clone(),
    }))
}
