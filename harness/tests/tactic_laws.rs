//! Laws for every script, every tactic and every delivery.

use std::collections::BTreeSet;
use std::num::NonZeroU16;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use wirecheck::framing::{Region, RegionKind, RepeatedBytes};
use wirecheck::tactic::{
    Allowances, Case, CaseId, Connections, Delivery, DeliveryEnd, HalfClose, HeaderEdit, Offset,
    OtherConnections, OutMessage, Pipelining, Plan, PlanOptions, Profile, Reading, Salt, Script,
    Seed, ShortSends, StreamEdit, Tactic, TacticFamily, TacticFilter, TacticGlob,
};

/// A message of `header` and `payload`; regions without bytes are left out.
fn message(header: &[u8], payload: &[u8], turn: usize) -> OutMessage {
    let bytes = [header, payload].concat();
    let regions = [
        (RegionKind::Header, 0..header.len()),
        (RegionKind::Payload, header.len()..bytes.len()),
    ];
    OutMessage {
        regions: regions
            .into_iter()
            .filter(|(_, range)| !range.is_empty())
            .map(|(kind, range)| Region { kind, range })
            .collect(),
        bytes,
        turn,
        step: 0,
        section: 0,
        payload: Some(payload.to_vec()),
    }
}

fn scripts() -> impl Strategy<Value = Script> {
    let payload = vec(select(vec!["a", "7", "é", "€", "\n", "\u{0}"]), 0..5);
    let messages = (vec(any::<u8>(), 0..3), payload, 0..2_usize);
    vec(messages, 0..5).prop_map(|messages| {
        let mut turn = 0;
        let messages = messages.into_iter().map(|(header, payload, step)| {
            turn += step;
            message(&header, payload.concat().as_bytes(), turn)
        });
        Script {
            messages: messages.collect(),
        }
    })
}

fn allowances() -> impl Strategy<Value = Allowances> {
    let pipelining = select(vec![Pipelining::Allowed, Pipelining::Forbidden]);
    let connections = select(vec![
        Connections::Concurrent,
        Connections::OneAtATime,
        Connections::ByPeer,
    ]);
    let short_sends = select(vec![ShortSends::Shown, ShortSends::NotShown]);
    let half_close = select(vec![HalfClose::Allowed, HalfClose::Forbidden]);
    let all = (pipelining, connections, short_sends, half_close);
    all.prop_map(
        |(pipelining, connections, short_sends, half_close)| Allowances {
            pipelining,
            connections,
            short_sends,
            half_close,
        },
    )
}

/// Two edits of each message that has bytes.
fn edits(script: &Script) -> Vec<HeaderEdit> {
    let edit = |name: &str, message, range, replacement: &[u8]| HeaderEdit {
        name: name.parse().expect("a plain name"),
        message,
        range,
        replacement: replacement.into(),
    };
    script
        .spans()
        .flat_map(|(index, _)| {
            let len = script.messages[index].bytes.len();
            [
                edit("negative", index, 0..1, b"-1"),
                edit("empty", index, 0..len, b""),
            ]
        })
        .collect()
}

fn plan(script: &Script, allowances: Allowances, profile: Profile) -> Plan {
    let options = PlanOptions {
        profile,
        seed: Seed(7),
        salt: Salt(11),
        only: TacticFilter::default(),
    };
    Plan::new(script, allowances, &edits(script), options).expect("the edits are the script's")
}

/// For longer streams an exhaustive plan is slow, and no different from a thorough one.
fn profiles(script: &Script) -> impl Iterator<Item = Profile> {
    let longest = if script.len() > 9 {
        Profile::Thorough
    } else {
        Profile::Exhaustive
    };
    Profile::ALL
        .into_iter()
        .filter(move |profile| *profile <= longest)
}

/// The edited stream, made in the slow and simple way.
fn edited(stream: &[u8], delivery: &Delivery) -> Vec<u8> {
    let mut edited = stream.to_vec();
    if let Some(edit) = delivery.edit() {
        let range = edit.range();
        edited.splice(
            range.start.get()..range.end.get(),
            edit.replacement().to_vec(),
        );
    }
    edited
}

fn chunks_join(stream: &[u8], delivery: &Delivery) {
    let mut joined = Vec::new();
    for chunk in delivery.chunks(stream) {
        assert_eq!(chunk.offset.get(), joined.len(), "{delivery}");
        assert!(!chunk.bytes.is_empty(), "{delivery}");
        joined.extend_from_slice(&chunk.bytes);
    }
    let delivered = delivery.delivered().get();
    assert_eq!(joined, edited(stream, delivery)[..delivered], "{delivery}");
    assert_eq!(delivery.chunks(stream).count(), delivery.chunk_count());
}

/// Whether some chunk contains bytes of two turns.
fn crosses_a_turn(script: &Script, delivery: &Delivery) -> bool {
    let openings: Vec<_> = delivery.openings(script).collect();
    let mut start = 0;
    delivery.lengths().any(|length| {
        let within = |at: &Offset| start < at.get() && at.get() < start + length;
        let crossed = openings.windows(2).any(|pair| {
            let turn = |index: usize| script.messages[pair[index].0].turn;
            turn(0) != turn(1) && within(&pair[1].1)
        });
        start += length;
        crossed
    })
}

fn prints_as_it_parses(case: &Case) {
    assert_eq!(case.delivery.to_string().parse(), Ok(case.delivery.clone()));
    assert_eq!(case.tactic.to_string().parse(), Ok(case.tactic.clone()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_case_delivers_the_bytes_of_its_script(script in scripts(), allowances in allowances()) {
        let stream = script.stream();
        for profile in profiles(&script) {
            for case in plan(&script, allowances, profile).cases() {
                prop_assert_eq!(case.delivery.fits(stream.len()), Ok(()));
                chunks_join(&stream, &case.delivery);
            }
        }
    }

    #[test]
    fn every_case_prints_as_it_parses_and_is_found_again(script in scripts(), allowances in allowances()) {
        let plan = plan(&script, allowances, Profile::Thorough);
        for case in plan.cases() {
            prints_as_it_parses(&case);
            prop_assert_eq!(plan.case(&case.tactic), Some(case));
        }
    }

    #[test]
    fn no_chunk_crosses_a_turn_where_pipelining_is_forbidden(script in scripts()) {
        let strict = Allowances { pipelining: Pipelining::Forbidden, ..Allowances::default() };
        for profile in profiles(&script) {
            let plan = plan(&script, strict, profile);
            for case in plan.cases() {
                prop_assert!(!crosses_a_turn(&script, &case.delivery), "{}", case.delivery);
                let at_once = plan.at_once(&case.delivery);
                prop_assert!(!crosses_a_turn(&script, &at_once), "{}", at_once);
                prop_assert_eq!(at_once.delivered(), case.delivery.delivered());
            }
        }
    }

    #[test]
    fn ids_are_unique_ordered_and_counted(script in scripts(), allowances in allowances()) {
        let mut smaller_profile = BTreeSet::new();
        for profile in profiles(&script) {
            let plan = plan(&script, allowances, profile);
            let tactics: Vec<_> = plan.cases().map(|case| case.tactic).collect();
            prop_assert_eq!(&tactics[0], &Tactic::Whole);
            prop_assert!(tactics.is_sorted());
            prop_assert_eq!(plan.count(), tactics.len());
            prop_assert_eq!(plan.selected(), tactics.len());
            let ids: BTreeSet<_> = tactics.iter().map(Tactic::to_string).collect();
            prop_assert_eq!(ids.len(), tactics.len());
            prop_assert!(smaller_profile.is_subset(&ids), "{} includes the one before it", profile);
            smaller_profile = ids;
        }
    }

    #[test]
    fn ids_do_not_depend_on_the_seed(script in scripts(), seed: u64) {
        let options = PlanOptions { seed: Seed(seed), ..PlanOptions::default() };
        let drawn = Plan::new(&script, Allowances::default(), &[], options).expect("no edits");
        let options = PlanOptions::default();
        let fixed = Plan::new(&script, Allowances::default(), &[], options).expect("no edits");
        prop_assert!(drawn.tactics().eq(fixed.tactics()));
        for (drawn, fixed) in drawn.cases().zip(fixed.cases()) {
            prop_assert!(drawn.tactic.family() == TacticFamily::Random || drawn == fixed);
        }
    }

    #[test]
    fn each_shrinking_step_is_smaller_and_still_fits(script in scripts(), allowances in allowances()) {
        let stream = script.stream();
        for case in plan(&script, allowances, Profile::Standard).cases().step_by(7) {
            let weight = case.delivery.weight(&script);
            let crossing = crosses_a_turn(&script, &case.delivery);
            for smaller in case.delivery.smaller(&script) {
                prop_assert!(smaller.weight(&script) < weight, "{} to {}", case.delivery, smaller);
                prop_assert_eq!(smaller.fits(stream.len()), Ok(()));
                prop_assert!(crossing || !crosses_a_turn(&script, &smaller), "{}", smaller);
                prop_assert_eq!(smaller.to_string().parse(), Ok(smaller.clone()));
                chunks_join(&stream, &smaller);
            }
        }
    }

    #[test]
    fn shrinking_always_ends(script in scripts(), choices in vec(any::<prop::sample::Index>(), 64)) {
        for case in plan(&script, Allowances::default(), Profile::Standard).cases().step_by(11) {
            let mut delivery = case.delivery;
            let mut choices = choices.iter().cycle();
            loop {
                let candidates: Vec<_> = delivery.smaller(&script).collect();
                if candidates.is_empty() {
                    break;
                }
                let choice = choices.next().expect("a cycle has no end");
                delivery = choice.get(&candidates).clone();
            }
            let whole = plan(&script, Allowances::default(), Profile::Quick)
                .case(&Tactic::Whole)
                .expect("every plan has it");
            let nothing = delivery.delivered() == Offset::START;
            prop_assert!(nothing || delivery == whole.delivery, "{} is left", delivery);
        }
    }
}

fn in_chunks(lengths: &[usize]) -> Delivery {
    let lengths: Vec<_> = lengths.iter().map(usize::to_string).collect();
    let notation = if lengths.is_empty() {
        "0".to_owned()
    } else {
        lengths.join(",")
    };
    notation.parse().expect("the lengths are from 1, and few")
}

fn deliveries() -> impl Strategy<Value = Delivery> {
    let ends = select(vec![
        DeliveryEnd::AsScripted,
        DeliveryEnd::Half,
        DeliveryEnd::Fin,
        DeliveryEnd::FinAtOnce,
        DeliveryEnd::Reset,
        DeliveryEnd::ResetBeforeAccept,
        DeliveryEnd::Hold,
    ]);
    let other_connections = prop_oneof![
        Just(OtherConnections::Alone),
        Just(OtherConnections::Stalled),
        Just(OtherConnections::Interleaved),
        (1..=u16::MAX).prop_map(|n| OtherConnections::Churned(NonZeroU16::new(n).expect("from 1"))),
    ];
    let reading = select(vec![Reading::Eager, Reading::Slow]);
    let edit = (0..50_usize, 0..9_usize, vec(any::<u8>(), 0..5), 0..4_usize);
    let edit = edit.prop_map(|(start, removed, added, times)| {
        let added = RepeatedBytes::new(added, times);
        StreamEdit::new(Offset::new(start)..Offset::new(start + removed), added).ok()
    });
    let lengths = vec(prop_oneof![Just(1), 1..4_usize, 1..1_000_000_usize], 0..20);
    (lengths, edit, ends, reading, other_connections).prop_map(
        |(lengths, edit, end, reading, other_connections)| {
            let delivery = in_chunks(&lengths)
                .with_end(end)
                .with_reading(reading)
                .with_other_connections(other_connections);
            match edit {
                Some(edit) => delivery.with_edit(edit),
                None => delivery,
            }
        },
    )
}

/// Text that looks like what is parsed, more or less.
fn garbage() -> impl Strategy<Value = String> {
    let words = "0 1 7 10 99999999999999999999 x , @ = . .. + - : / * ? fin half rst hold accept \
                 slow stalled churn content=lf cut cuts joined whole header negative all-cuts é \u{0}";
    let words: Vec<_> = words.split(' ').chain([" "]).collect();
    let likely = vec(select(words), 0..8).prop_map(|words| words.concat());
    prop_oneof![
        likely,
        vec(any::<char>(), 0..12).prop_map(String::from_iter)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_delivery_prints_as_it_parses(delivery in deliveries()) {
        prop_assert_eq!(delivery.to_string().parse(), Ok(delivery));
    }

    #[test]
    fn random_text_is_rejected_or_prints_as_it_parses(text in garbage()) {
        if let Ok(delivery) = text.parse::<Delivery>() {
            prop_assert_eq!(delivery.to_string().parse(), Ok(delivery));
        }
        if let Ok(tactic) = text.parse::<Tactic>() {
            prop_assert_eq!(tactic.to_string(), text.clone());
            let pattern: TacticGlob = text.parse().expect("an id is a pattern");
            prop_assert!(pattern.matches(&tactic), "every id matches itself");
        }
        if let Ok(id) = format!("suite/scenario/{text}").parse::<CaseId>() {
            prop_assert_eq!(id.tactic.to_string(), text.clone());
        }
    }

    #[test]
    fn a_delivery_of_another_script_can_be_shrunk(
        delivery in deliveries(), script in scripts(),
    ) {
        let weight = delivery.weight(&script);
        for smaller in delivery.smaller(&script).take(200) {
            prop_assert!(smaller.weight(&script) < weight, "{delivery} to {smaller}");
            prop_assert_eq!(smaller.to_string().parse(), Ok(smaller));
        }
    }

    #[test]
    fn any_delivery_of_any_stream_leaves_out_what_does_not_fit(
        delivery in deliveries(), stream in vec(any::<u8>(), 0..60),
    ) {
        let sent: usize = delivery.chunks(&stream).map(|chunk| chunk.bytes.len()).sum();
        prop_assert!(sent <= delivery.delivered().get());
        if delivery.fits(stream.len()).is_ok() {
            chunks_join(&stream, &delivery);
        }
    }
}

fn long_script() -> Script {
    let body = vec![b'x'; 1 << 20];
    Script {
        messages: (0..4).map(|turn| message(b"head", &body, turn)).collect(),
    }
}

#[test]
fn cases_are_made_on_demand() {
    let plan = plan(&long_script(), Allowances::default(), Profile::Thorough);
    let first: Vec<_> = plan.cases().take(3).collect();
    assert_eq!(first[0].delivery.to_string(), "1048580x4");
    assert_eq!(first[2].tactic.to_string(), "cut@1");
    let count = plan.count();
    assert!((5_000..20_000).contains(&count), "{count}");
    let last = plan.cases().last().expect("there are cases");
    assert_eq!(last.tactic, Tactic::Churn);
}

#[test]
fn ten_thousand_single_bytes_print_as_a_short_line() {
    let script = Script {
        messages: vec![message(b"", &[b'x'; 10_000], 0)],
    };
    let plan = plan(&script, Allowances::default(), Profile::Quick);
    let bytes = plan.case(&Tactic::Bytes).expect("a long message");
    assert_eq!(bytes.delivery.to_string(), "1x10000");
}

/// The golden file lists each id and its delivery. A change there breaks the known
/// failures of users.
#[test]
fn ids_do_not_change() {
    let two_turns = Script {
        messages: vec![message(b"2", b"hi", 0), message(b"3", "é!".as_bytes(), 1)],
    };
    let one_turn = Script {
        messages: vec![message(b"", b"a\n", 0), message(b"", b"b\n", 0)],
    };
    let strict = Allowances {
        pipelining: Pipelining::Forbidden,
        connections: Connections::OneAtATime,
        ..Allowances::default()
    };
    let golden = [
        listed("two-turns", &two_turns, strict),
        listed("one-turn", &one_turn, Allowances::default()),
        listed("listens", &Script::default(), Allowances::default()),
        summed("long", &long_script()),
    ];
    snapbox::assert_data_eq!(golden.concat(), snapbox::file!["golden/case-ids.txt"].raw());
}

/// Each profile's own ids and their deliveries; of what is drawn, the ids alone.
fn listed(name: &str, script: &Script, allowances: Allowances) -> String {
    let mut lines = String::new();
    let mut known = BTreeSet::new();
    for profile in Profile::ALL {
        lines += &format!("[{name}, {profile}]\n");
        for Case { tactic, delivery } in plan(script, allowances, profile).cases() {
            if !known.insert(tactic.clone()) {
                continue;
            }
            lines += &match tactic.family() {
                TacticFamily::Random if known.contains(&Tactic::Random(8)) => String::new(),
                TacticFamily::Random => format!("{tactic}: drawn\n"),
                _ => format!("{tactic}: {delivery}\n"),
            };
        }
    }
    lines
}

/// How many ids a long script has of each family, and the sum of their hashes.
fn summed(name: &str, script: &Script) -> String {
    let plan = plan(script, Allowances::default(), Profile::Thorough);
    let mut lines = format!("[{name}, thorough]\n");
    for family in TacticFamily::ALL {
        let ids = plan.tactics().filter(|tactic| tactic.family() == family);
        let hashes: Vec<_> = ids
            .map(|tactic| CaseId {
                suite: "golden".parse().expect("a plain name"),
                scenario: name.parse().expect("a plain name"),
                tactic,
            })
            .map(|id| fnv1a(&id.to_string()))
            .collect();
        let sum = hashes
            .iter()
            .fold(0_u64, |sum, hash| sum.wrapping_add(*hash));
        lines += &format!("{family}: {} ids, {sum:016x}\n", hashes.len());
    }
    lines
}

fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
