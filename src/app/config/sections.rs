//! `[ui]` and `[limits]`.

use super::{
    Column, ImageUse, Symbols, Ui,
    toml_walk::{Problem, Section, TomlEntry},
};
use crate::repository::Limits;

pub(super) fn ui(section: &Section<'_>) -> Result<Ui, Problem> {
    section.only(&[
        "columns",
        "symbols",
        "utc",
        "theme",
        "theme_dark",
        "theme_light",
        "title",
        "images",
        "mouse",
        "synchronized",
        "preview",
        "links",
    ])?;
    let mut ui = Ui::default();
    if let Some(item) = section.get("columns") {
        ui.columns = columns(&item)?;
    }
    if let Some(item) = section.get("symbols") {
        ui.symbols = item.one_of(&[("unicode", Symbols::Unicode), ("ascii", Symbols::Ascii)])?;
    }
    // Whether there is a theme of that name is told on the screen alone: a command that only lists has no use for it.
    for (key, name) in
        [("theme", &mut ui.theme), ("theme_dark", &mut ui.theme_dark), ("theme_light", &mut ui.theme_light)]
    {
        if let Some(item) = section.get(key) {
            *name = item.filled()?;
        }
    }
    if let Some(item) = section.get("images") {
        ui.images = item.one_of(&[("auto", ImageUse::Auto), ("blocks", ImageUse::Blocks), ("off", ImageUse::Off)])?;
    }
    let switches = [
        ("utc", &mut ui.utc),
        ("title", &mut ui.title),
        ("mouse", &mut ui.mouse),
        ("synchronized", &mut ui.synchronized),
        ("preview", &mut ui.preview),
        ("links", &mut ui.links),
    ];
    for (key, is_on) in switches {
        if let Some(item) = section.get(key) {
            *is_on = item.boolean()?;
        }
    }
    Ok(ui)
}

fn columns(item: &TomlEntry<'_>) -> Result<Vec<Column>, Problem> {
    let names = item.list(r#"a list of column names, such as ["changed", "id"]"#)?;
    if names.is_empty() {
        return Err(item.wrong(r#"must name at least one column, such as ["id"]"#));
    }
    let mut columns = Vec::with_capacity(names.len());
    for name in names {
        columns.push(Column::from_name(&name).ok_or_else(|| item.unknown_name("column", &name, &Column::names()))?);
    }
    Column::twice(&columns).map_or(Ok(columns), |why| Err(item.wrong(why)))
}

pub(super) fn limits(section: &Section<'_>) -> Result<Limits, Problem> {
    section.only(&["read_s", "server_selection_s", "connect_s", "write_s"])?;
    let mut limits = Limits::default();
    let waits = [
        ("read_s", &mut limits.read),
        ("server_selection_s", &mut limits.server_selection),
        ("connect_s", &mut limits.connect),
    ];
    for (key, wait) in waits {
        if let Some(item) = section.get(key) {
            *wait = item.seconds()?;
        }
    }
    if let Some(item) = section.get("write_s") {
        limits.write = Some(item.seconds()?);
    }
    Ok(limits)
}
