//! Everyday English: groups of words and phrases that people swap without changing what they ask.
//!
//! A guide's own vocabulary says what means the same in its field; this says it for English at large, so that one
//! phrasing teaches many in every guide. `english.txt` is written by hand, for questions; it holds no weights.

/// One group a line, its members separated by ` | `; a line that begins with `#` is a heading.
const ENGLISH: &str = include_str!("english.txt");

/// The members of each group, spelt as [`crate::text::words`] spells words and joined by single spaces. The first member
/// names the group.
pub(super) fn groups() -> impl Iterator<Item = Vec<&'static str>> {
    ENGLISH
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split(" | ").collect())
}

#[cfg(test)]
mod tests {
    use super::groups;
    use crate::text;

    #[test]
    fn every_member_is_spelt_like_the_words_of_a_message() {
        let wrong: Vec<&str> = groups()
            .flatten()
            .filter(|member| text::words(member).join(" ") != *member)
            .collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }

    #[test]
    fn every_group_says_something_and_says_it_once() {
        for group in groups() {
            assert!(group.len() > 1, "{group:?} has nothing to swap");
            for (at, member) in group.iter().enumerate() {
                assert_eq!(
                    group.iter().position(|other| other == member),
                    Some(at),
                    "{member} is in its group twice"
                );
            }
        }
    }
}
