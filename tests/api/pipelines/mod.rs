//! Pipelines, their stages and lost reasons, boards.

mod board;
mod stages;
