//! Which of a bot's connections a process opens: Discord spreads a large bot's guilds over several, called *shards*.

use serde::Deserialize;

/// The shards of one process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Shards {
    /// As many as Discord recommends, all of them in this process.
    Auto,
    /// Some of them, counted from 0; other processes open the rest.
    Some {
        /// The first that this process makes.
        first: u32,
        /// The last that it makes.
        last: u32,
        /// How many there are across all processes.
        total: u32,
    },
}

impl TryFrom<String> for Shards {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        const FORM: &str = "these are not shards: write \"auto\", or \"FIRST..=LAST of TOTAL\" counted from 0, such as \"0..=3 of 8\" in one \
                            process and \"4..=7 of 8\" in another";
        if text == "auto" {
            return Ok(Self::Auto);
        }
        let (range, total) = text.split_once(" of ").ok_or(FORM)?;
        let (first, last) = range.split_once("..=").ok_or(FORM)?;
        let (first, last, total) = (
            number(first).ok_or(FORM)?,
            number(last).ok_or(FORM)?,
            number(total).ok_or(FORM)?,
        );
        if first <= last && last < total {
            Ok(Self::Some { first, last, total })
        } else {
            Err(FORM)
        }
    }
}

/// A number written with digits only.
fn number(text: &str) -> Option<u32> {
    text.chars()
        .all(|c| c.is_ascii_digit())
        .then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shards(text: &str) -> Result<Shards, &'static str> {
        Shards::try_from(text.to_owned())
    }

    #[test]
    fn a_process_has_all_shards_or_some() {
        assert_eq!(shards("auto"), Ok(Shards::Auto));
        assert_eq!(
            shards("0..=3 of 8"),
            Ok(Shards::Some {
                first: 0,
                last: 3,
                total: 8
            })
        );
        assert_eq!(
            shards("7..=7 of 8"),
            Ok(Shards::Some {
                first: 7,
                last: 7,
                total: 8
            })
        );
    }

    #[test]
    fn anything_else_is_refused_with_the_right_form() {
        for wrong in [
            "",
            "Auto",
            "8",
            "0..3 of 8",
            "0..=8 of 8",
            "4..=3 of 8",
            "0..=0 of 0",
            "0..=3",
            "+0..=3 of 8",
            "0 ..=3 of 8",
            "a..=b of c",
        ] {
            assert!(
                shards(wrong).unwrap_err().contains("\"0..=3 of 8\""),
                "{wrong}"
            );
        }
        assert!(shards("0..=3 of 4294967296").is_err());
    }
}
