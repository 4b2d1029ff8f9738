//! Settings: defaults, then the file, then the environment, then arguments.

pub mod ui;

pub use ui::{Column, Symbols, ThemeName, Ui};
