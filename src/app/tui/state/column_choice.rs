//! A column among those to choose from.

use crate::app::config::Column;

/// A column that may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnChoice {
    /// Which.
    pub column: Column,
    /// It is shown.
    pub is_shown: bool,
}
