//! Help, privacy, and notes of a sentence or two.

use crate::knowledge::KnowledgeBase;
use crate::remark::Remark;

use super::{Choice, Reply, View};

/// How to ask.
pub fn help(knowledge: &KnowledgeBase) -> Reply {
    Reply {
        title: "Ask me about internships".to_owned(),
        path: vec![knowledge.name().to_owned()],
        body: "Ask in your own words; typing mistakes are fine.\n\
            - **Mention me** in a channel or thread: `@me how do I start with no experience?`\n\
            - **Reply to one of my answers** to ask a follow-up, with the ping switched on.\n\
            - **Write to me directly**, or use `/ask`; with `private` only you see the answer.\n\
            - **Answer somebody else**: open the menu of their message, then Apps › Answer from the guide.\n\
            - **Look around** with `/topics` and `/resources`.\n\n\
            Every answer is a reviewed section of the guide, with its sources. When I do not know, I say so. \
            The person who asked, or a moderator, can remove my reply."
            .to_owned(),
        prompt: "Look around".to_owned(),
        choices: vec![Choice::show("List of topics", "", View::Topics)],
        footer: "What I keep about you: `/privacy` · Delete it: `/forget-me` · For moderators: `/guide status`, Apps › Teach the guide".to_owned(),
        ..Reply::default()
    }
    .within_limits()
}

/// What `/privacy` has to know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Privacy {
    /// For how many days gaps and votes are kept; `None` if nothing is.
    pub keeps: Option<(u32, u32)>,
    /// How people reach the operator; empty for none.
    pub contact: String,
}

/// What becomes of what people write.
pub fn privacy(privacy: &Privacy) -> Reply {
    let kept = match privacy.keeps {
        None => "- **Nothing is written to disk.**".to_owned(),
        Some((gaps, votes)) => format!(
            "- **Questions that I could not answer** are kept for {gaps} days without who asked, where and in which message, so that \
             moderators can improve the guide; they may have them posted in a channel once a week. Mentions, addresses, links, phone and other long numbers are taken out first; a name in the \
             middle of a sentence may remain.\n\
             - **That helped / Not it**: the section, the day and a keyed hash in place of you. The key is deleted after {votes} days; \
             then nobody can tell whose vote it was.\n\
             - **Counts** of questions by day, topic and outcome, what moderators set, and what they added, with who wrote it. A server that removes me has all its data \
             deleted."
        ),
    };
    let contact = match privacy.contact.trim() {
        "" => "Ask the moderators of this server who runs me.".to_owned(),
        contact => format!("Who runs me: {contact}"),
    };
    Reply {
        title: "Privacy".to_owned(),
        body: format!(
            "I read messages that mention me, reply to me or are sent to me directly, what you enter in my commands, and, only where \
             somebody who may do so switched it on, the messages of a channel or the titles of forum posts. Those are never kept.\n\
             {kept}\n\
             - **In memory only**: the latest questions, so that an edit changes the answer and a follow-up is understood; newer ones \
             and every restart push them out.\n\
             - **No question and no name is logged** or passed on. Nothing is used to judge anybody, to decide about a job, or to train \
             a model. I am not for people under 13.\n\
             - `/forget-me` deletes what leads to you. Deleting your question deletes my answer, unless I was restarted in between: Remove \
             below the answer always works.\n\n\
             {contact}"
        ),
        ..Reply::default()
    }
    .within_limits()
}

/// To somebody who wanted to be forgotten and is.
pub fn forgotten(votes: u64, keeps_gaps: Option<u32>) -> Reply {
    let votes = match votes {
        0 => "I had no votes of yours".to_owned(),
        1 => "I have deleted your vote".to_owned(),
        votes => format!("I have deleted your {votes} votes"),
    };
    let gaps = keeps_gaps.map_or_else(String::new, |days| {
        format!(
            " Questions that I could not answer are kept without who asked, so I cannot tell which were yours: they go {days} days after \
             they were asked."
        )
    });
    note(&format!(
        "{votes} and have forgotten your latest questions. What you added as a moderator stays, without your name.{gaps}"
    ))
}

/// To somebody who wanted to be forgotten while the store cannot be written.
pub fn will_forget() -> Reply {
    note(
        "I have forgotten your latest questions. I cannot reach your votes at the moment and will delete them as soon as I can; use \
         `/forget-me` again tomorrow to be sure.",
    )
}

/// A sentence or two.
pub(super) fn note(text: &str) -> Reply {
    Reply {
        body: text.to_owned(),
        ..Reply::default()
    }
    .within_limits()
}

/// To somebody whose message is no question, where it is not about something that was said before.
pub fn to_remark(knowledge: &KnowledgeBase, remark: Remark) -> Reply {
    match remark {
        Remark::Thanks => welcome(),
        Remark::WhoMadeYou => help(knowledge),
        Remark::No | Remark::Yes | Remark::Pick(_) | Remark::Unfinished => what_about(),
    }
}

/// To somebody who thanks or agrees.
pub fn welcome() -> Reply {
    note("You're welcome. Ask me anything about internships, any time.")
}

/// To somebody who has begun a question, or refers to something that was not said.
pub fn what_about() -> Reply {
    note(
        "What would you like to know? Ask in a sentence, such as: how do I write a resume with no experience?",
    )
}

/// To somebody who agrees to several candidates at once.
pub fn which_one() -> Reply {
    note("Which one? Press its button, or say \"the second one\".")
}

/// To somebody who chose a candidate that is not there.
pub fn only_so_many(count: usize) -> Reply {
    note(&format!(
        "I offered {count}. Press the button of one, or ask in other words."
    ))
}

/// To somebody whose reply cannot be read.
pub fn cannot_read() -> Reply {
    note("Discord does not show me the text of this message. Mention me in it, or use `/ask`.")
}

/// To somebody who used a button or a menu whose topic, or whose version of the bot, is gone.
pub fn gone() -> Reply {
    note(
        "This is no longer in the guide, or it comes from an older version of me. Please ask again.",
    )
}

/// To somebody who used a button that is meant for somebody else.
pub fn not_for_you() -> Reply {
    note(
        "This button is for the person who asked. Ask me yourself, or use `/ask`: with `private` only you see the answer.",
    )
}

/// To somebody who wants to remove a reply and may not.
pub fn may_not_remove() -> Reply {
    note("Only the person who asked, or a moderator who may manage messages, can remove this.")
}

/// To somebody who asks again within the cooldown.
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
    note(
        "There is no such topic in the guide: choose one from the list that appears while you type, or look at `/topics`.",
    )
}

/// If Discord offers a command that the bot no longer has.
pub fn unknown_command() -> Reply {
    note(
        "This command no longer exists. Restart Discord to update the list, or mention me with your question.",
    )
}
