//! What the system says about this process: memory, processor time, open files. Zero where it says
//! nothing, as on systems without /proc.

use std::fs;

/// What the system says.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Process {
    /// Bytes in memory.
    pub resident_bytes: u64,
    /// Processor time of user and system, whole seconds.
    pub cpu_seconds: u64,
    /// Files and connections open.
    pub open_files: u64,
    /// Start, in seconds since 1970.
    pub started: f64,
}

/// Ticks a second of /proc, which Linux shows alike on every machine.
const TICKS: u64 = 100;

impl Process {
    /// As it is now.
    #[must_use]
    pub fn now() -> Self {
        let read = |name: &str| fs::read_to_string(format!("/proc/{name}")).unwrap_or_default();
        let (stat, status, machine) = (read("self/stat"), read("self/status"), read("stat"));
        let open_files = fs::read_dir("/proc/self/fd").map_or(0, |open| open.count() as u64);
        Self { open_files, ..Self::of(&stat, &status, &machine) }
    }

    fn of(stat: &str, status: &str, machine: &str) -> Self {
        // The name in brackets may hold anything; what follows counts from the third field.
        let fields: Vec<&str> =
            stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
        let field = |n: usize| fields.get(n - 3).and_then(|field| field.parse::<u64>().ok());
        let number = |n| field(n).unwrap_or_default();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib =
            resident.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
        let booted = machine.lines().find_map(|line| line.strip_prefix("btime "));
        let booted: u64 = booted.and_then(|line| line.trim().parse().ok()).unwrap_or_default();
        #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2^53")]
        let started = booted as f64 + number(22) as f64 / TICKS as f64;
        Self {
            resident_bytes: kib.unwrap_or_default() * 1024,
            cpu_seconds: (number(14) + number(15)) / TICKS,
            open_files: 0,
            started,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_of_proc_are_counted_behind_the_name() {
        let stat =
            "42 (mu jaz) x) S 1 42 42 0 -1 4194560 100 0 0 0 250 150 0 0 20 0 9 0 5000 1 2 3";
        let process =
            Process::of(stat, "Name:\tmujaz\nVmRSS:\t    300 kB\n", "cpu 1 2\nbtime 1700000000\n");
        assert_eq!(process.resident_bytes, 300 * 1024);
        assert_eq!(process.cpu_seconds, 4);
        assert_eq!(process.started, 1_700_000_050.0);
        assert_eq!(Process::of("", "", ""), Process::default());
    }
}
