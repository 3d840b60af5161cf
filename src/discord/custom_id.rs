//! The `custom_id`s of buttons and menus: everything needed to act on a click after a restart, in 100 characters.
//!
//! A button's `custom_id` is `1`, where its effect appears (`a`part or `h`ere), the id of the person it is
//! for in base 36, `:`, and the [`Action`]. A menu's is `1m`, the person, `:`, and which of its message's menus it is;
//! the value of each option is where its effect appears, `:`, and the action. A topic or section whose id would not fit is named
//! by a hash of its id. A form's is `1f:` and what to do with it.

use crate::additions;
use crate::knowledge::{Cost, Kind, KnowledgeBase, Level};
use crate::reply::{
    Action, Asked, Choice, Filter, FormAction, Place, Seen, Target, Teach, View, hash, limit,
};

/// The version of this encoding. A click with another version is answered with a note that it is too old.
const VERSION: char = '1';
/// Marks the hash of an id in place of the id.
const HASHED: char = '#';
/// Begins the code of what moderators teach.
const TEACHING: char = 'T';
/// Begins the `custom_id` of a form.
const FORM: &str = "1f:";

/// What a click means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Click {
    /// What to do.
    pub action: Action,
    /// Where its effect appears.
    pub seen: Seen,
    /// The id of the person whom the button is for.
    pub owner: u64,
}

/// The `custom_id` of a button.
pub(super) fn button(choice: &Choice, owner: u64) -> String {
    let head = format!("{VERSION}{}{}:", seen_code(choice.seen), base36(owner));
    fitted(|hashed| format!("{head}{}", action_code(&choice.action, hashed)))
}

/// The `custom_id` of a menu; `which` distinguishes a message's menus.
pub(super) fn menu(owner: u64, which: &str) -> String {
    format!("{VERSION}m{}:{which}", base36(owner))
}

/// The value of a menu's option.
pub(super) fn option(choice: &Choice) -> String {
    fitted(|hashed| {
        format!(
            "{}:{}",
            seen_code(choice.seen),
            action_code(&choice.action, hashed)
        )
    })
}

/// The `custom_id` of a form.
pub(super) fn form(action: FormAction) -> String {
    let code = match action {
        FormAction::Add => "a".to_owned(),
        FormAction::Edit(id) => format!("e:{}", base36(id)),
        FormAction::Search => "s".to_owned(),
    };
    format!("{FORM}{code}")
}

/// What to do with a form; `None` if it is from another version.
pub(super) fn decode_form(custom_id: &str) -> Option<FormAction> {
    match custom_id.strip_prefix(FORM)?.split_once(':') {
        Some(("e", id)) => Some(FormAction::Edit(u64::from_str_radix(id, 36).ok()?)),
        Some(_) => None,
        None => match custom_id.strip_prefix(FORM)? {
            "a" => Some(FormAction::Add),
            "s" => Some(FormAction::Search),
            _ => None,
        },
    }
}

/// Whether a click may have to wait for the store.
pub(super) fn may_wait(custom_id: &str, option: Option<&str>) -> bool {
    let code = custom_id.split_once(':').map(|(_, code)| code);
    let of_option = option.and_then(|option| option.split_once(':'));
    let of_option = of_option.map(|(_, code)| code);
    [code, of_option]
        .into_iter()
        .flatten()
        .any(|code| code.starts_with(TEACHING))
}

/// What a click on a button or menu option means; `None` if it is from another version, or names something that
/// is gone.
pub(super) fn decode(
    custom_id: &str,
    option: Option<&str>,
    knowledge: &KnowledgeBase,
) -> Option<Click> {
    let (head, mut code) = custom_id.strip_prefix(VERSION)?.split_once(':')?;
    let mut head = head.chars();
    let mut seen = head.next()?;
    let owner = u64::from_str_radix(head.as_str(), 36).ok()?;
    if seen == 'm' {
        let (of_option, action) = option?.split_once(':')?;
        seen = of_option.chars().next()?;
        code = action;
    }
    let seen = match seen {
        'a' => Seen::Apart,
        'h' => Seen::Here,
        _ => return None,
    };
    Some(Click {
        action: action(code, knowledge)?,
        seen,
        owner,
    })
}

fn seen_code(seen: Seen) -> char {
    match seen {
        Seen::Apart => 'a',
        Seen::Here => 'h',
    }
}

/// The code with ids as they are, or with hashed ids if that is too long.
fn fitted(code: impl Fn(bool) -> String) -> String {
    Some(code(false))
        .filter(|code| code.chars().count() <= limit::CUSTOM_ID)
        .unwrap_or_else(|| code(true))
}

fn action_code(action: &Action, hashed: bool) -> String {
    let name = |id: &str| {
        if hashed {
            format!("{HASHED}{}", base36(hash(id)))
        } else {
            id.to_owned()
        }
    };
    let place = |place: &Place| format!("{}:{}", name(&place.topic), name(&place.section));
    let target = |target: &Target| format!("{}:{}", base36(target.message), base36(target.author));
    match action {
        Action::Show(View::Section(at)) => format!("s:{}", place(at)),
        Action::Show(View::Preview(at, whose)) => format!("v:{}:{}", place(at), target(whose)),
        Action::Show(View::Page { topic, page }) => format!("p:{}:{page}", name(topic)),
        Action::Show(View::Resources { filter, page }) => {
            let topic = filter.topic.as_deref().map(name).unwrap_or_default();
            let kind = filter.kind.map_or("", Kind::name);
            let cost = filter.cost.map_or("", Cost::name);
            let level = filter.level.map_or("", Level::name);
            format!("r:{topic}:{kind}:{cost}:{level}:{page}")
        }
        Action::Show(View::Topics) => "t".to_owned(),
        Action::Show(View::Category { category, page }) => format!("c:{}:{page}", name(category)),
        Action::Helped(at) => format!("y:{}", place(at)),
        Action::NotIt(at) => format!("n:{}", place(at)),
        Action::NoneOfThese => "o".to_owned(),
        Action::Remove => "x".to_owned(),
        Action::Post(at, whose) => format!("w:{}:{}", place(at), target(whose)),
        Action::Share(at) => format!("e:{}", place(at)),
        Action::Teach(teach) => format!("{TEACHING}{}", teaching_code(teach, place)),
    }
}

fn teaching_code(teach: &Teach, place: impl Fn(&Place) -> String) -> String {
    let asked = |asked: &Asked| match asked {
        Asked::Gap(key) => base36(*key),
        Asked::Quoted => String::new(),
    };
    match teach {
        Teach::Find(question) => format!("f:{}", asked(question)),
        Teach::Search => "s".to_owned(),
        Teach::Belongs(at) => format!("b:{}", place(at)),
        Teach::Write(question) => format!("w:{}", asked(question)),
        Teach::Quote => "q".to_owned(),
        Teach::List(page) => format!("l:{page}"),
        Teach::One(id) => format!("o:{}", base36(*id)),
        Teach::Edit(id) => format!("e:{}", base36(*id)),
        Teach::Remove(id) => format!("r:{}", base36(*id)),
    }
}

fn action(code: &str, knowledge: &KnowledgeBase) -> Option<Action> {
    if let Some(code) = code.strip_prefix(TEACHING) {
        return teaching(code, knowledge).map(Action::Teach);
    }
    let mut parts = code.split(':');
    let kind = parts.next()?;
    let action = match kind {
        "s" => Action::Show(View::Section(place(&mut parts, knowledge)?)),
        "v" => Action::Show(View::Preview(
            place(&mut parts, knowledge)?,
            target(&mut parts)?,
        )),
        "p" => Action::Show(View::Page {
            topic: topic(parts.next()?, knowledge)?,
            page: parts.next()?.parse().ok()?,
        }),
        "r" => {
            let topic = match parts.next()? {
                "" => None,
                name => Some(topic(name, knowledge)?),
            };
            let filter = Filter {
                topic,
                kind: named(parts.next()?, Kind::ALL, Kind::name)?,
                cost: named(parts.next()?, Cost::ALL, Cost::name)?,
                level: named(parts.next()?, Level::ALL, Level::name)?,
            };
            Action::Show(View::Resources {
                filter,
                page: parts.next()?.parse().ok()?,
            })
        }
        "t" => Action::Show(View::Topics),
        "c" => {
            let name = parts.next()?;
            let category = knowledge
                .categories()
                .iter()
                .find(|category| is_named(&category.id, name))?;
            Action::Show(View::Category {
                category: category.id.clone(),
                page: parts.next()?.parse().ok()?,
            })
        }
        "y" => Action::Helped(place(&mut parts, knowledge)?),
        "n" => Action::NotIt(place(&mut parts, knowledge)?),
        "o" => Action::NoneOfThese,
        "x" => Action::Remove,
        "w" => Action::Post(place(&mut parts, knowledge)?, target(&mut parts)?),
        "e" => Action::Share(place(&mut parts, knowledge)?),
        _ => return None,
    };
    parts.next().is_none().then_some(action)
}

fn teaching(code: &str, knowledge: &KnowledgeBase) -> Option<Teach> {
    let mut parts = code.split(':');
    let kind = parts.next()?;
    let id = |code: &str| u64::from_str_radix(code, 36).ok();
    let asked = |code: &str| match code {
        "" => Some(Asked::Quoted),
        key => id(key).map(Asked::Gap),
    };
    let teach = match kind {
        "f" => Teach::Find(asked(parts.next()?)?),
        "s" => Teach::Search,
        "b" => Teach::Belongs(place(&mut parts, knowledge)?),
        "w" => Teach::Write(asked(parts.next()?)?),
        "q" => Teach::Quote,
        "l" => Teach::List(parts.next()?.parse().ok()?),
        "o" => Teach::One(id(parts.next()?)?),
        "e" => Teach::Edit(id(parts.next()?)?),
        "r" => Teach::Remove(id(parts.next()?)?),
        _ => return None,
    };
    parts.next().is_none().then_some(teach)
}

fn place<'a>(
    parts: &mut impl Iterator<Item = &'a str>,
    knowledge: &KnowledgeBase,
) -> Option<Place> {
    let (topic_name, name) = (parts.next()?, parts.next()?);
    let added = Place {
        topic: topic(topic_name, knowledge).unwrap_or_else(|| topic_name.to_owned()),
        section: name.to_owned(),
    };
    if additions::addition_of(&added).is_some() {
        return Some(added);
    }
    let id = topic(topic_name, knowledge)?;
    let section = knowledge
        .topic(&id)?
        .sections
        .iter()
        .find(|section| is_named(&section.id, name))?
        .id
        .clone();
    Some(Place { topic: id, section })
}

fn target<'a>(parts: &mut impl Iterator<Item = &'a str>) -> Option<Target> {
    let mut id = || u64::from_str_radix(parts.next()?, 36).ok();
    Some(Target {
        message: id()?,
        author: id()?,
    })
}

fn topic(name: &str, knowledge: &KnowledgeBase) -> Option<String> {
    knowledge
        .topics()
        .iter()
        .find(|topic| is_named(&topic.id, name))
        .map(|topic| topic.id.clone())
}

fn is_named(id: &str, name: &str) -> bool {
    match name.strip_prefix(HASHED) {
        Some(code) => u64::from_str_radix(code, 36) == Ok(hash(id)),
        None => id == name,
    }
}

/// An empty name is `Some(None)`; an unknown name is `None`.
fn named<T: Copy>(name: &str, all: &[T], name_of: impl Fn(T) -> &'static str) -> Option<Option<T>> {
    if name.is_empty() {
        return Some(None);
    }
    all.iter()
        .copied()
        .find(|value| name_of(*value) == name)
        .map(Some)
}

fn base36(mut number: u64) -> String {
    let mut digits = String::with_capacity(26);
    while number > 0 || digits.is_empty() {
        let digit = char::from_digit((number % 36) as u32, 36);
        digits.insert(0, digit.unwrap_or_default());
        number /= 36;
    }
    digits
}

#[cfg(test)]
mod tests;
