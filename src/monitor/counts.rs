//! Counters, which only ever grow. No label is an id, a text or anything else unbounded.

use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use strum::{IntoStaticStr, VariantArray};

use crate::stats::{RecordedOutcome, Way};

/// Histogram buckets in seconds: from a tenth of a millisecond, about one search, to ten seconds, after which nobody is waiting.
const BUCKETS: [f64; 16] = [
    0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
    5.0, 10.0,
];

/// The kinds of requests to Discord.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub(crate) enum RequestKind {
    /// How to connect, and as whom.
    Gateway,
    /// A forum, or the tags of a post.
    Channel,
    /// A new message.
    Message,
    /// A change or the deletion of a message.
    Edit,
    /// "… is typing".
    Typing,
    /// The first response to an interaction.
    Callback,
    /// A change or the deletion of that response.
    Response,
    /// The commands.
    Commands,
}

impl RequestKind {
    fn name(self) -> &'static str {
        self.into()
    }
}

/// The result of a request: the class of its HTTP status, or that there was no answer.
const RESULTS: [&str; 6] = ["2xx", "3xx", "4xx", "5xx", "429", "none"];

/// Whether the encoder had time for a question.
const ENCODED: [&str; 2] = ["encoded", "skipped"];

/// All counters.
#[derive(Debug)]
pub(super) struct MetricCounts {
    /// Questions, by way and outcome.
    pub questions: Counters<2>,
    /// From an event to the decision.
    pub decided: Histogram,
    /// From an event until everything it asked for is done.
    pub done: Histogram,
    /// Answers to requests, by kind and result.
    pub requests: Counters<2>,
    /// Questions, by whether the encoder had time for them.
    pub encoded: Counters<1>,
    /// Waits for a limit, by kind of request.
    pub limited: Counters<1>,
}

impl Default for MetricCounts {
    fn default() -> Self {
        Self {
            questions: counters(Way::ALL.iter().flat_map(|way| {
                RecordedOutcome::ALL
                    .iter()
                    .map(move |outcome| [("way", way.name()), ("outcome", outcome.name())])
            })),
            decided: Histogram::new(BUCKETS),
            done: Histogram::new(BUCKETS),
            requests: counters(RequestKind::VARIANTS.iter().flat_map(|kind| {
                RESULTS
                    .iter()
                    .map(move |result| [("kind", kind.name()), ("status", *result)])
            })),
            encoded: counters(ENCODED.map(|result| [("result", result)])),
            limited: counters(
                RequestKind::VARIANTS
                    .iter()
                    .map(|kind| [("kind", kind.name())]),
            ),
        }
    }
}

impl MetricCounts {
    pub(super) fn asked(
        &self,
        way: Way,
        outcome: RecordedOutcome,
        decided: Duration,
        done: Duration,
    ) {
        let labels = [("way", way.name()), ("outcome", outcome.name())];
        self.questions.get_or_create(&labels).inc();
        self.decided.observe(decided.as_secs_f64());
        self.done.observe(done.as_secs_f64());
    }

    pub(super) fn requested(&self, kind: RequestKind, status: Option<u16>) {
        let result = match status {
            Some(429) => "429",
            Some(200..=299) => "2xx",
            Some(300..=399) => "3xx",
            Some(400..=499) => "4xx",
            Some(_) => "5xx",
            None => "none",
        };
        let labels = [("kind", kind.name()), ("status", result)];
        self.requests.get_or_create(&labels).inc();
    }

    pub(super) fn encoded(&self, done: bool) {
        let [encoded, skipped] = ENCODED;
        let labels = [("result", if done { encoded } else { skipped })];
        self.encoded.get_or_create(&labels).inc();
    }

    pub(super) fn limited(&self, kind: RequestKind) {
        self.limited.get_or_create(&[("kind", kind.name())]).inc();
    }
}

/// A name and a value for each of `N` labels.
type Labels<const N: usize> = [(&'static str, &'static str); N];

/// A counter for each of several labels.
pub(super) type Counters<const N: usize> = Family<Labels<N>, Counter>;

/// Counters for all possible labels, so that the first event shows up as an increase.
fn counters<const N: usize>(all: impl IntoIterator<Item = Labels<N>>) -> Counters<N> {
    let counters = Counters::default();
    for labels in all {
        drop(counters.get_or_create(&labels));
    }
    counters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_is_counted_once() {
        let counts = MetricCounts::default();
        for status in [
            Some(200),
            Some(204),
            Some(302),
            Some(404),
            Some(429),
            Some(502),
            Some(7),
            None,
        ] {
            counts.requested(RequestKind::Edit, status);
        }
        let counted = RESULTS.map(|result| {
            let labels = [("kind", "edit"), ("status", result)];
            counts.requests.get_or_create(&labels).get()
        });
        assert_eq!(counted, [2, 1, 1, 2, 1, 1]);
    }
}
