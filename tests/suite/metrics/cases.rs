//! Small histories, each with one trap.

use bson::{Bson, Document, doc};
use strandscope::{AgentMetrics, agent_metrics, decode};

/// Counters after so many cycles, input tokens and milliseconds.
fn reading(cycles: impl Into<Bson>, input: i64, ms: i64) -> Document {
    doc! {
        "accumulated_usage": {"inputTokens": input, "outputTokens": 1, "totalTokens": input + 1},
        "accumulated_metrics": {"latencyMs": ms},
        "cycle_metrics": {"cycle_count": cycles.into()},
    }
}

fn user(text: &str, counters: Option<Document>) -> Bson {
    message("user", doc! {"text": text}, counters)
}

fn assistant(text: &str, counters: Option<Document>) -> Bson {
    message("assistant", doc! {"text": text}, counters)
}

fn message(role: &str, block: Document, counters: Option<Document>) -> Bson {
    doc! {"message_id": 0, "message": {"role": role, "content": [block]}, "event_loop_metrics": counters}.into()
}

fn read(messages: Vec<Bson>) -> AgentMetrics {
    let agent = decode::agent("a".into(), doc! {"agent_data": {}, "messages": messages}.into(), 0, None);
    agent_metrics(&agent.messages.iter().map(Into::into).collect::<Vec<_>>())
}

#[test]
fn a_counter_that_falls_ends_a_run_without_a_gap() {
    let found =
        read(vec![user("p", None), assistant("a", Some(reading(3, 300, 30))), assistant("b", Some(reading(4, 40, 9)))]);
    assert_eq!((found.runs, found.usage.input, found.latency.total), (Some(2), Some(340), Some(39)));
    assert_eq!(found.run_starts, [2]);
}

#[test]
fn without_cycles_a_gap_ends_a_run_unless_nothing_changed() {
    let first = || Some(reading(Bson::Null, 100, 10));
    let grown = Some(reading(Bson::Null, 150, 20));
    let cut = read(vec![user("p", None), assistant("a", first()), user("q", None), assistant("b", grown)]);
    assert_eq!((cut.runs, cut.usage.input), (Some(2), Some(250)));
    let copied = read(vec![user("p", None), assistant("a", first()), user("foreign", None), user("q", first())]);
    assert_eq!((copied.runs, copied.usage.input, copied.calls), (Some(1), Some(100), 1));
}

#[test]
fn a_person_speaking_between_a_tool_and_its_result_ends_no_run() {
    let ask = message(
        "assistant",
        doc! {"toolUse": {"toolUseId": "t", "name": "clock", "input": {}}},
        Some(reading(2, 100, 10)),
    );
    let answer = message("user", doc! {"toolResult": {"toolUseId": "t", "content": []}}, Some(reading(2, 250, 30)));
    let found = read(vec![
        user("p", None),
        assistant("a", Some(reading(1, 100, 10))),
        user("q", None),
        ask,
        user("foreign", None),
        answer,
    ]);
    assert_eq!((found.runs, found.usage.input, found.calls), (Some(1), Some(250), 2));
    assert_eq!(found.per_call[1].latency_ms, Some(20));
}

#[test]
fn a_call_that_may_share_its_figures_has_none() {
    let found = read(vec![
        user("p", None),
        assistant("a", Some(reading(1, 100, 10))),
        user("q", None),
        assistant("b", Some(reading(3, 400, 90))),
    ]);
    assert_eq!((found.runs, found.calls, found.latency.total), (Some(1), 2, Some(90)));
    assert_eq!((found.latency.last, found.context_tokens, found.latency.p50), (None, None, Some(10)));
}

#[test]
fn what_another_program_says_is_no_call() {
    let first = || Some(reading(1, 100, 10));
    let found = read(vec![
        user("p", None),
        assistant("a", first()),
        assistant("foreign", None),
        user("q", first()),
        assistant("b", Some(reading(2, 300, 30))),
    ]);
    assert_eq!((found.calls, found.latency.last, found.context_tokens), (2, Some(20), Some(200)));
    assert_eq!(found.per_call.iter().map(|call| call.index).collect::<Vec<_>>(), [1, 4]);
}

#[test]
fn cached_tokens_count_extra_where_the_input_leaves_them_out() {
    let call = |total: i64| {
        let usage = doc! {"inputTokens": 10, "outputTokens": 5, "totalTokens": total, "cacheReadInputTokens": 100, "cacheWriteInputTokens": 7};
        let inner = doc! {"role": "assistant", "content": [{"text": "a"}], "metadata": {"usage": usage}};
        read(vec![doc! {"message_id": 0, "message": inner}.into()]).context_tokens
    };
    assert_eq!((call(15), call(122)), (Some(10), Some(117)));
}

#[test]
fn a_tool_called_directly_counts_beside_the_counters() {
    let mut counters = reading(1, 100, 10);
    counters.insert(
        "tool_usage",
        doc! {"clock": {"call_count": 1, "success_count": 1, "error_count": 0, "total_time": 0.5}},
    );
    let pair = |id: &str, status: &str, counters: Option<Document>| {
        let ask = doc! {"toolUse": {"toolUseId": id, "name": "clock", "input": {}}};
        let answer = doc! {"toolResult": {"toolUseId": id, "status": status, "content": []}};
        [message("assistant", ask, None), message("user", answer, counters)]
    };
    let found = read([pair("t1", "success", Some(counters)), pair("t2", "error", None)].concat());
    let clock = &found.tools[0];
    assert_eq!((clock.call_count, clock.success_count, clock.error_count), (2, Some(1), Some(1)));
    assert_eq!(clock.total_time_s, Some(0.5));
}

#[test]
fn how_a_call_went_is_unknown_where_its_result_names_none() {
    let ask = |id: Bson| message("assistant", doc! {"toolUse": {"toolUseId": id, "name": "clock", "input": {}}}, None);
    let answer = |id: Bson, status: &str| {
        message("user", doc! {"toolResult": {"toolUseId": id, "status": status, "content": []}}, None)
    };
    let counts = |messages: Vec<Bson>| {
        let clock = read(messages).tools.remove(0);
        (clock.call_count, clock.success_count, clock.error_count)
    };
    let unknown = (1, None, None);
    assert_eq!(counts(vec![ask(Bson::Null), answer(Bson::Null, "error")]), unknown);
    assert_eq!(counts(vec![ask("t".into()), answer(Bson::Int32(5), "error")]), unknown);
    assert_eq!(counts(vec![ask("t".into()), answer("t".into(), "failed")]), unknown);
    assert_eq!(counts(vec![ask("t".into()), answer("t".into(), "error")]), (1, Some(0), Some(1)));
}

/// Counters after so many cycles: input tokens (one of output with them) and milliseconds.
fn told(cycles: i64, input: i64, ms: i64) -> Document {
    let output = i64::from(input > 0);
    let usage = doc! {"inputTokens": input, "outputTokens": output, "totalTokens": input + output};
    let mut counters = reading(cycles, input, ms);
    counters.insert("accumulated_usage", usage);
    counters
}

/// An assistant's message with tokens and milliseconds of its own.
fn own(usage: Document, ms: impl Into<Bson>) -> Bson {
    let metadata = doc! {"usage": usage, "metrics": {"latencyMs": ms.into()}};
    let inner = doc! {"role": "assistant", "content": [{"text": "a"}], "metadata": metadata};
    doc! {"message_id": 0, "message": inner}.into()
}

#[test]
fn counters_that_stand_only_behind_a_turn_hold_all_its_calls() {
    let ask = doc! {"toolUse": {"toolUseId": "t", "name": "clock", "input": {}}};
    let answer = doc! {"toolResult": {"toolUseId": "t", "status": "success", "content": []}};
    let turn = || vec![user("p", None), message("assistant", ask.clone(), None), message("user", answer.clone(), None)];
    let one = read([turn(), vec![assistant("a", Some(told(2, 30, 300)))]].concat());
    let twice =
        [turn(), vec![assistant("a", Some(told(2, 30, 300)))], turn(), vec![assistant("b", Some(told(4, 70, 700)))]];
    for (found, input) in [(one, 30), (read(twice.concat()), 70)] {
        assert_eq!((found.usage.input, found.usage.partial, found.latency.partial), (Some(input), false, false));
    }
}

#[test]
fn a_run_whose_provider_told_nothing_makes_the_sum_a_lower_bound() {
    let found = read(vec![
        user("p", None),
        assistant("a", Some(told(1, 0, 500))),
        user("q", Some(told(1, 0, 500))),
        assistant("b", Some(told(2, 0, 900))),
        user("r", None),
        assistant("c", Some(told(1, 100, 50))),
    ]);
    assert_eq!((found.runs, found.usage.input, found.usage.partial), (Some(2), Some(100), true));
    assert_eq!((found.latency.total, found.latency.partial), (Some(950), false));
}

#[test]
fn a_call_that_told_nothing_makes_a_lower_bound_before_and_after_others() {
    let before = read(vec![
        user("p", None),
        assistant("a", Some(told(1, 0, 500))),
        user("q", Some(told(1, 0, 500))),
        assistant("b", Some(told(2, 100, 600))),
    ]);
    let after = read(vec![
        user("p", None),
        assistant("a", Some(told(1, 100, 500))),
        user("q", Some(told(1, 100, 500))),
        assistant("b", Some(told(2, 100, 600))),
    ]);
    let both = read(vec![
        user("p", None),
        assistant("a", Some(told(1, 60, 500))),
        user("q", Some(told(1, 60, 500))),
        assistant("b", Some(told(2, 100, 600))),
    ]);
    assert_eq!([&before, &after, &both].map(|found| found.usage.input), [Some(100); 3]);
    assert_eq!([before, after, both].map(|found| found.usage.partial), [true, true, false]);
}

#[test]
fn messages_that_tell_nothing_of_their_own_make_a_lower_bound() {
    let usage = || doc! {"inputTokens": 10, "outputTokens": 5, "totalTokens": 15};
    let silent = [
        doc! {},
        doc! {"inputTokens": Bson::Null, "outputTokens": Bson::Null, "totalTokens": Bson::Null},
        doc! {"inputTokens": 0, "outputTokens": 0, "totalTokens": 0},
        doc! {"inputTokens": 3, "outputTokens": Bson::Null},
    ];
    for silent in silent {
        let found = read(vec![user("p", None), own(usage(), 10), user("q", None), own(silent.clone(), 0)]);
        assert_eq!((found.usage.total, found.usage.partial, found.calls), (Some(15), true, 2), "{silent}");
        assert_eq!((found.latency.total, found.latency.partial), (Some(10), true), "{silent}");
    }
    let found = read(vec![user("p", None), own(usage(), 10), user("q", None), own(usage(), 20)]);
    assert_eq!((found.usage.total, found.usage.partial, found.latency.partial), (Some(30), false, false));
}

#[test]
fn a_call_after_the_last_counters_makes_a_lower_bound() {
    let found =
        read(vec![user("p", None), assistant("a", Some(told(1, 100, 50))), user("q", None), assistant("b", None)]);
    assert_eq!((found.calls, found.usage.input), (2, Some(100)));
    assert!(found.usage.partial && found.latency.partial);
}

#[test]
fn enormous_figures_do_not_overflow() {
    let found = read(vec![
        assistant("a", Some(reading(9, i64::MAX - 1, i64::MAX))),
        assistant("b", Some(reading(1, 5, i64::MAX))),
        assistant("c", Some(reading(1, 4, 1))),
    ]);
    assert!(found.usage.input.is_some());
    assert_eq!(read(Vec::new()).usage.input, None);
}
