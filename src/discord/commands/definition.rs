//! What a command is.

use std::pin::Pin;

use serde_json::Value;
use serenity::all::{
    CommandOptionType, CommandType, CreateCommand, CreateCommandOption, InstallationContext,
    InteractionContext,
};

use crate::discord::context::EventContext;
use crate::discord::events::Interaction;
use crate::discord::record::QuestionRecord;
use crate::reply::{Form, Reply};

/// A command.
pub(in crate::discord) struct CommandDefinition {
    /// The name that people choose.
    pub name: &'static str,
    /// A slash command, or one in the menu of a message.
    pub kind: CommandType,
    /// The rest of its definition for Discord.
    pub define: fn(CreateCommand) -> CreateCommand,
    /// What it does.
    pub run: Execution,
    /// Suggestions while someone types into one of its options: names and values.
    pub complete: Complete,
}

/// Suggestions for an option, given what has been typed so far: names and values.
pub(in crate::discord) type Complete = fn(&EventContext, &str, &str) -> Vec<(String, String)>;

/// What a command does.
#[derive(Clone, Copy)]
pub(in crate::discord) enum Execution {
    /// Replies without waiting for anything.
    Now(fn(&EventContext, &Interaction) -> CommandReply),
    /// Waits for the encoder at most, for a fraction of a second.
    Soon(for<'a> fn(&'a EventContext, &'a Interaction) -> Pending<'a>),
    /// May wait for the store or for files. The reply is always ephemeral, because Discord has to know that in advance.
    Slow(for<'a> fn(&'a EventContext, &'a Interaction) -> Pending<'a>),
}

/// A pending reply.
pub(in crate::discord) type Pending<'a> = Pin<Box<dyn Future<Output = CommandReply> + Send + 'a>>;

/// The reply to a command.
pub(in crate::discord) struct CommandReply {
    pub reply: Reply,
    /// Whether only the person who used the command sees it.
    pub ephemeral: bool,
    /// The question, if others should see it.
    pub quoted_question: Option<String>,
    /// The outcome of the question.
    pub record: Option<QuestionRecord>,
    /// A form to show instead of the reply; it cannot be deferred.
    pub form: Option<Form>,
}

impl CommandReply {
    /// Only for the person who used the command.
    pub(in crate::discord) fn ephemeral(reply: Reply) -> Self {
        Self {
            ephemeral: true,
            ..Self::public(reply)
        }
    }

    /// For everybody.
    pub(in crate::discord) fn public(reply: Reply) -> Self {
        Self {
            reply,
            ephemeral: false,
            quoted_question: None,
            record: None,
            form: None,
        }
    }

    /// A form.
    pub(in crate::discord) fn form(form: Form) -> Self {
        Self {
            form: Some(form),
            ..Self::ephemeral(Reply::default())
        }
    }

    /// The same reply, with the outcome of the question.
    pub(in crate::discord) fn with_record(self, record: QuestionRecord) -> Self {
        Self {
            record: Some(record),
            ..self
        }
    }
}

impl CommandDefinition {
    /// A slash command without completions.
    pub(super) const fn slash(
        name: &'static str,
        define: fn(CreateCommand) -> CreateCommand,
        run: Execution,
    ) -> Self {
        Self {
            name,
            kind: CommandType::ChatInput,
            define,
            run,
            complete: |_, _, _| Vec::new(),
        }
    }

    /// What Discord is told.
    pub(in crate::discord) fn definition(&self) -> CreateCommand {
        (self.define)(CreateCommand::new(self.name).kind(self.kind))
    }
}

/// In guilds, in direct messages with the bot and, for people who installed it for themselves, everywhere else.
pub(super) fn everywhere(command: CreateCommand) -> CreateCommand {
    command
        .integration_types(vec![InstallationContext::Guild, InstallationContext::User])
        .contexts(vec![
            InteractionContext::Guild,
            InteractionContext::BotDm,
            InteractionContext::PrivateChannel,
        ])
}

/// An option that takes text.
pub(super) fn text_option(name: &str, description: &str) -> CreateCommandOption {
    CreateCommandOption::new(CommandOptionType::String, name, description)
}

/// An option that takes yes or no.
pub(super) fn flag_option(name: &str, description: &str) -> CreateCommandOption {
    CreateCommandOption::new(CommandOptionType::Boolean, name, description)
}

/// What was chosen for an option that takes text.
pub(super) fn text<'a>(interaction: &'a Interaction, name: &str) -> Option<&'a str> {
    interaction.option(name).and_then(Value::as_str)
}
