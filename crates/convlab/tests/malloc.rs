//! What a training does with the memory that it frees. It runs without the test harness, as a cell does: in the main
//! thread of a process of its own.

#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn main() {
    what_a_step_frees_the_next_one_gets();
    println!("test result: ok. 1 passed; 0 failed");
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn main() {
    println!("skipped: no glibc, whose memory this test looks at");
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn what_a_step_frees_the_next_one_gets() {
    use convlab::prelude::*;
    let images = Tensor::zeros([8, 1, 2, 2], (Kind::Float, Device::Cpu));
    let split = Split::new(images, Tensor::zeros([8], (Kind::Int64, Device::Cpu))).unwrap();
    let maps = || drop(Tensor::ones([256, 32, 32, 32], (Kind::Float, Device::Cpu))); // 32 MB
    let mut taken = Vec::new();
    for _ in split.batches(1).unwrap() {
        let before = pages();
        maps();
        taken.push(pages() - before);
    }
    // Small things may lie in the way of the second map; after that there is room.
    assert!(taken[0] > 4000 && taken[4..].iter().all(|&pages| pages < taken[0] / 4), "{taken:?}");
}

/// How many pages the system has given this process, emptied, so far.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[allow(unsafe_code, reason = "std has no call for it")]
fn pages() -> i64 {
    // SAFETY: all zeros is a valid rusage, and the call only writes into it.
    unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &mut usage);
        usage.ru_minflt
    }
}
