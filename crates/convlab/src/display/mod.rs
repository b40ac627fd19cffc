//! What a cell shows of the value it ends with.
//!
//! evcxr calls `(value).evcxr_display()` and compiles the cell a second time where there is no such method; the
//! trait here gives one to all that the labs' cells end with, so that every cell is compiled once.

mod bar;
mod live;
mod numbers;

pub(crate) use bar::{Bar, progress};
pub(crate) use live::{Live, is_notebook, show, show_data, supports_live_output};
pub(crate) use numbers::{layout, short, tensor, values};

use std::fmt::Debug;
use tch::Tensor;

/// A value that a cell can end with: it is shown under the cell.
///
/// The method's name is evcxr's; a learner never calls it.
pub trait Displayed {
    /// Shows the value in the notebook.
    fn evcxr_display(&self);
}

/// Hands `content` of one MIME type to the kernel; of several with the same type in one cell the last is shown.
pub(crate) fn emit(mime: &str, content: &str) {
    evcxr_runtime::mime_type(mime).text(content);
}

/// For a type whose `Display` says it all: a cell that ends with it, and `{:?}`, show the same text.
macro_rules! displayed_as_text {
    ($($type:ty),*) => { $(
        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, f)
            }
        }

        impl $crate::Displayed for $type {
            fn evcxr_display(&self) {
                $crate::display::emit("text/plain", &self.to_string());
            }
        }
    )* };
}
pub(crate) use displayed_as_text;

fn emit_debug(value: &dyn Debug) {
    emit("text/plain", &format!("{value:?}"));
}

/// A tensor is shown as its numbers and its shape, laid out as NumPy does; long ones are cut in the middle.
///
/// A tensor that holds an image is numbers too: `show::image(&x)?` draws it.
impl Displayed for Tensor {
    fn evcxr_display(&self) {
        emit("text/plain", &numbers::tensor(self));
    }
}

/// A cell that ends with a `Result` shows what is in it, or the error.
impl<T: Displayed, E: Debug> Displayed for Result<T, E> {
    fn evcxr_display(&self) {
        match self {
            Ok(value) => value.evcxr_display(),
            Err(error) => eprintln!("{error:?}"),
        }
    }
}

/// A cell that ends with a statement has nothing to show.
impl Displayed for () {
    fn evcxr_display(&self) {}
}

macro_rules! displayed_as_debug {
    ($($type:ty),*) => { $(impl Displayed for $type { fn evcxr_display(&self) { emit_debug(&self); } })* };
}

displayed_as_debug!(i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize, f32, f64);
displayed_as_debug!(bool, char, str, String, tch::Kind, tch::Device, std::time::Duration, std::path::PathBuf);

impl<T: Debug> Displayed for [T] {
    fn evcxr_display(&self) {
        emit_debug(&self);
    }
}

impl<T: Debug> Displayed for Vec<T> {
    fn evcxr_display(&self) {
        emit_debug(self);
    }
}

impl<T: Debug, const N: usize> Displayed for [T; N] {
    fn evcxr_display(&self) {
        emit_debug(self);
    }
}

impl<T: Debug> Displayed for Option<T> {
    fn evcxr_display(&self) {
        emit_debug(self);
    }
}

macro_rules! displayed_tuples {
    ($(($($name:ident)+))*) => {
        $(impl<$($name: Debug),+> Displayed for ($($name,)+) { fn evcxr_display(&self) { emit_debug(self); } })*
    };
}

displayed_tuples!((A) (A B) (A B C) (A B C D) (A B C D E) (A B C D E F));
