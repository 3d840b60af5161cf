//! Runs the search on question sets that others published, and prints its predictions.
//!
//! ```text
//! cargo run --release --example intent_benchmark -- KNOWLEDGE.json QUERIES.json [OUT_OF_SCOPE.json] [--ablate=PART] > predictions.jsonl
//! ```
//!
//! `KNOWLEDGE.json` is `{"topics":[{"id","title","examples":[…]},…]}`, the other two are `{"queries":[{"text"},…]}`; the
//! third holds examples of what is out of scope. Each line printed is
//! `{"id": position of the query, "ranked": [[topic, score],…], "confident": whether the bot would answer, "score": the
//! probability that the query is in scope}`.

use std::error::Error;
use std::fs;
use std::io::{Write, stdout};

use internbot::answer;
use internbot::search::{Corpus, Index, Part, Parts, Question, TopicTexts};
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
    let mut parts = Parts::ALL;
    for option in options {
        let part = Part::ALL
            .iter()
            .find(|(name, _)| option.strip_prefix("--ablate=") == Some(name));
        parts = parts.without(
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
    let index = Index::with_parts(&corpus, parts);
    let mut out = stdout().lock();
    for (id, text) in read_queries(queries)?.into_iter().enumerate() {
        let found = index.search(&Question::new(text.clone()));
        let ranked: Vec<_> = found
            .matches
            .iter()
            .filter_map(|found| Some((&corpus.topics.get(found.topic)?.id, found.score)))
            .collect();
        let confident = answer::sure(answer::probability(&found, &text));
        writeln!(
            out,
            "{}",
            json!({"id": id, "ranked": ranked, "confident": confident, "score": answer::probability(&found, &text)})
        )?;
    }
    Ok(())
}

fn read_queries(file: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let Queries { queries } = serde_json::from_str(&fs::read_to_string(file)?)?;
    Ok(queries.into_iter().map(|query| query.text).collect())
}
