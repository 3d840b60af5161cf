//! `/topics`: browsing the guide.

use super::definition::{CommandDefinition, CommandReply, Execution, everywhere};
use crate::reply;

pub(super) const COMMAND: CommandDefinition = CommandDefinition::slash(
    "topics",
    |command| everywhere(command).description("Browse the internship guide"),
    Execution::Now(|context, _| CommandReply::ephemeral(reply::topics(&context.guide.knowledge))),
);
