//! Limits in characters or items: Discord's (<https://docs.discord.com/developers/components/reference>) or, where
//! a phone shows less, the phone's.

/// All texts of a reply together. Discord accepts 4,000 in a message; the rest is for what is added above a reply, which is the
/// question that it answers or the person whom it is for, and for [`COMMANDS`].
pub const TEXT: usize = 3_400;
/// What the ids of the commands that a reply names may add to its texts: about 21 for each.
pub const COMMANDS: usize = 280;
/// The headline.
pub const TITLE: usize = 256;
/// The warning.
pub const NOTICE: usize = 1_024;
/// The small print.
pub const FOOTER: usize = 256;
/// The label of a button or of a menu's option. Discord accepts 80 and 100, and says that a phone shows 38
/// (<https://docs.discord.com/developers/components/reference#button-button-design-guidelines>).
pub const LABEL: usize = 38;
/// How a candidate begins: about five lines next to a button on a phone.
pub const TEASER: usize = 100;
/// The candidates among which a person chooses, "List of topics" included.
pub const CANDIDATES: usize = 6;
/// The buttons in a row.
pub const BUTTONS: usize = 5;
/// The value or description of a menu's option; the name or value of an autocomplete choice.
pub const OPTION: usize = 100;
/// The options of a menu, the choices of an autocompletion.
pub const OPTIONS: usize = 25;
/// The text in an empty menu.
pub const PLACEHOLDER: usize = 150;
/// What a button or a menu carries.
pub const CUSTOM_ID: usize = 100;
/// The headline of a form, and the label of one of its fields.
pub const FORM_LABEL: usize = 45;
/// The placeholder of a form's field.
pub const FORM_HINT: usize = 100;
