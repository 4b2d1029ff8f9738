use bson::{Bson, spec::ElementType};
use crossterm::event::{KeyCode, KeyEvent};
use proptest::prelude::*;

use super::*;
use crate::{
    app::{
        task::{Command, Event, Ticket},
        tui::state::{Input, modal::Modal, sample::Screen},
    },
    repository::{Filter, MetadataKey, MetadataKeys},
};

fn prompt(screen: &Screen) -> &Prompt {
    match screen.state.modals.last() {
        Some(Modal::Prompt(prompt)) => prompt,
        _ => panic!("no line is typed"),
    }
}

fn offered(screen: &Screen) -> Vec<&str> {
    prompt(screen).offers.iter().map(|offer| offer.name.as_str()).collect()
}

fn press(screen: &mut Screen, code: KeyCode) {
    screen.put(Input::Key(KeyEvent::from(code)));
}

#[test]
fn words_are_offered_with_their_meaning_and_completed_where_the_caret_stands() {
    let mut screen = Screen::listed(120, 40);
    screen.press("/");
    assert_eq!(offered(&screen).len(), filter_words().len() + 1, "all of them, and the saved filter");
    assert!(prompt(&screen).chosen().is_none(), "Enter shows all sessions");
    screen.press("mo");
    assert_eq!(offered(&screen), ["model:"]);
    press(&mut screen, KeyCode::Tab);
    assert_eq!(prompt(&screen).text(), "model:");
    press(&mut screen, KeyCode::Home);
    screen.press("rat");
    press(&mut screen, KeyCode::Tab);
    assert!(prompt(&screen).text().starts_with("rat"), "it is one word with what follows it");
}

#[test]
fn an_alternative_is_offered_where_one_may_stand() {
    let screen = Screen::listed(120, 40);
    let offers = |typed: &str| {
        let offers = screen.state.filter_offers(typed, typed.len());
        offers.into_iter().any(|offer| offer.name == "OR")
    };
    for typed in ["app:x ", "(app:x) ", "has:error O"] {
        assert!(offers(typed), "{typed:?}");
    }
    for typed in ["", "O", "(", "app:x OR ", "app:x -", "app:x o"] {
        assert!(!offers(typed), "{typed:?}");
    }
}

#[test]
fn keys_and_values_further_down_are_found_by_what_is_typed_of_them() {
    let mut screen = Screen::listed(120, 40);
    screen.press("/meta.");
    let ticket = screen.asked.iter().find_map(|command| match command {
        Command::MetadataKeys(ticket) => Some(*ticket),
        _ => None,
    });
    let key = |name: String| MetadataKey {
        path: MetadataPath::new(vec![name]).unwrap(),
        sessions: 1,
        kinds: vec![ElementType::String],
    };
    let keys = (0..VALUES + 50).map(|at| key(format!("key{at}"))).chain([key("region".to_owned())]).collect();
    screen.tell(Event::MetadataKeys(ticket.expect("the keys are asked for"), MetadataKeys { sessions: 10, keys }));
    assert_eq!(offered(&screen).len(), VALUES);
    screen.press("reg");
    assert_eq!(offered(&screen), ["meta.region:"]);
}

#[test]
fn a_chosen_offer_is_taken_by_enter_and_the_filter_goes_on() {
    let mut screen = Screen::listed(120, 40);
    screen.press("/rating:");
    assert_eq!(offered(&screen), ["up", "down", "neutral"]);
    press(&mut screen, KeyCode::Down);
    press(&mut screen, KeyCode::Down);
    screen.press("\n");
    assert_eq!((prompt(&screen).text(), prompt(&screen).chosen()), ("rating:down ", None));
    screen.press("\n");
    assert_eq!(screen.state.workspace.list.filter.source, "rating:down");
}

#[test]
fn values_of_the_store_are_asked_for_once_and_offered() {
    let mut screen = Screen::listed(120, 40);
    screen.press("/app:s");
    let asked: Vec<_> = screen.asked.drain(..).collect();
    let asked: Vec<_> = asked
        .iter()
        .filter_map(|command| match command {
            Command::FilterValues(ticket, of) => Some((*ticket, *of)),
            _ => None,
        })
        .collect();
    let [(ticket, of)] = asked[..] else { panic!("{asked:?}") };
    assert_eq!(of, FilterValues::Applications);
    let values = ["shop", "two words", "zoo"].map(str::to_owned).to_vec();
    screen.tell(Event::FilterValues(ticket, of, Some(values)));
    assert_eq!(offered(&screen), ["shop", "\"two words\""]);
    screen.press("h");
    assert_eq!(offered(&screen), ["shop"]);
    assert!(!screen.asked.iter().any(|command| matches!(command, Command::FilterValues(..))), "it is known");
}

#[test]
fn what_is_asked_of_the_store_goes_by_where_the_caret_stands() {
    let mut screen = Screen::listed(120, 40);
    screen.press("/app:s");
    let asked = |screen: &mut Screen, is_it: fn(&Command) -> Option<Ticket>| {
        let found = screen.asked.iter().find_map(is_it);
        screen.asked.clear();
        found.expect("it is asked for")
    };
    let ticket = asked(&mut screen, |command| match command {
        Command::FilterValues(ticket, FilterValues::Applications) => Some(*ticket),
        _ => None,
    });
    screen.tell(Event::FilterValues(ticket, FilterValues::Applications, Some(Vec::new())));
    press(&mut screen, KeyCode::Home);
    screen.press("meta.");
    let ticket = asked(&mut screen, |command| match command {
        Command::MetadataKeys(ticket) => Some(*ticket),
        _ => None,
    });
    screen.tell(Event::MetadataKeys(ticket, MetadataKeys { sessions: 1, keys: Vec::new() }));
    press(&mut screen, KeyCode::End);
    asked(&mut screen, |command| match command {
        Command::MetadataValues(ticket, path) if path.keys() == ["app"] => Some(*ticket),
        _ => None,
    });
}

#[test]
fn keys_and_values_of_the_metadata_are_offered() {
    let mut screen = Screen::listed(120, 40);
    screen.press("/meta.");
    let ticket = screen.asked.iter().find_map(|command| match command {
        Command::MetadataKeys(ticket) => Some(*ticket),
        _ => None,
    });
    let path = MetadataPath::new(vec!["tier".to_owned()]).unwrap();
    let key = MetadataKey { path: path.clone(), sessions: 4, kinds: vec![ElementType::String] };
    let keys = MetadataKeys { sessions: 10, keys: vec![key] };
    screen.tell(Event::MetadataKeys(ticket.expect("the keys are asked for"), keys));
    assert_eq!(offered(&screen), ["meta.tier:"]);
    press(&mut screen, KeyCode::Tab);
    assert_eq!(prompt(&screen).text(), "meta.tier:");
    let ticket = screen.asked.iter().find_map(|command| match command {
        Command::MetadataValues(ticket, asked) if *asked == path => Some(*ticket),
        _ => None,
    });
    let values = vec![Bson::String("gold".into()), Bson::Int32(3)];
    screen.tell(Event::MetadataValues(ticket.expect("its values are asked for"), path, Some(values)));
    assert_eq!(offered(&screen), ["gold", "3"]);
}

#[test]
fn a_key_that_is_no_plain_word_is_offered_in_quotes() {
    let mut screen = Screen::listed(120, 40);
    screen.press("/meta.");
    let ticket = screen.asked.iter().find_map(|command| match command {
        Command::MetadataKeys(ticket) => Some(*ticket),
        _ => None,
    });
    let paths = [&["order id"][..], &["customer", "a:\"b"], &["dotted.key"], &["two\nlines"], &["tier"]];
    let key = |keys: &[&str]| MetadataKey {
        path: MetadataPath::new(keys.iter().map(|key| (*key).to_owned()).collect()).unwrap(),
        sessions: 1,
        kinds: vec![ElementType::String],
    };
    let keys = MetadataKeys { sessions: 10, keys: paths.map(key).into() };
    screen.tell(Event::MetadataKeys(ticket.expect("the keys are asked for"), keys));
    assert_eq!(offered(&screen), ["meta.\"order id\":", "meta.\"customer.a:\\\"b\":", "meta.tier:"]);
    screen.press("\"order i");
    assert_eq!(offered(&screen), ["meta.\"order id\":"]);
    press(&mut screen, KeyCode::Tab);
    screen.press("5");
    let read = Filter::parse(prompt(&screen).text(), jiff::Timestamp::UNIX_EPOCH).unwrap();
    assert!(matches!(&read.terms[0].test, crate::FilterTest::Metadata { key, .. } if key == "order id"), "{read:?}");
}

#[test]
fn a_value_is_read_as_it_was_offered() {
    for value in ["plain", "two words", "a\"b\\c", "-x", "^x", "(x)", "a,b", "é", "", "OR", ">5"] {
        let text = format!("app:{}", as_typed(value));
        let read = Filter::parse(&text, jiff::Timestamp::UNIX_EPOCH);
        if value.is_empty() {
            continue;
        }
        let read = read.unwrap_or_else(|error| panic!("{text}: {error}"));
        let meant = crate::FilterTest::Application(crate::TextMatch::Contains(value.to_lowercase()));
        let said = crate::FilterTest::Application(crate::TextMatch::Contains(value.to_owned()));
        assert!(read.terms.len() == 1 && (read.terms[0].test == meant || read.terms[0].test == said), "{read:?}");
    }
}

proptest! {
    #[test]
    fn any_text_and_place_is_offered_something_that_can_be_put_there(
        text in "[-a:(),.@\" éO]{0,12}", caret in 0_usize..14,
    ) {
        let screen = Screen::listed(80, 24);
        for offer in screen.state.filter_offers(&text, text.floor_char_boundary(caret)) {
            let Does::Fill(line, at) = offer.does else { panic!("{offer:?}") };
            prop_assert!(at <= line.chars().count());
        }
    }
}
