//! `/guide added`: what moderators of the server added, to look at, change and delete.

use super::part::{GuidePart, private};
use crate::discord::context::EventContext;
use crate::discord::events::Interaction;
use crate::discord::handlers::teaching;
use crate::reply::{self, Reply};

pub(super) const PART: GuidePart = GuidePart {
    name: "added",
    description: "Show, change or delete what was added on this server",
    define: |part| part,
    run: |context, interaction, _| private(async { run(context, interaction) }),
};

fn run(context: &EventContext, interaction: &Interaction) -> Reply {
    match teaching::moderator(context, interaction) {
        Ok(moderator) => {
            let additions = context.additions(Some(moderator.guild));
            reply::additions(&context.guide.knowledge, &additions, 0)
        }
        Err(refusal) => refusal.reply(),
    }
}
