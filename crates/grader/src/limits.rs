//! In the sandbox, where every process but this one and the first is the learner's: all of them together may take so much
//! memory, and all of them end.

#[cfg(target_os = "linux")]
pub use linux::{close_to_others, end_all_others, watch_memory};

#[cfg(target_os = "linux")]
mod linux {
    use rustix::process::{DumpableBehavior, Pid, Signal, kill_process, set_dumpable_behavior};
    use std::time::Duration;

    /// Lets no other process open what this one has open: the learner's is the same user.
    pub fn close_to_others() {
        // Where it is refused, who writes rows of their own gets none that is right.
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }

    /// Ends all processes but this one and the sandbox's first, however fast they make others.
    pub fn end_all_others() {
        // Who is stopped makes no others.
        for signal in [Signal::STOP, Signal::KILL] {
            for _ in 0..100 {
                let others = others();
                for pid in &others {
                    let _ = kill_process(*pid, signal);
                }
                if others.is_empty() || (signal == Signal::STOP && others.iter().all(|pid| is_stopped(*pid)))
                {
                    break;
                }
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    }

    /// Ends all others whenever they take more than `bytes` together.
    pub fn watch_memory(bytes: u64) {
        std::thread::spawn(move || {
            loop {
                std::thread::sleep(Duration::from_millis(250));
                if others().into_iter().map(memory).sum::<u64>() > bytes {
                    end_all_others();
                }
            }
        });
    }

    /// All processes that live, without this one and the first.
    fn others() -> Vec<Pid> {
        let own = std::process::id();
        let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        let others = numbers.filter(|number| *number != own && *number != 1);
        let pids = others.filter_map(|number| Pid::from_raw(number.cast_signed()));
        pids.filter(|pid| !matches!(state(*pid), Some('Z' | 'X') | None)).collect()
    }

    /// The letter for its state.
    fn state(pid: Pid) -> Option<char> {
        field(pid, "State:")?.chars().next()
    }

    fn is_stopped(pid: Pid) -> bool {
        !matches!(state(pid), Some('R' | 'S' | 'D'))
    }

    /// What is its own, in bytes: libraries are shared with others.
    fn memory(pid: Pid) -> u64 {
        let kib = |name| field(pid, name)?.strip_suffix(" kB")?.trim().parse::<u64>().ok();
        let all = ["RssAnon:", "RssShmem:"].map(|name| kib(name).unwrap_or(0));
        all.iter().sum::<u64>() * 1024
    }

    fn field(pid: Pid, name: &str) -> Option<String> {
        let text = std::fs::read_to_string(format!("/proc/{}/status", pid.as_raw_nonzero())).ok()?;
        Some(text.lines().find_map(|line| line.strip_prefix(name))?.trim().to_owned())
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_process_is_found_with_its_state_and_its_memory_until_it_has_ended() {
            let mut child = std::process::Command::new("sleep").arg("100").spawn().unwrap();
            let pid = Pid::from_child(&child);
            assert!(others().contains(&pid) && !others().contains(&rustix::process::getpid()));
            assert!(memory(pid) > 10_000 && memory(pid) < 100 << 20, "{}", memory(pid));
            kill_process(pid, Signal::STOP).unwrap();
            while !is_stopped(pid) {
                std::thread::sleep(Duration::from_millis(1));
            }
            child.kill().unwrap();
            while others().contains(&pid) {
                std::thread::sleep(Duration::from_millis(1));
            }
            child.wait().unwrap();
            assert_eq!(state(pid), None);
        }
    }
}

#[cfg(not(target_os = "linux"))]
pub fn close_to_others() {}

#[cfg(not(target_os = "linux"))]
pub fn end_all_others() {}

#[cfg(not(target_os = "linux"))]
pub fn watch_memory(_bytes: u64) {}
