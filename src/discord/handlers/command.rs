//! Commands: replying in time, or deferring the reply.

use std::time::Duration;

use serenity::all::{MessageId, UserId};
use tracing::{debug, warn};

use crate::discord::commands;
use crate::discord::commands::definition::{CommandReply, Execution, Pending};
use crate::discord::context::EventContext;
use crate::discord::events::Interaction;
use crate::discord::introduction::Introduction;
use crate::discord::record::QuestionRecord;
use crate::discord::render::{self, RenderOptions, Rendered, render};
use crate::discord::rest::RestError;
use crate::reply::{self, Form};

/// A reply that takes longer than this is deferred. Discord waits three seconds, network time included.
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
        Some(Execution::Soon(run)) => run(context, interaction).await,
        Some(Execution::Slow(run)) => {
            let pending = run(context, interaction);
            in_time(context, interaction, owner, pending).await?
        }
        None => CommandReply::ephemeral(reply::unknown_command()),
    };
    if let Some(form) = &reply.form {
        show_form(context, interaction, form).await;
        return None;
    }
    let bot = &context.bot;
    let (options, introduction) = if reply.ephemeral {
        let options = RenderOptions::ephemeral(owner, interaction, &bot.commands);
        (options, Introduction::default())
    } else {
        let options = RenderOptions::public(owner, &bot.commands);
        (options, Introduction::in_response(bot, interaction))
    };
    let rendered = render(&introduction.put_into(&reply.reply), options);
    let question = reply.quoted_question.as_deref();
    let responded = respond(context, interaction, rendered, question).await;
    let id = MessageId::new(interaction.id.get());
    introduction.settle(bot, responded.is_ok().then_some(id));
    match responded {
        Ok(()) => reply.record,
        Err(error) => {
            give_up(context, interaction, owner, &error).await;
            // Nobody saw an answer, so none is counted.
            None
        }
    }
}

/// Shows a form in place of a reply.
async fn show_form(context: &EventContext, interaction: &Interaction, form: &Form) {
    let (rest, token) = (&context.bot.rest, &interaction.token);
    let form = render::form(form);
    let shown = rest.respond(interaction.id, token, &form);
    if let Err(error) = shown.await {
        warn!(command = interaction.data.name, %error, "could not answer a command");
    }
}

/// Forgets a reply that nobody saw, and says so privately if Discord refused it: an interaction whose response was refused still
/// takes another.
async fn give_up(
    context: &EventContext,
    interaction: &Interaction,
    owner: UserId,
    error: &RestError,
) {
    let Interaction { id, token, .. } = interaction;
    let bot = &context.bot;
    warn!(command = interaction.data.name, %error, "could not answer a command");
    bot.conversations.remove(MessageId::new(id.get()));
    if error.status() != Some(400) {
        return;
    }
    let options = RenderOptions::ephemeral(owner, interaction, &bot.commands);
    let note = render(&reply::refused(), options).response();
    if let Err(error) = bot.rest.respond(*id, token, &note).await {
        debug!(%error, "could not say that a reply was refused");
    }
}

/// Shows a reply, with the question above it if others should see that and the server's rules let them.
async fn respond(
    context: &EventContext,
    interaction: &Interaction,
    rendered: Rendered,
    question: Option<&str>,
) -> Result<(), RestError> {
    let (rest, id, token) = (&context.bot.rest, interaction.id, &interaction.token);
    if let Some(question) = question {
        let quoting = rendered.clone().quoting(question).response();
        match rest.respond(id, token, &quoting).await {
            // AutoMod, for example, may refuse what the person typed, but not our answer.
            Err(error) if error.status() == Some(400) => {
                debug!(%error, "could not repeat a question above its answer");
            }
            responded => return responded,
        }
    }
    rest.respond(id, token, &rendered.response()).await
}

/// Waits for a reply. If that takes long, defers it, shows it later, and returns `None`.
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
    // Even if nobody will see the reply: the command's effect is wanted.
    let reply = pending.await;
    let options = RenderOptions::ephemeral(owner, interaction, &context.bot.commands);
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
