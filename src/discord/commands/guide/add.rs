//! `/guide add`: a form for an answer of the server's own.

use super::part::GuidePart;
use crate::discord::commands::definition::CommandReply;
use crate::discord::context::EventContext;
use crate::discord::events::Interaction;
use crate::discord::handlers::teaching;

pub(super) const PART: GuidePart = GuidePart {
    name: "add",
    description: "Write an answer for this server",
    define: |part| part,
    run: |context, interaction, _| Box::pin(async { run(context, interaction) }),
};

fn run(context: &EventContext, interaction: &Interaction) -> CommandReply {
    match teaching::moderator(context, interaction) {
        Ok(_) => CommandReply::form(teaching::write(context, Vec::new(), String::new())),
        Err(refusal) => CommandReply::ephemeral(refusal.reply()),
    }
}
