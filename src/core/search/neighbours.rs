//! The nearest neighbours of a question vote (Cover and Hart, "Nearest Neighbor Pattern Classification", 1967): nothing is trained.

use serde::{Deserialize, Serialize};

use super::corpus::Example;
use super::lists::Lists;
use super::meaning::{Meaning, RoundedMeaning};

/// How many of a class's nearest examples vote together.
const NEIGHBOURS: usize = 5;

/// The weight of the similarity in meaning to a class's nearest example.
const MEANT_NEAREST: f32 = 6.0;
/// The weight of the mean similarity in meaning to its five nearest examples.
const MEANT_NEAR: f32 = 7.0;

/// How similar a question is to the examples of a class, from -1 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Likeness {
    /// To the nearest one.
    pub nearest: f32,
    /// To the five nearest ones, on average.
    pub near: f32,
}

impl Likeness {
    /// What it adds to a score, with a weight for each of its numbers.
    pub(super) fn points(&self, nearest: f32, near: f32) -> f32 {
        nearest * self.nearest + near * self.near
    }

    /// The similarity to these examples; zero if there are none.
    fn of(cosines: impl Iterator<Item = f32>) -> Self {
        let mut best: [f32; NEIGHBOURS] = [f32::MIN; NEIGHBOURS];
        let mut count = 0;
        for cosine in cosines {
            count += 1;
            // Most examples are further away than the nearest ones.
            if cosine <= best[NEIGHBOURS - 1] {
                continue;
            }
            let mut cosine = cosine;
            for place in &mut best {
                if cosine > *place {
                    std::mem::swap(place, &mut cosine);
                }
            }
        }
        let near = best.get(..NEIGHBOURS.min(count)).unwrap_or_default();
        Self {
            nearest: near.first().copied().unwrap_or_default(),
            near: near.iter().sum::<f32>() / near.len().max(1) as f32,
        }
    }
}

/// The examples of each class, by number.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Neighbours {
    /// Each with the section that it asks for, if it asks for one. A message stands with every topic that answers it.
    of_class: Lists<(u32, Option<u32>)>,
    classes: usize,
}

impl Neighbours {
    /// Sorts examples by class.
    pub(super) fn new(examples: &[Example<'_>], classes: usize) -> Self {
        let of_class = (0..).zip(examples).flat_map(|(number, example)| {
            let section_of = move |class: usize| match example.answers {
                [] => example.section,
                answers => answers
                    .iter()
                    .find(|(topic, _)| *topic == class)
                    .and_then(|(_, section)| *section),
            };
            example
                .classes()
                .map(move |class| (class, (number, section_of(class).map(|at| at as u32))))
        });
        Self {
            of_class: Lists::new(classes, of_class),
            classes,
        }
    }

    /// How alike a question is to the examples of a class, by how alike it is to each example.
    pub(super) fn of_class(&self, class: usize, cosine: impl Fn(usize) -> f32) -> Likeness {
        let numbers = self.of_class.get(class).iter();
        Likeness::of(numbers.map(|(number, _)| cosine(*number as usize)))
    }

    /// The same for all classes.
    pub(super) fn classes(&self, cosines: &[f32]) -> Vec<Likeness> {
        let cosine = |number| cosines.get(number).copied().unwrap_or_default();
        (0..self.classes)
            .map(|class| self.of_class(class, cosine))
            .collect()
    }

    /// The same for the examples that ask for each of the sections of a topic. A phrasing of the topic as a whole asks for the
    /// first.
    pub(super) fn sections(&self, topic: usize, sections: usize, cosines: &[f32]) -> Vec<Likeness> {
        let of_section = |section: usize| {
            let examples = self.of_class.get(topic).iter();
            let own = examples.filter(move |(_, own)| own.unwrap_or(0) as usize == section);
            Likeness::of(own.filter_map(|(number, _)| cosines.get(*number as usize).copied()))
        };
        (0..sections).map(of_section).collect()
    }
}

/// What each example means.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct MeantExamples {
    meanings: Vec<RoundedMeaning>,
    neighbours: Neighbours,
}

impl MeantExamples {
    /// Remembers examples with their meanings.
    pub(super) fn new(examples: &[Example<'_>], meanings: &[Meaning], classes: usize) -> Self {
        Self {
            meanings: meanings.iter().map(RoundedMeaning::new).collect(),
            neighbours: Neighbours::new(examples, classes),
        }
    }

    /// What the similarity of a question to the examples of a class adds to the class's score.
    pub(super) fn points(&self, class: usize, question: &RoundedMeaning) -> f32 {
        let likeness = self.neighbours.of_class(class, |number| {
            let own = self.meanings.get(number);
            own.map_or(0.0, |own| own.cosine(question))
        });
        likeness.points(MEANT_NEAREST, MEANT_NEAR)
    }
}
