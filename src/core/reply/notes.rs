//! Help, privacy, and notes of a sentence or two.

use crate::knowledge::KnowledgeBase;
use crate::remark::Remark;

use super::{Choice, Reply, View};

/// How to ask.
pub fn help(knowledge: &KnowledgeBase) -> Reply {
    Reply {
        title: "Ask me about internships".to_owned(),
        path: vec![knowledge.name().to_owned()],
        body: "Ask in your own words; typos are fine.\n\
            - **Mention me** in a channel or thread: `@me how do I start with no experience?`\n\
            - **Reply to one of my answers** to ask a follow-up; leave the ping switched on.\n\
            - **Message me directly**, or use `/ask`; with `private`, only you see the answer.\n\
            - **Answer someone else**: open their message's menu, then Apps › Answer from the guide.\n\
            - **Browse** with `/topics` and `/resources`.\n\n\
            Every answer is a reviewed section of the guide, with its sources. If I don't know, I say so. \
            The person who asked, or a moderator, can remove my reply."
            .to_owned(),
        prompt: "Browse".to_owned(),
        choices: vec![Choice::show("List of topics", "", View::Topics)],
        footer: "What I keep about you: `/privacy` · Delete it: `/forget-me` · For moderators: `/guide status`, Apps › Teach the guide".to_owned(),
        ..Reply::default()
    }
    .within_limits()
}

/// What `/privacy` needs to know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Privacy {
    /// For how many days gaps and votes are kept; `None` if nothing is.
    pub keeps: Option<(u32, u32)>,
    /// How people reach the operator; empty for none.
    pub contact: String,
}

/// What happens to what people write.
pub fn privacy(privacy: &Privacy) -> Reply {
    let kept = match privacy.keeps {
        None => "- **Nothing is written to disk.**".to_owned(),
        Some((gaps, votes)) => format!(
            "- **Questions I couldn't answer** are kept for {gaps} days, without the person, channel or message, so that \
             moderators can improve the guide; they can also have them posted in a channel once a week. I first take out mentions, addresses, links, and phone and other long numbers; a name in the \
             middle of a sentence may remain.\n\
             - **That helped / Not it**: the section, the day and a keyed hash instead of your ID. The key is deleted after {votes} days; \
             then nobody can tell whose vote it was.\n\
             - **Counts** of questions by day, topic or section, and outcome, what moderators set, and what they added, with who wrote it. They can take a question or an answer from someone's message; I \
             take mentions and addresses out first. If a server removes me, all its data is \
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
            "I read messages that mention me, reply to me or are sent to me directly, and what you enter in my commands. Only if \
             a moderator or my operator switches it on, I also read a channel's messages or a forum's post titles; I never keep those.\n\
             {kept}\n\
             - **In memory only**: the latest questions, so that I can follow edits and follow-up questions; newer ones \
             and restarts push them out.\n\
             - **I don't log or pass on questions or names.** Nothing is used to judge anyone, to decide about a job, or to train \
             a model. I'm not for people under 13.\n\
             - `/forget-me` deletes what can be linked to you. If you delete your question, I delete my answer, unless I've restarted in between: Remove \
             below the answer always works.\n\n\
             {contact}"
        ),
        ..Reply::default()
    }
    .within_limits()
}

/// For someone who asked to be forgotten, and has been.
pub fn forgotten(votes: u64, keeps_gaps: Option<u32>) -> Reply {
    let votes = match votes {
        0 => "I had no votes of yours".to_owned(),
        1 => "I've deleted your vote".to_owned(),
        votes => format!("I've deleted your {votes} votes"),
    };
    let gaps = keeps_gaps.map_or_else(String::new, |days| {
        format!(
            " I keep unanswered questions without who asked, so I can't tell which were yours: I delete them {days} days after \
             they were asked."
        )
    });
    note(&format!(
        "{votes} and have forgotten your latest questions. What you added as a moderator stays, without your name.{gaps}"
    ))
}

/// For someone who asks to be forgotten in the preview.
pub fn nothing_to_forget() -> Reply {
    note(
        "There is nothing to delete: the preview keeps nothing. In Discord, this deletes your votes and what I remember about you.",
    )
}

/// For someone who asked to be forgotten while the store cannot be written to.
pub fn will_forget() -> Reply {
    note(
        "I've forgotten your latest questions. I can't reach your votes right now, but I'll delete them as soon as I can; use \
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

/// For a message that is not a question and does not refer to anything said before.
pub fn to_remark(knowledge: &KnowledgeBase, remark: Remark) -> Reply {
    match remark {
        Remark::Thanks => welcome(),
        Remark::WhoMadeYou => help(knowledge),
        Remark::No | Remark::Yes | Remark::Pick(_) | Remark::PickLast | Remark::Unfinished => {
            what_about()
        }
    }
}

/// For someone who thanks the bot or agrees.
pub fn welcome() -> Reply {
    note("You're welcome. Ask me anything about internships, any time.")
}

/// For someone who has begun a question, or refers to something that was not said.
pub fn what_about() -> Reply {
    note(
        "What would you like to know? Ask in a sentence, such as: how do I write a resume with no experience?",
    )
}

/// For someone who agrees to several candidates at once.
pub fn which_one() -> Reply {
    note("Which one? Press its button, or say \"the second one\".")
}

/// For someone who chose a candidate that does not exist.
pub fn only_so_many(count: usize) -> Reply {
    note(&format!(
        "I offered {count}. Press one of the buttons, or rephrase your question."
    ))
}

/// For someone whose reply cannot be read.
pub fn cannot_read() -> Reply {
    note("Discord doesn't show me the text of this message. Mention me in it, or use `/ask`.")
}

/// For someone who used a button or menu whose topic is gone, or that is from an older version of the bot.
pub fn gone() -> Reply {
    note(
        "This is no longer in the guide, or it comes from an older version of me. Please ask again.",
    )
}

/// For someone who used a button that is meant for someone else.
pub fn not_for_you() -> Reply {
    note(
        "This button is for the person who asked. Ask me yourself, or use `/ask`: with `private`, only you see the answer.",
    )
}

/// For someone who wants to remove a reply but may not.
pub fn may_not_remove() -> Reply {
    note("Only the person who asked, or a moderator who can manage messages, can remove this.")
}

/// For someone who asks again within the cooldown.
pub fn too_fast() -> Reply {
    note("One moment, please: you've only just asked. Try again in a few seconds.")
}

/// Instead of a reply that Discord did not accept.
pub fn refused() -> Reply {
    note(
        "Discord refused my reply, perhaps because of a rule of this server. Send me a direct message instead.",
    )
}

/// Instead of a preview, for a message without text that could be a question.
pub fn nothing_to_answer() -> Reply {
    note("There's no text in this message for me to answer.")
}

/// Instead of a preview, for a message that the guide has nothing on.
pub fn nothing_found() -> Reply {
    note("The guide has nothing on this message.")
}

/// Instead of a preview, once it is posted.
pub fn posted() -> Reply {
    note("Posted.")
}

/// Instead of a preview that could not be posted.
pub fn not_posted() -> Reply {
    note("I couldn't post this: the message is gone, or I'm not allowed to write here.")
}

/// For a command whose filter names no topic of the guide.
pub fn no_such_topic() -> Reply {
    note(
        "There's no such topic in the guide: choose one from the list that appears as you type, or look at `/topics`.",
    )
}

/// For a command that Discord still offers but the bot no longer has.
pub fn unknown_command() -> Reply {
    note(
        "This command no longer exists. Restart Discord to update the list, or mention me with your question.",
    )
}
