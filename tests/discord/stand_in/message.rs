//! A message as a person sees it.

use std::fmt;
use std::time::Instant;

use serde_json::Value;

/// A message as it was when the test read it.
#[derive(Clone, Debug)]
pub struct Message {
    /// Its id.
    pub id: u64,
    /// The id of its channel.
    pub channel: u64,
    /// The name of its author.
    pub author: String,
    /// Its text.
    pub content: String,
    /// Its embeds.
    pub embeds: Vec<Embed>,
    /// Its buttons and menus, row by row.
    pub rows: Vec<Vec<Component>>,
    /// The message that it replies to.
    pub reply_to: Option<u64>,
    /// Whether only one person sees it.
    pub ephemeral: bool,
    /// Names of those whom it notified; `@everyone` and `@here` as such.
    pub pings: Vec<String>,
    /// When it was sent or received.
    pub at: Instant,
}

/// An embed; what it does not have is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are Discord's")]
pub struct Embed {
    pub title: String,
    pub description: String,
    pub url: String,
    pub author: String,
    pub footer: String,
    pub fields: Vec<Field>,
}

/// A field of an embed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are Discord's")]
pub struct Field {
    pub name: String,
    pub value: String,
    pub inline: bool,
}

/// What a person can click.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Component {
    Button(Button),
    Menu(Menu),
}

/// A button: with a `custom_id`, or a link with a `url`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are Discord's")]
pub struct Button {
    pub label: String,
    pub emoji: String,
    pub style: u64,
    pub custom_id: String,
    pub url: String,
    pub disabled: bool,
}

/// A menu to select from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are Discord's")]
pub struct Menu {
    pub custom_id: String,
    pub placeholder: String,
    pub options: Vec<MenuOption>,
    pub disabled: bool,
}

/// An option of a menu.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are Discord's")]
pub struct MenuOption {
    pub label: String,
    pub value: String,
    pub description: String,
    pub default: bool,
}

impl Message {
    /// Its only embed.
    #[track_caller]
    pub fn embed(&self) -> &Embed {
        match self.embeds.as_slice() {
            [embed] => embed,
            embeds => panic!("one embed expected, {} found in: {self}", embeds.len()),
        }
    }

    /// The button with this label.
    #[track_caller]
    pub fn button(&self, label: &str) -> &Button {
        match self.buttons().find(|button| button.label == label) {
            Some(button) => button,
            None => panic!("no button {label:?} in: {self}"),
        }
    }

    /// All its buttons.
    pub fn buttons(&self) -> impl Iterator<Item = &Button> {
        self.rows
            .iter()
            .flatten()
            .filter_map(|component| match component {
                Component::Button(button) => Some(button),
                Component::Menu(_) => None,
            })
    }

    /// The labels of its buttons, in order.
    pub fn labels(&self) -> Vec<&str> {
        self.buttons().map(|button| button.label.as_str()).collect()
    }

    /// The menu whose placeholder or `custom_id` is this text, or alone contains it, whatever the case.
    #[track_caller]
    pub fn menu(&self, name: &str) -> &Menu {
        let named = |menu: &&Menu| one_of(name, &[&menu.placeholder, &menu.custom_id]);
        match only(self.menus(), named, |menu| {
            contains(name, &[&menu.placeholder, &menu.custom_id])
        }) {
            Some(menu) => menu,
            None => panic!("no menu {name:?}, or more than one, in: {self}"),
        }
    }

    /// All its menus.
    pub fn menus(&self) -> impl Iterator<Item = &Menu> + Clone {
        self.rows
            .iter()
            .flatten()
            .filter_map(|component| match component {
                Component::Menu(menu) => Some(menu),
                Component::Button(_) => None,
            })
    }
}

impl Menu {
    /// The option whose label or value is this text, or whose label alone contains it, whatever the case.
    #[track_caller]
    pub fn option(&self, name: &str) -> &MenuOption {
        let named = |option: &&MenuOption| one_of(name, &[&option.label, &option.value]);
        match only(self.options.iter(), named, |option| {
            contains(name, &[&option.label])
        }) {
            Some(option) => option,
            None => panic!(
                "no option {name:?}, or more than one, in {:?}",
                self.options
            ),
        }
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:?}", self.author, self.content)?;
        for embed in &self.embeds {
            write!(f, " [{}: {:?}]", embed.title, embed.description)?;
        }
        for button in self.buttons() {
            write!(f, " ({})", button.label)?;
        }
        for menu in self.menus() {
            write!(f, " <{} of {}>", menu.placeholder, menu.options.len())?;
        }
        if self.ephemeral {
            write!(f, " (private)")
        } else {
            Ok(())
        }
    }
}

fn one_of(name: &str, texts: &[&str]) -> bool {
    texts.contains(&name)
}

fn contains(name: &str, texts: &[&str]) -> bool {
    texts
        .iter()
        .any(|text| text.to_lowercase().contains(&name.to_lowercase()))
}

/// The first that is exactly right, or else the only one that is nearly.
fn only<'a, T>(
    items: impl Iterator<Item = &'a T> + Clone,
    exactly: impl Fn(&&'a T) -> bool,
    nearly: impl Fn(&'a T) -> bool,
) -> Option<&'a T> {
    items.clone().find(exactly).or_else(|| {
        let mut near = items.filter(|item| nearly(item));
        near.next().filter(|_| near.next().is_none())
    })
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

pub(super) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn flag(value: &Value) -> bool {
    value.as_bool().unwrap_or_default()
}

pub(super) fn embeds_of(embeds: &[Value]) -> Vec<Embed> {
    let field = |field: &Value| Field {
        name: text(&field["name"]),
        value: text(&field["value"]),
        inline: flag(&field["inline"]),
    };
    let embed = |embed: &Value| Embed {
        title: text(&embed["title"]),
        description: text(&embed["description"]),
        url: text(&embed["url"]),
        author: text(&embed["author"]["name"]),
        footer: text(&embed["footer"]["text"]),
        fields: list(&embed["fields"]).iter().map(field).collect(),
    };
    embeds.iter().map(embed).collect()
}

pub(super) fn components_of(rows: &[Value]) -> Vec<Vec<Component>> {
    rows.iter()
        .map(|row| list(&row["components"]).iter().map(component).collect())
        .collect()
}

fn component(json: &Value) -> Component {
    if json["type"] == 2 {
        return Component::Button(Button {
            label: text(&json["label"]),
            emoji: text(&json["emoji"]["name"]),
            style: json["style"].as_u64().unwrap_or_default(),
            custom_id: text(&json["custom_id"]),
            url: text(&json["url"]),
            disabled: flag(&json["disabled"]),
        });
    }
    let option = |option: &Value| MenuOption {
        label: text(&option["label"]),
        value: text(&option["value"]),
        description: text(&option["description"]),
        default: flag(&option["default"]),
    };
    Component::Menu(Menu {
        custom_id: text(&json["custom_id"]),
        placeholder: text(&json["placeholder"]),
        options: list(&json["options"]).iter().map(option).collect(),
        disabled: flag(&json["disabled"]),
    })
}
