//! `/help`: how to ask.

use super::definition::{CommandDefinition, CommandReply, Execution, everywhere};
use crate::reply;

pub(super) const COMMAND: CommandDefinition = CommandDefinition::slash(
    "help",
    |command| everywhere(command).description("How to ask me"),
    Execution::Now(|context, _| CommandReply::ephemeral(reply::help(&context.guide.knowledge))),
);
