//! Discord's limits, in characters or items (<https://discord.com/developers/docs/resources/message#embed-object-embed-limits>,
//! <https://discord.com/developers/docs/components/reference>).

/// The title of an embed.
pub const TITLE: usize = 256;
/// The line above the title of an embed.
pub const AUTHOR: usize = 256;
/// The description of an embed.
pub const DESCRIPTION: usize = 4_096;
/// The value of an embed's field.
pub const FIELD: usize = 1_024;
/// The fields of an embed.
pub const FIELDS: usize = 25;
/// The footer of an embed.
pub const FOOTER: usize = 2_048;
/// All texts of all embeds of a message together.
pub const EMBEDS: usize = 6_000;
/// A plain message.
pub const CONTENT: usize = 2_000;
/// The label of a button.
pub const BUTTON: usize = 80;
/// The buttons in a row.
pub const BUTTONS: usize = 5;
/// The rows of buttons and menus of a message.
pub const ROWS: usize = 5;
/// The label, value or description of a menu's option; the name or value of an autocomplete choice.
pub const OPTION: usize = 100;
/// The options of a menu, the choices of an autocompletion.
pub const OPTIONS: usize = 25;
/// The text in an empty menu.
pub const PLACEHOLDER: usize = 150;
/// What a button or a menu carries.
pub const CUSTOM_ID: usize = 100;
