//! The README says what the program does: its table of keys is the keymap's.

use strandscope::app::keymap::ENTRIES;

fn key_name(key: &str) -> String {
    let key = key.replace("shift-backtab", "Shift-Tab");
    if let Some(letter) = key.strip_prefix("shift-").filter(|letter| letter.len() == 1) {
        return letter.to_uppercase();
    }
    let part = |part: &str| match part {
        "pageup" => "PgUp".to_owned(),
        "pagedown" => "PgDn".to_owned(),
        word if word.len() > 1 => word[..1].to_uppercase() + &word[1..],
        letter => letter.to_owned(),
    };
    if key.len() == 1 {
        return key;
    }
    let parts: Vec<String> = key.split('-').map(part).collect();
    match parts.as_slice() {
        [modifier, letter] => format!("{modifier}-{}", letter[..1].to_uppercase() + &letter[1..]),
        parts => parts.join("-"),
    }
}

#[test]
fn the_table_of_keys_is_the_keymap() {
    let rows: Vec<String> = ENTRIES
        .iter()
        .map(|entry| {
            // Of Markdown, in a table.
            let ticked = |key: &&str| match *key {
                "`" => "`` ` ``".to_owned(),
                key => format!("`{}`", key_name(key).replace('|', "\\|")),
            };
            let keys: Vec<String> = entry.keys.iter().map(ticked).collect();
            format!("| {} | {} | `{}` |", keys.join(" "), entry.help_among_all(), entry.name)
        })
        .collect();
    let table = rows.join("\n");
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    assert!(readme.contains(&table), "put this table into README.md, below the heading Keys:\n\n{table}");
}
