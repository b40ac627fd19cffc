/// Placeholder.
pub trait Displayed {}
