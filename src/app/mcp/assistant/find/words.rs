//! A text that is looked for in any case, and what stands around it.

/// Characters that are shown on each side.
const AROUND: usize = 140;
/// Where an excerpt was cut.
const CUT: char = '…';

/// A text that is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words(String);

impl Words {
    pub fn new(text: &str) -> Self {
        Self(folded(text))
    }

    /// What stands around the first place; `None` where there is none.
    pub fn excerpt(&self, text: &str) -> Option<String> {
        let lower = folded(text);
        let begin = lower.find(&self.0)?;
        let end = begin + self.0.len();
        // Lower case may be longer or shorter than what it is of, so both are walked together.
        let mut at = 0;
        let mut place = text.len()..text.len();
        for (byte, letter) in text.char_indices() {
            let next = at + letter.to_lowercase().map(char::len_utf8).sum::<usize>();
            if at <= begin && begin < next {
                place.start = byte;
            }
            if at < end && end <= next {
                place.end = byte + letter.len_utf8();
                break;
            }
            at = next;
        }
        let start = text[..place.start].char_indices().rev().nth(AROUND - 1).map_or(0, |(byte, _)| byte);
        let stop = text[place.end..].char_indices().nth(AROUND).map_or(text.len(), |(byte, _)| place.end + byte);
        let mut out = String::new();
        out.extend((start > 0).then_some(CUT));
        out.push_str(&text[start..stop]);
        out.extend((stop < text.len()).then_some(CUT));
        Some(out)
    }
}

fn folded(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_excerpt_is_cut_around_the_place() {
        let words = Words::new("Order A100");
        assert_eq!(words.excerpt("where is ORDER a100?").as_deref(), Some("where is ORDER a100?"));
        assert_eq!(words.excerpt("where is order A 100?"), None);
        let long = format!("{}order a100{}", "漢".repeat(500), "字".repeat(500));
        let around = |letter: &str| letter.repeat(AROUND);
        let expected = format!("…{}order a100{}…", around("漢"), around("字"));
        assert_eq!(words.excerpt(&long), Some(expected));
    }

    #[test]
    fn letters_whose_lower_case_is_longer_move_nothing() {
        assert_eq!(Words::new("x").excerpt("İİx").as_deref(), Some("İİx"));
        let long = format!("{}x{}", "İ".repeat(300), "İ".repeat(300));
        let expected = format!("…{0}x{0}…", "İ".repeat(AROUND));
        assert_eq!(Words::new("X").excerpt(&long), Some(expected));
        assert!(Words::new("i").excerpt("aİb").is_some(), "half of a letter's lower case");
    }

    proptest! {
        #[test]
        fn what_stands_there_is_found_with_its_neighbours(before in ".*", text in ".+", after in ".*") {
            let whole = [before.as_str(), &text, &after].concat();
            let excerpt = Words::new(&text).excerpt(&whole);
            prop_assert!(excerpt.is_some_and(|found| folded(&found).contains(&folded(&text))));
        }
    }
}
