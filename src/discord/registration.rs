//! Telling Discord about the commands: all of them in one request, which counts nothing if they are as they were.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde_json::Value;
use serenity::all::{ApplicationId, GuildId};
use tokio_util::task::AbortOnDropHandle;
use tracing::{info, warn};

use super::commands;
use super::context::BotContext;

/// The delay before another attempt; each next delay is twice as long.
const FIRST_DELAY: Duration = Duration::from_secs(5);
/// The longest delay.
const LONGEST_DELAY: Duration = Duration::from_secs(300);
/// What only commands of all guilds have.
const GLOBAL_KEYS: [&str; 2] = ["contexts", "integration_types"];

/// The one registration of a process.
pub(super) struct Registration {
    guild: Option<GuildId>,
    /// Ends with the bot, whether or not Discord has taken the commands.
    task: OnceLock<AbortOnDropHandle<()>>,
}

impl Registration {
    /// To one guild, or to all.
    pub(super) fn new(guild: Option<GuildId>) -> Self {
        Self {
            guild,
            task: OnceLock::new(),
        }
    }

    /// Registers the commands, unless that was started before, until Discord has taken them.
    pub(super) fn start(&self, bot: &Arc<BotContext>, application: ApplicationId) {
        self.task.get_or_init(|| {
            let task = register(Arc::clone(bot), application, self.guild);
            AbortOnDropHandle::new(tokio::spawn(task))
        });
    }
}

async fn register(bot: Arc<BotContext>, application: ApplicationId, guild: Option<GuildId>) {
    let definitions = definitions(guild.is_some());
    let mut delay = FIRST_DELAY;
    loop {
        let registered = bot.rest.set_commands(application, guild, &definitions);
        match registered.await {
            Ok(commands) => return info!(commands, "Discord knows the commands"),
            Err(error) if delay == FIRST_DELAY => {
                warn!(%error, "could not register the commands; trying again until Discord takes them");
            }
            Err(_) => {}
        }
        tokio::time::sleep(delay).await;
        delay = (delay * 2).min(LONGEST_DELAY);
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
