//! Turns a [`Reply`] into what Discord shows. This is the only place that builds messages, from version 2 components
//! (<https://docs.discord.com/developers/components/reference>).
//!
//! Components need no permission to embed links, so a reply looks the same wherever the bot may write.

mod outgoing;

use serenity::all::UserId;
use twilight_model::channel::message::component::{
    ActionRow, Button, ButtonStyle, Component, Label, Section, SelectMenu, SelectMenuOption,
    SelectMenuType, Separator, TextInput, TextInputStyle,
};

use crate::reply::{Action, Choice, Field, Form, Passage, Reply, Shape, View, limit};

use super::commands::mentions::CommandMentions;
use super::custom_id;
use super::events::Interaction;
use outgoing::{Modal, text};

pub(super) use outgoing::{
    Audience, Destination, Outgoing, Rendered, ResponseForm, acknowledged, choices, deferred,
};

/// The label of the button next to a candidate.
const CHOOSE: &str = "This one";
/// The placeholder of a menu that filters a list.
const FILTER: &str = "Filter this list";

/// Whom a reply is for.
#[derive(Debug, Clone, Copy)]
pub(super) struct RenderOptions<'a> {
    /// The person whom its buttons are for.
    pub owner: UserId,
    pub audience: Audience,
    pub commands: &'a CommandMentions,
}

impl<'a> RenderOptions<'a> {
    /// For everybody in a channel to see.
    pub(super) fn public(owner: UserId, commands: &'a CommandMentions) -> Self {
        Self {
            owner,
            audience: Audience::Channel,
            commands,
        }
    }

    /// Only for the person who used a command, a button or a menu.
    pub(super) fn ephemeral(
        owner: UserId,
        interaction: &Interaction,
        commands: &'a CommandMentions,
    ) -> Self {
        let audience = if interaction.is_in_direct_messages() {
            Audience::Alone
        } else {
            Audience::OnePerson
        };
        Self {
            owner,
            audience,
            commands,
        }
    }
}

/// Draws a reply.
pub(super) fn render(reply: &Reply, options: RenderOptions<'_>) -> Rendered {
    let owner = options.owner.get();
    let mut is_first = reply.shape == Shape::Candidates;
    let mut room = limit::COMMANDS;
    let texts = reply
        .passages()
        .into_iter()
        .flat_map(|passage| match passage {
            Passage::Text(content) => vec![text(options.commands.put_into(&content, &mut room))],
            Passage::Divider => vec![divider()],
            Passage::Entry(entry) => {
                let choices: Vec<&Choice> = entry.choices.iter().collect();
                let buttons = row(&choices, owner);
                std::iter::once(text(entry.text.clone()))
                    .chain(buttons)
                    .collect()
            }
            // Only one button of a message is primary: the best candidate's.
            Passage::Candidate(content, choice) => vec![Component::from(Section {
                components: vec![text(content)],
                accessory: Box::new(button(
                    choice,
                    owner,
                    CHOOSE,
                    if std::mem::take(&mut is_first) {
                        ButtonStyle::Primary
                    } else {
                        ButtonStyle::Secondary
                    },
                )),
                id: None,
            })],
        });
    let mut components: Vec<Component> = texts.collect();
    components.extend(rows(reply, options));
    Rendered {
        components,
        audience: options.audience,
    }
}

/// Draws a form, in the place of a message.
pub(super) fn form(form: &Form) -> Outgoing<Modal> {
    let fields = form.fields.iter().map(input).collect();
    Outgoing::modal(custom_id::form(form.action), form.title.clone(), fields)
}

/// A field with its label.
#[expect(
    deprecated,
    reason = "the label that an input had before there was a component for it must be left out by name"
)]
fn input(field: &Field) -> Component {
    let input = TextInput {
        custom_id: field.name.name().to_owned(),
        id: None,
        label: None,
        max_length: u16::try_from(field.most).ok(),
        min_length: None,
        placeholder: Some(field.hint.clone()),
        required: Some(field.is_required),
        style: if field.is_long {
            TextInputStyle::Paragraph
        } else {
            TextInputStyle::Short
        },
        value: Some(field.value.clone()).filter(|value| !value.is_empty()),
    };
    Component::from(Label {
        component: Box::new(Component::from(input)),
        description: None,
        id: None,
        label: field.label.clone(),
    })
}

fn divider() -> Component {
    Component::from(Separator {
        divider: None,
        id: None,
        spacing: None,
    })
}

/// The buttons of the reply itself, then what leads on from it, then what changes a list.
fn rows(reply: &Reply, options: RenderOptions<'_>) -> Vec<Component> {
    let owner = options.owner.get();
    let buttons: Vec<&Choice> = reply
        .buttons
        .iter()
        .filter(|choice| match choice.action {
            // Someone who is the only one to see a message can dismiss it.
            Action::Remove => options.audience == Audience::Channel,
            Action::Share(_) => options.audience == Audience::OnePerson,
            _ => true,
        })
        .collect();
    let is_list = reply.shape == Shape::Candidates;
    // A terminal has only choices, so a list of resources may be both; here its button is enough.
    let is_shown = |choice: &&Choice| match &choice.action {
        Action::Show(View::Section(_)) => is_list,
        Action::Show(View::Resources { .. }) => {
            buttons.iter().any(|button| button.action == choice.action)
        }
        _ => false,
    };
    let others: Vec<&Choice> = reply
        .choices
        .iter()
        .filter(|choice| !is_shown(choice))
        .collect();
    let (more, in_menu) = if is_list {
        (others, Vec::new())
    } else {
        (Vec::new(), others)
    };
    let is_own = |choice: &&&Choice| !matches!(choice.action, Action::Remove);
    let row_of: Vec<&Choice> = buttons
        .iter()
        .filter(is_own)
        .chain(&more)
        .chain(buttons.iter().filter(|choice| !is_own(choice)))
        .copied()
        .collect();
    let menus = [
        menu(&reply.prompt, &in_menu, owner, ""),
        menu(
            FILTER,
            &reply.filters.iter().collect::<Vec<_>>(),
            owner,
            "f",
        ),
    ];
    row(&row_of, owner)
        .into_iter()
        .chain(menus.into_iter().flatten())
        .collect()
}

fn row(choices: &[&Choice], owner: u64) -> Option<Component> {
    let buttons: Vec<Component> = choices
        .iter()
        .take(limit::BUTTONS)
        .map(|choice| button(choice, owner, &choice.label, style(&choice.action)))
        .collect();
    (!buttons.is_empty()).then(|| in_row(buttons))
}

fn style(action: &Action) -> ButtonStyle {
    match action {
        Action::Helped(_) => ButtonStyle::Success,
        Action::Remove => ButtonStyle::Danger,
        Action::Post(..) | Action::Show(View::Section(_)) => ButtonStyle::Primary,
        _ => ButtonStyle::Secondary,
    }
}

fn button(choice: &Choice, owner: u64, label: &str, style: ButtonStyle) -> Component {
    Component::from(Button {
        custom_id: Some(custom_id::button(choice, owner)),
        disabled: false,
        emoji: None,
        id: None,
        label: Some(label.to_owned()),
        sku_id: None,
        style,
        url: None,
    })
}

/// A menu; `which` tells it apart from the others of the message.
fn menu(prompt: &str, choices: &[&Choice], owner: u64, which: &str) -> Option<Component> {
    let option = |choice: &&Choice| SelectMenuOption {
        default: false,
        description: Some(choice.detail.clone()).filter(|detail| !detail.is_empty()),
        emoji: None,
        label: choice.label.clone(),
        value: custom_id::option(choice),
    };
    let options: Vec<SelectMenuOption> = choices.iter().take(limit::OPTIONS).map(option).collect();
    if options.is_empty() {
        return None;
    }
    let menu = SelectMenu {
        channel_types: None,
        custom_id: custom_id::menu(owner, which),
        default_values: None,
        disabled: false,
        id: None,
        kind: SelectMenuType::Text,
        max_values: None,
        min_values: None,
        options: Some(options),
        placeholder: Some(prompt.to_owned()),
        required: None,
    };
    Some(in_row(vec![Component::from(menu)]))
}

fn in_row(components: Vec<Component>) -> Component {
    Component::from(ActionRow {
        components,
        id: None,
    })
}

#[cfg(test)]
mod tests;
