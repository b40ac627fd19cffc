//! Runs a learner's code so that a panic in it becomes a message, and leaves nothing switched.

mod location;

use crate::modes::Guard;
use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::{Arc, Mutex, PoisonError};

type Hook = Arc<dyn Fn(&PanicHookInfo<'_>) + Send + Sync>;

/// How many calls run, and the hook from before the first of them: hooks belong to the whole process.
static RUNNING: Mutex<(usize, Option<Hook>)> = Mutex::new((0, None));

thread_local! {
    /// How many calls run in this thread, one within the other.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    static LAST: RefCell<Panic> = const { RefCell::new(Panic { message: String::new(), location: None }) };
}

/// Why code stopped, and where in the running cell's code, such as ``in the line `x.get(7)` ``, if that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panic {
    pub message: String,
    pub location: Option<String>,
}

/// Runs `code`; a panic in it is not printed but returned as its message, libtorch's cut to what can be read.
pub fn catch_panic<T>(code: impl FnOnce() -> T) -> Result<T, String> {
    catch_panic_at(code).map_err(|stop| stop.message)
}

/// Like [`catch_panic`], with the location.
pub fn catch_panic_at<T>(code: impl FnOnce() -> T) -> Result<T, Panic> {
    let _quiet = Quiet::begin();
    let _modes = Guard::new();
    panic::catch_unwind(AssertUnwindSafe(code)).map_err(|_| {
        let stop = LAST.replace(Panic { message: String::new(), location: None });
        Panic { message: readable(&stop.message), ..stop }
    })
}

/// While one lives, panics of its thread are noted instead of printed.
struct Quiet;

impl Quiet {
    fn begin() -> Self {
        DEPTH.set(DEPTH.get() + 1);
        let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        running.0 += 1;
        if running.0 == 1 {
            let before: Hook = panic::take_hook().into();
            running.1 = Some(Arc::clone(&before));
            panic::set_hook(Box::new(move |info| match DEPTH.get() {
                0 => before(info),
                _ => LAST.set(Panic {
                    message: info.payload_as_str().unwrap_or("it panicked").to_owned(),
                    location: location::of_this(),
                }),
            }));
        }
        Self
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
        let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        running.0 -= 1;
        if running.0 == 0
            && let Some(before) = running.1.take()
        {
            panic::set_hook(Box::new(move |info| before(info)));
        }
    }
}

/// A panic of tch holds libtorch's sentence between Rust's words about `unwrap` and a C++ stack trace.
fn readable(message: &str) -> String {
    let Some((_, sentence)) = message.split_once("Torch(\"") else {
        return message.to_owned();
    };
    let cut = sentence.find("\\nException raised from").unwrap_or(sentence.len());
    sentence[..cut].trim_end_matches("\")").replace("\\n", "\n").replace("\\\"", "\"")
}

/// libtorch's sentence about two matrices that do not fit, in the words of the labs; any other as it is.
pub fn in_words(message: &str) -> String {
    let sizes = || {
        let (_, rest) = message.split_once("mat1 and mat2 shapes cannot be multiplied (")?;
        let (left, right) = rest.split_once(')')?.0.split_once(" and ")?;
        Some((left.split_once('x')?.1, right.split_once('x')?.0))
    };
    match sizes() {
        Some((given, wanted)) => {
            format!("{given} numbers for each image where a linear layer takes {wanted}")
        }
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::{Device, Kind, Tensor};

    #[test]
    fn a_panic_becomes_its_message_and_a_value_stays_a_value() {
        assert_eq!(
            catch_panic(|| -> i64 { panic!("index {} is too large", 7) }),
            Err("index 7 is too large".into())
        );
        assert_eq!(catch_panic(|| 7), Ok(7));
    }

    #[test]
    fn of_a_message_of_libtorch_its_sentence_is_kept() {
        let of = |n| Tensor::zeros([n], (Kind::Float, Device::Cpu));
        let message = catch_panic(|| of(2) + of(3)).unwrap_err();
        assert!(
            message.starts_with("The size of tensor a (2) must match the size of tensor b (3)"),
            "{message}"
        );
        assert!(!message.contains("Exception raised from") && !message.contains("unwrap"), "{message}");
    }

    /// Twenty ways to stop, and a training afterwards.
    #[test]
    fn however_code_stops_the_next_trains_as_if_it_had_not_been() {
        let threads = tch::get_num_threads();
        let of = |n: i64| Tensor::ones([n], (Kind::Float, Device::Cpu));
        let none = std::hint::black_box(None::<i64>);
        let failed: Result<i64, String> = Err("no".into());
        let ways: [(&str, &dyn Fn()); 20] = [
            ("panic!", &|| panic!("no")),
            ("todo!", &|| todo!()),
            ("assert!", &|| assert_eq!(of(2).size(), [3])),
            ("unwrap of None", &|| _ = std::hint::black_box(none.unwrap())),
            ("unwrap of Err", &|| _ = std::hint::black_box(failed.clone().unwrap())),
            ("index", &|| _ = std::hint::black_box(vec![1][of(1).size()[0] as usize])),
            ("division by zero", &|| _ = std::hint::black_box(1 / (of(1).size()[0] - 1))),
            ("overflow", &|| _ = std::hint::black_box(i64::MAX.checked_add(of(1).size()[0]).unwrap())),
            ("slice", &|| _ = std::hint::black_box(&"abc"[of(2).size()[0] as usize + 2..])),
            ("RefCell", &|| {
                let cell = RefCell::new(0);
                let _first = cell.borrow_mut();
                drop(cell.borrow_mut());
            }),
            ("shapes", &|| drop(of(2) + of(3))),
            ("view", &|| drop(of(4).view([3]))),
            ("matmul", &|| drop(of(4).matmul(&of(3)))),
            ("no gradient", &|| of(1).backward()),
            ("in no_grad", &|| tch::no_grad(|| panic!("no"))),
            ("libtorch in no_grad", &|| tch::no_grad(|| drop(of(2) + of(3)))),
            ("in with_grad in no_grad", &|| tch::no_grad(|| tch::with_grad(|| panic!("no")))),
            ("under a guard", &|| {
                let _guard = tch::no_grad_guard();
                panic!("no");
            }),
            ("with a guard that is forgotten", &|| {
                std::mem::forget(tch::no_grad_guard());
                panic!("no");
            }),
            ("on one thread", &|| {
                tch::set_num_threads(threads + 1);
                std::thread::spawn(|| panic::resume_unwind(Box::new(()))).join().unwrap();
            }),
        ];
        for (way, code) in ways {
            assert!(catch_panic(code).is_err(), "{way}");
            let w = of(1).set_requires_grad(true);
            (&w * 3).sum(Kind::Float).backward();
            assert_eq!(w.grad().double_value(&[0]), 3.0, "after {way}");
            assert_eq!(tch::get_num_threads(), threads, "after {way}");
        }
    }

    #[test]
    fn a_panic_within_a_call_within_another_is_its_own() {
        let outer = catch_panic(|| {
            assert_eq!(catch_panic(|| panic!("inner")), Err::<(), _>("inner".into()));
            panic!("outer");
        });
        assert_eq!(outer, Err::<(), _>("outer".into()));
    }

    #[test]
    fn many_panics_at_once_keep_their_own_messages() {
        let threads: Vec<_> =
            (0..8).map(|n| std::thread::spawn(move || catch_panic(|| panic!("{n}")))).collect();
        for (n, thread) in threads.into_iter().enumerate() {
            assert_eq!(thread.join().unwrap(), Err::<(), _>(n.to_string()));
        }
    }
}
