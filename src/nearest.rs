//! "Did you mean": the one place that says which known word a person most likely meant.

/// From here on (0 to 1) a word is like enough to be what was meant: `serch` is 0.95 like `search`, `http` 0.53 like
/// `app`.
const ALIKE: f64 = 0.75;

/// The known word that `given` most likely stands for; `None` where none is like it.
pub(crate) fn nearest<'k>(given: &str, known: &[&'k str]) -> Option<&'k str> {
    closest(given, known).filter(|(_, likeness)| *likeness >= ALIKE).map(|(word, _)| word)
}

/// The known word most like `given`, however little; `None` where none is known. Of equals, the first.
pub(crate) fn closest<'k>(given: &str, known: &[&'k str]) -> Option<(&'k str, f64)> {
    let given = given.to_lowercase();
    let rated = known.iter().rev().map(|word| (*word, likeness(&given, word)));
    rated.max_by(|(_, a), (_, b)| a.total_cmp(b))
}

/// A beginning counts as much as a slip of the keys: `feed` is `feedback`, `agents` is `agent`.
fn likeness(given: &str, word: &str) -> f64 {
    let beginning = given.len() > 1 && word.starts_with(given) || !word.is_empty() && given.starts_with(word);
    let typed = strsim::jaro_winkler(given, word).max(strsim::normalized_damerau_levenshtein(given, word));
    if beginning { typed.max(0.9) } else { typed }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_and_beginnings_are_understood_and_strangers_are_not() {
        let known = ["created", "updated", "feedback", "agent", "app"];
        for (given, meant) in
            [("craeted", "created"), ("UPDATE", "updated"), ("feed", "feedback"), ("agents", "agent"), ("ap", "app")]
        {
            assert_eq!(nearest(given, &known), Some(meant), "{given}");
        }
        for stranger in ["http", "", "x", "zzzz"] {
            assert_eq!(nearest(stranger, &known), None, "{stranger}");
        }
        assert_eq!(nearest("same", &[]), None);
        assert_eq!(closest("", &["first", "second"]).map(|(word, _)| word), Some("first"));
    }
}
