//! A file being read, and its problems.

use std::ops::Range;

use super::super::{Position, Problem, Severity};

/// A value and its position in the file, in bytes.
#[derive(Debug, Clone, Default)]
pub(in crate::knowledge) struct Located<T> {
    pub value: T,
    pub span: Range<usize>,
}

/// A file that is being read: its name, its text, and the problems found so far.
pub(in crate::knowledge) struct Reader<'a> {
    pub file: &'a str,
    pub text: &'a str,
    pub problems: &'a mut Vec<Problem>,
}

impl Reader<'_> {
    /// Adds an error at a place in the file.
    pub(in crate::knowledge) fn error(
        &mut self,
        span: &Range<usize>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.report(Severity::Error, span, message, help);
    }

    /// Adds a warning at a place in the file.
    pub(in crate::knowledge) fn warn(
        &mut self,
        span: &Range<usize>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.report(Severity::Warning, span, message, help);
    }

    fn report(
        &mut self,
        severity: Severity,
        span: &Range<usize>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let at = Lines::of(self.text).position(span.start);
        self.problems.push(Problem {
            severity,
            file: self.file.to_owned(),
            at,
            message: message.into(),
            help: help.into(),
        });
    }
}

/// Where the lines of a text begin.
pub(in crate::knowledge) struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(in crate::knowledge) fn of(text: &'a str) -> Self {
        Self {
            text,
            starts: std::iter::once(0)
                .chain(text.match_indices('\n').map(|(at, _)| at + 1))
                .collect(),
        }
    }

    /// The line and column, both from one, of a byte.
    pub(in crate::knowledge) fn position(&self, byte: usize) -> Position {
        let line = self.starts.partition_point(|&start| start <= byte);
        let start = self.starts.get(line - 1).copied().unwrap_or(0);
        Position {
            line,
            column: self
                .text
                .get(start..byte)
                .unwrap_or_default()
                .chars()
                .count()
                + 1,
        }
    }
}

/// The candidate that a misspelt name most likely means.
pub(in crate::knowledge) fn nearest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::osa_distance(name, candidate), candidate))
        .filter(|&(distance, candidate)| distance <= 1 + candidate.chars().count() / 4)
        .min()
        .map(|(_, candidate)| candidate)
}

/// "Did you mean …?" if something known is close, otherwise the list of what is allowed.
pub(in crate::knowledge) fn suggestion(name: &str, candidates: &[&str]) -> String {
    match nearest(name, candidates.iter().copied()) {
        Some(candidate) => format!("Did you mean `{candidate}`?"),
        None => format!("Use one of: {}.", candidates.join(", ")),
    }
}
