//! What moderators may add: the guide's rules ([`knowledge::check()`]) and a few more, because nobody reviews it: no
//! invitations, no unsafe links, and no answers of their own on legal matters.

use jiff::civil::Date;
use url::Url;

use super::form::sources;
use super::{AdditionError, LONGEST_QUESTION, Lesson, LessonReply};
use crate::answer::{Outcome, ProbableMatch};
use crate::guide::Guide;
use crate::knowledge::{self, Severity, Stakes, Topic};
use crate::search::Question;
use crate::text;

/// Words that make a question or an answer a legal one.
#[rustfmt::skip]
const LEGAL: [&str; 37] = [
    "visa", "visas", "h1b", "j1", "f1", "cpt", "esta", "immigration", "deported", "tax", "taxes", "taxed", "taxation", "withholding",
    "withheld", "overtime", "legal", "legally", "illegal", "illegally", "laws", "lawsuit", "lawsuits", "sued", "lawyer", "lawyers",
    "attorney", "attorneys", "discrimination", "discriminated", "discriminate", "discriminates", "noncompete", "noncompetes", "cit",
    "brp", "tn1",
];

/// Words that make only a question a legal one: in an answer they may mean something else, such as "if time permits" or "ask Sue".
const LEGAL_IF_ASKED: [&str; 3] = ["permit", "permits", "sue"];

/// Two words in a row that make a question or an answer a legal one.
#[rustfmt::skip]
const LEGAL_PAIRS: [[&str; 2]; 33] = [
    ["h", "1b"], ["j", "1"], ["f", "1"], ["green", "card"], ["green", "cards"], ["work", "permit"], ["work", "permits"],
    ["residence", "permit"], ["residence", "permits"], ["work", "authorization"], ["work", "authorisation"], ["minimum", "wage"],
    ["minimum", "wages"], ["wage", "law"], ["pay", "law"], ["tax", "law"], ["non", "compete"], ["non", "competes"],
    ["employment", "contract"], ["employment", "contracts"], ["employment", "law"], ["labor", "law"], ["labour", "law"],
    ["fire", "me"], ["fire", "us"], ["fire", "you"], ["fire", "interns"], ["be", "fired"], ["get", "fired"], ["too", "old"],
    ["am", "old"], ["my", "age"], ["your", "age"],
];

/// From this probability on, a suggested legal section makes a question a legal one. Questions about a server's own matters that
/// come closer to such a section begin with one of the words below.
const NEAR_LAW: f32 = 0.3;
/// A candidate at least this probable, relative to the best, is as much meant as the best.
const NEARLY: f32 = 0.95;

/// A question that begins with one of these asks for a place, a person or a time, such as where to hand in a contract, and not what is
/// allowed.
const FOR_FACTS: [&str; 3] = ["where", "who", "when"];

/// Sites on which every address is an invitation to a server, or leads to one.
const INVITING_SITES: [&str; 4] = ["discord.gg", "discord.me", "invite.gg", "dsc.gg"];
/// Sites on which addresses below `/invite` are invitations to servers.
const DISCORD: [&str; 2] = ["discord.com", "discordapp.com"];

/// Whether a lesson may be shown to students of a server.
///
/// # Errors
/// The first rule that it breaks.
pub fn check(lesson: &Lesson, guide: &Guide) -> Result<(), AdditionError> {
    if lesson.questions.is_empty() {
        return Err(AdditionError::Wordless);
    }
    let LessonReply::Own { text, link } = &lesson.reply else {
        return Ok(());
    };
    let lengths = lesson
        .questions
        .iter()
        .map(|question| text::length(question));
    if let Some(length) = lengths.max().filter(|length| *length > LONGEST_QUESTION) {
        return Err(AdditionError::Rule(format!(
            "a question has {length} characters, but the limit is {LONGEST_QUESTION}"
        )));
    }
    for text in lesson.questions.iter().chain([text]).chain(link) {
        let addresses: Vec<Url> = addresses(text).collect();
        if names_invitation(text) || addresses.iter().any(is_invitation) {
            return Err(AdditionError::Invitation);
        }
        if addresses.iter().any(hides_its_site) {
            return Err(AdditionError::HiddenSite);
        }
    }
    if has_unsafe_link(text) {
        return Err(AdditionError::Link);
    }
    if text.matches("```").count() % 2 != 0 {
        return Err(AdditionError::CodeBlock);
    }
    let checked = knowledge::check(&sources(lesson), Date::ZERO);
    let mut errors = checked.problems.iter();
    if let Some(problem) = errors.find(|problem| problem.severity == Severity::Error) {
        let rule = format!("{}. {}", problem.message, problem.help);
        return Err(AdditionError::Rule(rule.trim_end_matches('.').to_owned()));
    }
    let topic = guide.knowledge.topic(&lesson.topic);
    let asks_law = || {
        lesson
            .questions
            .iter()
            .any(|question| asks_law(guide, question))
    };
    if topic.is_some_and(Topic::is_legal) || names_law(&text::words(text)) || asks_law() {
        return Err(AdditionError::Law);
    }
    Ok(())
}

/// Whether a text names an invitation as people type it, without `https://`.
fn names_invitation(text: &str) -> bool {
    let text = text.to_lowercase();
    let names = |site: &&str, path: &str| text.contains(&format!("{site}{path}"));
    INVITING_SITES.iter().any(|site| names(site, "/"))
        || DISCORD.iter().any(|site| names(site, "/invite/"))
}

/// The addresses in a text that begin with `https://`, as a browser reads them.
fn addresses(text: &str) -> impl Iterator<Item = Url> {
    let lower = text.to_lowercase();
    let starts: Vec<usize> = lower.match_indices("https://").map(|(at, _)| at).collect();
    starts.into_iter().filter_map(move |at| {
        let rest = lower.get(at..)?;
        let ends = |c: char| c.is_whitespace() || "<>()[]\"".contains(c);
        Url::parse(rest.split(ends).next()?).ok()
    })
}

fn is_invitation(address: &Url) -> bool {
    let host = address.host_str().unwrap_or_default();
    let is_of = |site: &&str| {
        let before = host.strip_suffix(*site);
        before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
    };
    let mut folders = address.path().split('/').filter(|part| !part.is_empty());
    INVITING_SITES.iter().any(&is_of)
        || DISCORD.iter().any(is_of) && folders.next() == Some("invite")
}

/// Whether an address begins with a name and an @, which looks like the site that it leads to.
fn hides_its_site(address: &Url) -> bool {
    !address.username().is_empty() || address.password().is_some()
}

/// Whether Markdown has a link that does not begin with `https://`.
fn has_unsafe_link(text: &str) -> bool {
    let text = text.to_lowercase();
    let named = text.split("](").skip(1);
    let mut targets = named.map(|target| target.trim_start_matches(['<', ' ']));
    let mut schemes = text.split("://").map(|before| {
        before
            .rsplit(|c: char| !c.is_ascii_alphanumeric())
            .next()
            .unwrap_or_default()
    });
    // What follows the last "://" is no scheme.
    let count = text.matches("://").count();
    targets.any(|target| !target.starts_with("https://"))
        || schemes.by_ref().take(count).any(|scheme| scheme != "https")
}

/// Whether a question is a legal one: by its words, or because the guide leads to a legal section.
fn asks_law(guide: &Guide, question: &str) -> bool {
    let words = text::words(question);
    let is_one_of = |list: &[&str], word: &String| list.contains(&word.as_str());
    let for_facts = words
        .first()
        .is_some_and(|word| is_one_of(&FOR_FACTS, word));
    names_law(&words)
        || words.iter().any(|word| is_one_of(&LEGAL_IF_ASKED, word))
        || leads_to_law(guide, question, for_facts)
}

/// Whether the words of a question or of an answer make it a legal one.
fn names_law(words: &[String]) -> bool {
    let is_legal = |word: &String| LEGAL.contains(&word.as_str());
    let is_pair = |pair: &[String]| LEGAL_PAIRS.iter().any(|legal| pair == legal);
    words.iter().any(is_legal) || words.windows(2).any(is_pair)
}

/// Whether the guide answers a question from a legal section, or suggests one first or nearly first.
fn leads_to_law(guide: &Guide, question: &str, for_facts: bool) -> bool {
    let answer = guide.answer(&Question::new(question));
    let Some(best) = answer.matches.first() else {
        return false;
    };
    let is_legal = |found: &ProbableMatch| {
        let found = found.find(&guide.knowledge);
        found.is_some_and(|(_, section)| section.stakes == Stakes::Legal)
    };
    match answer.outcome {
        Outcome::Answer => is_legal(best),
        Outcome::Suggest if !for_facts => {
            let near = NEAR_LAW.max(NEARLY * best.probability);
            let mut near = answer
                .matches
                .iter()
                .take_while(|found| found.probability >= near);
            near.any(is_legal)
        }
        Outcome::Suggest | Outcome::None => false,
    }
}
