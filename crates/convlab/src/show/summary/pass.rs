//! A network's layers, run one after the other as far as they fit.

use crate::catch_panic::{catch_panic, in_words};
use std::any::Any;
use tch::Tensor;
use tch::nn::{ModuleT, Sequential, SequentialT};

/// What came out of each layer, as far as the layers fit.
pub struct Pass {
    /// One for each layer that fits.
    pub outputs: Vec<Tensor>,
    /// What libtorch said of the layer after the last output.
    pub refusal: Option<String>,
    /// Whether the network could be taken apart; else it is one row.
    pub layers: bool,
}

impl Pass {
    /// Runs `xs` through a network.
    pub fn through<N: ModuleT + 'static>(net: &N, xs: &Tensor) -> Self {
        let any: &dyn Any = net;
        if let Some(net) = any.downcast_ref::<Sequential>() {
            Self::layered(net.len(), |layers| net.forward_all(xs, Some(layers)))
        } else if let Some(net) = any.downcast_ref::<SequentialT>() {
            Self::layered(net.len(), |layers| net.forward_all_t(xs, false, Some(layers)))
        } else {
            let whole = Self::layered(1, |_| vec![net.forward_t(xs, false)]);
            Self { layers: false, ..whole }
        }
    }

    /// Runs all layers, or the longest part of them that fits.
    fn layered(layers: i64, run: impl Fn(usize) -> Vec<Tensor>) -> Self {
        let mut refusal = None;
        for first in (1..=layers as usize).rev() {
            match catch_panic(|| run(first)) {
                Ok(outputs) => return Self { outputs, refusal, layers: true },
                Err(message) => refusal = Some(in_words(&message)),
            }
        }
        Self { outputs: Vec::new(), refusal, layers: true }
    }
}
