//! Limits for the texts of a guide, and placeholders for answers still to be written.

/// The longest id, in characters: a button's `custom_id` holds a topic, a section and a person in 100 characters.
pub const MAX_ID: usize = 32;
/// The longest title, heading or name, in characters: Discord's limit for the label of a button.
pub const MAX_TITLE: usize = 80;
/// The longest line for lists, in characters: Discord's limit for the description of a menu option.
pub const MAX_LINE: usize = 100;
/// The longest phrasing, in characters: Discord's limit for an autocomplete choice.
pub const MAX_PHRASING: usize = 100;
/// The longest text of a section, in characters: with title and links it stays under the 2,000 of a plain message.
pub const MAX_TEXT: usize = 1_500;
/// The longest description of a resource, in characters: a tenth of a text.
pub(super) const MAX_DESCRIPTION: usize = MAX_TEXT / 10;
/// The longest address, in characters: leaves room for three links next to a text of full length in one plain message.
pub const MAX_URL: usize = 250;
/// The maximum number of topics: a menu has 25 options, so a guide's lists have at most 25 categories of 25 topics.
pub(super) const MAX_PER_CATEGORY: usize = 25;
/// The placeholder in the text of a topic from `internbot gaps --toml`, until someone writes the answer.
pub const PLACEHOLDER: &str = "This answer is not written yet.";
/// The beginning of such a topic's summary.
pub const PLACEHOLDER_SUMMARY: &str = "Not written yet:";
/// The beginning of the description that `internbot import` gives a link, until someone says why it is worth opening.
pub(super) const PLACEHOLDER_LINK: &str = "Linked in the answer to";
