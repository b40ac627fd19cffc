use super::cpu;
use std::hint::black_box;
use std::time::{Duration, Instant};
use tch::{Kind, Tensor};

/// What takes part in a race: a closure without arguments that returns numbers.
pub trait Contestant {
    /// Runs it once, and hands on what it returned.
    fn run(&self) -> (Lap, Box<dyn Numbers>);
}

/// What running it once came to.
#[derive(Debug)]
pub struct Lap {
    /// How long it took.
    pub time: Duration,
    /// How long the cores worked meanwhile, all together; `None` where the system does not say.
    pub worked: Option<Duration>,
}

impl<F: Fn() -> R, R: Numbers + 'static> Contestant for F {
    fn run(&self) -> (Lap, Box<dyn Numbers>) {
        let (worked, begin) = (cpu::worked(), Instant::now());
        let numbers = black_box(black_box(self)());
        let time = begin.elapsed();
        let worked = cpu::worked().zip(worked).map(|(after, before)| after.saturating_sub(before));
        (Lap { time, worked }, Box::new(numbers))
    }
}

/// What a contestant may return: `Vec<f32>` or a `Tensor`. The numbers are compared, not the shape.
pub trait Numbers: std::fmt::Debug {
    /// All numbers in one row.
    fn row(&self) -> Tensor;
}

impl Numbers for Tensor {
    fn row(&self) -> Tensor {
        self.detach().to_kind(Kind::Float).flatten(0, -1)
    }
}

impl Numbers for Vec<f32> {
    fn row(&self) -> Tensor {
        Tensor::from_slice(self)
    }
}
