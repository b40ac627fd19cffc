use tch::Tensor;

/// A source of random numbers of its own (SplitMix64 of Steele, Lea and Flood, 2014), so that drawing digits
/// leaves the state that `tch::manual_seed` sets alone.
pub struct Rng(u64);

impl Rng {
    /// The same `seed` gives the same numbers.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A whole number from 0 to `end` - 1.
    pub fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.next_u64()) * end as u128) >> 64) as usize
    }

    /// A number from `low` to `high`, all equally likely.
    pub fn uniform(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * (self.next_u64() >> 40) as f32 / (1 << 24) as f32
    }

    /// A number around 0 with standard deviation 1, nearly normal, never beyond 3.5: the sum of four uniform ones.
    pub fn normal(&mut self) -> f32 {
        let bits = self.next_u64();
        let sum: u64 = [0, 16, 32, 48].iter().map(|shift| (bits >> shift) & 0xffff).sum();
        (sum as f32 / 65535.0 - 2.0) * 3_f32.sqrt()
    }

    /// A tensor of `count` [`normal`](Self::normal) numbers.
    pub fn normals(&mut self, count: usize) -> Tensor {
        let numbers: Vec<f32> = (0..count).map(|_| self.normal()).collect();
        Tensor::from_slice(&numbers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_gives_the_published_numbers() {
        let mut rng = Rng::new(1234567);
        let published = [6457827717110365317, 3203168211198807973, 9817491932198370423];
        assert_eq!([rng.next_u64(), rng.next_u64(), rng.next_u64()], published);
    }

    #[test]
    fn normal_numbers_have_mean_0_and_standard_deviation_1() {
        let numbers = Rng::new(0).normals(40_000);
        assert!(numbers.mean(tch::Kind::Float).double_value(&[]).abs() < 0.02);
        assert!((numbers.std(true).double_value(&[]) - 1.0).abs() < 0.02);
    }

    #[test]
    fn uniform_numbers_stay_in_their_range_and_reach_all_of_it() {
        let mut rng = Rng::new(0);
        let counts = (0..1000).fold([0; 3], |mut counts, _| {
            counts[rng.below(3)] += 1;
            assert!((2.0..=5.0).contains(&rng.uniform(2.0, 5.0)));
            counts
        });
        assert!(counts.iter().all(|count| (270..400).contains(count)), "{counts:?}");
    }
}
