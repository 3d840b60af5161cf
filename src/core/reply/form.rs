//! A form to fill in, as plain data.

/// A form to fill in, shown on its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// What happens when it is submitted.
    pub action: FormAction,
    /// The headline, at most 45 characters.
    pub title: String,
    /// What is to be filled in, at most five.
    pub fields: Vec<Field>,
}

/// What a form does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormAction {
    /// An answer is added.
    Add,
    /// The addition of this id is changed.
    Edit(u64),
    /// Search for sections.
    Search,
}

/// A line or a text of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// What it is.
    pub name: FieldName,
    /// Its label, at most 45 characters.
    pub label: String,
    /// Its placeholder, at most 100 characters.
    pub hint: String,
    /// Its initial text.
    pub value: String,
    /// Whether it must be filled in.
    pub is_required: bool,
    /// Whether it has several lines.
    pub is_long: bool,
    /// How many characters it takes.
    pub most: usize,
}

impl Field {
    /// The same, to be filled in.
    pub(super) fn required(self) -> Self {
        let is_required = true;
        Self {
            is_required,
            ..self
        }
    }

    /// The same with several lines.
    pub(super) fn long(self) -> Self {
        let is_long = true;
        Self { is_long, ..self }
    }
}

/// What a field of a form is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldName {
    /// The question.
    Question,
    /// The answer.
    Answer,
    /// Other ways to ask, one per line.
    Others,
    /// Where to read more.
    Link,
    /// The topic that an answer is listed under, or what to search for.
    Topic,
}

impl FieldName {
    /// Its name in what Discord sends.
    pub fn name(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::Answer => "answer",
            Self::Others => "others",
            Self::Link => "link",
            Self::Topic => "topic",
        }
    }
}
