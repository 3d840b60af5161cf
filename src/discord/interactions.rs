//! Commands, completions, buttons and menus: from what somebody chose to the answer that Discord waits for.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serenity::all::{
    AuthorizingIntegrationOwner, CommandInteraction, ComponentInteraction,
    ComponentInteractionDataKind, CreateAllowedMentions, CreateAutocompleteResponse,
    CreateInteractionResponse, Interaction, MessageId, Permissions, UserId,
};
use tracing::warn;

use crate::reply::{self, Action, Place, Reply, Seen, Target, View};
use crate::search::Question;

use super::commands::{self, Command, Pending, Run, Said};
use super::custom_id::{self, Click};
use super::lanes::Work;
use super::memory::Answered;
use super::messages::{Destination, is_private};
use super::render::{self, Manner, render};
use super::rest::RestError;
use super::{Bot, Shared};

/// How long an answer may take before Discord is told that it will come: it waits three seconds, the way there included.
const PROMPT: Duration = Duration::from_millis(1_500);

/// Something that somebody used.
pub(super) enum Used {
    /// A command, and when it came.
    Command(Box<CommandInteraction>, Instant),
    /// A button or a menu.
    Component(Box<ComponentInteraction>),
}

impl Work for Used {
    async fn run(self, bot: Bot) {
        match self {
            Self::Command(command, at) => bot.command_used(&command, at).await,
            Self::Component(component) => bot.component_used(&component).await,
        }
    }
}

/// Somebody who types into an option of a command.
pub(super) struct Typing(Box<CommandInteraction>);

impl Work for Typing {
    async fn run(self, bot: Bot) {
        bot.completion_asked(&self.0).await;
    }
}

impl Shared {
    /// Takes what somebody used or types.
    pub(super) fn interaction_made(self: &Arc<Self>, interaction: Interaction) {
        match interaction {
            Interaction::Command(command) => {
                let lane = match commands::find(&command.data.name, command.data.kind) {
                    Some(Command {
                        run: Run::Later(_), ..
                    }) => &self.lanes.errands,
                    _ => &self.lanes.interactions,
                };
                lane.take(self, Used::Command(Box::new(command), Instant::now()));
            }
            Interaction::Component(component) => self
                .lanes
                .interactions
                .take(self, Used::Component(Box::new(component))),
            Interaction::Autocomplete(typing) => {
                // They have typed on: nobody waits for what was to be offered before.
                self.lanes
                    .completions
                    .withdraw(|earlier| earlier.0.user.id == typing.user.id);
                self.lanes.completions.take(self, Typing(Box::new(typing)));
            }
            _ => {}
        }
    }
}

impl Bot {
    /// Runs a command.
    async fn command_used(&self, used: &CommandInteraction, at: Instant) {
        let said = match commands::find(&used.data.name, used.data.kind) {
            Some(Command {
                run: Run::Now(run), ..
            }) => run(self, used),
            Some(Command {
                run: Run::Later(run),
                ..
            }) => match self.in_time(used, at, run(self, used)).await {
                Some(said) => said,
                None => return,
            },
            None => Said::privately(reply::unknown_command()),
        };
        let rendered = render(&said.reply, self.manner(used, said.private));
        let rendered = match said.question {
            Some(question) => rendered.quoting(&question),
            None => rendered,
        };
        let response = rendered.response(render::nobody());
        if let Err(error) = self.rest.respond(used.id, &used.token, &response).await {
            warn!(command = used.data.name, %error, "could not answer a command");
        }
    }

    /// How a command is answered.
    fn manner(&self, used: &CommandInteraction, private: bool) -> Manner {
        let (plain, dates) = (
            may_not_embed(used.app_permissions),
            self.settings(used.guild_id).dates,
        );
        Manner {
            owner: used.user.id,
            private,
            plain,
            dates,
        }
    }

    /// Waits for an answer. Where it takes long, tells Discord that it will come and puts it in its place: nothing is left to
    /// be said then.
    async fn in_time(
        &self,
        used: &CommandInteraction,
        at: Instant,
        mut answer: Pending<'_>,
    ) -> Option<Said> {
        if let Ok(said) =
            tokio::time::timeout(PROMPT.saturating_sub(at.elapsed()), &mut answer).await
        {
            return Some(said);
        }
        let announced = self
            .rest
            .respond(used.id, &used.token, &render::thinking())
            .await;
        // Also where nobody will see the answer: what the command does is wanted.
        let said = answer.await;
        let manner = self.manner(used, true);
        let filled_in = match announced {
            Ok(()) => {
                self.rest
                    .edit_response(
                        used.application_id,
                        &used.token,
                        &render(&said.reply, manner).edit_response(),
                    )
                    .await
            }
            Err(error) => Err(error),
        };
        if let Err(error) = filled_in {
            warn!(command = used.data.name, %error, "could not answer a command");
        }
        None
    }

    /// Offers what may be meant.
    async fn completion_asked(&self, typing: &CommandInteraction) {
        let command = commands::find(&typing.data.name, typing.data.kind);
        let choices = match (command, typing.data.autocomplete()) {
            (Some(command), Some(option)) => (command.complete)(self, option.name, option.value),
            _ => Vec::new(),
        };
        let response = choices.into_iter().fold(
            CreateAutocompleteResponse::new(),
            |response, (name, value)| response.add_string_choice(name, value),
        );
        if let Err(error) = self
            .rest
            .respond(
                typing.id,
                &typing.token,
                &CreateInteractionResponse::Autocomplete(response),
            )
            .await
        {
            // Whoever types fast is past it already.
            tracing::debug!(%error, "could not offer completions");
        }
    }

    /// Does what a button or an option of a menu says.
    async fn component_used(&self, used: &ComponentInteraction) {
        let option = match &used.data.kind {
            ComponentInteractionDataKind::StringSelect { values } => {
                values.first().map(String::as_str)
            }
            _ => None,
        };
        let result = match custom_id::decode(&used.data.custom_id, option, &self.guide.knowledge) {
            Some(Click {
                action: Action::Remove,
                owner,
                ..
            }) => self.remove(used, owner).await,
            Some(Click {
                action: Action::Post(place, target),
                owner,
                ..
            }) if is_by(used, owner) => self.post(used, &place, target).await,
            Some(click) => {
                self.rest
                    .respond(used.id, &used.token, &self.clicked(used, click))
                    .await
            }
            None => {
                self.rest
                    .respond(used.id, &used.token, &self.apart(used, &reply::gone()))
                    .await
            }
        };
        if let Err(error) = result {
            warn!(%error, "could not answer a click");
        }
    }

    /// What a click shows.
    fn clicked(&self, used: &ComponentInteraction, click: Click) -> CreateInteractionResponse {
        let knowledge = &self.guide.knowledge;
        let for_them = is_by(used, click.owner);
        match click.action {
            Action::Show(view) => match reply::show(knowledge, &view) {
                Some(reply) if for_them && click.seen == Seen::Here => {
                    if let (View::Section(place), false) = (view, is_private(&used.message)) {
                        self.memory.post(used.channel_id, place, used.message.id);
                    }
                    self.here(used, &reply)
                }
                Some(reply) => self.apart(used, &reply),
                None => self.apart(used, &reply::gone()),
            },
            _ if !for_them => self.apart(used, &reply::not_for_you()),
            Action::Helped(place) => match place.find(knowledge) {
                Some((topic, section)) => {
                    self.note_vote(used, place.clone(), true);
                    self.here(used, &reply::section_that_helped(knowledge, topic, section))
                }
                None => self.apart(used, &reply::gone()),
            },
            Action::NotIt(place) => {
                self.note_vote(used, place.clone(), false);
                self.note_miss(used, Some(&place));
                self.apart(used, &self.others(used, &place))
            }
            Action::NoneOfThese => {
                self.note_miss(used, None);
                self.here(used, &reply::none_of_these(knowledge))
            }
            Action::Remove | Action::Post(..) => self.apart(used, &reply::not_for_you()),
        }
    }

    /// What else may be meant where a section was not: found anew as long as the question is known.
    fn others(&self, used: &ComponentInteraction, place: &Place) -> Reply {
        let found = self
            .asked_before(used)
            .map(|asked| self.guide.answer(&Question::new(asked.text)).matches)
            .unwrap_or_default();
        reply::not_it(&self.guide.knowledge, place, &found)
    }

    /// Removes the reply that a button is part of, for the person for whom it is, or for a moderator.
    async fn remove(&self, used: &ComponentInteraction, owner: u64) -> Result<(), RestError> {
        let permissions = used
            .member
            .as_ref()
            .and_then(|member| member.permissions)
            .unwrap_or_default();
        if !is_by(used, owner)
            && !permissions.intersects(Permissions::MANAGE_MESSAGES | Permissions::ADMINISTRATOR)
        {
            return self
                .rest
                .respond(
                    used.id,
                    &used.token,
                    &self.apart(used, &reply::may_not_remove()),
                )
                .await;
        }
        self.memory.delete(used.message.id);
        self.rest
            .respond(
                used.id,
                &used.token,
                &CreateInteractionResponse::Acknowledge,
            )
            .await?;
        self.rest
            .delete_response(used.application_id, &used.token)
            .await
    }

    /// Posts a section as a reply to somebody's message and notifies them, the only ones ever.
    async fn post(
        &self,
        used: &ComponentInteraction,
        place: &Place,
        target: Target,
    ) -> Result<(), RestError> {
        let Some((topic, section)) = place.find(&self.guide.knowledge) else {
            return self
                .rest
                .respond(used.id, &used.token, &self.here(used, &reply::gone()))
                .await;
        };
        let reply = reply::section(&self.guide.knowledge, topic, section);
        let author = UserId::new(target.author.max(1));
        let dates = self.settings(used.guild_id).dates;
        if !in_guild_of_bot(used) {
            // Only installed by the person: the bot cannot write here on its own, but it may answer the click for all to see.
            let manner = Manner {
                owner: author,
                private: false,
                plain: may_not_embed(used.app_permissions),
                dates,
            };
            let notified = CreateAllowedMentions::new().users([author]);
            return self
                .rest
                .respond(
                    used.id,
                    &used.token,
                    &render(&reply, manner).mentioning(author).response(notified),
                )
                .await;
        }
        self.rest
            .respond(used.id, &used.token, &self.here(used, &reply::posted()))
            .await?;
        let message = MessageId::new(target.message.max(1));
        let answered = Answered {
            asker: author,
            channel: used.channel_id,
            guild: used.guild_id,
            text: String::new(),
            // Somebody chose this answer: an edit changes it only for one that is sure.
            overheard: true,
            answer: None,
            plain: false,
            deleted: false,
            under_way: true,
        };
        self.memory.begin(message, answered);
        let to = Destination {
            channel: used.channel_id,
            to: Some(message),
            nonce: used.message.id.get(),
            ping: true,
            dates,
        };
        match self.say(&reply, author, to).await {
            Some(sent) => {
                self.memory.post(used.channel_id, place.clone(), sent.id);
                self.memory.complete(message, sent.id, sent.plain);
                self.follow(message, "").await;
                Ok(())
            }
            None => {
                self.memory.withdraw(message);
                let note = render(
                    &reply::not_posted(),
                    Manner {
                        owner: used.user.id,
                        private: true,
                        plain: false,
                        dates,
                    },
                );
                self.rest
                    .edit_response(used.application_id, &used.token, &note.edit_response())
                    .await
            }
        }
    }

    /// In a new message that only the person sees.
    fn apart(&self, used: &ComponentInteraction, reply: &Reply) -> CreateInteractionResponse {
        let manner = Manner {
            owner: used.user.id,
            private: true,
            plain: may_not_embed(used.app_permissions),
            dates: self.settings(used.guild_id).dates,
        };
        render(reply, manner).response(render::nobody())
    }

    /// In place of the message that was clicked.
    fn here(&self, used: &ComponentInteraction, reply: &Reply) -> CreateInteractionResponse {
        let without_embed = used.message.embeds.is_empty() && !used.message.content.is_empty();
        let manner = Manner {
            owner: used.user.id,
            private: is_private(&used.message),
            plain: without_embed,
            dates: self.settings(used.guild_id).dates,
        };
        render(reply, manner).update()
    }
}

fn is_by(used: &ComponentInteraction, owner: u64) -> bool {
    used.user.id.get() == owner
}

fn may_not_embed(permissions: Option<Permissions>) -> bool {
    permissions.is_some_and(|permissions| {
        !permissions.intersects(Permissions::EMBED_LINKS | Permissions::ADMINISTRATOR)
    })
}

/// Whether the bot itself is where the button is, and not only installed by the person who clicks.
fn in_guild_of_bot(used: &ComponentInteraction) -> bool {
    used.authorizing_integration_owners
        .0
        .iter()
        .any(|owner| matches!(owner, AuthorizingIntegrationOwner::GuildInstall(_)))
}
