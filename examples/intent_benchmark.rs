//! Runs the search on published question sets, and prints its predictions.
//!
//! ```text
//! cargo run --release --example intent_benchmark -- KNOWLEDGE.json QUERIES.json [OUT_OF_SCOPE.json] [--ablate=PART] > predictions.jsonl
//! ```
//!
//! If the environment variable `ENCODER` names a folder with an installed encoder, it is used too.
//!
//! `KNOWLEDGE.json` is `{"topics":[{"id","title","examples":[…]},…]}`, the other two are `{"queries":[{"text"},…]}`; the
//! third holds examples of what is out of scope. Each line printed is
//! `{"id": position of the query, "ranked": [[topic, score],…], "confident": whether the bot would answer, "score": the
//! probability that the query is in scope}`.

use std::borrow::Cow;
use std::error::Error;
use std::fs;
use std::io::{Write, stdout};

use internbot::answer;
use internbot::search::{
    Component, Components, Corpus, Encode, Index, Question, Sentences, TopicTexts, no_encoder,
};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Knowledge {
    topics: Vec<Topic>,
}

#[derive(Deserialize)]
struct Topic {
    id: String,
    title: String,
    examples: Vec<String>,
}

#[derive(Deserialize)]
struct Queries {
    queries: Vec<Query>,
}

#[derive(Deserialize)]
struct Query {
    text: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let (options, files): (Vec<String>, Vec<String>) = std::env::args()
        .skip(1)
        .partition(|argument| argument.starts_with("--"));
    let mut components = Components::ALL;
    for option in options {
        let part = Component::ALL
            .iter()
            .find(|(name, _)| option.strip_prefix("--ablate=") == Some(name));
        components = components.without(
            part.ok_or_else(|| format!("{option} is not --ablate=PART with a part of the search"))?
                .1,
        );
    }
    let [knowledge, queries, out_of_scope @ ..] = files.as_slice() else {
        return Err("usage: intent_benchmark KNOWLEDGE.json QUERIES.json [OUT_OF_SCOPE.json] [--ablate=PART]".into());
    };
    let knowledge: Knowledge = serde_json::from_str(&fs::read_to_string(knowledge)?)?;
    let mut corpus = Corpus::default();
    for Topic {
        id,
        title,
        examples,
    } in knowledge.topics
    {
        corpus.topics.push(TopicTexts {
            id,
            title,
            phrasings: examples,
            ..TopicTexts::default()
        });
    }
    for file in out_of_scope {
        corpus.out_of_scope.push(read_queries(file)?);
    }
    let queries = read_queries(queries)?;
    let words = Index::with_components(&corpus, components);
    let corrected: Vec<_> = queries.iter().map(|query| words.corrected(query)).collect();
    let encode = &encoding(&corpus, &corrected)?;
    let index = words.with_sentences(Sentences::new(&corpus, encode));
    let mut out = stdout().lock();
    for (id, text) in queries.iter().enumerate() {
        let found = index.search(&Question::new(text.as_str()).encoded(&index, encode));
        let ranked: Vec<_> = found
            .matches
            .iter()
            .filter_map(|found| Some((&corpus.topics.get(found.topic)?.id, found.score)))
            .collect();
        let confident = answer::sure(answer::probability(&found, text));
        writeln!(
            out,
            "{}",
            json!({"id": id, "ranked": ranked, "confident": confident, "score": answer::probability(&found, text)})
        )?;
    }
    Ok(())
}

/// What encodes texts, with the encoder in the folder `ENCODER` if there is one. It reads everything that is learned or asked.
#[cfg(feature = "encoder")]
fn encoding(
    corpus: &Corpus,
    queries: &[Cow<'_, str>],
) -> Result<Box<Encode<'static>>, Box<dyn Error>> {
    let Some(folder) = std::env::var_os("ENCODER") else {
        return Ok(Box::new(no_encoder));
    };
    let encoder = internbot::encoder::InstalledEncoder::open(Some(folder.as_ref()))?;
    let encoder = encoder.ok_or("there is no encoder in that folder")?;
    let mut texts = Sentences::texts(corpus);
    texts.extend(queries.iter().map(AsRef::as_ref));
    let (encode, _) = encoder.knowing(&texts, &|_, _| {});
    Ok(Box::new(move |text| Some(encode(text))))
}

#[cfg(not(feature = "encoder"))]
fn encoding(_: &Corpus, _: &[Cow<'_, str>]) -> Result<Box<Encode<'static>>, Box<dyn Error>> {
    Ok(Box::new(no_encoder))
}

fn read_queries(file: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let Queries { queries } = serde_json::from_str(&fs::read_to_string(file)?)?;
    Ok(queries.into_iter().map(|query| query.text).collect())
}
