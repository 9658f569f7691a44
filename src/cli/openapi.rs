//! `touchline openapi`: the text of the checked-in `openapi.yaml`.

use super::{Outcome, say};

pub fn run() -> Outcome {
    say(crate::openapi::yaml()?.trim_end());
    Ok(())
}
