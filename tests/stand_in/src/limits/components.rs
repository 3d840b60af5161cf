//! Limits of components of version 2: <https://docs.discord.com/developers/components/reference>.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::super::message::{list, texts_of};
use super::Form;
use super::messages::{Place, button, row, unique};

const COMPONENTS: usize = 40;
const TEXT: usize = 4000;
const SECTION_TEXTS: usize = 3;

/// Components of version 2, which exclude content and embeds.
pub(super) fn components(form: &mut Form, body: &Value, place: Place) {
    for absent in ["content", "embeds", "poll", "sticker_ids"] {
        let value = &body[absent];
        if !(value.is_null() || *value == json!([]) || value == "") {
            let words =
                format!("The '{absent}' field cannot be used with MessageFlags.IS_COMPONENTS_V2");
            form.wrong(
                absent,
                "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                &words,
            );
        }
    }
    let all = list(&body["components"]);
    // An edit may leave the components as they are.
    let is_unchanged = place == Place::Edit && body["components"].is_null();
    let least = if is_unchanged { 0 } else { 1 };
    form.length("components", count(all), least..=COMPONENTS);
    ids(form, "components", all, &mut HashSet::new());
    let texts: usize = texts_of(all).iter().map(|text| text.chars().count()).sum();
    if texts > TEXT {
        let words = format!("The texts of a message have {texts} of at most {TEXT} characters.");
        form.wrong(
            "components",
            "COMPONENT_MAX_TOTAL_COMPONENT_TEXT_LENGTH",
            &words,
        );
    }
    tree(form, "components", all, &mut HashSet::new(), true);
}

/// Components with those inside of them.
fn count(components: &[Value]) -> usize {
    components
        .iter()
        .map(|part| {
            1 + usize::from(!part["accessory"].is_null()) + count(list(&part["components"]))
        })
        .sum()
}

fn tree<'a>(
    form: &mut Form,
    at: &str,
    components: &'a [Value],
    seen: &mut HashSet<&'a str>,
    is_top: bool,
) {
    for (place, part) in components.iter().enumerate() {
        let at = format!("{at}.{place}");
        let inner = list(&part["components"]);
        match part["type"].as_u64() {
            Some(1) => row(form, &at, part, seen),
            Some(9) => {
                let path = format!("{at}.components");
                form.length(&path, inner.len(), 1..=SECTION_TEXTS);
                for (place, text) in inner.iter().enumerate() {
                    display(form, &format!("{path}.{place}"), text);
                }
                let path = format!("{at}.accessory");
                button(form, &path, &part["accessory"]);
                unique(form, &path, &part["accessory"], seen);
            }
            Some(10) => display(form, &at, part),
            Some(14) => separator(form, &at, part),
            Some(17) if is_top => {
                let path = format!("{at}.components");
                form.length(&path, inner.len(), 1..=COMPONENTS);
                tree(form, &path, inner, seen, false);
            }
            _ => form.wrong(
                &format!("{at}.type"),
                "STAND_IN",
                "This component may not be here, or is not modelled.",
            ),
        }
    }
}

fn display(form: &mut Form, at: &str, text: &Value) {
    if text["type"] != 10 {
        form.wrong(
            &format!("{at}.type"),
            "UNION_TYPE_CHOICES",
            "Only texts may be here.",
        );
    }
    let path = format!("{at}.content");
    form.text(&path, &text["content"], 1..=TEXT);
    if text["content"]
        .as_str()
        .unwrap_or_default()
        .trim()
        .is_empty()
    {
        form.required(&path);
    }
}

fn separator(form: &mut Form, at: &str, separator: &Value) {
    let spacing = &separator["spacing"];
    if !spacing.is_null() && !matches!(spacing.as_u64(), Some(1 | 2)) {
        let words = "Value must be one of (1, 2).";
        form.wrong(&format!("{at}.spacing"), "BASE_TYPE_CHOICES", words);
    }
    let divider = &separator["divider"];
    if !divider.is_null() && !divider.is_boolean() {
        let words = "Only boolean values are allowed.";
        form.wrong(&format!("{at}.divider"), "BASE_TYPE_BAD_TYPE", words);
    }
}

/// The numbers by which components can be told apart: of 32 bits, and each once. Discord takes 0 for none.
fn ids(form: &mut Form, at: &str, components: &[Value], seen: &mut HashSet<i32>) {
    for (place, part) in components.iter().enumerate() {
        let at = format!("{at}.{place}");
        id(form, &at, part, seen);
        id(form, &format!("{at}.accessory"), &part["accessory"], seen);
        let path = format!("{at}.components");
        ids(form, &path, list(&part["components"]), seen);
    }
}

fn id(form: &mut Form, at: &str, component: &Value, seen: &mut HashSet<i32>) {
    let (path, id) = (format!("{at}.id"), &component["id"]);
    if id.is_null() || *id == 0 {
        return;
    }
    match id.as_i64().and_then(|id| i32::try_from(id).ok()) {
        Some(id) if id > 0 && seen.insert(id) => {}
        Some(id) if id > 0 => {
            let words = "Component id cannot be duplicated";
            form.wrong(&path, "COMPONENT_ID_DUPLICATED", words);
        }
        _ => form.wrong(&path, "NUMBER_TYPE_COERCE", "Not an id of 32 bits."),
    }
}
