/// One exercise, as the checks know it: what it asks for stands in the lab, how it is judged in its check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exercise {
    /// The name of the learner's function, of the check and of the cell.
    pub name: &'static str,
    /// The lab's number, such as `02`.
    pub lab: &'static str,
    /// The hints, each one step more.
    pub hints: &'static [&'static str],
}
