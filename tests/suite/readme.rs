//! The README says what the program does: its table of keys is the keymap's.

use strandscope::app::keymap::ENTRIES;

fn key_name(key: &str) -> String {
    let key = key.replace("shift-backtab", "Shift-Tab");
    match key.strip_prefix("shift-") {
        Some(letter) if letter.len() == 1 => letter.to_uppercase(),
        _ => match key.as_str() {
            "up" => "Up".into(),
            "down" => "Down".into(),
            "left" => "Left".into(),
            "right" => "Right".into(),
            "pageup" => "PgUp".into(),
            "pagedown" => "PgDn".into(),
            "home" => "Home".into(),
            "end" => "End".into(),
            "tab" => "Tab".into(),
            "enter" => "Enter".into(),
            "esc" => "Esc".into(),
            "ctrl-c" => "Ctrl-C".into(),
            other => other.into(),
        },
    }
}

#[test]
fn the_table_of_keys_is_the_keymap() {
    let rows: Vec<String> = ENTRIES
        .iter()
        .map(|entry| {
            let keys: Vec<String> = entry.keys.iter().map(|key| format!("`{}`", key_name(key))).collect();
            format!("| {} | {} | `{}` |", keys.join(" "), entry.help, entry.name)
        })
        .collect();
    let table = rows.join("\n");
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    assert!(readme.contains(&table), "put this table into README.md, below the heading Keys:\n\n{table}");
}
