//! What a button or a menu carries: everything that is needed to act on a click after a restart, in 100 characters.
//!
//! A button's `custom_id` is `1`, where its effect is seen (`a`part or `h`ere), the id of the person for whom it is
//! meant in base 36, `:`, and the [`Action`]. A menu's is `1m`, the person, `:`, and which of the menus of its message it is;
//! each of its options has as value where its effect is seen, `:`, and the action. A topic or section whose id would not fit is named by a hash of its id.

use crate::knowledge::{Cost, Kind, KnowledgeBase, Level};
use crate::reply::{Action, Choice, Filter, Place, Seen, Target, View, limit};

/// The version of this encoding. Whatever has another one is answered with a note that it is too old.
const VERSION: char = '1';
/// Marks the hash of an id in place of the id.
const HASHED: char = '#';

/// What a click means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Click {
    /// What to do.
    pub action: Action,
    /// Where its effect is seen.
    pub seen: Seen,
    /// The id of the person for whom the button is meant.
    pub owner: u64,
}

/// The `custom_id` of a button.
pub(super) fn button(choice: &Choice, owner: u64) -> String {
    let head = format!("{VERSION}{}{}:", seen_code(choice.seen), base36(owner));
    fitted(|hashed| format!("{head}{}", action_code(&choice.action, hashed)))
}

/// The `custom_id` of a menu; `which` tells the menus of a message apart.
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

/// What a click on a button, or on an option of a menu, means; nothing where it is from another version, or names what
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
    }
}

fn action(code: &str, knowledge: &KnowledgeBase) -> Option<Action> {
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

fn place<'a>(
    parts: &mut impl Iterator<Item = &'a str>,
    knowledge: &KnowledgeBase,
) -> Option<Place> {
    let id = topic(parts.next()?, knowledge)?;
    let name = parts.next()?;
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

/// No name is no value; a name that is none of these is an error.
fn named<T: Copy>(name: &str, all: &[T], name_of: impl Fn(T) -> &'static str) -> Option<Option<T>> {
    if name.is_empty() {
        return Some(None);
    }
    all.iter()
        .copied()
        .find(|value| name_of(*value) == name)
        .map(Some)
}

/// FNV-1a: the same on every machine and in every version, because it outlives a restart.
fn hash(id: &str) -> u64 {
    id.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn base36(mut number: u64) -> String {
    let mut digits: Vec<char> = Vec::new();
    while number > 0 || digits.is_empty() {
        digits.extend(char::from_digit((number % 36) as u32, 36));
        number /= 36;
    }
    digits.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guide() -> KnowledgeBase {
        crate::knowledge::load(
            std::path::Path::new("knowledge"),
            jiff::civil::date(2026, 11, 23),
        )
        .unwrap()
    }

    fn actions(topic: &str, section: &str, category: &str) -> Vec<Action> {
        let place = Place {
            topic: topic.to_owned(),
            section: section.to_owned(),
        };
        let target = Target {
            message: u64::MAX,
            author: u64::MAX,
        };
        let filter = Filter {
            topic: Some(topic.to_owned()),
            kind: Some(Kind::Documentation),
            cost: Some(Cost::Freemium),
            level: Some(Level::Intermediate),
        };
        vec![
            Action::Show(View::Section(place.clone())),
            Action::Show(View::Preview(place.clone(), target)),
            Action::Show(View::Page {
                topic: topic.to_owned(),
                page: 999,
            }),
            Action::Show(View::Resources { filter, page: 999 }),
            Action::Show(View::Resources {
                filter: Filter::default(),
                page: 0,
            }),
            Action::Show(View::Topics),
            Action::Show(View::Category {
                category: category.to_owned(),
                page: 1,
            }),
            Action::Helped(place.clone()),
            Action::NotIt(place.clone()),
            Action::NoneOfThese,
            Action::Remove,
            Action::Post(place.clone(), target),
            Action::Share(place),
        ]
    }

    fn choices(action: Action) -> [Choice; 2] {
        [Seen::Apart, Seen::Here].map(|seen| Choice {
            label: String::new(),
            detail: String::new(),
            action: action.clone(),
            seen,
        })
    }

    #[test]
    fn every_click_of_the_guide_is_read_back() {
        let guide = guide();
        for topic in guide.topics() {
            for section in &topic.sections {
                for choice in actions(&topic.id, &section.id, &topic.category)
                    .into_iter()
                    .flat_map(choices)
                {
                    let click = Click {
                        action: choice.action.clone(),
                        seen: choice.seen,
                        owner: u64::MAX,
                    };
                    assert_eq!(
                        decode(&button(&choice, u64::MAX), None, &guide),
                        Some(click.clone())
                    );
                    assert_eq!(
                        decode(&menu(u64::MAX, "f"), Some(&option(&choice)), &guide),
                        Some(click)
                    );
                }
            }
        }
    }

    #[test]
    fn ids_of_any_length_fit() {
        let long = "x".repeat(300);
        for choice in actions(&long, &long, &long).into_iter().flat_map(choices) {
            let (button, option) = (button(&choice, u64::MAX), option(&choice));
            assert!(button.len() <= limit::CUSTOM_ID, "{button}");
            assert!(option.len() <= limit::CUSTOM_ID, "{option}");
        }
        let guide = guide();
        let topic = &guide.topics()[0];
        let hashed = action_code(&Action::Helped(Place::new(topic, &topic.sections[0])), true);
        assert_eq!(
            action(&hashed, &guide),
            Some(Action::Helped(Place::new(topic, &topic.sections[0])))
        );
    }

    #[test]
    fn what_is_gone_or_of_another_version_is_nothing() {
        let guide = guide();
        for id in [
            "",
            "0a1:t",
            "2a1:t",
            "1z1:t",
            "1a1",
            "1a!:t",
            "1a1:s:no-such-topic:x",
            "1a1:t:more",
            "1m1:",
            "1a1:p:resume:-1",
        ] {
            assert_eq!(decode(id, None, &guide), None, "{id}");
        }
        assert_eq!(decode("1m1:", Some("q:t"), &guide), None);
    }
}
