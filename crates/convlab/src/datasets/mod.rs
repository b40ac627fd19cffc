//! Data sets.
/// Placeholder.
pub struct Dataset;
/// Placeholder.
pub struct Split;
