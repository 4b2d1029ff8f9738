use std::fs;

use bson::Bson;

use super::*;
use crate::{
    repository::OpenInView,
    session::{Change, ChangeKind},
};

/// A folder with a session `s` that has an agent `a`, looked at without waiting for anything.
struct Looked {
    dir: tempfile::TempDir,
    known: KnownFolder,
    now: Instant,
}

impl Looked {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        fs::create_dir_all(root.join("session_s/agents/agent_a/messages")).unwrap();
        fs::write(root.join("session_s/session.json"), r#"{"session_id": "s", "metadata": {"n": 1}}"#).unwrap();
        fs::write(root.join("session_s/agents/agent_a/agent.json"), "{}").unwrap();
        let now = Instant::now();
        Self { known: KnownFolder::read(&root.into(), now, SystemTime::now()).unwrap(), dir, now }
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.dir.path().join(file), text).unwrap();
    }

    fn say(&self, number: u64) {
        let text = r#"{"message": {"role": "user", "content": [{"text": "Hello"}]}}"#;
        self.write(&format!("session_s/agents/agent_a/messages/message_{number}.json"), text);
    }

    /// Looks as the sweep does, so much later.
    fn sweep(&mut self, later: Duration) -> Vec<Change> {
        self.look(LookOrder { sweep: true, ..LookOrder::default() }, later)
    }

    fn look(&mut self, order: LookOrder, later: Duration) -> Vec<Change> {
        self.now += later;
        match self.known.look(order, self.now).unwrap() {
            FolderChanges::Told(changes) => changes,
            FolderChanges::Another => panic!("it is the same folder"),
        }
    }

    fn view(&mut self, open: Option<OpenInView>) -> Vec<Change> {
        let view = Some(InView::new(vec![("s".into(), None)], open));
        self.look(LookOrder { view, ..LookOrder::default() }, Duration::ZERO)
    }

    fn open(&self) -> OpenInView {
        let root = self.dir.path().canonicalize().unwrap();
        let dir = super::super::layout::session(&root, "s").unwrap().unwrap();
        OpenInView::from(&super::super::read::open(&dir, u64::MAX))
    }
}

fn indices(changes: &[Change]) -> Vec<u64> {
    let messages = changes.iter().filter_map(|change| match &change.kind {
        ChangeKind::Messages(_, messages) => Some(messages.iter().map(|message| message.index)),
        _ => None,
    });
    messages.flatten().collect()
}

/// Places and first texts of what was written anew.
fn rewritten(changes: &[Change]) -> Vec<(u64, String)> {
    let messages = changes.iter().filter_map(|change| match &change.kind {
        ChangeKind::Rewritten(_, messages) => Some(messages),
        _ => None,
    });
    let text = |message: &crate::session::Message| match message.content.first() {
        Some(crate::session::Block::Text(text)) => text.clone(),
        other => format!("{other:?}"),
    };
    messages.flatten().map(|message| (message.index, text(message))).collect()
}

fn is_unclear(changes: &[Change]) -> bool {
    changes.iter().any(|change| matches!(change.kind, ChangeKind::Unclear(_)))
}

const NOW: Duration = Duration::ZERO;

#[test]
fn a_sweep_finds_what_nobody_told() {
    let mut looked = Looked::new();
    looked.view(None);
    assert!(looked.sweep(SWEEP).is_empty());
    looked.say(0);
    looked.say(1);
    assert_eq!(indices(&looked.sweep(SWEEP)), [0, 1]);
    assert!(looked.sweep(SWEEP).is_empty());
    looked.write(
        "session_s/session.json",
        r#"{"session_id": "s", "metadata": {"n": 2}, "feedbacks": [{"rating": "up"}]}"#,
    );
    let told = looked.sweep(SWEEP);
    assert!(
        told.iter()
            .any(|change| matches!(&change.kind, ChangeKind::Metadata(fields) if fields[0].1 == Some(Bson::Int32(2))))
    );
    let is_first = |change: &Change| matches!(&change.kind, ChangeKind::Feedback(one) if one.index == Some(0));
    assert!(told.iter().any(is_first) && !is_unclear(&told), "{told:?}");
    looked.write("session_s/session.json", r#"{"session_id": "s", "metadata": {"n": 2}, "feedbacks": []}"#);
    let told = looked.sweep(SWEEP);
    let is_gone = |change: &Change| matches!(&change.kind, ChangeKind::FeedbacksCut(0));
    assert!(told.iter().any(is_gone) && !is_unclear(&told), "{told:?}");
    looked.write("session_s/agents/agent_a/agent.json", r#"{"state": {"n": 1}}"#);
    let told = looked.sweep(SWEEP);
    assert!(!is_unclear(&told), "{told:?}");
    let data = told.iter().find_map(|change| match &change.kind {
        ChangeKind::AgentFields(agent, fields) if agent.as_str() == "a" => fields[0].1.clone(),
        _ => None,
    });
    assert_eq!(data, Some(bson::doc! { "state": { "n": 1 } }.into()));
    looked.write("session_s/agents/agent_a/agent.json", r#"{"state": {"n": 1}, "updated_at": "2026-11-01T10:00:00Z"}"#);
    assert!(!is_unclear(&looked.sweep(SWEEP)), "its own time is no change");
}

#[test]
fn a_message_that_is_written_anew_is_told_in_its_place_once_it_is_whole() {
    let mut looked = Looked::new();
    let path = |number| format!("session_s/agents/agent_a/messages/message_{number}.json");
    let gone = r#"{"message": {"role": "user", "content": [{"text": "[gone]"}]}}"#;
    for number in [2, 5, 7] {
        looked.say(number);
    }
    looked.view(None);
    looked.sweep(SWEEP);
    let order = |numbers: &[u64]| {
        let messages = [("a".to_owned(), numbers.iter().copied().collect())].into();
        let session = touched::TouchedSession { messages, ..Default::default() };
        let gathered = touched::Gathered { sessions: [("s".to_owned(), session)].into(), ..Default::default() };
        LookOrder { gathered, ..LookOrder::default() }
    };
    looked.write(&path(5), &gone[..20]);
    let told = looked.look(order(&[5]), NOW);
    assert!(!is_unclear(&told) && rewritten(&told).is_empty(), "{told:?}");
    looked.write(&path(5), gone);
    let told = looked.look(LookOrder::default(), Duration::from_millis(60));
    assert_eq!(rewritten(&told), [(1, "[gone]".to_owned())], "its place is not its number: {told:?}");
    assert!(rewritten(&looked.look(order(&[2, 5, 7]), NOW)).is_empty(), "each is told once");
}

#[test]
fn what_is_half_written_has_some_time_and_then_is_what_it_is() {
    let mut looked = Looked::new();
    looked.view(None);
    looked.write("session_s/agents/agent_a/messages/message_0.json", r#"{"mess"#);
    looked.say(1);
    assert!(indices(&looked.sweep(SWEEP)).is_empty());
    let mut told = Vec::new();
    let mut looks = 0;
    while told.is_empty() {
        let at = looked.known.next_look().expect("it is looked at again");
        let later = at.duration_since(looked.now);
        told = looked.look(LookOrder::default(), later);
        looks += 1;
        assert!(looks < 20);
    }
    // A fresh read tells of the file that it cannot be read.
    assert!(is_unclear(&told) && indices(&told) == [1], "{told:?}");
}

#[test]
fn what_was_half_written_is_told_in_its_order() {
    let mut looked = Looked::new();
    looked.view(None);
    looked.write("session_s/agents/agent_a/messages/message_0.json", r#"{"mess"#);
    looked.say(1);
    looked.sweep(SWEEP);
    looked.say(0);
    assert_eq!(indices(&looked.look(LookOrder::default(), Duration::from_millis(60))), [0, 1]);
}

#[test]
fn a_session_that_is_gone_is_told_when_it_stays_so_and_one_made_anew_is_another() {
    let mut looked = Looked::new();
    let (path, aside) = (looked.dir.path().join("session_s"), looked.dir.path().join(".deleted_1"));
    fs::rename(&path, &aside).unwrap();
    assert!(looked.sweep(NOW).is_empty());
    fs::rename(&aside, &path).unwrap();
    assert!(looked.look(LookOrder::default(), Duration::from_millis(60)).is_empty());
    fs::rename(&path, &aside).unwrap();
    assert!(looked.sweep(SWEEP).is_empty());
    let told = looked.look(LookOrder::default(), Duration::from_millis(60));
    assert!(matches!(told[..], [Change { kind: ChangeKind::Deleted, .. }]), "{told:?}");

    fs::rename(&aside, &path).unwrap();
    let told = looked.sweep(SWEEP);
    assert!(matches!(told[..], [Change { kind: ChangeKind::Created(_), .. }]), "{told:?}");
    fs::rename(&path, &aside).unwrap();
    fs::create_dir(&path).unwrap();
    fs::write(path.join("session.json"), "{}").unwrap();
    let told = looked.sweep(SWEEP);
    if cfg!(unix) {
        let kinds = told.iter().map(|change| &change.kind).collect::<Vec<_>>();
        assert!(matches!(kinds[..], [ChangeKind::Deleted, ChangeKind::Created(_)]), "{told:?}");
    }
}

#[test]
fn what_changed_since_the_open_session_was_read_is_told() {
    let mut looked = Looked::new();
    looked.say(0);
    let open = looked.open();
    looked.say(1);
    looked.write("session_s/session.json", r#"{"session_id": "s", "metadata": {"n": 5}}"#);
    let told = looked.view(Some(open));
    assert_eq!(indices(&told), [1]);
    assert!(told.iter().any(|change| matches!(change.kind, ChangeKind::Metadata(_))), "{told:?}");
    assert!(looked.sweep(SWEEP).is_empty());
    assert!(told.iter().all(|change| change.session == "s"));
}

#[test]
fn what_the_system_lost_is_looked_for_bit_by_bit_and_watched() {
    let mut looked = Looked::new();
    // What was written before is no news.
    let begun = SystemTime::now() + Duration::from_hours(1);
    for number in 0..450 {
        fs::create_dir_all(looked.dir.path().join(format!("session_{number}/agents"))).unwrap();
        looked.write(&format!("session_{number}/session.json"), "{}");
    }
    let root: Arc<Path> = looked.dir.path().canonicalize().unwrap().into();
    looked.known = KnownFolder::read(&root, looked.now, begun).unwrap();
    assert_eq!(looked.known.next_look(), None);
    let later = SystemTime::now() + Duration::from_mins(1);
    for number in [7, 130, 449] {
        let head = root.join(format!("session_{number}/session.json"));
        fs::File::options().append(true).open(head).unwrap().set_modified(later).unwrap();
    }
    fs::create_dir_all(root.join("session_new")).unwrap();
    looked.write("session_new/session.json", "{}");
    let gathered = touched::Gathered { missed: true, ..Default::default() };
    let mut told = looked.look(LookOrder { gathered, ..LookOrder::default() }, NOW);
    let mut looks = 1;
    let mut unwatched = looked.known.take_unwatched();
    while let Some(at) = looked.known.next_look() {
        let later = at.saturating_duration_since(looked.now);
        told.extend(looked.look(LookOrder::default(), later));
        unwatched.extend(looked.known.take_unwatched());
        looks += 1;
        assert!(looks < 20, "it ends");
    }
    assert!(looks >= 3, "not all at once");
    for id in ["7", "130", "449", "new"] {
        assert!(told.iter().any(|change| change.session == *id), "{id}: {told:?}");
        assert!(unwatched.contains(&root.join(format!("session_{id}"))), "{id}: {unwatched:?}");
    }
    assert!(told.iter().all(|change| change.session != "8"));
}

#[test]
fn what_is_written_while_the_watch_begins_is_news() {
    let mut looked = Looked::new();
    let root: Arc<Path> = looked.dir.path().canonicalize().unwrap().into();
    looked.known = KnownFolder::read(&root, looked.now, SystemTime::UNIX_EPOCH).unwrap();
    assert_eq!(looked.known.next_look(), Some(looked.now));
    assert!(is_unclear(&looked.look(LookOrder::default(), NOW)));
    assert_eq!(looked.known.next_look(), None);
}

#[test]
fn another_folder_in_its_place_is_none_of_its_changes() {
    let mut looked = Looked::new();
    let path = looked.dir.path().to_owned();
    let aside = path.with_extension("aside");
    fs::rename(&path, &aside).unwrap();
    let sweep = || LookOrder { sweep: true, ..LookOrder::default() };
    assert!(looked.known.look(sweep(), looked.now).is_err());
    fs::create_dir(&path).unwrap();
    if cfg!(unix) {
        assert!(matches!(looked.known.look(sweep(), looked.now), Ok(FolderChanges::Another)));
    }
    fs::remove_dir_all(&aside).unwrap();
}

#[tokio::test]
async fn without_notifications_the_folder_is_looked_at_again_and_again() {
    let looked = Looked::new();
    let view = WatchView::default();
    view.show(InView::new(vec![("s".into(), None)], Some(looked.open())));
    let root = looked.dir.path().canonicalize().unwrap();
    let mut watch = changes(root.into(), &view, false);
    let begun = next(&mut watch).await;
    assert!(matches!(begun, News::Begun(WatchMode::Poll(wait)) if wait == BUSY), "{begun:?}");
    // Nothing changes: it is looked at less often.
    while !matches!(next(&mut watch).await, News::Paced(WatchMode::Poll(wait)) if wait > BUSY) {}
    looked.say(0);
    loop {
        match next(&mut watch).await {
            News::Changes(changes) if indices(&changes) == [0] => break,
            News::Changes(_) | News::Paced(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

async fn next(watch: &mut Watch) -> News {
    tokio::time::timeout(Duration::from_mins(1), watch.next_news()).await.expect("news in time").expect("it goes on")
}
