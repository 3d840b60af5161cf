//! Who is mentioned in a message and who is notified by it.

use serde_json::{Value, json};

use super::message::list;
use super::model::StoredMessage;
use super::world::State;

/// The mentions that a text holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Mentions {
    pub users: Vec<u64>,
    pub roles: Vec<u64>,
    pub everyone: Vec<&'static str>,
}

/// Finds `<@1>`, `<@!1>`, `<@&1>`, `@everyone` and `@here`.
pub(super) fn find(content: &str) -> Mentions {
    let mut found = Mentions::default();
    for piece in content.split("<@").skip(1) {
        let Some((inside, _)) = piece.split_once('>') else {
            continue;
        };
        let (list, digits) = match inside.strip_prefix('&') {
            Some(digits) => (&mut found.roles, digits),
            None => (&mut found.users, inside.strip_prefix('!').unwrap_or(inside)),
        };
        if let Ok(id) = digits.parse()
            && !list.contains(&id)
        {
            list.push(id);
        }
    }
    found.everyone = ["@everyone", "@here"]
        .into_iter()
        .filter(|name| content.contains(name))
        .collect();
    found
}

impl StoredMessage {
    /// Works out who is mentioned, given what the author allows (`null`: Discord's default).
    pub fn set_mentions(&mut self, state: &State, allowed: &Value, of_interaction: bool) {
        let found = find(&self.text());
        let allows = Allowed::new(allowed, of_interaction);
        self.mentions = found
            .users
            .into_iter()
            .filter(|id| allows.user(*id))
            .collect();
        self.mentions.retain(|id| state.users.contains_key(id));
        self.mention_roles = found
            .roles
            .into_iter()
            .filter(|id| allows.role(*id))
            .collect();
        self.mention_everyone = allows.everyone && !found.everyone.is_empty();
        let target = self.reply_to.and_then(|id| state.messages.get(&id));
        if let Some(target) =
            target.filter(|target| allows.replied_user && !self.mentions.contains(&target.author))
        {
            self.mentions.push(target.author);
        }
    }
}

impl State {
    /// The names of those whom a new message notifies.
    pub fn pings(
        &self,
        message: &StoredMessage,
        allowed: &Value,
        of_interaction: bool,
    ) -> Vec<String> {
        let allows = Allowed::new(allowed, of_interaction);
        let mut names: Vec<_> = message
            .mentions
            .iter()
            .map(|id| self.name_of(*id))
            .collect();
        let roles = self.guilds.values().flat_map(|guild| guild.roles.values());
        names.extend(
            roles
                .filter(|role| message.mention_roles.contains(&role.id))
                .map(|role| format!("@{}", role.name)),
        );
        if allows.everyone {
            names.extend(
                find(&message.text())
                    .everyone
                    .into_iter()
                    .map(str::to_owned),
            );
        }
        names
    }
}

/// `allowed_mentions`, or what Discord takes where there is none.
struct Allowed<'a> {
    users: bool,
    roles: bool,
    everyone: bool,
    replied_user: bool,
    form: &'a Value,
}

impl<'a> Allowed<'a> {
    fn new(form: &'a Value, of_interaction: bool) -> Self {
        if form.is_null() {
            let all = !of_interaction;
            return Self {
                users: true,
                roles: all,
                everyone: all,
                replied_user: true,
                form,
            };
        }
        let parses = |what: &str| list(&form["parse"]).contains(&json!(what));
        Self {
            users: parses("users"),
            roles: parses("roles"),
            everyone: parses("everyone"),
            replied_user: form["replied_user"] == true,
            form,
        }
    }

    fn names(&self, list_name: &str, id: u64) -> bool {
        list(&self.form[list_name])
            .iter()
            .any(|listed| *listed == json!(id) || *listed == json!(id.to_string()))
    }

    fn user(&self, id: u64) -> bool {
        self.users || self.names("users", id)
    }

    fn role(&self, id: u64) -> bool {
        self.roles || self.names("roles", id)
    }
}

#[cfg(test)]
mod tests {
    use super::{Mentions, find};

    #[test]
    fn mentions_are_found() {
        let found = find("<@1> and <@!2>, <@&3> <@x> <@4 @here <@1>");
        assert_eq!(
            found,
            Mentions {
                users: vec![1, 2],
                roles: vec![3],
                everyone: vec!["@here"]
            }
        );
    }
}
