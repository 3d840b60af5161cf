//! Rates, and how they compare with others.

use serde::{Deserialize, Serialize};

/// Rates in percent, by group of cases; a group without cases is left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figures {
    /// Questions that the guide answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_scope: Option<InScope>,
    /// Messages that must not be answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out_of_scope: Option<OutOfScope>,
    /// Second turns of conversations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub follow_ups: Option<FollowUps>,
    /// Which topics were taken for which, most often first.
    pub confusions: Vec<Confusion>,
}

/// Rates over questions that the guide answers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct InScope {
    /// How many.
    pub cases: usize,
    /// A right topic is ranked first.
    pub first: f64,
    /// A right topic is among the first three.
    pub first_three: f64,
    /// Asked: answered outright, with a right topic.
    pub answered_right: f64,
    /// Asked: answered outright, with a wrong topic.
    pub answered_wrong: f64,
    /// Asked: candidates offered, a right one among them.
    pub suggested_right: f64,
    /// Asked: said to be not in the guide.
    pub missed: f64,
    /// Overheard: answered, with a right topic.
    pub overheard_right: f64,
    /// Overheard: answered, with a wrong topic.
    pub overheard_wrong: f64,
    /// Of the questions whose best sections are known and whose topic is right: one of them is first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section: Option<f64>,
}

/// Rates over messages that must not be answered.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OutOfScope {
    /// How many.
    pub cases: usize,
    /// Asked: answered outright.
    pub answered: f64,
    /// Asked: candidates offered.
    pub suggested: f64,
    /// Overheard: answered.
    pub overheard: f64,
}

/// Rates over second turns of conversations.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FollowUps {
    /// How many.
    pub cases: usize,
    /// A right topic is ranked first.
    pub first: f64,
    /// A right topic is among the first three.
    pub first_three: f64,
}

/// A topic that was taken for another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confusion {
    /// The best of the right topics.
    pub right: String,
    /// The topic that was ranked first.
    pub taken_for: String,
    /// How often.
    pub times: usize,
}

impl Figures {
    /// What is worse here than in `before`, one sentence each: a rate of right results that fell, or of wrong results
    /// that rose.
    pub fn worse_than(&self, before: &Self) -> Vec<String> {
        let mut worse = Vec::new();
        let mut rising = |what: &str, now: f64, then: f64| {
            if now < then {
                worse.push(format!("{what} fell from {then} to {now} %"));
            }
        };
        let none = InScope::default();
        let (now, then) = (
            self.in_scope.as_ref().unwrap_or(&none),
            before.in_scope.as_ref().unwrap_or(&none),
        );
        rising("in scope, right topic first", now.first, then.first);
        rising(
            "in scope, right topic in the first three",
            now.first_three,
            then.first_three,
        );
        rising(
            "in scope, answered right",
            now.answered_right,
            then.answered_right,
        );
        rising(
            "in scope, not answered wrong",
            100.0 - now.answered_wrong,
            100.0 - then.answered_wrong,
        );
        rising(
            "in scope, overheard and answered right",
            now.overheard_right,
            then.overheard_right,
        );
        rising(
            "in scope, overheard and not answered wrong",
            100.0 - now.overheard_wrong,
            100.0 - then.overheard_wrong,
        );
        let none = OutOfScope::default();
        let (now, then) = (
            self.out_of_scope.as_ref().unwrap_or(&none),
            before.out_of_scope.as_ref().unwrap_or(&none),
        );
        rising(
            "out of scope, not answered",
            100.0 - now.answered,
            100.0 - then.answered,
        );
        rising(
            "out of scope, overheard and not answered",
            100.0 - now.overheard,
            100.0 - then.overheard,
        );
        let none = FollowUps::default();
        let (now, then) = (
            self.follow_ups.as_ref().unwrap_or(&none),
            before.follow_ups.as_ref().unwrap_or(&none),
        );
        rising("follow-ups, right topic first", now.first, then.first);
        worse
    }
}
