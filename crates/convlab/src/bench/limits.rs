use crate::display::displayed_as_text;
use crate::{Error, Result};
use std::hint::black_box;
use std::thread;
use std::time::{Duration, Instant};

/// How much this machine can do in a second, measured.
#[derive(Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Limits {
    /// How many threads it was measured on.
    pub threads: usize,
    /// Additions and multiplications of `f32` per second, with everything in registers.
    pub operations: f64,
    /// Bytes read and written per second when memory of the given size is copied.
    pub bytes: f64,
}

impl std::fmt::Display for Limits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let threads = if self.threads == 1 { "thread" } else { "threads" };
        let [operations, bytes] = [self.operations, self.bytes].map(|rate| rate / 1e9);
        write!(
            f,
            "{} {threads}, each second: {operations:.1} billion additions and multiplications, {bytes:.1} GB moved",
            self.threads
        )
    }
}

displayed_as_text!(Limits);

/// How often each is measured; the best counts, since a limit is what can be reached.
const TRIES: usize = 7;

/// Measures what so many threads can do at best: arithmetic without memory, and moving `bytes` bytes without arithmetic.
///
/// Half of the bytes are read and half are written, as when they are copied; what fits into the processor's caches is
/// moved faster.
///
/// # Errors
/// If there is no thread, or fewer than 1,000 bytes to move.
///
/// ```no_run
/// # use convlab::prelude::*;
/// let limits = bench::limits(1, 8_000_000)?;
/// println!("{limits}");
/// # Ok::<(), Error>(())
/// ```
pub fn limits(threads: usize, bytes: usize) -> Result<Limits> {
    super::threads::check_threads(threads)?;
    if bytes < 1000 {
        let remedy = "name the bytes that the task reads and writes: 4 for each `f32`";
        return Err(Error::new("at least 1,000 bytes to move", format!("{bytes}"), remedy));
    }
    Ok(Limits { threads, operations: operations(threads), bytes: moved(threads, bytes) })
}

/// What one measurement takes at least: beside it a thread's start does not count.
const ENOUGH: Duration = Duration::from_millis(20);

/// As long, at some tens of gigabytes in a second.
const BYTES: usize = 1 << 29;

/// How many turns take long enough.
fn turns() -> usize {
    let takes = |turns: usize| {
        let begin = Instant::now();
        chains::run(turns);
        begin.elapsed()
    };
    std::iter::successors(Some(1000), |turns| Some(2 * turns))
        .find(|&turns| takes(turns) >= ENOUGH)
        .unwrap_or(1000)
}

/// How many additions and multiplications all threads do in a second.
fn operations(threads: usize) -> f64 {
    let (turns, mut done) = (turns(), 0);
    let best = best_time(|| {
        thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(|| chains::run(turns))).collect();
            let own = chains::run(turns);
            done = own + others.into_iter().filter_map(|other| other.join().ok()).sum::<usize>();
        });
    });
    done as f64 / best
}

/// How many bytes all threads move in a second.
fn moved(threads: usize, bytes: usize) -> f64 {
    let length = bytes / 8;
    let from = vec![1_f32; length];
    let mut to = vec![0_f32; length];
    let part = length.div_ceil(threads);
    let rounds = BYTES.div_ceil(bytes);
    let copy = |to: &mut [f32], from: &[f32]| {
        for _ in 0..rounds {
            to.copy_from_slice(black_box(from));
            black_box(&to);
        }
    };
    let best = best_time(|| {
        thread::scope(|scope| {
            let mut pairs = to.chunks_mut(part).zip(from.chunks(part));
            let own = pairs.next();
            for (to, from) in pairs {
                scope.spawn(move || copy(to, from));
            }
            own.into_iter().for_each(|(to, from)| copy(to, from));
        });
    });
    (rounds * 2 * 4 * length) as f64 / best
}

/// The shortest time in seconds that `code` takes, after a turn to warm up.
fn best_time(mut code: impl FnMut()) -> f64 {
    code();
    let times = (0..TRIES).map(|_| {
        let begin = Instant::now();
        code();
        begin.elapsed()
    });
    times.min().unwrap_or_default().max(Duration::from_nanos(1)).as_secs_f64()
}

/// Chains of multiplications and additions that do not wait for each other, in the widest registers there are.
mod chains {
    /// Enough that each is done when its turn comes again, and few enough that all have a register.
    const CHAINS: usize = 12;

    /// Runs so many turns and returns how many multiplications and additions they are.
    #[allow(unsafe_code, reason = "only the processor at hand can say which instructions it has")]
    pub fn run(turns: usize) -> usize {
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::is_x86_feature_detected as has;
            if has!("avx512f") {
                // SAFETY: this processor has the instructions.
                return unsafe { with_avx512(turns) };
            }
            if has!("avx2") && has!("fma") {
                // SAFETY: this processor has the instructions.
                return unsafe { with_avx2(turns) };
            }
        }
        chains::<4, { cfg!(target_arch = "aarch64") }>(turns)
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f")]
    fn with_avx512(turns: usize) -> usize {
        chains::<16, true>(turns)
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma")]
    fn with_avx2(turns: usize) -> usize {
        chains::<8, true>(turns)
    }

    /// `FUSED` where a multiplication and an addition are one instruction.
    #[inline(always)]
    fn chains<const LANES: usize, const FUSED: bool>(turns: usize) -> usize {
        let mut all = [[0.5_f32; LANES]; CHAINS];
        let [factor, term] = std::hint::black_box([0.75_f32, 0.25]);
        for _ in 0..turns {
            for value in all.as_flattened_mut() {
                *value = if FUSED { value.mul_add(factor, term) } else { *value * factor + term };
            }
        }
        std::hint::black_box(&all);
        2 * turns * all.as_flattened().len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_computes_and_moves_at_rates_that_exist() {
        let found = limits(1, 1 << 20).unwrap();
        // No core has done less than 10 million operations a second this century, and none does a million million.
        assert!((1e7..1e12).contains(&found.operations), "{found}");
        assert!((1e7..1e13).contains(&found.bytes), "{found}");
        let text = Limits { threads: 2, operations: 1.5e11, bytes: 2e10 }.to_string();
        assert_eq!(
            text,
            "2 threads, each second: 150.0 billion additions and multiplications, 20.0 GB moved"
        );
    }

    #[test]
    fn no_threads_and_next_to_no_bytes_are_refused() {
        assert!(limits(0, 8000).unwrap_err().to_string().contains("at least one thread"));
        assert!(limits(1, 8).unwrap_err().to_string().contains("at least 1,000 bytes"));
    }

    #[test]
    fn a_turn_is_two_operations_in_each_lane_of_twelve_chains() {
        assert!([4, 8, 16].map(|lanes| 2 * 10 * 12 * lanes).contains(&chains::run(10)));
    }
}
