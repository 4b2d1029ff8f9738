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
