//! The store through its public interface: what it keeps and for how long, and what happens when it cannot be used.
//!
//! | Module | Proves |
//! | --- | --- |
//! | `keeping` | what is kept, for how long, and by several processes at once, with every database |
//! | `commands` | the commands that read it, with every database |
//! | `teaching` | what moderators added, with every database |
//! | `files` | what happens to a file of SQLite |
//! | `server` | what happens to a PostgreSQL server, and to the connection |

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "a test may stop, and its modules share what they need"
)]

mod commands;
mod files;
mod keeping;
mod place;
mod proxy;
mod server;
mod teaching;

/// Turns each conversation into two tests, one with SQLite and one with PostgreSQL.
macro_rules! with_every_database {
    ($($module:ident :: $name:ident,)*) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    crate::$module::$name(crate::place::Place::in_a_file()).await;
                }
            )*
        }

        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    if let Some(place) = crate::place::Place::on_a_server().await {
                        crate::$module::$name(place).await;
                    }
                }
            )*
        }
    };
}

with_every_database! {
    keeping::settings_last_and_another_process_sees_them,
    keeping::of_changes_of_two_processes_at_once_none_is_lost,
    keeping::one_vote_a_person_and_answer_and_the_second_changes_the_first,
    keeping::votes_of_two_processes_at_once_count_once_and_are_forgotten_by_either,
    keeping::somebody_who_wants_to_be_forgotten_is,
    keeping::after_some_days_no_vote_leads_to_a_person,
    keeping::gaps_are_kept_scrubbed_and_deleted_on_time,
    keeping::many_gaps_and_unusual_characters_are_kept,
    keeping::what_happened_is_counted_by_day_topic_and_way,
    keeping::a_guild_that_removed_the_bot_while_it_was_off_leaves_nothing,
    keeping::a_guild_that_removes_the_bot_leaves_nothing,
    keeping::reading_at_the_keyboard_creates_nothing,
    keeping::two_processes_can_start_at_once_and_write_to_one_store,
    keeping::nothing_is_lost_of_what_many_record_at_once,
    keeping::the_tables_of_an_older_version_are_brought_up_to_date,
    keeping::a_store_of_a_newer_version_is_left_alone,
    teaching::what_is_taught_is_found_at_once_here_and_within_a_second_by_another_process,
    teaching::what_was_taught_lasts_and_no_number_is_given_twice,
    teaching::of_additions_of_two_processes_at_once_none_is_lost,
    teaching::there_are_at_most_so_many_and_the_rest_says_so,
    teaching::what_is_taught_twice_is_there_once_and_is_the_latest,
    teaching::whoever_wants_to_be_forgotten_is_no_longer_named_and_the_answer_stays,
    teaching::a_guild_that_removes_the_bot_takes_its_answers_along,
    teaching::an_operator_reads_and_removes_by_number_while_the_bot_runs,
    commands::gaps_are_pasted_into_the_guide_and_the_next_one_gets_an_answer,
    commands::stats_are_a_table_with_bars,
    commands::without_a_store_the_commands_say_so_and_create_none,
}
