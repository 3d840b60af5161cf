//! `/guide`: what moderators can do. Discord shows it to members who can manage the server, and whatever Discord shows, the
//! bot checks again.

mod add;
mod added;
mod explain;
mod gaps;
mod part;
mod reload;
mod settings;
mod stats;
mod status;

use serenity::all::{
    CommandOptionType, CreateCommand, CreateCommandOption, InstallationContext, InteractionContext,
    Permissions,
};

use super::definition::{CommandDefinition, CommandReply, Execution, Pending};
use crate::discord::context::EventContext;
use crate::discord::events::Interaction;
use crate::reply;
use part::GuidePart;

const PARTS: &[GuidePart] = &[
    reload::PART,
    status::PART,
    explain::PART,
    gaps::PART,
    add::PART,
    added::PART,
    stats::PART,
    settings::PART,
];

pub(super) const COMMAND: CommandDefinition =
    CommandDefinition::slash("guide", define, Execution::Slow(run));

fn define(command: CreateCommand) -> CreateCommand {
    let command = command
        .description("For moderators: manage the guide that I answer from")
        .default_member_permissions(Permissions::MANAGE_GUILD)
        .integration_types(vec![InstallationContext::Guild])
        .contexts(vec![InteractionContext::Guild]);
    PARTS.iter().fold(command, |command, part| {
        let kind = CommandOptionType::SubCommand;
        let option = CreateCommandOption::new(kind, part.name, part.description);
        command.add_option((part.define)(option))
    })
}

/// Runs the part that was chosen, for moderators.
fn run<'a>(context: &'a EventContext, interaction: &'a Interaction) -> Pending<'a> {
    let chosen = interaction
        .subcommand()
        .and_then(|chosen| PARTS.iter().find(|part| part.name == chosen.name));
    match (chosen, interaction.guild_id) {
        _ if !interaction.is_by_moderator() => {
            Box::pin(async { CommandReply::ephemeral(reply::for_moderators()) })
        }
        (Some(part), Some(guild)) => (part.run)(context, interaction, guild),
        _ => Box::pin(async { CommandReply::ephemeral(reply::unknown_command()) }),
    }
}
