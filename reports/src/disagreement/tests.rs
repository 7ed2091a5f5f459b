use super::*;
use crate::record::{NotCompared, ObservedAnswer, ObservedEnd};
use crate::repeat::SavedIn;
use crate::sample::{failed, family, passing, record, suite};

/// What a peer answers: `200! 400 open` is an expected 200, then a 400, and a connection that
/// stays open. A word that is neither is a content without a status.
fn observed(tactic: &str, text: &str) -> ObservedAnswers {
    let mut observed = ObservedAnswers {
        tactics: vec![tactic.to_owned()],
        answers: Vec::new(),
        end: ObservedEnd::Closed,
        exit: None,
        not_compared: None,
    };
    for word in text.split_whitespace() {
        match word {
            "open" => observed.end = ObservedEnd::Open,
            "reset" => observed.end = ObservedEnd::Reset,
            "died" => observed.end = ObservedEnd::Died,
            "unseen" => observed.end = ObservedEnd::NotSeen,
            "varies" => observed.not_compared = Some(NotCompared::Varies),
            "head-alone" => observed.not_compared = Some(NotCompared::HeadAlone),
            "exit:0" | "exit:1" => observed.exit = Some(word.to_owned()),
            answer => observed.answers.push(observed_answer(answer)),
        }
    }
    observed
}

fn observed_answer(word: &str) -> ObservedAnswer {
    let (word, content) = match word.split_once('=') {
        Some((word, content)) => (word, Some(content.to_owned())),
        None => (word, None),
    };
    let status = word.trim_end_matches('!').parse().ok();
    ObservedAnswer {
        expected: word.ends_with('!'),
        status,
        content: content.or_else(|| status.is_none().then(|| word.to_owned())),
    }
}

/// A peer that answers like this: to `whole`, then to `header:x`.
fn peer(name: &str, whole: &str, malformed: &str) -> NamedRun<'static> {
    let observed = vec![observed("whole", whole), observed("header:x", malformed)];
    let scenario = ScenarioRecord {
        observed,
        ..passing("get", 2)
    };
    run(name, vec![scenario])
}

fn run(name: &str, scenarios: Vec<ScenarioRecord>) -> NamedRun<'static> {
    NamedRun {
        name: name.to_owned(),
        record: record(vec![suite("http1", scenarios)]),
        saved_in: SavedIn::Default,
    }
}

/// The kinds of what two peers disagree about, of which the uncut answer is `200!`.
fn kinds(one: &str, other: &str) -> Vec<DisagreementKind> {
    let runs = [peer("a", "200!", one), peer("b", "200!", other)];
    let all = Disagreements::of(&runs).expect("both have answers");
    all.found.iter().map(|it| it.kind).collect()
}

#[test]
fn equal_answers_are_no_disagreement() {
    for answers in ["200!", "400", "", "open", "200! 400"] {
        assert_eq!(kinds(answers, answers), []);
    }
}

#[test]
fn another_message_in_the_same_bytes_comes_first() {
    use DisagreementKind::*;
    assert_eq!(kinds("200!", "200! 400"), [Number]);
    assert_eq!(kinds("400", "400 200"), [Number]);
    assert_eq!(kinds("200!", "400"), [Accepted]);
    assert_eq!(kinds("200!", ""), [Accepted]);
    assert_eq!(kinds("400", ""), [Silence]);
    assert_eq!(kinds("400", "501"), [Refusal]);
    assert_eq!(kinds("400", "400 open"), [End]);
    assert_eq!(kinds("400", "400 died"), [Process]);
}

#[test]
fn a_reset_in_place_of_a_fin_and_an_end_that_nobody_saw_are_no_disagreement() {
    assert_eq!(kinds("400", "400 reset"), []);
    assert_eq!(kinds("400 open", "400 unseen"), []);
}

#[test]
fn what_varies_or_is_answered_by_the_head_alone_is_not_compared() {
    assert_eq!(kinds("200!", "400 varies"), []);
    assert_eq!(kinds("200! head-alone", "400"), []);
}

#[test]
fn applications_with_other_statuses_do_not_disagree() {
    let runs = [peer("a", "405!", "405!"), peer("b", "200!", "200!")];
    let all = Disagreements::of(&runs).expect("both have answers");
    assert_eq!((all.found.len(), all.compared), (0, 2));
    assert_eq!(all.summary(), "all answer alike: 2 deliveries compared");
}

#[test]
fn contents_are_compared_only_of_applications_that_answer_alike() {
    let content = |whole_b: &str| {
        let runs = [
            peer("a", "200!=got5", "200!=got5"),
            peer("b", whole_b, "200!=got0"),
        ];
        let all = Disagreements::of(&runs).expect("both have answers");
        let texts = all.found.iter().flat_map(|it| &it.cells);
        texts.map(AnswerCell::text).collect::<Vec<_>>()
    };
    assert_eq!(content("200!=got5"), ["200 `got5`", "200 `got0`"]);
    assert_eq!(content("200!=hello"), [""; 0]);
    assert_eq!(content("200!"), [""; 0]);
}

#[test]
fn the_words_of_refusals_without_a_status_are_not_compared() {
    let refused = |two| {
        let runs = [peer("a", "pong!", "ERR-syntax"), peer("b", "pong!", two)];
        let all = Disagreements::of(&runs).expect("both have answers");
        all.found.len()
    };
    assert_eq!(refused("bad"), 0);
    assert_eq!(refused("pong!"), 1);
}

#[test]
fn a_client_that_exits_in_another_way_than_after_valid_messages_disagrees() {
    let client = |name, malformed| peer(name, "get! exit:0", malformed);
    let runs = [client("a", "get! exit:0"), client("b", "get! exit:1")];
    let all = Disagreements::of(&runs).expect("both have answers");
    assert_eq!(all.found[0].kind, DisagreementKind::Process);
}

#[test]
fn one_run_with_answers_is_not_compared() {
    let with = peer("a", "200!", "200!");
    let without = run("b", vec![passing("get", 2)]);
    assert!(Disagreements::of(&[with.clone(), without]).is_none());
    assert!(Disagreements::of(&[with]).is_none());
}

#[test]
fn a_peer_that_did_not_start_has_no_cell_and_others_are_compared() {
    let runs = [
        peer("a", "200!", "200!"),
        run("b", Vec::new()),
        peer("c", "200!", "400"),
    ];
    let all = Disagreements::of(&runs).expect("two have answers");
    let cells: Vec<_> = all.found[0].cells.iter().map(|it| it.kind).collect();
    assert_eq!(
        cells,
        [CellKind::AsUncut, CellKind::Missing, CellKind::Other]
    );
}

#[test]
fn a_delivery_that_matters_to_one_peer_only_is_a_disagreement() {
    let cuts = |name: &str, tactics: &[&str]| {
        let cases = 10;
        let scenario = ScenarioRecord {
            observed: vec![observed("whole", "200!")],
            families: vec![
                family("whole", 1, 1),
                family("cut", cases, cases - tactics.len() as u64),
            ],
            failures: tactics.iter().map(|it| failed(it)).collect(),
            ..passing("get", cases)
        };
        run(name, vec![scenario])
    };
    let runs = [cuts("a", &[]), cuts("b", &["cut@5", "cut@6"])];
    let all = Disagreements::of(&runs).expect("both have answers");
    let found = &all.found[0];
    assert_eq!(
        (found.kind, found.tactics[0].tactic),
        (DisagreementKind::Delivery, "cut")
    );
    let texts: Vec<_> = found.cells.iter().map(AnswerCell::text).collect();
    assert_eq!(texts, ["as uncut", "2 of 10 cases fail"]);
    let both = [cuts("a", &["cut@1"]), cuts("b", &["cut@5"])];
    let all = Disagreements::of(&both).expect("both have answers");
    assert!(all.found.is_empty());
}

#[test]
fn deliveries_with_the_same_pattern_are_together_whatever_valid_messages_get() {
    let peer = |name: &str, get: &str, post: &str| {
        let scenario = |id, answer: &str| ScenarioRecord {
            observed: vec![
                observed("whole", answer),
                observed("header:x", answer),
                observed("header:y", if name == "a" { answer } else { "400" }),
            ],
            ..passing(id, 3)
        };
        run(name, vec![scenario("get", get), scenario("post", post)])
    };
    let runs = [peer("a", "200!", "405!"), peer("b", "200!", "200!")];
    let all = Disagreements::of(&runs).expect("both have answers");
    let [found] = &all.found[..] else {
        panic!("one pattern, not {}", all.found.len());
    };
    assert_eq!(found.deliveries(), 2);
    assert_eq!(
        found.tactics[0].scenarios,
        [("http1", "get"), ("http1", "post")]
    );
    let texts: Vec<_> = found
        .groups()
        .iter()
        .map(|(cell, runs)| (cell.text(), runs.clone()))
        .collect();
    assert_eq!(
        texts,
        [
            ("as uncut".to_owned(), vec![0]),
            ("400".to_owned(), vec![1])
        ]
    );
    assert_eq!(
        all.summary(),
        "2 of 6 deliveries are answered in different ways"
    );
}

#[test]
fn cells_say_what_came_and_how_it_ended() {
    let text = |malformed: &str| {
        let runs = [peer("a", "200!", malformed), peer("b", "200!", "999")];
        let all = Disagreements::of(&runs).expect("both have answers");
        all.found[0].cells[0].text()
    };
    assert_eq!(text("200!"), "200");
    assert_eq!(text("200! 400"), "200, 400");
    assert_eq!(text(""), "no answer, closes");
    assert_eq!(text("reset"), "no answer, closes");
    assert_eq!(text("open"), "no answer, stays open");
    assert_eq!(text("400 open"), "400, stays open");
    assert_eq!(text("400 died"), "400, the process ends");
    assert_eq!(text("pong! pong! err"), "2 as uncut, `err`");
    assert_eq!(text("01234567890123456789"), "`0123456789012345…`");
}
