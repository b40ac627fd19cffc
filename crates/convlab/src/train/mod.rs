//! Placeholder: train.
