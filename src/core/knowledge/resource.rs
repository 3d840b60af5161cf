//! Links, and what a reader wants to know about one before opening it.

use serde::Serialize;

/// A link with what a reader wants to know before opening it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Resource {
    /// The name by which sections refer to it.
    pub id: String,
    /// What people see.
    pub name: String,
    /// An absolute `https` address.
    pub url: String,
    /// What it is.
    pub kind: Kind,
    /// What it costs.
    pub cost: Cost,
    /// Whom it is for.
    pub level: Level,
    /// Ids of the topics that it helps with.
    pub topics: Vec<String>,
    /// One line on why it is worth opening.
    pub description: String,
}

/// Defines an enum whose variants people write in files and options by a fixed name.
macro_rules! named_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name { $($(#[$variant_doc])* $variant,)+ }

        impl $name {
            /// Every value, in the order in which lists show them.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The name in files, options and lists.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }
    };
}

named_enum! {
    /// What a resource is.
    Kind {
        /// Lessons in an order.
        Course = "course",
        /// Exercises and places to build things.
        Practice = "practice",
        /// A book, on paper or online.
        Book = "book",
        /// Reference, handbook or guide.
        Documentation = "documentation",
        /// People to learn with.
        Community = "community",
        /// A program or service to work with.
        Tool = "tool",
        /// Where openings and events are listed.
        JobBoard = "job-board",
        /// A government, an agency or another authority.
        Official = "official",
    }
}

named_enum! {
    /// What a resource costs.
    Cost {
        /// Nothing.
        Free = "free",
        /// Partly free; more for money.
        Freemium = "freemium",
        /// Money.
        Paid = "paid",
    }
}

named_enum! {
    /// Whom a resource is for.
    Level {
        /// No knowledge needed.
        Beginner = "beginner",
        /// The basics are known.
        Intermediate = "intermediate",
        /// Comfortable with the subject.
        Advanced = "advanced",
        /// Everybody.
        Any = "any",
    }
}
