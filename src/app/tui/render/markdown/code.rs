//! The code in a Markdown text, as it was written.

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

/// The code blocks of a text in order, fenced or indented, as stored.
#[must_use]
pub fn code_blocks(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<String> = None;
    for event in Parser::new(source) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => open = Some(String::new()),
            Event::Text(words) => {
                if let Some(code) = &mut open {
                    code.push_str(&words);
                }
            }
            Event::End(TagEnd::CodeBlock) => found.extend(open.take().filter(|code| !code.trim().is_empty())),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_block_is_found_as_it_was_written() {
        let source =
            "Run\n\n```sh\nls -l\n\ncd /\n```\n\n- or\n\n  ```\n  <b>\n  ```\n\n    indented\n\n```\n```\n`no`";
        assert_eq!(code_blocks(source)[..2], ["ls -l\n\ncd /\n", "<b>\n"]);
        assert_eq!(code_blocks("```rust\nnever closed"), ["never closed"]);
        assert_eq!(code_blocks("no code"), Vec::<String>::new());
    }
}
