//! The memory and processor time that this process uses, which are cheap to read on Linux. Not available elsewhere.

use std::fs;

/// The fraction of a second in which Linux reports processor time, on every machine that it runs on today:
/// `USER_HZ`, part of its interface (see `proc_pid_stat(5)`).
const TICKS: f64 = 100.0;
/// Where `/proc/self/stat` has processor time, after the program's name: in user mode and in kernel mode.
const USER_TIME: usize = 11;

/// Memory that is in use, in bytes: `VmRSS` of `/proc/self/status`.
pub(super) fn resident_bytes() -> Option<u64> {
    memory_in(&fs::read_to_string("/proc/self/status").ok()?)
}

/// Processor time since the start, in seconds.
pub(super) fn cpu_seconds() -> Option<f64> {
    time_in(&fs::read_to_string("/proc/self/stat").ok()?)
}

fn memory_in(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1_024)
}

fn time_in(stat: &str) -> Option<f64> {
    // The name, in brackets, may contain anything.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields
        .split_whitespace()
        .skip(USER_TIME)
        .map_while(|field| field.parse::<u64>().ok());
    Some((times.next()? + times.next()?) as f64 / TICKS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_linux_says_is_read() {
        assert_eq!(
            memory_in("Name:\tx\nVmRSS:\t   10 kB\nVmSize:\t 99 kB\n"),
            Some(10_240)
        );
        assert_eq!(
            time_in("7 (a ) b) S 1 7 7 0 -1 4194560 88 0 0 0 150 50 0 0 20 0 1 0 5\n"),
            Some(2.0)
        );
        assert_eq!(memory_in("nothing"), None);
        assert_eq!(time_in("7 (x) S 1"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_uses_memory() {
        assert!(resident_bytes().unwrap() > 1_000_000);
        assert!(cpu_seconds().unwrap() >= 0.0);
    }
}
