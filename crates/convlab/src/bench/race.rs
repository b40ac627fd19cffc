use super::contestant::{Contestant, Lap, Numbers};
use super::limits::Limits;
use super::threads::check_threads;
use crate::modes::Guard;
use crate::{Error, Result};
use std::time::Duration;
use tch::Tensor;

/// After so many rounds the median hardly moves.
const MAX_ROUNDS: usize = 31;
/// A contestant that has run for so long is not run again: of a slow one few rounds are enough.
const PATIENCE: Duration = Duration::from_secs(1);
/// The largest difference between two contestants' numbers, as a fraction of the largest number.
const TOLERANCE: f64 = 1e-4;

/// How the contestants did, in the order in which they were named; a cell that ends with it draws it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Race {
    /// On how many threads each was to run.
    pub threads: usize,
    /// What was measured of each.
    pub timings: Vec<Timing>,
    /// The shortest time that the machine allows, in seconds, if [`Race::limit`] was given one.
    pub limit: Option<f64>,
}

/// What was measured of one contestant; times are in seconds.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Timing {
    /// What it is called.
    pub name: String,
    /// How often it was timed.
    pub rounds: usize,
    /// Half of the rounds were faster.
    pub median: f64,
    /// A quarter of the rounds was faster than the first, a quarter slower than the second.
    pub spread: [f64; 2],
    /// How many cores it kept busy, on average; `None` where the system does not say.
    pub cores: Option<f64>,
}

/// Races functions on one thread: `&[("mine", &|| mine(&x)), ("libtorch", &|| x.relu())]`.
///
/// Each is run once to warm up; then all run in turns, at most 31 times, while it has taken less than a second.
/// Gradients are off. All must return the same numbers, as a `Vec<f32>` or a `Tensor`.
///
/// # Errors
/// If there is no contestant, or two return numbers that differ by more than 1e-4 of the largest.
///
/// ```
/// # use convlab::prelude::*;
/// let x = Tensor::ones([64, 64], (Kind::Float, Device::Cpu));
/// let race = bench::race(&[("tanh", &|| x.tanh()), ("by exp", &|| (&x.exp() - (-&x).exp()) / (&x.exp() + (-&x).exp()))])?;
/// # Ok::<(), Error>(())
/// ```
pub fn race(contestants: &[(&str, &dyn Contestant)]) -> Result<Race> {
    race_on(1, contestants)
}

/// Races functions on so many threads: libtorch's own are set; yours have to start theirs.
///
/// # Errors
/// As [`race`], and if there is no thread.
pub fn race_on(threads: usize, contestants: &[(&str, &dyn Contestant)]) -> Result<Race> {
    check_threads(threads)?;
    if contestants.is_empty() {
        let remedy = "name some: `&[(\"mine\", &|| mine(&x)), …]`";
        return Err(Error::new("contestants for a race", "none", remedy));
    }
    let _modes = Guard::new();
    let _without_gradients = tch::no_grad_guard();
    tch::set_num_threads(threads as i32);
    let names: Vec<&str> = contestants.iter().map(|(name, _)| *name).collect();
    let (first, numbers): (Vec<Lap>, Vec<_>) = contestants.iter().map(|(_, one)| one.run()).unzip();
    check_numbers(&names, &numbers)?;
    // Only the first are compared: kept, they would take from the others the memory that is used again.
    drop(numbers);
    let mut laps: Vec<Vec<Lap>> = first.into_iter().map(|lap| vec![lap]).collect();
    for laps in &mut laps {
        // A slow one has nothing to warm up that would show.
        if laps[0].time < PATIENCE {
            laps.clear();
        }
    }
    for round in 0..MAX_ROUNDS {
        for turn in 0..contestants.len() {
            // Nobody always runs behind the same other one.
            let index = (round + turn) % contestants.len();
            if laps[index].iter().map(|lap| lap.time).sum::<Duration>() < PATIENCE {
                let (lap, _) = contestants[index].1.run();
                laps[index].push(lap);
            }
        }
    }
    let timings = names.iter().zip(&laps).map(|(name, laps)| Timing::of(name, laps)).collect();
    Ok(Race { threads, timings, limit: None })
}

impl Race {
    /// The same race with the shortest time that a machine with these limits can need for so many additions and
    /// multiplications, and for moving so many bytes to and from memory.
    pub fn limit(&self, limits: Limits, operations: f64, bytes: f64) -> Self {
        Self { limit: Some((operations / limits.operations).max(bytes / limits.bytes)), ..self.clone() }
    }

    /// How many times as fast the contestant `name` is as `other`.
    ///
    /// # Errors
    /// If one of them has not taken part.
    pub fn ratio(&self, name: &str, other: &str) -> Result<f64> {
        let median = |name: &str| {
            let found = self.timings.iter().find(|timing| timing.name == name);
            found.map(|timing| timing.median).ok_or_else(|| {
                let names: Vec<_> = self.timings.iter().map(|timing| timing.name.as_str()).collect();
                let expected = format!("one of the contestants {}", names.join(", "));
                Error::new(expected, format!("`{name}`"), "write the name as in the race")
            })
        };
        Ok(median(other)? / median(name)?)
    }
}

impl Timing {
    fn of(name: &str, laps: &[Lap]) -> Self {
        let mut times: Vec<f64> = laps.iter().map(|lap| lap.time.as_secs_f64()).collect();
        times.sort_by(f64::total_cmp);
        let worked: Option<Duration> = laps.iter().map(|lap| lap.worked).sum();
        let cores = worked.map(|worked| worked.as_secs_f64() / times.iter().sum::<f64>().max(1e-9));
        let spread = [quantile(&times, 0.25), quantile(&times, 0.75)];
        Self { name: name.to_owned(), rounds: laps.len(), median: quantile(&times, 0.5), spread, cores }
    }
}

/// The number below which this fraction of the sorted numbers lies, between two of them where it has to be.
fn quantile(sorted: &[f64], fraction: f64) -> f64 {
    let at = fraction * (sorted.len() - 1) as f64;
    let (low, high) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
    low + (high - low) * at.fract()
}

/// That all have returned the same numbers.
fn check_numbers(names: &[&str], numbers: &[Box<dyn Numbers>]) -> Result<()> {
    let rows: Vec<Tensor> = numbers.iter().map(|numbers| numbers.row()).collect();
    for (name, row) in names.iter().zip(&rows).skip(1) {
        let expected = format!("the same numbers of `{}` and `{name}`", names[0]);
        let remedy = "a race is for functions that do the same work; compare both on a small input";
        if row.numel() != rows[0].numel() {
            let found = format!("{} numbers and {}", rows[0].numel(), row.numel());
            return Err(Error::new(expected, found, remedy));
        }
        if row.numel() == 0 {
            continue;
        }
        let apart = (row - &rows[0]).abs().max().double_value(&[]);
        let largest = rows[0].abs().max().double_value(&[]);
        if apart.is_nan() || apart > TOLERANCE * largest.max(1.0) {
            let found = format!("a difference of {apart:.2e} where the largest number is {largest:.2e}");
            return Err(Error::new(expected, found, remedy));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;
    use tch::{Device, Kind};

    fn ones(n: i64) -> Tensor {
        Tensor::ones([n], (Kind::Float, Device::Cpu))
    }

    #[test]
    fn all_run_in_turns_as_often_as_each_other_and_nobody_always_behind_the_same() {
        let order = RefCell::new(String::new());
        let noted = |name: char| {
            let order = &order;
            move || {
                order.borrow_mut().push(name);
                ones(3)
            }
        };
        let found = race(&[("a", &noted('a')), ("b", &noted('b')), ("c", &noted('c'))]).unwrap();
        assert!(order.borrow().starts_with("abc abc bca cab abc".replace(' ', "").as_str()), "{order:?}");
        assert_eq!(found.timings.iter().map(|timing| timing.rounds).collect::<Vec<_>>(), [MAX_ROUNDS; 3]);
        assert!(
            found
                .timings
                .iter()
                .all(|timing| timing.spread[0] <= timing.median && timing.median <= timing.spread[1])
        );
    }

    #[test]
    fn a_slow_one_is_run_once_and_does_not_keep_the_others_from_their_rounds() {
        let runs = RefCell::new(0);
        let slow = || {
            *runs.borrow_mut() += 1;
            std::thread::sleep(PATIENCE);
            vec![1_f32; 3]
        };
        let found = race(&[("slow", &slow), ("fast", &|| ones(3))]).unwrap();
        assert_eq!((*runs.borrow(), found.timings[0].rounds, found.timings[1].rounds), (1, 1, MAX_ROUNDS));
        assert!(found.ratio("fast", "slow").unwrap() > 1.0 && found.ratio("slow", "fast").unwrap() < 1.0);
        let unknown = found.ratio("slow", "mine").unwrap_err().to_string();
        assert!(unknown.contains("slow, fast") && unknown.contains("`mine`"), "{unknown}");
    }

    #[test]
    fn the_cores_kept_busy_are_the_time_they_worked_over_the_time_that_passed() {
        let lap = |time, worked| Lap { time: Duration::from_secs(time), worked };
        let worked = |seconds| Some(Duration::from_secs(seconds));
        let found = Timing::of("it", &[lap(4, worked(6)), lap(2, worked(6)), lap(2, worked(0))]);
        assert_eq!((found.rounds, found.median, found.cores), (3, 2.0, Some(1.5)));
        assert_eq!(Timing::of("it", &[lap(4, worked(6)), lap(2, None)]).cores, None);
    }

    #[test]
    fn different_numbers_are_no_race() {
        let refused = |a: Vec<f32>, b: Vec<f32>| {
            race(&[("mine", &|| a.clone()), ("theirs", &|| b.clone())]).map_err(|error| error.to_string())
        };
        assert!(refused(vec![1.0, 1000.0], vec![1.0, 1000.05]).is_ok());
        let apart = refused(vec![1.0, 1000.0], vec![1.0, 1000.5]).unwrap_err();
        assert!(apart.contains("`mine` and `theirs`") && apart.contains("5.00e-1"), "{apart}");
        assert!(refused(vec![1.0], vec![f32::NAN]).unwrap_err().contains("a difference of NaN"));
        assert!(refused(vec![1.0], vec![1.0; 2]).unwrap_err().contains("1 numbers and 2"));
        assert!(refused(Vec::new(), Vec::new()).is_ok());
    }

    #[test]
    fn libtorch_has_as_many_threads_as_the_race_and_afterwards_as_many_as_before() {
        let before = tch::get_num_threads();
        let seen = || Tensor::from(f64::from(tch::get_num_threads())).view([1]);
        race_on(3, &[("seen", &seen), ("three", &|| vec![3_f32])]).unwrap();
        race(&[("seen", &seen), ("one", &|| vec![1_f32])]).unwrap();
        assert_eq!(tch::get_num_threads(), before);
        assert!(race_on(0, &[("seen", &seen)]).unwrap_err().to_string().contains("at least one thread"));
        assert!(race(&[]).unwrap_err().to_string().contains("contestants for a race"));
    }

    #[test]
    fn a_race_records_no_gradients_and_leaves_them_on() {
        let weight = ones(3).set_requires_grad(true);
        race(&[
            ("recorded", &|| Tensor::from(f64::from(u8::from((&weight * 2).requires_grad())))),
            ("no", &|| vec![0_f32]),
        ])
        .unwrap();
        assert!((&weight * 2).requires_grad());
    }

    #[test]
    fn the_limit_is_what_takes_longer_to_compute_or_to_move() {
        let race = || race(&[("one", &|| ones(1))]).unwrap();
        let limits = Limits { threads: 1, operations: 1e9, bytes: 1e8 };
        assert_eq!(race().limit(limits, 1e9, 1e6).limit, Some(1.0));
        assert_eq!(race().limit(limits, 1e6, 1e9).limit, Some(10.0));
    }

    #[test]
    fn quartiles_lie_between_two_numbers_where_they_have_to() {
        let sorted = [1.0, 2.0, 3.0, 5.0];
        assert_eq!(
            [0.0, 0.25, 0.5, 0.75, 1.0].map(|part| quantile(&sorted, part)),
            [1.0, 1.75, 2.5, 3.5, 5.0]
        );
        assert_eq!(quantile(&[7.0], 0.25), 7.0);
    }
}
