//! Dates, as a guild likes them.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// How a date is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dates {
    /// 2026-11-23
    #[default]
    Iso,
    /// 23 November 2026
    British,
    /// November 23, 2026
    American,
    /// 23. November 2026
    German,
    /// 23 novembre 2026
    French,
    /// 23 de noviembre de 2026
    Spanish,
}

impl Dates {
    /// Every way, with the name by which moderators choose it and an example.
    pub const ALL: [(Self, &str, &str); 6] = [
        (Self::Iso, "iso", "2026-11-23"),
        (Self::British, "british", "23 November 2026"),
        (Self::American, "american", "November 23, 2026"),
        (Self::German, "german", "23. November 2026"),
        (Self::French, "french", "23 novembre 2026"),
        (Self::Spanish, "spanish", "23 de noviembre de 2026"),
    ];

    /// Writes a date.
    pub fn write(self, date: Date) -> String {
        let (day, year) = (date.day(), date.year());
        match self {
            Self::Iso => date.to_string(),
            Self::British => format!("{day} {} {year}", month(&ENGLISH, date)),
            Self::American => format!("{} {day}, {year}", month(&ENGLISH, date)),
            Self::German => format!("{day}. {} {year}", month(&GERMAN, date)),
            Self::French if day == 1 => format!("1er {} {year}", month(&FRENCH, date)),
            Self::French => format!("{day} {} {year}", month(&FRENCH, date)),
            Self::Spanish => format!("{day} de {} de {year}", month(&SPANISH, date)),
        }
    }
}

type Months = [&'static str; 12];

const ENGLISH: Months = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const GERMAN: Months = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];
const FRENCH: Months = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];
const SPANISH: Months = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
];

fn month(names: &Months, date: Date) -> &'static str {
    let number = usize::try_from(date.month()).unwrap_or(1);
    names
        .get(number.saturating_sub(1))
        .copied()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_writes_its_example() {
        for (dates, name, example) in Dates::ALL {
            assert_eq!(
                dates.write(jiff::civil::date(2026, 11, 23)),
                example,
                "{name}"
            );
        }
        assert_eq!(
            Dates::French.write(jiff::civil::date(2026, 8, 1)),
            "1er août 2026"
        );
    }
}
