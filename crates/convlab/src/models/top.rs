use crate::display::{displayed_as_text, values};
use std::fmt;
use tch::{Kind, Tensor};

/// The classes that a net thinks likeliest, the likeliest first; made by [`Pretrained::top_k`](super::Pretrained::top_k).
#[non_exhaustive]
pub struct TopK {
    /// Each class by name, with its probability from 0 to 1.
    pub guesses: Vec<(String, f64)>,
    /// Whose guesses they are, in words.
    pub source: String,
}

impl TopK {
    /// The `k` largest of `logits` `[classes]`, after soft-max over all of them.
    pub(super) fn new(logits: &Tensor, k: i64, classes: &[String], source: &str) -> Self {
        let (probabilities, places) = logits.softmax(0, Kind::Float).topk(k, 0, true, true);
        let names = values(&places).into_iter().map(|place| classes[place as usize].clone());
        Self { guesses: names.zip(values(&probabilities)).collect(), source: source.to_owned() }
    }
}

impl fmt::Display for TopK {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.source)?;
        self.guesses.iter().try_for_each(|(name, chance)| write!(f, "\n{chance:.3}  {name}"))
    }
}

displayed_as_text!(TopK);
