//! All metrics as a page for Prometheus, in the text format that every version reads. The names are an interface:
//! dashboards and alerts use them.

use std::fmt;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{
    DescriptorEncoder, EncodeCounterValue, EncodeGaugeValue, EncodeLabelSet, EncodeMetric,
    MetricEncoder, prometheus_text,
};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;

use super::counts::Counters;
use super::process;
use super::watched::{Present, Shard, Watched};
use crate::live::Status;
use crate::store::{Health, State};

/// The page as it is now.
pub(super) fn write(seen: &Arc<Watched>) -> String {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(PageCollector(Arc::clone(seen))));
    let mut text = String::new();
    // Writing into a string does not fail.
    let _ = prometheus_text::encode(&mut text, &registry);
    text
}

#[derive(Debug)]
struct PageCollector(Arc<Watched>);

impl Collector for PageCollector {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let seen = &*self.0;
        let page = &mut Page(encoder);
        let missing = seen.missing();
        page.gauge(
            "internbot_ready",
            "Whether the bot is ready, as /readyz says",
            u64::from(missing.is_empty()),
        )?;
        page.build(seen.started)?;
        page.questions(seen)?;
        page.gateway(&seen.present().unwrap_or_default())?;
        page.guide(&seen.live.present())?;
        page.store(&seen.store.health())
    }
}

/// The page so far; each metric has a name, a help text, and a value for each of its labels.
struct Page<'a>(DescriptorEncoder<'a>);

impl Page<'_> {
    fn build(&mut self, started: SystemTime) -> fmt::Result {
        let version = [("version", env!("CARGO_PKG_VERSION"))];
        self.gauges(
            "internbot_build_info",
            "The version of the bot",
            [(version, 1_u64)],
        )?;
        self.gauge(
            "process_start_time_seconds",
            "When the bot was started, in seconds since 1970",
            seconds(started),
        )?;
        if let Some(bytes) = process::resident_bytes() {
            self.gauge(
                "process_resident_memory_bytes",
                "Memory used by the process",
                bytes,
            )?;
        }
        if let Some(time) = process::cpu_seconds() {
            self.counter(
                "process_cpu_seconds",
                "Processor time used by the process",
                time,
            )?;
        }
        Ok(())
    }

    fn questions(&mut self, seen: &Watched) -> fmt::Result {
        let counts = &seen.counts;
        self.family(
            "internbot_questions",
            "Questions, by how they were asked and their outcome",
            &counts.questions,
        )?;
        self.family(
            "internbot_encoder_questions",
            "Questions that the encoder read or was too busy for; none without an encoder",
            &counts.encoded,
        )?;
        let decided = self.metric(
            "internbot_decision_seconds",
            "From the event with a question to the decision",
            MetricType::Histogram,
        )?;
        counts.decided.encode(decided)?;
        let done = self.metric(
            "internbot_answer_seconds",
            "From the event until Discord has the answer",
            MetricType::Histogram,
        )?;
        counts.done.encode(done)?;
        self.family(
            "internbot_requests",
            "Finished requests to Discord, by kind and HTTP status",
            &counts.requests,
        )?;
        self.family(
            "internbot_rate_limited",
            "Waits for Discord's rate limits, by kind of request",
            &counts.limited,
        )
    }

    fn gateway(&mut self, present: &Present) -> fmt::Result {
        let of_each = |value: fn(&Shard) -> u64| {
            present
                .shards
                .iter()
                .map(move |shard| ([("shard", shard.number)], value(shard)))
        };
        let connected = of_each(|shard| u64::from(shard.connected && shard.acknowledged));
        self.gauges(
            "internbot_shard_connected",
            "Whether the shard is connected and its heartbeats are acknowledged",
            connected,
        )?;
        let reconnects = of_each(|shard| shard.reconnects);
        self.counters(
            "internbot_shard_reconnects",
            "How often the shard has reconnected",
            reconnects,
        )?;
        let latencies = present
            .shards
            .iter()
            .filter_map(|shard| Some(([("shard", shard.number)], shard.latency?.as_secs_f64())));
        self.gauges(
            "internbot_shard_latency_seconds",
            "How long Discord took to acknowledge the latest heartbeat",
            latencies,
        )?;
        self.gauge(
            "internbot_handlers_under_way",
            "Events in progress",
            present.under_way,
        )?;
        self.gauge(
            "internbot_handlers_waiting",
            "Events waiting to be handled",
            present.waiting,
        )?;
        let dropped = [
            ([("why", "unasked")], present.dropped),
            ([("why", "too-late")], present.expired),
        ];
        self.counters(
            "internbot_handlers_dropped",
            "Events dropped because too many were waiting or they came too late",
            dropped,
        )
    }

    fn guide(&mut self, status: &Status) -> fmt::Result {
        let version = [("version", status.guide.knowledge.version())];
        self.gauges(
            "internbot_guide_info",
            "The version of the live guide",
            [(version, 1_u64)],
        )?;
        self.gauge(
            "internbot_guide_since_seconds",
            "When the guide went live, in seconds since 1970",
            seconds(status.since),
        )?;
        self.gauge(
            "internbot_guide_topics",
            "Topics in the guide",
            status.guide.knowledge.topics().len(),
        )?;
        let refused = u64::from(status.problem.is_some());
        self.gauge(
            "internbot_guide_files_refused",
            "Whether the files have an error, so that an older guide stays live",
            refused,
        )?;
        let reloads = status.reloads;
        let results = [
            ("swapped", reloads.swapped),
            ("same", reloads.same),
            ("refused", reloads.failed),
        ];
        let results = results.map(|(result, count)| ([("result", result)], count));
        self.counters(
            "internbot_reloads",
            "Reloads of the guide, by result",
            results,
        )
    }

    fn store(&mut self, health: &Health) -> fmt::Result {
        let states = [
            ("off", State::Off),
            ("well", State::Well),
            ("unwell", State::Unwell),
        ];
        let states =
            states.map(|(name, state)| ([("state", name)], u64::from(health.state == state)));
        self.gauges(
            "internbot_store_state",
            "The state of the store: 1 for the current one",
            states,
        )?;
        self.gauge(
            "internbot_store_waiting_rows",
            "Rows waiting to be written",
            health.waiting,
        )?;
        self.counter(
            "internbot_store_dropped_gaps",
            "Unanswered questions dropped because too many were waiting",
            health.dropped,
        )
    }

    fn gauge(&mut self, name: &str, help: &str, value: impl EncodeGaugeValue) -> fmt::Result {
        ConstGauge::new(value).encode(self.metric(name, help, MetricType::Gauge)?)
    }

    fn gauges<L: EncodeLabelSet, V: EncodeGaugeValue>(
        &mut self,
        name: &str,
        help: &str,
        values: impl IntoIterator<Item = (L, V)>,
    ) -> fmt::Result {
        let mut metric = self.metric(name, help, MetricType::Gauge)?;
        values.into_iter().try_for_each(|(labels, value)| {
            ConstGauge::new(value).encode(metric.encode_family(&labels)?)
        })
    }

    /// The name without `_total`, which is appended.
    fn counter(&mut self, name: &str, help: &str, value: impl EncodeCounterValue) -> fmt::Result {
        ConstCounter::new(value).encode(self.metric(name, help, MetricType::Counter)?)
    }

    /// The name without `_total`, which is appended.
    fn counters<L: EncodeLabelSet, V: EncodeCounterValue>(
        &mut self,
        name: &str,
        help: &str,
        values: impl IntoIterator<Item = (L, V)>,
    ) -> fmt::Result {
        let mut metric = self.metric(name, help, MetricType::Counter)?;
        values.into_iter().try_for_each(|(labels, value)| {
            ConstCounter::new(value).encode(metric.encode_family(&labels)?)
        })
    }

    /// The same, for everything counted under a name.
    fn family<const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        counters: &Counters<N>,
    ) -> fmt::Result {
        counters.encode(self.metric(name, help, MetricType::Counter)?)
    }

    fn metric<'s>(
        &'s mut self,
        name: &'s str,
        help: &str,
        kind: MetricType,
    ) -> Result<MetricEncoder<'s>, fmt::Error> {
        self.0.encode_descriptor(name, help, None, kind)
    }
}

/// Seconds since 1970.
fn seconds(time: SystemTime) -> f64 {
    time.duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs_f64()
}
