//! What Discord refuses: every check of a form, with Discord's error JSON.

mod commands;
mod components;
mod messages;

use std::ops::RangeInclusive;

use serde_json::{Map, Value, json};

use super::rest::Refusal;

pub(super) use commands::commands;
pub(super) use messages::{Place, choices, message, modal};

/// Collects what is wrong in a form; a path is dotted, as `embeds.0.title`.
#[derive(Debug, Default)]
pub(super) struct Form {
    errors: Map<String, Value>,
}

impl Form {
    pub fn wrong(&mut self, path: &str, code: &str, message: &str) {
        let mut place = &mut self.errors;
        for key in path.split('.').filter(|key| !key.is_empty()) {
            let inner = place.entry(key).or_insert_with(|| json!({}));
            place = inner
                .as_object_mut()
                .expect("every value under a key of a path is made an object here");
        }
        let errors = place.entry("_errors").or_insert_with(|| json!([]));
        if let Some(errors) = errors.as_array_mut() {
            errors.push(json!({"code": code, "message": message}));
        }
    }

    /// Nothing but a text of this many characters.
    pub fn text(&mut self, path: &str, value: &Value, length: RangeInclusive<usize>) {
        match value.as_str() {
            Some(text) => self.length(path, text.chars().count(), length),
            None if value.is_null() => self.required(path),
            None => self.wrong(
                path,
                "BASE_TYPE_BAD_TYPE",
                "Only string values are allowed.",
            ),
        }
    }

    /// The same where the text may be missing.
    pub fn optional_text(&mut self, path: &str, value: &Value, length: RangeInclusive<usize>) {
        if !value.is_null() {
            self.text(path, value, length);
        }
    }

    pub fn required(&mut self, path: &str) {
        self.wrong(path, "BASE_TYPE_REQUIRED", "This field is required");
    }

    pub fn length(&mut self, path: &str, length: usize, allowed: RangeInclusive<usize>) {
        let (least, most) = (*allowed.start(), *allowed.end());
        if length == 0 && least > 0 {
            self.required(path);
        } else if length > most && least <= 1 {
            self.wrong(
                path,
                "BASE_TYPE_MAX_LENGTH",
                &format!("Must be {most} or fewer in length."),
            );
        } else if !allowed.contains(&length) {
            self.wrong(
                path,
                "BASE_TYPE_BAD_LENGTH",
                &format!("Must be between {least} and {most} in length."),
            );
        }
    }

    /// `http` or `https`, not too long, without spaces.
    pub fn url(&mut self, path: &str, value: &Value, most: usize) {
        let Some(url) = value.as_str() else { return };
        self.length(path, url.chars().count(), 1..=most);
        let (scheme, rest) = url.split_once("://").unwrap_or_default();
        if !matches!(scheme, "http" | "https")
            || rest.is_empty()
            || url.contains(char::is_whitespace)
        {
            self.wrong(path, "URL_TYPE_INVALID_URL", "Not a well formed URL.");
        }
    }

    pub fn refusal(self) -> Refusal {
        let errors = Value::Object(self.errors);
        Refusal {
            errors,
            ..Refusal::new(400, 50035, "Invalid Form Body")
        }
    }

    pub fn finish(self) -> Result<(), Refusal> {
        if self.errors.is_empty() {
            Ok(())
        } else {
            Err(self.refusal())
        }
    }
}
