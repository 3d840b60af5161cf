//! What moderators add to the guide: its buttons, menus and forms. Every step checks who takes it, because a button says nothing about
//! who presses it.

use std::sync::Arc;

use serenity::all::{GuildId, UserId};
use tokio::task::spawn_blocking;
use tracing::{error, warn};

use crate::additions::{
    self, Addition, LONGEST_ANSWER, Lesson, LessonReply, MAX_QUESTIONS, Teaching,
};
use crate::discord::context::EventContext;
use crate::discord::custom_id;
use crate::discord::events::{DiscordMessage, Interaction};
use crate::discord::render::{RenderOptions, form, render};
use crate::discord::rest::RestError;
use crate::gaps;
use crate::knowledge::{KnowledgeBase, Section, Topic};
use crate::reply::{self, Asked, FieldName, Form, FormAction, Place, Reply, Teach};
use crate::scrub::scrub;
use crate::search::Question;
use crate::store::StoreError;
use crate::text;

/// How many days to look back for a gap that someone closes: as far as the list of gaps can reach.
const DAYS: u32 = 365;
/// From how many of the nearest topics other sections are offered.
const TOPICS_IN_FULL: usize = 3;

/// What a step shows.
pub(in crate::discord) enum Step {
    /// A new message that only the moderator sees.
    Apart(Reply),
    /// In place of the message, which only the moderator sees.
    Here(Reply),
    /// A form.
    Form(Form),
}

/// Who is teaching, and where.
#[derive(Clone, Copy)]
pub(in crate::discord) struct Moderator {
    pub guild: GuildId,
    user: UserId,
}

/// Why someone may not teach.
#[derive(Debug, Clone, Copy)]
pub(in crate::discord) enum MayNotTeach {
    NoModerator,
    NoGuild,
    SwitchedOff,
    NoStore,
}

impl MayNotTeach {
    /// The reply to them.
    pub(in crate::discord) fn reply(self) -> Reply {
        match self {
            Self::NoModerator => reply::for_moderators(),
            Self::NoGuild => reply::unknown_command(),
            Self::SwitchedOff => reply::additions_off(),
            Self::NoStore => reply::no_store(),
        }
    }
}

/// The moderator who used something, or why they may not.
pub(in crate::discord) fn moderator(
    context: &EventContext,
    interaction: &Interaction,
) -> Result<Moderator, MayNotTeach> {
    if !interaction.is_by_moderator() {
        return Err(MayNotTeach::NoModerator);
    }
    let (Some(guild), Some(user)) = (interaction.guild_id, interaction.user_id()) else {
        return Err(MayNotTeach::NoGuild);
    };
    if !context.bot.config.additions {
        return Err(MayNotTeach::SwitchedOff);
    }
    if context.bot.store.keeps().is_none() {
        return Err(MayNotTeach::NoStore);
    }
    Ok(Moderator { guild, user })
}

/// What a button or an option of a menu does.
pub(super) async fn click(
    context: &EventContext,
    interaction: &Interaction,
    message: &DiscordMessage,
    teach: Teach,
) -> Step {
    let moderator = match moderator(context, interaction) {
        Ok(moderator) => moderator,
        Err(refusal) => return Step::Apart(refusal.reply()),
    };
    let knowledge = &context.guide.knowledge;
    let added = context.additions(Some(moderator.guild));
    let one = |id| added.get(id).cloned();
    let step = match teach {
        Teach::Find(asked) => {
            let questions = questions(context, moderator, message, asked).await;
            questions.map(|questions| Step::Apart(find(context, &questions, None)))
        }
        Teach::Search => Ok(Step::Form(reply::search_form())),
        Teach::Belongs(place) => {
            let questions = message.quotes();
            Ok(Step::Here(
                belongs(context, moderator, place, questions).await,
            ))
        }
        Teach::Write(asked) => {
            let questions = questions(context, moderator, message, asked).await;
            questions.map(|questions| Step::Form(write(context, questions, String::new())))
        }
        Teach::Quote => {
            let text = draft(message).unwrap_or_else(|| message.quotes().join("\n"));
            Ok(Step::Form(write(context, Vec::new(), text)))
        }
        Teach::List(page) => Ok(Step::Here(reply::additions(knowledge, &added, page))),
        Teach::One(id) => one(id)
            .map(|addition| Step::Here(reply::addition(knowledge, &addition)))
            .ok_or_else(reply::addition_gone),
        Teach::Edit(id) => one(id)
            .map(|addition| Step::Form(edit(knowledge, &addition)))
            .ok_or_else(reply::addition_gone),
        Teach::Remove(id) => Ok(Step::Here(
            teach_guild(context, moderator, Teaching::Remove(id))
                .await
                .map_or_else(
                    |error| context.bot.store_trouble(&error),
                    |_| reply::addition_removed(),
                ),
        )),
    };
    match step {
        // A list that everyone sees must not be replaced by one person's action.
        Ok(Step::Here(reply)) if !message.is_ephemeral() => Step::Apart(reply),
        Ok(step) => step,
        Err(refusal) => Step::Apart(refusal),
    }
}

/// What a submitted form does and shows.
pub(in crate::discord) async fn submit(context: &EventContext, interaction: &Interaction) {
    let Some(owner) = interaction.user_id() else {
        return;
    };
    let step = match custom_id::decode_form(&interaction.data.custom_id) {
        Some(action) => filled_in(context, interaction, action).await,
        None => Step::Apart(reply::gone()),
    };
    if let Err(error) = respond(context, interaction, owner, &step).await {
        warn!(%error, "could not answer a form");
    }
}

/// Shows a step.
pub(super) async fn respond(
    context: &EventContext,
    interaction: &Interaction,
    owner: UserId,
    step: &Step,
) -> Result<(), RestError> {
    let options = RenderOptions::ephemeral(owner, interaction, &context.bot.commands);
    let (rest, id, token) = (&context.bot.rest, interaction.id, &interaction.token);
    match step {
        Step::Apart(reply) => {
            rest.respond(id, token, &render(reply, options).response())
                .await
        }
        Step::Here(reply) => {
            rest.respond(id, token, &render(reply, options).update())
                .await
        }
        Step::Form(shown) => rest.respond(id, token, &form(shown)).await,
    }
}

async fn filled_in(context: &EventContext, interaction: &Interaction, action: FormAction) -> Step {
    let moderator = match moderator(context, interaction) {
        Ok(moderator) => moderator,
        Err(refusal) => return Step::Apart(refusal.reply()),
    };
    let typed = |name: FieldName| interaction.field(name.name()).unwrap_or_default();
    if action == FormAction::Search {
        let Some(message) = &interaction.message else {
            return Step::Apart(reply::gone());
        };
        let questions = message.quotes();
        let found = nearest(context, typed(FieldName::Topic));
        let draft = draft(message);
        return Step::Here(reply::belongs_to(&questions, &found, draft.as_deref()));
    }
    let question = typed(FieldName::Question);
    let others = typed(FieldName::Others).lines().map(str::to_owned);
    let topic = context.guide.topic_for(typed(FieldName::Topic), question);
    let lesson = Lesson {
        questions: std::iter::once(question.to_owned()).chain(others).collect(),
        topic: topic.map_or_else(String::new, |topic| topic.id.clone()),
        reply: LessonReply::Own {
            text: typed(FieldName::Answer).to_owned(),
            link: Some(typed(FieldName::Link).to_owned()),
        },
    };
    let lesson = lesson.tidied();
    if let Err(error) = additions::check(&lesson, &context.guide) {
        return Step::Apart(reply::not_taught(&error.to_string(), &lesson));
    }
    let teaching = match action {
        FormAction::Edit(id) => Teaching::Edit(id, lesson.clone()),
        FormAction::Add | FormAction::Search => Teaching::Add(lesson.clone()),
    };
    Step::Apart(match teach_guild(context, moderator, teaching).await {
        Ok(Some(addition)) => reply::answer_saved(&context.guide.knowledge, &addition),
        Ok(None) => reply::addition_gone(),
        Err(error) => {
            let why = context.bot.store.without_folder(&error.to_string());
            reply::not_taught(&why, &lesson)
        }
    })
}

/// Saves what moderators teach; returns what was added or changed.
async fn teach_guild(
    context: &EventContext,
    Moderator { guild, user }: Moderator,
    teaching: Teaching,
) -> Result<Option<Arc<Addition>>, StoreError> {
    let store = &context.bot.store;
    let (additions, id) = store.teach(guild.get(), user.get(), teaching).await?;
    Ok(additions.get(id).cloned())
}

/// The questions to teach, the main one first, or why there are none.
async fn questions(
    context: &EventContext,
    moderator: Moderator,
    message: &DiscordMessage,
    asked: Asked,
) -> Result<Vec<String>, Reply> {
    let Asked::Gap(key) = asked else {
        return Ok(message.quotes());
    };
    let bot = &context.bot;
    let kept = bot.store.gaps(Some(moderator.guild.get()), DAYS).await;
    let kept = kept.map_err(|error| bot.store_trouble(&error))?;
    let guide = Arc::clone(&context.guide);
    let found = spawn_blocking(move || gaps::like(&guide, kept, |text| reply::hash(text) == key));
    let mut questions = found.await.map_err(|panic| {
        error!(%panic, "looking for an unanswered question failed; please report this");
        reply::cannot_group()
    })?;
    questions.truncate(MAX_QUESTIONS);
    if questions.is_empty() {
        return Err(reply::gap_gone());
    }
    Ok(questions)
}

/// Offers the sections that are nearest to questions; `draft` is the message that they are from.
pub(in crate::discord) fn find(
    context: &EventContext,
    questions: &[String],
    draft: Option<&str>,
) -> Reply {
    let first = questions.first().map_or("", String::as_str);
    reply::belongs_to(questions, &nearest(context, first), draft)
}

/// The message that an offer shows in full, because its question is not all of it.
fn draft(offer: &DiscordMessage) -> Option<String> {
    reply::fenced(&offer.visible())
}

/// The sections nearest to a text: the best of each topic, then the others of the first topics.
fn nearest<'a>(context: &'a EventContext, text: &str) -> Vec<(&'a Topic, &'a Section)> {
    let knowledge = &context.guide.knowledge;
    let found = context.guide.index.search(&Question::new(text)).matches;
    let best = found.iter().filter_map(|found| found.find(knowledge));
    let topics = found.iter().take(TOPICS_IN_FULL);
    let topics = topics.filter_map(|found| knowledge.topics().get(found.topic));
    let all = topics.flat_map(|topic| topic.sections.iter().map(move |section| (topic, section)));
    best.chain(all).collect()
}

/// Saves that questions belong to a section.
async fn belongs(
    context: &EventContext,
    moderator: Moderator,
    place: Place,
    questions: Vec<String>,
) -> Reply {
    let lesson = Lesson {
        questions: questions
            .iter()
            .map(|question| scrub(question).as_str().to_owned())
            .collect(),
        topic: place.topic,
        reply: LessonReply::Section(place.section),
    };
    let lesson = lesson.tidied();
    if let Err(error) = additions::check(&lesson, &context.guide) {
        return reply::not_taught(&error.to_string(), &lesson);
    }
    match teach_guild(context, moderator, Teaching::Add(lesson)).await {
        Ok(Some(addition)) => reply::taught(&context.guide.knowledge, &addition),
        Ok(None) => reply::addition_gone(),
        Err(error) => context.bot.store_trouble(&error),
    }
}

/// The form for an answer to questions; it may be pre-filled with a text.
pub(in crate::discord) fn write(
    context: &EventContext,
    questions: Vec<String>,
    text: String,
) -> Form {
    let topic = questions
        .first()
        .and_then(|question| context.guide.topic_for("", question));
    let begun = Lesson {
        questions,
        topic: String::new(),
        reply: LessonReply::Own {
            text: text::cut(&text, LONGEST_ANSWER),
            link: None,
        },
    };
    let topic = topic.map_or("", |topic| topic.title.as_str());
    reply::answer_form(FormAction::Add, &begun, topic)
}

fn edit(knowledge: &KnowledgeBase, addition: &Addition) -> Form {
    let id = &addition.lesson.topic;
    let topic = knowledge.topic(id).map_or(id, |topic| &topic.title);
    reply::answer_form(FormAction::Edit(addition.id), &addition.lesson, topic)
}
