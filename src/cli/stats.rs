//! `internbot stats`: what was asked and answered, as a table.

use std::io::{self, Write};
use std::process::ExitCode;

use internbot::config::Config;
use internbot::store::{self, Stats, Sums, first_day, sparkline};
use jiff::{Timestamp, tz::TimeZone};

use super::{Fault, StatsOptions, wait_for};

/// The topics that are listed.
const TOPICS: usize = 15;
/// The days of a week.
const WEEK: usize = 7;

/// A row of the table: its name and what it counts.
type Line = (&'static str, fn(&Sums) -> u64);

/// What is counted, in the order of the table.
const LINES: [Line; 8] = [
    ("asked", Sums::asked),
    ("  answered", |sums| sums.answered),
    ("  asked back", |sums| sums.asked_back),
    ("  missed", |sums| sums.missed),
    ("none of these", |sums| sums.none_of_these),
    ("unasked answers", |sums| sums.unasked),
    ("helped", |sums| sums.helped),
    ("not it", |sums| sums.not_helped),
];

pub(super) fn run(config: &Config, options: &StatsOptions) -> Result<ExitCode, Fault> {
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
    let stats = wait_for(store::read_stats(&config.store, options.guild, first_day(today, options.days), today))??;
    print(&mut anstream::stdout().lock(), &stats)?;
    Ok(ExitCode::SUCCESS)
}

fn print(out: &mut impl Write, stats: &Stats) -> io::Result<()> {
    let days = stats.days.len();
    if let (Some((from, _)), Some((to, _))) = (stats.days.first(), stats.days.last()) {
        writeln!(out, "From {from} to {to} (UTC), one bar a day\n")?;
    }
    let (week, all) = (stats.last(WEEK), stats.all());
    writeln!(out, "{:<16} {:>7} {:>9}", "", "7 days", format!("{days} days"))?;
    for (name, count) in LINES {
        let bars = sparkline(stats.days.iter().map(|(_, sums)| count(sums)));
        writeln!(out, "{name:<16} {:>7} {:>9}  {bars}", count(&week), count(&all))?;
    }
    let mut topics: Vec<(&String, &Sums)> = stats.topics.iter().collect();
    topics.sort_by_key(|(id, sums)| (std::cmp::Reverse(sums.answered + sums.unasked), id.as_str()));
    if !topics.is_empty() {
        writeln!(out, "\n{:<32} {:>8} {:>7} {:>7}", "topic", "answered", "helped", "not it")?;
    }
    for (id, sums) in topics.into_iter().take(TOPICS) {
        writeln!(out, "{id:<32} {:>8} {:>7} {:>7}", sums.answered + sums.unasked, sums.helped, sums.not_helped)?;
    }
    Ok(())
}
