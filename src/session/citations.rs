//! Where a cited text comes from, in words; and what a guardrail is to look at.

use bson::{Bson, Document};

use super::{number, value_text};

/// Characters of a source's own words that are told; the whole stands in the document.
const QUOTED: usize = 300;

/// The sources of a cited text, a line each: title, place, and the words there; whatever else stands there as JSON.
/// Stored text: make it safe before it reaches a terminal.
///
/// Source: `citations` of Strands' `citationsContent`, in Python's and in TypeScript's words; `citations` and `annotations`
/// of Anthropic's and OpenAI's texts.
#[must_use]
pub fn sources(citations: &Bson) -> Vec<String> {
    match citations {
        Bson::Null => Vec::new(),
        Bson::Array(all) => all.iter().map(source).collect(),
        other => vec![source(other)],
    }
}

fn source(citation: &Bson) -> String {
    let Bson::Document(fields) = citation else { return value_text::compact(citation) };
    let mut left = fields.clone();
    for key in ["url_citation", "file_citation"] {
        if left.get_document(key).is_ok()
            && let Some(Bson::Document(inner)) = left.remove(key)
        {
            left.extend(inner);
        }
    }
    let mut parts = Vec::new();
    parts.extend(take_text(&mut left, &["title", "document_title", "filename"]));
    parts.extend(take_text(&mut left, &["source"]));
    parts.extend(match left.remove("location") {
        Some(Bson::Document(place)) => places(place),
        Some(Bson::Null) | None => flat_places(&mut left),
        Some(other) => vec![value_text::compact(&other)],
    });
    let quoted = words(left.remove("sourceContent")).or_else(|| take_text(&mut left, &["cited_text"]));
    parts.extend(rest(left));
    let told = if parts.is_empty() { "unnamed".to_owned() } else { parts.join(", ") };
    match quoted {
        Some(words) => format!("{told}: {}", start(&words)),
        None => told,
    }
}

/// A location: Python's `{documentPage: {…}}`, TypeScript's `{type: "documentPage", …}`, an address.
fn places(mut place: Document) -> Vec<String> {
    let single = place.len() == 1;
    let named = place.iter().next().map(|(key, value)| (key.clone(), value.clone()));
    let (kind, mut inner) = match named {
        Some((kind, Bson::Document(inner))) if single => (kind, inner),
        _ => (take_text(&mut place, &["type"]).unwrap_or_default(), place),
    };
    let mut out: Vec<String> = address(&mut inner).into_iter().collect();
    let (of, index, unit) = match kind.as_str() {
        "documentPage" => ("document", "documentIndex", "page"),
        "documentChar" => ("document", "documentIndex", "character"),
        "documentChunk" => ("document", "documentIndex", "chunk"),
        "searchResult" | "searchResultLocation" => ("search result", "searchResultIndex", "block"),
        other => {
            let told = !out.is_empty() && matches!(other, "web" | "s3" | "s3Location");
            out.extend((!told && !other.is_empty()).then(|| other.to_owned()));
            ("document", "documentIndex", "part")
        }
    };
    out.extend(number(&mut inner, index).map(|index| format!("{of} {index}")));
    out.extend(range(&mut inner, "start", "end", unit));
    out.extend(rest(inner));
    out
}

/// A place beside the title, as Anthropic and OpenAI have it.
fn flat_places(left: &mut Document) -> Vec<String> {
    let kind = take_text(left, &["type"]);
    let mut out: Vec<String> = address(left).into_iter().collect();
    out.extend(number(left, "document_index").map(|index| format!("document {index}")));
    out.extend(number(left, "search_result_index").map(|index| format!("search result {index}")));
    out.extend(range(left, "start_page_number", "end_page_number", "page"));
    out.extend(range(left, "start_char_index", "end_char_index", "character"));
    out.extend(range(left, "start_block_index", "end_block_index", "block"));
    // Where in the citing text, not in the source.
    out.extend(range(left, "start_index", "end_index", "character").map(|range| format!("for {range}")));
    if out.is_empty() { kind.into_iter().collect() } else { out }
}

/// `url`, `uri` and the like; the domain is a part of it.
fn address(fields: &mut Document) -> Option<String> {
    let found = take_text(fields, &["url", "uri"]);
    let domain = take_text(fields, &["domain"]);
    match (found, domain) {
        (Some(url), Some(domain)) if !url.contains(&domain) => Some(format!("{url} ({domain})")),
        (Some(url), _) => Some(url),
        (None, domain) => domain,
    }
}

/// `pages 2-3`, and one of them where both ends are the same.
fn range(fields: &mut Document, first: &str, last: &str, unit: &str) -> Option<String> {
    match (number(fields, first), number(fields, last)) {
        (Some(first), Some(last)) if first != last => Some(format!("{unit}s {first}-{last}")),
        (first, last) => first.or(last).map(|only| format!("{unit} {only}")),
    }
}

fn number(fields: &mut Document, key: &str) -> Option<i64> {
    let found = number::signed(fields.get(key)?)?;
    fields.remove(key);
    Some(found)
}

fn take_text(fields: &mut Document, keys: &[&str]) -> Option<String> {
    let key = keys.iter().find(|key| fields.get_str(key).is_ok_and(|text| !text.is_empty()))?;
    match fields.remove(key) {
        Some(Bson::String(text)) => Some(text),
        _ => None,
    }
}

/// `sourceContent`: the texts there.
fn words(content: Option<Bson>) -> Option<String> {
    match content? {
        Bson::String(text) => Some(text),
        Bson::Array(parts) => {
            let text = |part: &Bson| match part.as_document() {
                Some(fields) if fields.len() == 1 && fields.get_str("text").is_ok() => {
                    fields.get_str("text").unwrap_or_default().to_owned()
                }
                _ => value_text::compact(part),
            };
            (!parts.is_empty()).then(|| parts.iter().map(text).collect::<Vec<_>>().join(" "))
        }
        Bson::Null => None,
        other => Some(value_text::compact(&other)),
    }
}

fn start(words: &str) -> String {
    match words.char_indices().nth(QUOTED) {
        Some((cut, _)) => format!("{}...", &words[..cut]),
        None => words.to_owned(),
    }
}

/// What else stands there.
fn rest(left: Document) -> Option<String> {
    let left: Document = left.into_iter().filter(|(_, value)| !matches!(value, Bson::Null)).collect();
    (!left.is_empty()).then(|| value_text::compact(&Bson::Document(left)))
}

/// What `guardContent` is called: with what its text is to a guardrail, e.g. `guard content (query)`. Stored text.
#[cfg(any(feature = "app", test))]
#[must_use]
pub fn guard_label(guard: &Bson) -> String {
    let text = guard.as_document().and_then(|fields| fields.get_document("text").ok());
    let qualifiers = text.and_then(|text| text.get_array("qualifiers").ok()).map(Vec::as_slice).unwrap_or_default();
    let words: Vec<String> =
        qualifiers.iter().map(|word| word.as_str().map_or_else(|| value_text::compact(word), str::to_owned)).collect();
    if words.is_empty() { "guard content".to_owned() } else { format!("guard content ({})", words.join(", ")) }
}

/// The text in `guardContent`; `None` where it holds anything else, which is shown as stored.
#[must_use]
pub fn guard_text(guard: &Bson) -> Option<&str> {
    let fields = guard.as_document()?;
    let others = fields.iter().any(|(key, value)| key != "text" && !matches!(value, Bson::Null));
    if others {
        return None;
    }
    fields.get_document("text").ok()?.get_str("text").ok()
}

#[cfg(test)]
mod tests {
    use bson::doc;

    use super::*;

    fn one(citation: Document) -> String {
        sources(&vec![citation].into()).remove(0)
    }

    #[test]
    fn a_source_is_named_by_title_and_place_in_every_shape() {
        let page = doc! { "documentPage": { "documentIndex": 0, "start": 2, "end": 3 } };
        let said = vec![doc! { "text": "rose 4%" }];
        let python = doc! { "title": "report", "location": page, "sourceContent": said };
        assert_eq!(one(python), "report, document 0, pages 2-3: rose 4%");
        let web = doc! { "web": { "url": "https://e.example/x", "domain": "e.example" } };
        assert_eq!(one(doc! { "location": web, "sourceContent": [] }), "https://e.example/x");
        let typescript = doc! { "title": "t", "location": { "type": "web", "url": "https://e.example" } };
        assert_eq!(one(typescript), "t, https://e.example");
        let found = doc! { "type": "searchResult", "searchResultIndex": 1, "start": 4, "end": 4 };
        assert_eq!(one(doc! { "source": "wiki", "location": found }), "wiki, search result 1, block 4");
        let anthropic = doc! {
            "type": "page_location", "cited_text": "so", "document_index": 0, "document_title": "d",
            "start_page_number": 5, "end_page_number": 6,
        };
        assert_eq!(one(anthropic), "d, document 0, pages 5-6: so");
        let openai = doc! { "type": "url_citation", "url_citation": { "url": "https://e.example", "title": "E" } };
        assert_eq!(one(openai), "E, https://e.example");
        let stored = doc! { "location": { "uri": "s3://b/k", "type": "s3" } };
        assert_eq!(one(stored), "s3://b/k");
    }

    #[test]
    fn what_has_no_words_of_its_own_is_told_as_stored() {
        assert_eq!(one(doc! { "title": "t", "novel": 1 }), "t, {\"novel\":1}");
        assert_eq!(one(doc! {}), "unnamed");
        assert_eq!(sources(&"odd".into()), ["\"odd\""]);
        assert_eq!(sources(&Bson::Null), Vec::<String>::new());
        let long = doc! { "cited_text": "x".repeat(QUOTED + 5) };
        assert!(one(long).ends_with("x..."));
    }

    #[test]
    fn a_guard_is_its_text_with_what_it_is_for() {
        let guard = Bson::from(doc! { "text": { "text": "guard me", "qualifiers": ["query"] } });
        assert_eq!((guard_label(&guard).as_str(), guard_text(&guard)), ("guard content (query)", Some("guard me")));
        let image = Bson::from(doc! { "image": { "format": "png" } });
        assert_eq!((guard_label(&image).as_str(), guard_text(&image)), ("guard content", None));
    }
}
