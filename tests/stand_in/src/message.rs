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
    /// The texts of its components, from top to bottom.
    pub texts: Vec<String>,
    /// Its buttons and menus, row by row; a button beside a text counts as its own row.
    pub rows: Vec<Vec<Component>>,
    /// The message that it replies to.
    pub reply_to: Option<u64>,
    /// Whether only one person sees it.
    pub ephemeral: bool,
    /// The names of those it notified; `@everyone` and `@here` as such.
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
    /// The text beside it, if it is not in a row.
    pub beside: String,
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

/// What the bot wrote, split into its parts; missing parts are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Page {
    pub quote: String,
    pub path: String,
    pub title: String,
    pub body: String,
    pub notice: String,
    pub links: Vec<String>,
    pub footer: String,
    pub introduction: String,
}

impl Page {
    fn add(&mut self, text: &str) {
        if let Some(quote) = text.strip_prefix("> ").filter(|text| !text.contains('\n')) {
            quote.clone_into(&mut self.quote);
        } else if let Some(notice) = text.strip_prefix("⚠️ **Please note**\n") {
            notice.clone_into(&mut self.notice);
        } else if let Some(links) = text.strip_prefix("**Links**\n") {
            self.links = links.lines().map(str::to_owned).collect();
        } else if text == "**This may also help**" {
            // The heading of sections that have buttons of their own.
        } else if let Some(introduction) = text.strip_prefix("-# New here: ") {
            introduction.clone_into(&mut self.introduction);
        } else if let Some(small) = text.strip_prefix("-# ").filter(|text| !text.contains('\n')) {
            small.clone_into(&mut self.footer);
        } else {
            let mut lines = text.lines().peekable();
            if let Some(path) = lines.next_if(|line| line.starts_with("-# ")) {
                path["-# ".len()..].clone_into(&mut self.path);
            }
            if let Some(title) = lines.next_if(|line| line.starts_with("## ")) {
                title["## ".len()..].clone_into(&mut self.title);
            }
            self.body = lines.collect::<Vec<_>>().join("\n");
        }
    }
}

impl Message {
    /// What the bot wrote in it, split into its parts.
    #[track_caller]
    pub fn page(&self) -> Page {
        assert!(self.is_of_components(), "no components in: {self}");
        let beside = |text: &&String| self.buttons().all(|button| button.beside != **text);
        let mut page = Page::default();
        for text in self.texts.iter().filter(beside) {
            page.add(text);
        }
        page
    }

    /// Whether its text is in components rather than in content and embeds.
    pub fn is_of_components(&self) -> bool {
        !self.texts.is_empty()
    }

    /// Everything that can be read in it.
    pub fn text(&self) -> String {
        let embeds = self.embeds.iter().flat_map(|embed| {
            let fields = embed
                .fields
                .iter()
                .flat_map(|field| [&field.name, &field.value]);
            [&embed.author, &embed.title, &embed.description]
                .into_iter()
                .chain(fields)
                .chain([&embed.footer])
        });
        let all = std::iter::once(&self.content)
            .chain(embeds)
            .chain(&self.texts);
        let parts: Vec<&str> = all
            .map(String::as_str)
            .filter(|text| !text.is_empty())
            .collect();
        parts.join("\n")
    }

    /// The texts of the candidates to choose from, best first.
    pub fn candidates(&self) -> Vec<&str> {
        let beside = self.buttons().map(|button| button.beside.as_str());
        beside.filter(|text| !text.is_empty()).collect()
    }

    /// The button with this label, or beside the text with this headline.
    #[track_caller]
    pub fn button(&self, label: &str) -> &Button {
        let is_it = |button: &&Button| button.label == label || button.name() == label;
        match self.buttons().find(is_it) {
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

    /// The labels of its buttons, in order; of a button beside a text, the headline of that.
    pub fn labels(&self) -> Vec<&str> {
        self.buttons().map(Button::name).collect()
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

impl Button {
    /// What identifies it: its label, or the headline of the text beside it.
    pub fn name(&self) -> &str {
        match self.beside.lines().next() {
            Some(headline) => headline.trim_matches('*'),
            None => &self.label,
        }
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
        for text in &self.texts {
            write!(f, " [{text:?}]")?;
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

/// The first exact match, or else the only partial match.
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

/// The buttons and menus of a message, row by row.
pub(super) fn rows_of(components: &[Value]) -> Vec<Vec<Component>> {
    let mut rows = Vec::new();
    for part in components {
        match part["type"].as_u64() {
            Some(1) => rows.push(list(&part["components"]).iter().map(component).collect()),
            Some(9) => {
                let texts = texts_of(list(&part["components"]));
                if let Component::Button(button) = component(&part["accessory"]) {
                    let beside = texts.join("\n");
                    rows.push(vec![Component::Button(Button { beside, ..button })]);
                }
            }
            _ => rows.extend(rows_of(list(&part["components"]))),
        }
    }
    rows
}

/// The texts of components, however they are nested.
pub(super) fn texts_of(components: &[Value]) -> Vec<String> {
    let mut texts = Vec::new();
    for part in components {
        texts.extend(part["content"].as_str().map(str::to_owned));
        texts.extend(texts_of(list(&part["components"])));
    }
    texts
}

fn component(json: &Value) -> Component {
    if json["type"] == 2 {
        return Component::Button(Button {
            label: text(&json["label"]),
            beside: String::new(),
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
