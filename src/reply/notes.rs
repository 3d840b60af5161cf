//! Help, privacy, and notes of a sentence or two.

use crate::knowledge::KnowledgeBase;

use super::{Action, Choice, Reply, View};

/// How to ask.
pub fn help(knowledge: &KnowledgeBase) -> Reply {
    Reply {
        title: "Ask me about internships".to_owned(),
        path: vec![knowledge.name().to_owned()],
        body: "Ask in your own words; typing mistakes are fine.\n\
            - **Mention me** in a channel or thread: `@me how do I start with no experience?`\n\
            - **Reply to one of my answers** to ask a follow-up, with the ping switched on.\n\
            - **Write to me directly**, or use `/ask`; with `private` only you see the answer.\n\
            - **Answer somebody**: open the menu of their message, then Apps › Answer from the guide.\n\
            - **Look around** with `/topics` and `/resources`.\n\n\
            Every answer is a reviewed section of the guide, with its sources. When I do not know, I say so. \
            Whoever asked, or a moderator, can remove my reply."
            .to_owned(),
        prompt: "Look around".to_owned(),
        choices: vec![Choice::new("List of topics", "", Action::Show(View::Topics))],
        footer: "What I keep about you: /privacy · For moderators: /guide".to_owned(),
        ..Reply::default()
    }
    .within_limits()
}

/// What becomes of what people write.
pub fn privacy() -> Reply {
    Reply {
        title: "Privacy".to_owned(),
        body: "I read messages that mention me, reply to me or are sent to me directly, what you enter in my commands, and, \
            only where an administrator switched it on, the messages of a channel or the titles of forum posts.\n\
            - **Nothing is written to a disk.** The latest questions stay in memory so that an edit changes the answer and a \
            follow-up is understood; newer ones and every restart push them out.\n\
            - **No question and no name is logged**, passed on, or used to train anything.\n\
            - Deleting your question deletes my answer to it."
            .to_owned(),
        ..Reply::default()
    }
    .within_limits()
}

/// A sentence or two.
pub(super) fn note(text: &str) -> Reply {
    Reply { body: text.to_owned(), ..Reply::default() }.within_limits()
}

/// To somebody whose reply cannot be read.
pub fn cannot_read() -> Reply {
    note("Discord does not show me the text of this message. Mention me in it, or use `/ask`.")
}

/// To somebody who used a button or a menu whose topic, or whose version of the bot, is gone.
pub fn gone() -> Reply {
    note("This is no longer in the guide, or it comes from an older version of me. Please ask again.")
}

/// To somebody who used a button that is meant for somebody else.
pub fn not_for_you() -> Reply {
    note("This button is for the person who asked. Ask me yourself, or use `/ask`: with `private` only you see the answer.")
}

/// To somebody who wants to remove a reply and may not.
pub fn may_not_remove() -> Reply {
    note("Only the person who asked, or a moderator who may manage messages, can remove this.")
}

/// To somebody who asks faster than anybody can read.
pub fn too_fast() -> Reply {
    note("One moment, please: you have only just asked. Try again in a few seconds.")
}

/// Instead of a preview, where a message has no text that could be a question.
pub fn nothing_to_answer() -> Reply {
    note("This message has no text that I could answer.")
}

/// Instead of a preview, where the guide has nothing at all on a message.
pub fn nothing_found() -> Reply {
    note("The guide has nothing on this message.")
}

/// Instead of a preview, once it is posted.
pub fn posted() -> Reply {
    note("Posted.")
}

/// Instead of a preview, where it could not be posted.
pub fn not_posted() -> Reply {
    note("I could not post this: the message is gone, or I may not write here.")
}

/// Where a filter of a command names no topic of the guide.
pub fn no_such_topic() -> Reply {
    note("There is no such topic in the guide: choose one from the list that appears while you type, or look at `/topics`.")
}

/// Where something went wrong that a person cannot help.
pub fn unknown_command() -> Reply {
    note("I do not know this command any more. Restart Discord to get the present list, or mention me with your question.")
}
