//! Suggestions while someone types into a command's option.

use tracing::debug;

use crate::discord::commands;
use crate::discord::context::EventContext;
use crate::discord::events::Interaction;
use crate::discord::render;

/// Offers what may be meant.
pub(in crate::discord) async fn handle(context: &EventContext, typing: &Interaction) {
    let command = commands::find(&typing.data.name, typing.data.kind);
    let choices = match (command, typing.focused()) {
        (Some(command), Some((option, typed))) => (command.complete)(context, option, typed),
        _ => Vec::new(),
    };
    let response = render::choices(choices);
    let responded = context
        .bot
        .rest
        .respond(typing.id, &typing.token, &response)
        .await;
    if let Err(error) = responded {
        // Someone typing fast may have moved on already.
        debug!(%error, "could not offer completions");
    }
}
