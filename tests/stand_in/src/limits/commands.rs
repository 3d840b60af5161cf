//! Limits of application commands.

use std::collections::HashSet;

use serde_json::Value;

use super::super::message::list;
use super::super::rest::Refusal;
use super::Form;

const NAME: usize = 32;
const DESCRIPTION: usize = 100;
const OPTIONS: usize = 25;
const CHOICES: usize = 25;
const CHOICE_TEXT: usize = 100;
const TOTAL: usize = 8000;
const CHAT_INPUT: u64 = 1;
const SUB_COMMAND: u64 = 1;
const SUB_COMMAND_GROUP: u64 = 2;
/// Of each type: chat input, user, message.
const MAX_OF_TYPE: [(u64, usize); 3] = [(1, 100), (2, 15), (3, 15)];

/// All the commands of one scope.
pub(in super::super) fn commands(all: &Value) -> Result<(), Refusal> {
    let mut form = Form::default();
    let mut seen = HashSet::new();
    let kind = |command: &Value| command["type"].as_u64().unwrap_or(CHAT_INPUT);
    for (place, command) in list(all).iter().enumerate() {
        check(&mut form, &place.to_string(), command, kind(command));
        if !seen.insert((command["name"].as_str(), kind(command))) {
            let words = "Application command names must be unique";
            form.wrong(
                &format!("{place}.name"),
                "APPLICATION_COMMANDS_DUPLICATE_NAME",
                words,
            );
        }
    }
    form.finish()?;
    for (wanted, most) in MAX_OF_TYPE {
        if list(all)
            .iter()
            .filter(|command| kind(command) == wanted)
            .count()
            > most
        {
            let words = format!("Maximum number of application commands reached ({most}).");
            return Err(Refusal::new(400, 30032, &words));
        }
    }
    Ok(())
}

fn check(form: &mut Form, at: &str, command: &Value, kind: u64) {
    let (name, description) = (format!("{at}.name"), format!("{at}.description"));
    if kind == CHAT_INPUT {
        lower_case_name(form, &name, &command["name"]);
        form.text(&description, &command["description"], 1..=DESCRIPTION);
        options(form, at, &command["options"]);
    } else {
        form.text(&name, &command["name"], 1..=NAME);
        for key in ["description", "options"] {
            let value = &command[key];
            if !(value.is_null() || value == "" || value.as_array().is_some_and(Vec::is_empty)) {
                let words = "Context menu commands cannot have this";
                form.wrong(
                    &format!("{at}.{key}"),
                    "APPLICATION_COMMAND_TYPE_INVALID",
                    words,
                );
            }
        }
    }
    for (key, most) in [
        ("name_localizations", NAME),
        ("description_localizations", DESCRIPTION),
    ] {
        for (locale, text) in command[key].as_object().into_iter().flatten() {
            form.text(&format!("{at}.{key}.{locale}"), text, 1..=most);
        }
    }
    if weight(command) > TOTAL {
        form.wrong(
            at,
            "APPLICATION_COMMAND_TOO_LARGE",
            "Command exceeds maximum size (8000)",
        );
    }
}

/// `^[-_'\p{L}\p{N}]{1,32}$`, in lower case
fn lower_case_name(form: &mut Form, at: &str, name: &Value) {
    form.text(at, name, 1..=NAME);
    let name = name.as_str().unwrap_or_default();
    let fits = |c: char| c.is_alphanumeric() || "-_'".contains(c);
    if !name.chars().all(fits) || name.to_lowercase() != name {
        form.wrong(
            at,
            "APPLICATION_COMMAND_INVALID_NAME",
            "Command name is invalid",
        );
    }
}

fn options(form: &mut Form, at: &str, all: &Value) {
    let at = format!("{at}.options");
    form.length(&at, list(all).len(), 0..=OPTIONS);
    let mut seen = HashSet::new();
    let mut optional_before = false;
    let is_sub = |option: &Value| {
        matches!(
            option["type"].as_u64(),
            Some(SUB_COMMAND | SUB_COMMAND_GROUP)
        )
    };
    let subs = list(all).iter().filter(|option| is_sub(option)).count();
    if subs > 0 && subs < list(all).len() {
        let words = "Sub-command and sub-command group option types are mutually exclusive to all other types";
        form.wrong(&at, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", words);
    }
    for (place, option) in list(all).iter().enumerate() {
        let at = format!("{at}.{place}");
        lower_case_name(form, &format!("{at}.name"), &option["name"]);
        form.text(
            &format!("{at}.description"),
            &option["description"],
            1..=DESCRIPTION,
        );
        if !seen.insert(option["name"].as_str()) {
            let words = "Option names must be unique";
            form.wrong(
                &format!("{at}.name"),
                "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS",
                words,
            );
        }
        if !is_sub(option) {
            let required = option["required"] == true;
            if required && optional_before {
                let words = "Required options must be placed before non-required options";
                form.wrong(&at, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", words);
            }
            optional_before |= !required;
        }
        match option["type"].as_u64() {
            Some(SUB_COMMAND | SUB_COMMAND_GROUP) => options(form, &at, &option["options"]),
            Some(3..=11) => choices(form, &at, option),
            _ => form.wrong(
                &format!("{at}.type"),
                "BASE_TYPE_CHOICES",
                "Value must be one of (1..11).",
            ),
        }
    }
}

fn choices(form: &mut Form, at: &str, option: &Value) {
    let choices = list(&option["choices"]);
    let takes_choices = matches!(option["type"].as_u64(), Some(3 | 4 | 10));
    if option["autocomplete"] == true && (!choices.is_empty() || !takes_choices) {
        let words = "Autocomplete needs a string, integer or number option without choices";
        form.wrong(
            &format!("{at}.autocomplete"),
            "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID",
            words,
        );
    }
    form.length(&format!("{at}.choices"), choices.len(), 0..=CHOICES);
    let mut seen = HashSet::new();
    for (place, choice) in choices.iter().enumerate() {
        let at = format!("{at}.choices.{place}");
        form.text(&format!("{at}.name"), &choice["name"], 1..=CHOICE_TEXT);
        if option["type"] == 3 {
            form.text(&format!("{at}.value"), &choice["value"], 1..=CHOICE_TEXT);
        }
        if !seen.insert(choice["name"].as_str()) {
            let words = "Option choice names must be unique";
            form.wrong(
                &format!("{at}.name"),
                "APPLICATION_COMMAND_OPTIONS_CHOICES_NAME_ALREADY_EXISTS",
                words,
            );
        }
    }
}

/// The characters of names, descriptions and values; of localisations the longest counts.
fn weight(item: &Value) -> usize {
    let length = |value: &Value| value.as_str().map_or(0, |text| text.chars().count());
    let longest = |key: &str, localized: &str| {
        let others = item[localized]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(_, text)| length(text));
        others.chain([length(&item[key])]).max().unwrap_or_default()
    };
    let own =
        longest("name", "name_localizations") + longest("description", "description_localizations");
    let inner = list(&item["options"])
        .iter()
        .chain(list(&item["choices"]))
        .map(weight);
    own + length(&item["value"]) + inner.sum::<usize>()
}
