//! Time as people speak of it: days, weeks and months in a zone, lengths of time, and the span that a report is about.

pub mod period;
pub mod span;
