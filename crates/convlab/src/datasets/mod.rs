//! Data sets.
/// Placeholder.
pub struct Dataset;
/// Placeholder.
pub struct Split {
    /// .
    pub images: tch::Tensor,
    /// .
    pub labels: tch::Tensor,
    /// .
    pub source: String,
}
