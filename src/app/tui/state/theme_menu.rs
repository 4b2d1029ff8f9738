//! Themes to choose from.

use super::menu::Menu;

/// The themes to choose from.
#[derive(Debug, Clone)]
pub struct ThemeMenu {
    /// Those that there are.
    pub menu: Menu<ThemeItem>,
    /// The one that Esc puts back.
    pub(super) before: String,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThemeItem {
    /// Its name.
    pub name: String,
    /// What it is, or what is wrong with it.
    pub about: Result<String, String>,
}
