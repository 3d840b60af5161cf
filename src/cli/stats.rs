//! `internbot stats`: what was asked and answered, as a table.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Args;
use internbot::additions::{Additions, addition_of};
use internbot::config::Config;
use internbot::reply::{COUNTED, Place};
use internbot::stats::{Stats, sparkline};
use internbot::store::{self, first_day};
use internbot::text;
use jiff::{Timestamp, tz::TimeZone};

use super::error::CliError;
use super::wait::wait_for;

/// How many topics are listed.
const TOPICS: usize = 15;
/// How many of the sections marked "Not it", and of those suggested, are listed.
const WORST: usize = 10;
/// How wide the column of sections is.
const PLACE: usize = 48;
/// The days of a week.
const WEEK: usize = 7;

#[derive(Debug, Args)]
pub(super) struct StatsOptions {
    /// Only the server with this ID; 0 for direct messages
    #[arg(long, value_name = "ID")]
    guild: Option<u64>,
    /// How many days to look back
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=3650))]
    days: u32,
}

pub(super) fn run(config: &Config, options: &StatsOptions) -> Result<ExitCode, CliError> {
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
    let stats = wait_for(store::read_stats(
        &config.store,
        options.guild,
        first_day(today, options.days),
        today,
    ))??;
    let added = wait_for(store::read_additions(&config.store, options.guild))??;
    let added = Additions::new(added.into_iter().map(|(_, addition)| addition));
    print(&mut anstream::stdout().lock(), &stats, &added)?;
    Ok(ExitCode::SUCCESS)
}

fn print(out: &mut impl Write, stats: &Stats, added: &Additions) -> io::Result<()> {
    let days = stats.days.len();
    if let (Some((from, _)), Some((to, _))) = (stats.days.first(), stats.days.last()) {
        writeln!(out, "From {from} to {to} (UTC), one bar a day\n")?;
    }
    let (week, all) = (stats.last(WEEK), stats.all());
    writeln!(
        out,
        "{:<16} {:>7} {:>9}",
        "",
        "7 days",
        format!("{days} days")
    )?;
    for (name, count) in COUNTED {
        let bars = sparkline(stats.days.iter().map(|(_, sums)| count(sums)));
        writeln!(
            out,
            "{name:<16} {:>7} {:>9}  {bars}",
            count(&week),
            count(&all)
        )?;
    }
    let topics = stats.most_answered();
    if !topics.is_empty() {
        writeln!(
            out,
            "\n{:<32} {:>8} {:>7} {:>7}",
            "topic", "answered", "helped", "not it"
        )?;
    }
    for (id, sums) in topics.into_iter().take(TOPICS) {
        writeln!(
            out,
            "{id:<32} {:>8} {:>7} {:>7}",
            sums.answered + sums.unasked,
            sums.helped,
            sums.not_helped
        )?;
    }
    let not_it = stats.most_not_it();
    if !not_it.is_empty() {
        writeln!(
            out,
            "\n{:<PLACE$} {:>7} {:>7}",
            "most often not it", "not it", "helped"
        )?;
    }
    for (topic, section, votes) in not_it.into_iter().take(WORST) {
        let place = place_name(topic, section, added);
        writeln!(
            out,
            "{place:<PLACE$} {:>7} {:>7}",
            votes.not_helped, votes.helped
        )?;
    }
    let asked_back = stats.most_asked_back();
    if !asked_back.is_empty() {
        writeln!(
            out,
            "\n{:<PLACE$} {:>7}",
            "most often suggested, nearest section", "times"
        )?;
    }
    for (topic, section, times) in asked_back.into_iter().take(WORST) {
        // Older versions counted topics.
        let place = match section {
            "" => topic.to_owned(),
            _ => place_name(topic, section, added),
        };
        writeln!(out, "{place:<PLACE$} {times:>7}")?;
    }
    Ok(())
}

/// A section by its ids; an answer of a server's own by its number and its question.
fn place_name(topic: &str, section: &str, added: &Additions) -> String {
    let place = Place {
        topic: topic.to_owned(),
        section: section.to_owned(),
    };
    match (addition_of(&place), added.at(&place)) {
        (Some(id), Some(addition)) => {
            let question = text::one_line(addition.lesson.question());
            text::cut(&format!("number {id}: {question}"), PLACE)
        }
        (Some(id), None) => format!("number {id}, deleted"),
        (None, _) => place.name(),
    }
}
