use super::*;

#[test]
fn every_script_can_be_read_and_lies_in_the_past() {
    let now = Timestamp::now();
    for text in SCRIPTS {
        let script = script::read(text).unwrap_or_else(|error| panic!("{error}: {}", &text[..80]));
        let session = play::play(script, now);
        assert!(session.changed <= now, "{}", session.id);
        for agent in &session.agents {
            assert!(agent.messages.len() > 1, "{} {}", session.id, agent.id);
            assert!(
                agent.messages.is_sorted_by_key(|(_, at)| *at),
                "{}: a run starts before the last one ended",
                session.id
            );
            assert!(agent.messages.iter().all(|(_, at)| *at <= now), "{}", session.id);
            assert!(!format!("{:?}", agent.messages).contains("{no}"), "a pattern was not filled");
        }
    }
}

#[test]
fn every_live_script_can_be_read_and_begins_at_once() {
    let now = Timestamp::now();
    for (number, text) in (1..).zip(live::SCRIPTS) {
        let session = live::session(text, number, now).unwrap_or_else(|| panic!("{}", &text[..80]));
        assert!(session.changed > now, "{}", session.id);
        for agent in &session.agents {
            assert!(agent.messages.len() > 1 && agent.messages.is_sorted_by_key(|(_, at)| *at), "{}", session.id);
            assert_eq!(agent.messages[0].1, now, "{}: the work begins at once", session.id);
        }
    }
}

#[test]
fn an_agent_waits_for_a_person_until_its_next_message() {
    let session = live::session(live::SCRIPTS[0], 1, Timestamp::now()).unwrap();
    let agent = &session.agents[0];
    assert_eq!(agent.asks.len(), 2);
    for (_, at) in &agent.asks {
        let next = agent.messages.iter().find(|(_, said)| said > at).unwrap();
        assert_eq!(next.0["message"]["role"], "user");
    }
    let stored = bson::Bson::try_from(live::waits("go on?")).unwrap();
    let state = crate::session::InterruptState::read(stored.as_document().unwrap());
    assert_eq!(state.waiting().as_deref(), Some("waiting for a person: go on?"));
}

#[tokio::test(start_paused = true)]
async fn an_agent_works_for_as_long_as_it_is_looked_at_and_leaves_few_sessions() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().canonicalize().unwrap();
    let demo = DemoFolder::new(dir);
    let names = || {
        let entries = fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = entries.collect();
        names.sort();
        names
    };
    let work = AgentAtWork::begin(Arc::clone(&demo));
    tokio::time::sleep(live::START / 2).await;
    assert!(names().is_empty(), "the first picture stays for a while");
    tokio::time::sleep(live::START).await;
    assert_eq!(names(), ["session_night-watch-1"]);

    // By then the first script is over, and the next is not far.
    tokio::time::sleep(std::time::Duration::from_mins(2)).await;
    let folder = FolderRepository::open(&root).await.unwrap();
    let session = crate::repository::SessionReader::open(&folder, &"night-watch-1".into(), u64::MAX).await.unwrap();
    assert_eq!(session.all_findings().collect::<Vec<_>>(), Vec::<&crate::session::Finding>::new());
    let played = live::session(live::SCRIPTS[0], 1, Timestamp::now()).unwrap();
    assert_eq!(session.agents[0].messages.len(), played.agents[0].messages.len());
    assert_eq!((session.feedbacks.len(), session.guardrail_events.len()), (1, 1));
    let status = session.metadata_fields().and_then(|fields| fields.get_str("status").ok());
    assert_eq!(status, Some("mitigated"));

    tokio::time::sleep(std::time::Duration::from_mins(30)).await;
    assert_eq!(names().len(), live::KEPT);
    drop(work);
    let before = names();
    tokio::time::sleep(std::time::Duration::from_mins(10)).await;
    assert_eq!(names(), before);
}
