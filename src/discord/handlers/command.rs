//! Commands: the reply to one, in time or announced.

use std::time::Duration;

use serenity::all::UserId;
use tracing::warn;

use crate::discord::commands;
use crate::discord::commands::definition::{CommandReply, Execution, Pending};
use crate::discord::context::EventContext;
use crate::discord::events::Interaction;
use crate::discord::record::QuestionRecord;
use crate::discord::render::{self, RenderOptions, render};
use crate::reply;

/// A reply that takes longer than this is announced. Discord waits three seconds, the way there included.
const ANNOUNCE_AFTER: Duration = Duration::from_millis(1_500);

/// Runs a command and shows its reply.
pub(in crate::discord) async fn handle(
    context: &EventContext,
    interaction: &Interaction,
) -> Option<QuestionRecord> {
    let owner = interaction.user_id()?;
    let name = &interaction.data.name;
    let reply = match commands::find(name, interaction.data.kind).map(|command| command.run) {
        Some(Execution::Now(run)) => run(context, interaction),
        Some(Execution::Slow(run)) => {
            let pending = run(context, interaction);
            in_time(context, interaction, owner, pending).await?
        }
        None => CommandReply::ephemeral(reply::unknown_command()),
    };
    let options = if reply.ephemeral {
        RenderOptions::ephemeral(owner, interaction)
    } else {
        RenderOptions::public(owner)
    };
    let rendered = render(&reply.reply, options);
    let rendered = match reply.quoted_question {
        Some(question) => rendered.quoting(&question),
        None => rendered,
    };
    let (rest, response) = (&context.bot.rest, rendered.response());
    let responded = rest.respond(interaction.id, &interaction.token, &response);
    if let Err(error) = responded.await {
        warn!(command = name, %error, "could not answer a command");
    }
    reply.record
}

/// Waits for a reply. If that takes long, announces it to Discord and shows it afterwards: `None` then.
async fn in_time(
    context: &EventContext,
    interaction: &Interaction,
    owner: UserId,
    mut pending: Pending<'_>,
) -> Option<CommandReply> {
    let left = ANNOUNCE_AFTER.saturating_sub(context.received.elapsed());
    if let Ok(reply) = tokio::time::timeout(left, &mut pending).await {
        return Some(reply);
    }
    let (rest, token) = (&context.bot.rest, &interaction.token);
    let announced = rest
        .respond(interaction.id, token, &render::deferred())
        .await;
    // Also if nobody will see the reply: what the command does is wanted.
    let reply = pending.await;
    let options = RenderOptions::ephemeral(owner, interaction);
    let message = render(&reply.reply, options).edit();
    let shown = match announced {
        Ok(()) => {
            rest.edit_response(interaction.application_id, token, &message)
                .await
        }
        Err(error) => Err(error),
    };
    if let Err(error) = shown {
        warn!(command = interaction.data.name, %error, "could not answer a command");
    }
    None
}
