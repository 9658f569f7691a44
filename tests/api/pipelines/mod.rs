//! Pipelines, their stages and lost reasons, boards.

pub mod board;
mod stages;
