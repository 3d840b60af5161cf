//! Registering the commands with Discord, all in one request, which does not count towards Discord's limit if they are unchanged.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde_json::Value;
use serenity::all::{ApplicationId, GuildId};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_util::task::AbortOnDropHandle;
use tracing::{debug, info, warn};

use super::commands;
use super::context::BotContext;

/// The delay before another attempt; each next delay is twice as long.
const FIRST_DELAY: Duration = Duration::from_secs(5);
/// The longest delay.
const LONGEST_DELAY: Duration = Duration::from_secs(300);
/// Fields that only global commands have.
const GLOBAL_KEYS: [&str; 2] = ["contexts", "integration_types"];

/// The one registration of a process.
pub(super) struct Registration {
    guild: Option<GuildId>,
    /// Ends with the bot, whether or not Discord has accepted the commands.
    task: OnceLock<AbortOnDropHandle<()>>,
    /// The guilds that are still to be checked for commands of their own, and what checks them.
    cleaning: OnceLock<(UnboundedSender<GuildId>, AbortOnDropHandle<()>)>,
}

impl Registration {
    /// To one guild, or to all.
    pub(super) fn new(guild: Option<GuildId>) -> Self {
        Self {
            guild,
            task: OnceLock::new(),
            cleaning: OnceLock::new(),
        }
    }

    /// Registers the commands, unless that was started before, until Discord has taken them.
    pub(super) fn start(&self, bot: &Arc<BotContext>, application: ApplicationId) {
        self.task.get_or_init(|| {
            let task = register(Arc::clone(bot), application, self.guild);
            AbortOnDropHandle::new(tokio::spawn(task))
        });
    }

    /// Prepares to remove the commands that an earlier start with `--guild` registered in single guilds, where every command would
    /// appear twice. Each process does this for the guilds of its shards.
    pub(super) fn start_cleaning(&self, bot: &Arc<BotContext>, application: ApplicationId) {
        if self.guild.is_none() {
            self.cleaning.get_or_init(|| {
                let (sender, guilds) = unbounded_channel();
                let task = remove_commands(Arc::clone(bot), application, guilds);
                (sender, AbortOnDropHandle::new(tokio::spawn(task)))
            });
        }
    }

    /// Removes the commands of a guild that the bot is seen to be in.
    pub(super) fn joined(&self, guild: GuildId) {
        if let Some((guilds, _)) = self.cleaning.get() {
            // This fails only if the task has ended, and it ends with the bot.
            let _ = guilds.send(guild);
        }
    }
}

async fn register(bot: Arc<BotContext>, application: ApplicationId, guild: Option<GuildId>) {
    if guild.is_some() {
        warn_of_global_commands(&bot, application).await;
    }
    let definitions = definitions(guild.is_some());
    let mut delay = FIRST_DELAY;
    loop {
        let registered = bot.rest.set_commands(application, guild, &definitions);
        match registered.await {
            Ok(commands) => {
                bot.commands.note(&commands);
                return info!(
                    commands = commands.len(),
                    "Discord has accepted the commands"
                );
            }
            Err(error) if delay == FIRST_DELAY => {
                warn!(%error, "could not register the commands; retrying until Discord accepts them");
            }
            Err(_) => {}
        }
        tokio::time::sleep(delay).await;
        delay = (delay * 2).min(LONGEST_DELAY);
    }
}

/// Removes the commands of guilds, one guild after the other, so that a bot in many does not keep Discord busy.
async fn remove_commands(
    bot: Arc<BotContext>,
    application: ApplicationId,
    mut guilds: UnboundedReceiver<GuildId>,
) {
    while let Some(guild) = guilds.recv().await {
        let registered = bot.rest.commands(application, Some(guild)).await;
        if !registered.is_ok_and(|commands| !commands.is_empty()) {
            continue;
        }
        let none: [Value; 0] = [];
        match bot.rest.set_commands(application, Some(guild), &none).await {
            Ok(_) => info!("removed the commands that were registered in one server only"),
            Err(error) => debug!(%error, "could not remove the commands of one server"),
        }
    }
}

/// Logs that the commands appear twice in a guild, and what to do.
async fn warn_of_global_commands(bot: &BotContext, application: ApplicationId) {
    let registered = bot.rest.commands(application, None).await;
    if registered.is_ok_and(|commands| !commands.is_empty()) {
        warn!(
            "the commands are already registered in all servers, so each appears twice in this one; start without --guild to \
             register them in all servers and remove them from this one"
        );
    }
}

/// What Discord is told.
fn definitions(of_guild: bool) -> Vec<Value> {
    commands::ALL
        .iter()
        .map(|command| {
            let mut definition = serde_json::to_value(command.definition()).unwrap_or_default();
            if let Some(definition) = definition.as_object_mut().filter(|_| of_guild) {
                definition.retain(|key, _| !GLOBAL_KEYS.contains(&key.as_str()));
            }
            definition
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_of_one_guild_have_no_contexts() {
        let has_contexts = |definition: &Value| definition.get("contexts").is_some();
        assert!(definitions(false).iter().all(has_contexts));
        assert!(!definitions(true).iter().any(has_contexts));
    }
}
