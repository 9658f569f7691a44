//! What turns out while a row is read.

use super::reader::RowError;
use crate::contacts::identity::Identity;

/// What is wrong with a row, and what is made of it all the same.
#[derive(Debug, Default)]
pub struct Findings {
    /// Why the row is refused.
    pub errors: Vec<RowError>,
    /// What is worth a look.
    pub warnings: Vec<RowError>,
    /// Cells that could not be read and are kept as they are: the column and its text.
    pub kept: Vec<(String, String)>,
    /// Others that the row names beside its client.
    pub others: Vec<Identity>,
    keeps: bool,
}

impl Findings {
    /// Of a row whose cells are kept where they cannot be read.
    #[must_use]
    pub fn new(keeps: bool) -> Self {
        Self { keeps, ..Self::default() }
    }

    /// Whether cells that cannot be read are kept.
    #[must_use]
    pub const fn keeps(&self) -> bool {
        self.keeps
    }

    /// A cell that cannot be read: kept where that is wanted, else the row is refused.
    pub fn bad(&mut self, column: &str, text: &str, error: RowError) {
        let error = error.with("value", text);
        if self.keeps {
            self.warnings.push(error.of(column));
            self.keep(column, text);
        } else {
            self.errors.push(error.of(column));
        }
    }

    /// Keeps a cell as it is, in a note.
    pub fn keep(&mut self, column: &str, text: &str) {
        let kept = (column.to_owned(), text.to_owned());
        if !self.kept.contains(&kept) {
            self.kept.push(kept);
        }
    }
}
