//! Limits of messages, embeds, components, autocomplete choices and modals.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::super::message::list;
use super::super::model::{COMPONENTS_V2, EPHEMERAL};
use super::super::rest::Refusal;
use super::Form;
use super::components::components;

const CONTENT: usize = 2000;
const EMBEDS: usize = 10;
const EMBED_TOTAL: usize = 6000;
const TITLE: usize = 256;
const DESCRIPTION: usize = 4096;
const FIELDS: usize = 25;
const FIELD_NAME: usize = 256;
const FIELD_VALUE: usize = 1024;
const FOOTER: usize = 2048;
const AUTHOR: usize = 256;
const URL: usize = 2048;
const ROWS: usize = 5;
const BUTTONS: usize = 5;
const CUSTOM_ID: usize = 100;
const BUTTON_LABEL: usize = 80;
const BUTTON_URL: usize = 512;
const OPTIONS: usize = 25;
const OPTION_TEXT: usize = 100;
const PLACEHOLDER: usize = 150;
const ALLOWED_IDS: usize = 100;
const NONCE: usize = 25;
const CHOICES: usize = 25;
const CHOICE_TEXT: usize = 100;
const MODAL_TITLE: usize = 45;
const INPUT_LABEL: usize = 45;
const INPUT_DESCRIPTION: usize = 100;
const INPUT_TEXT: usize = 4000;
const INPUT_PLACEHOLDER: usize = 100;

const SUPPRESS_EMBEDS: u64 = 1 << 2;
const SUPPRESS_NOTIFICATIONS: u64 = 1 << 12;

/// Where a message is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Place {
    Channel,
    Interaction,
    Edit,
}

/// A message that is sent, or the changes of one.
pub(in super::super) fn message(body: &Value, place: Place) -> Result<(), Refusal> {
    let mut form = Form::default();
    form.optional_text("content", &body["content"], 0..=CONTENT);
    embeds(&mut form, &body["embeds"]);
    if body["flags"].as_u64().unwrap_or_default() & COMPONENTS_V2 == 0 {
        rows(&mut form, &body["components"]);
    } else {
        components(&mut form, body, place);
    }
    allowed_mentions(&mut form, &body["allowed_mentions"]);
    flags(&mut form, body["flags"].as_u64().unwrap_or_default(), place);
    let nonce = &body["nonce"];
    form.optional_text(
        "nonce",
        nonce.as_u64().map_or(nonce, |_| &Value::Null),
        0..=NONCE,
    );
    for absent in ["poll", "sticker_ids", "attachments"] {
        let value = &body[absent];
        if !(value.is_null() || list(value).is_empty() && value.is_array()) {
            form.wrong(absent, "STAND_IN", "The stand-in does not model this.");
        }
    }
    form.finish()
}

fn flags(form: &mut Form, flags: u64, place: Place) {
    let allowed = match place {
        Place::Channel => SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | COMPONENTS_V2,
        Place::Interaction => SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | EPHEMERAL | COMPONENTS_V2,
        Place::Edit => SUPPRESS_EMBEDS | EPHEMERAL | COMPONENTS_V2,
    };
    if flags & !allowed != 0 {
        form.wrong(
            "flags",
            "STAND_IN",
            "A flag that is not allowed here, or that the stand-in does not model.",
        );
    }
}

fn embeds(form: &mut Form, embeds: &Value) {
    let mut total = 0;
    form.length("embeds", list(embeds).len(), 0..=EMBEDS);
    for (place, embed) in list(embeds).iter().enumerate() {
        let at = |key: &str| format!("embeds.{place}.{key}");
        let mut text = |form: &mut Form, key: &str, value: &Value, most: usize| {
            form.optional_text(&at(key), value, 0..=most);
            total += value.as_str().map_or(0, |text| text.chars().count());
        };
        text(form, "title", &embed["title"], TITLE);
        text(form, "description", &embed["description"], DESCRIPTION);
        text(form, "footer.text", &embed["footer"]["text"], FOOTER);
        text(form, "author.name", &embed["author"]["name"], AUTHOR);
        let fields = list(&embed["fields"]);
        for (number, field) in fields.iter().enumerate() {
            for (key, most) in [("name", FIELD_NAME), ("value", FIELD_VALUE)] {
                let path = format!("fields.{number}.{key}");
                text(form, &path, &field[key], most);
                if field[key].as_str().unwrap_or_default().trim().is_empty() {
                    form.required(&at(&path));
                }
            }
        }
        form.length(&at("fields"), fields.len(), 0..=FIELDS);
        for (path, value) in [
            ("url", &embed["url"]),
            ("author.url", &embed["author"]["url"]),
            ("image.url", &embed["image"]["url"]),
            ("thumbnail.url", &embed["thumbnail"]["url"]),
        ] {
            form.url(&at(path), value, URL);
        }
        let shows = [
            "title",
            "description",
            "footer",
            "author",
            "fields",
            "image",
            "thumbnail",
        ];
        let is_shown = |key: &str| {
            !matches!(&embed[key], Value::Null) && embed[key] != "" && embed[key] != json!([])
        };
        if !shows.into_iter().any(is_shown) {
            form.required(&at("description"));
        }
    }
    if total > EMBED_TOTAL {
        form.wrong(
            "embeds",
            "MAX_EMBED_SIZE_EXCEEDED",
            "Embed size exceeds maximum size of 6000",
        );
    }
}

pub(super) fn unique<'a>(
    form: &mut Form,
    at: &str,
    component: &'a Value,
    seen: &mut HashSet<&'a str>,
) {
    if let Some(id) = component["custom_id"].as_str()
        && !seen.insert(id)
    {
        let words = "Component custom id cannot be duplicated";
        form.wrong(
            &format!("{at}.custom_id"),
            "COMPONENT_CUSTOM_ID_DUPLICATED",
            words,
        );
    }
}

fn rows(form: &mut Form, rows: &Value) {
    let mut seen = HashSet::new();
    form.length("components", list(rows).len(), 0..=ROWS);
    for (place, row) in list(rows).iter().enumerate() {
        let at = format!("components.{place}");
        if row["type"] != 1 {
            form.wrong(
                &format!("{at}.type"),
                "STAND_IN",
                "Only action rows are modelled here.",
            );
            continue;
        }
        self::row(form, &at, row, &mut seen);
    }
}

pub(super) fn row<'a>(form: &mut Form, at: &str, row: &'a Value, seen: &mut HashSet<&'a str>) {
    let at = format!("{at}.components");
    let components = list(&row["components"]);
    let most = if components.iter().all(|component| component["type"] == 2) {
        BUTTONS
    } else {
        1
    };
    if !(1..=most).contains(&components.len()) {
        let words = format!("Must be between 1 and {most} in length.");
        form.wrong(&at, "BASE_TYPE_BAD_LENGTH", &words);
    }
    for (number, component) in components.iter().enumerate() {
        let at = format!("{at}.{number}");
        match component["type"].as_u64() {
            Some(2) => button(form, &at, component),
            Some(3) => menu(form, &at, component),
            Some(5..=8) => form.text(
                &format!("{at}.custom_id"),
                &component["custom_id"],
                1..=CUSTOM_ID,
            ),
            _ => form.wrong(
                &format!("{at}.type"),
                "UNION_TYPE_CHOICES",
                "This component may not be here.",
            ),
        }
        unique(form, &at, component, seen);
    }
}

pub(super) fn button(form: &mut Form, at: &str, button: &Value) {
    form.optional_text(&format!("{at}.label"), &button["label"], 0..=BUTTON_LABEL);
    if button["label"].as_str().unwrap_or_default().is_empty() && button["emoji"].is_null() {
        form.wrong(
            &format!("{at}.label"),
            "BASE_TYPE_REQUIRED",
            "A button needs a label or an emoji",
        );
    }
    let (id, url) = (format!("{at}.custom_id"), format!("{at}.url"));
    match button["style"].as_u64() {
        Some(1..=4) => {
            form.text(&id, &button["custom_id"], 1..=CUSTOM_ID);
            if !button["url"].is_null() {
                form.wrong(
                    &url,
                    "BUTTON_COMPONENT_INVALID_URL",
                    "A url is only allowed on a link",
                );
            }
        }
        Some(5) => {
            form.url(&url, &button["url"], BUTTON_URL);
            if button["url"].is_null() {
                form.required(&url);
            }
            if !button["custom_id"].is_null() {
                form.wrong(
                    &id,
                    "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
                    "A custom id and a url exclude each other",
                );
            }
        }
        _ => form.wrong(
            &format!("{at}.style"),
            "BASE_TYPE_CHOICES",
            "Value must be one of (1, 2, 3, 4, 5).",
        ),
    }
}

fn menu(form: &mut Form, at: &str, menu: &Value) {
    form.text(
        &format!("{at}.custom_id"),
        &menu["custom_id"],
        1..=CUSTOM_ID,
    );
    form.optional_text(
        &format!("{at}.placeholder"),
        &menu["placeholder"],
        0..=PLACEHOLDER,
    );
    let options = list(&menu["options"]);
    form.length(&format!("{at}.options"), options.len(), 1..=OPTIONS);
    let mut seen = HashSet::new();
    for (place, option) in options.iter().enumerate() {
        let at = format!("{at}.options.{place}");
        form.text(&format!("{at}.label"), &option["label"], 1..=OPTION_TEXT);
        form.text(&format!("{at}.value"), &option["value"], 1..=OPTION_TEXT);
        form.optional_text(
            &format!("{at}.description"),
            &option["description"],
            0..=OPTION_TEXT,
        );
        if !seen.insert(&option["value"]) {
            let words = "The specified option value is already used";
            form.wrong(
                &format!("{at}.value"),
                "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
                words,
            );
        }
    }
    let number = |key: &str| menu[key].as_u64().unwrap_or(1);
    let count = options.len() as u64;
    let (least, most) = (number("min_values"), number("max_values"));
    if most < 1 || most > count.max(1) || least > most {
        let words = "Must be at least 1, at least min_values, and at most the number of options.";
        form.wrong(&format!("{at}.max_values"), "NUMBER_TYPE_MAX", words);
    }
    let defaults = options
        .iter()
        .filter(|option| option["default"] == true)
        .count() as u64;
    if defaults > most {
        form.wrong(
            &format!("{at}.options"),
            "SELECT_COMPONENT_TOO_MANY_DEFAULTS",
            "More defaults than max_values",
        );
    }
}

fn input(form: &mut Form, at: &str, input: &Value) {
    form.text(
        &format!("{at}.custom_id"),
        &input["custom_id"],
        1..=CUSTOM_ID,
    );
    if !input["label"].is_null() {
        let words = "A text input in a label has no label of its own.";
        form.wrong(&format!("{at}.label"), "STAND_IN", words);
    }
    let number = |key: &str, usual| input[key].as_u64().unwrap_or(usual);
    let (least, most) = (number("min_length", 0), number("max_length", 4000));
    if least > most || !(1..=4000).contains(&most) {
        let words = "Must be between min_length and 4000.";
        form.wrong(&format!("{at}.max_length"), "NUMBER_TYPE_MAX", words);
    }
    let value = input["value"].as_str().unwrap_or_default();
    if !value.is_empty() {
        let allowed = usize::try_from(least).unwrap_or(0)..=usize::try_from(most).unwrap_or(0);
        form.length(&format!("{at}.value"), value.chars().count(), allowed);
    }
    form.optional_text(
        &format!("{at}.placeholder"),
        &input["placeholder"],
        0..=INPUT_PLACEHOLDER,
    );
    form.optional_text(&format!("{at}.value"), &input["value"], 0..=INPUT_TEXT);
    if !matches!(input["style"].as_u64(), Some(1 | 2)) {
        form.wrong(
            &format!("{at}.style"),
            "BASE_TYPE_CHOICES",
            "Value must be one of (1, 2).",
        );
    }
}

fn allowed_mentions(form: &mut Form, allowed: &Value) {
    for kind in ["users", "roles"] {
        let ids = list(&allowed[kind]);
        form.length(
            &format!("allowed_mentions.{kind}"),
            ids.len(),
            0..=ALLOWED_IDS,
        );
        if !ids.is_empty() && list(&allowed["parse"]).contains(&json!(kind)) {
            let words = format!("parse:[\"{kind}\"] and {kind}: [ids...] are mutually exclusive.");
            form.wrong(
                "allowed_mentions",
                "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
                &words,
            );
        }
    }
    for (place, parse) in list(&allowed["parse"]).iter().enumerate() {
        if !["users", "roles", "everyone"]
            .iter()
            .any(|known| parse == known)
        {
            let path = format!("allowed_mentions.parse.{place}");
            form.wrong(
                &path,
                "BASE_TYPE_CHOICES",
                "Value must be one of ('users', 'roles', 'everyone').",
            );
        }
    }
}

/// The choices of an autocomplete, for an option of this type.
pub(in super::super) fn choices(data: &Value, option_type: u64) -> Result<(), Refusal> {
    let mut form = Form::default();
    if !data["choices"].is_array() {
        form.required("choices");
    }
    form.length("choices", list(&data["choices"]).len(), 0..=CHOICES);
    for (place, choice) in list(&data["choices"]).iter().enumerate() {
        let at = |key: &str| format!("choices.{place}.{key}");
        form.text(&at("name"), &choice["name"], 1..=CHOICE_TEXT);
        if option_type == 3 {
            form.text(&at("value"), &choice["value"], 1..=CHOICE_TEXT);
        } else if !choice["value"].is_number() {
            form.wrong(
                &at("value"),
                "NUMBER_TYPE_COERCE",
                "The value is not a number.",
            );
        }
    }
    form.finish()
}

/// A modal: labels with text inputs, as Discord recommends since September 2025.
pub(in super::super) fn modal(data: &Value) -> Result<(), Refusal> {
    let mut form = Form::default();
    form.text("custom_id", &data["custom_id"], 1..=CUSTOM_ID);
    form.text("title", &data["title"], 1..=MODAL_TITLE);
    let labels = list(&data["components"]);
    form.length("components", labels.len(), 1..=ROWS);
    let mut seen = HashSet::new();
    for (place, label) in labels.iter().enumerate() {
        let at = format!("components.{place}");
        if label["type"] != 18 || label["component"]["type"] != 4 {
            let words = "The stand-in models nothing in a modal but labels with text inputs.";
            form.wrong(&format!("{at}.type"), "STAND_IN", words);
            continue;
        }
        form.text(&format!("{at}.label"), &label["label"], 1..=INPUT_LABEL);
        let most = 0..=INPUT_DESCRIPTION;
        form.optional_text(&format!("{at}.description"), &label["description"], most);
        let at = format!("{at}.component");
        input(&mut form, &at, &label["component"]);
        unique(&mut form, &at, &label["component"], &mut seen);
    }
    form.finish()
}
