//! Changes of a channel: of the tags of a post, which is all that is modelled.

use serde_json::Value;

use super::super::limits::Form;
use super::super::permissions::Permission;
use super::super::world::State;
use super::{Answer, Refusal, Reply, missing_permissions};

/// The most tags of a post.
const MAX_TAGS: usize = 5;

impl State {
    pub(super) fn edit_channel(&mut self, id: u64, body: &Value) -> Answer {
        let channel = self.visible(id)?.clone();
        let form = body.as_object();
        let is_modelled = channel.is_thread()
            && form.is_some_and(|form| form.keys().all(|key| key == "applied_tags"));
        if !is_modelled {
            self.violations.push(format!(
                "a change of a channel that is not modelled: {body}"
            ));
        }
        if channel.locked {
            return Err(Refusal::new(400, 50083, "Thread is archived"));
        }
        if channel.owner != Some(self.bot) && !self.bot_may(Permission::ManageThreads, &channel) {
            return Err(missing_permissions());
        }
        let forum = channel.parent.and_then(|forum| self.channels.get(&forum));
        let known = forum.map_or(&[][..], |forum| &forum.available_tags);
        let given = body["applied_tags"].as_array().cloned().unwrap_or_default();
        let mut form = Form::default();
        if given.len() > MAX_TAGS {
            form.wrong(
                "applied_tags",
                "BASE_TYPE_MAX_LENGTH",
                "Must be 5 or fewer in length.",
            );
        }
        let mut tags = Vec::new();
        for (at, tag) in given.iter().enumerate() {
            let id = tag.as_str().and_then(|id| id.parse().ok());
            match id.filter(|id| known.iter().any(|(known, _)| known == id)) {
                Some(id) => tags.push(id),
                None => form.wrong(
                    &format!("applied_tags.{at}"),
                    "INVALID_FORUM_TAG",
                    "Unknown tag.",
                ),
            }
        }
        form.finish()?;
        self.change_channel(id, |channel| channel.applied_tags = tags);
        Ok(Reply::ok(self.channel_json(&self.channels[&id])))
    }
}
