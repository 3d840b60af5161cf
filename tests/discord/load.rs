//! Load tests, in bursts and over time: small forms of `examples/load.rs`, and the limits of the queues.

use std::time::Duration;

use crate::burst::{Size, Times, burst};
use crate::program::built;
use crate::soak::{Plan, soak};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_direct_question_among_two_thousand_messages_at_once_is_answered_once() {
    let size = Size {
        overheard: 1_200,
        chatter: 400,
        mentions: 250,
        direct: 50,
        commands: 100,
    };
    let times = Times {
        request: Duration::from_millis(300),
        heartbeat: Duration::from_secs(5),
    };
    let report = burst(built(), size, times, None).await;
    // On a machine that runs all tests at once a command may come too late for anyone.
    assert_eq!(report.direct, [400 - report.too_late, 0, 0], "{report}");
    assert!(report.too_late <= size.commands / 2, "{report}");
    assert_eq!(
        report.overheard + report.left_out[0],
        size.overheard,
        "answered or dropped and counted: {report}"
    );
    assert_eq!((report.wrong, report.left_out[1]), (0, 0), "{report}");
    assert!(report.longest_gap < times.heartbeat * 2, "{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expired_command_is_not_started_but_counted() {
    // The bot drops a request after 2.8 seconds, so the third batch of 256 starts too late.
    let size = Size {
        overheard: 0,
        chatter: 0,
        mentions: 0,
        direct: 0,
        commands: 600,
    };
    let times = Times {
        request: Duration::from_secs(4),
        heartbeat: Duration::from_secs(10),
    };
    let report = burst(built(), size, times, None).await;
    let [once, never, twice] = report.direct;
    assert!(once >= 256 && twice == 0, "{report}");
    assert!(
        report.left_out[1] >= 600 - 2 * 256 && report.left_out[1] <= never,
        "{report}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_minute_of_faults_no_received_question_is_lost_or_answered_twice() {
    let plan = Plan::new(1, 45);
    assert_eq!(plan.fingerprint(), Plan::new(1, 45).fingerprint());
    assert_ne!(plan.fingerprint(), Plan::new(2, 45).fingerprint());
    let report = soak(built(), &plan).await;
    assert_eq!((report.lost(), report.twice()), (0, 0), "{report}");
    assert!(report.answered() * 2 > report.asked(), "{report}");
}
