//! Smaller and smaller parts of an exchange.

use super::shrink::{blocks, halvings};
use crate::scenario::{Action, ExchangePart, KeptStep, Scenario, Side};

/// Messages of a side and the answers to them: numbers of steps.
#[derive(Debug, Default)]
struct TurnSteps {
    ours: Vec<usize>,
    theirs: Vec<usize>,
}

impl TurnSteps {
    fn steps(&self) -> impl Iterator<Item = usize> + '_ {
        self.ours.iter().chain(&self.theirs).copied()
    }

    /// Each message with its answer, if there are several with one answer each.
    fn pairs(&self) -> impl Iterator<Item = [usize; 2]> + '_ {
        let has_pairs = self.ours.len() > 1 && self.ours.len() == self.theirs.len();
        let pairs = self.ours.iter().zip(&self.theirs);
        pairs
            .take_while(move |_| has_pairs)
            .map(|(message, answer)| [*message, *answer])
    }
}

/// Parts of a part: with fewer messages of `side` and without the answers to them, or with a
/// shorter payload. The largest steps come first. What the other side sends before them, and
/// what is no message, stays.
pub fn smaller_parts<'a>(
    part: &'a ExchangePart,
    scenario: &'a Scenario,
    side: Side,
) -> impl Iterator<Item = ExchangePart> + 'a {
    let turns = turns(part, scenario, side);
    let pairs: Vec<_> = turns.iter().flat_map(TurnSteps::pairs).collect();
    let pairs = pairs.into_iter().map(|pair| without(part, &pair));
    let count = turns.len();
    let groups = blocks(count).filter(move |(first, end)| end - first < count);
    let groups = groups.map(move |(first, end)| {
        let steps = turns[first..end].iter().flat_map(TurnSteps::steps);
        without(part, &steps.collect::<Vec<_>>())
    });
    groups
        .chain(pairs)
        .chain(shorter_payloads(part, scenario, side))
}

fn turns(part: &ExchangePart, scenario: &Scenario, side: Side) -> Vec<TurnSteps> {
    let mut turns: Vec<TurnSteps> = Vec::new();
    for KeptStep { step, .. } in &part.steps {
        let Some(kept) = scenario.exchange().get(*step) else {
            continue;
        };
        if !matches!(kept.action, Action::Send(_)) {
            continue;
        }
        if kept.side != side {
            if let Some(turn) = turns.last_mut() {
                turn.theirs.push(*step);
            }
            continue;
        }
        match turns.last_mut() {
            Some(turn) if turn.theirs.is_empty() => turn.ours.push(*step),
            _ => turns.push(TurnSteps {
                ours: vec![*step],
                theirs: Vec::new(),
            }),
        }
    }
    turns
}

fn without(part: &ExchangePart, steps: &[usize]) -> ExchangePart {
    let kept = part.steps.iter().filter(|it| !steps.contains(&it.step));
    ExchangePart {
        steps: kept.copied().collect(),
    }
}

fn shorter_payloads<'a>(
    part: &'a ExchangePart,
    scenario: &'a Scenario,
    side: Side,
) -> impl Iterator<Item = ExchangePart> + 'a {
    let ours = part.steps.iter().enumerate();
    let ours = ours.filter(move |(_, kept)| scenario.exchange()[kept.step].side == side);
    ours.flat_map(move |(at, kept)| {
        let whole = scenario.literal_payload(kept.step).map_or(0, <[u8]>::len);
        let len = kept.payload.unwrap_or(whole);
        halvings(len.saturating_sub(1)).map(move |dropped| {
            let mut shorter = part.clone();
            shorter.steps[at].payload = Some(len - dropped);
            shorter
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{NoAttachments, parse};

    /// The parts: `0 1`, `2:4 3` for a payload of which four bytes are left.
    fn parts(exchange: &str) -> Vec<String> {
        let text = format!(
            "title = 'T'\nframing = 'line'\n[[scenario]]\nid = 'a'\nexchange = [{exchange}]\n"
        );
        let suite = parse("t.toml", &text, &NoAttachments).expect("a valid suite");
        let scenario = &suite.scenarios()[0];
        let step = |kept: &KeptStep| match kept.payload {
            Some(len) => format!("{}:{len}", kept.step),
            None => kept.step.to_string(),
        };
        let whole = ExchangePart::whole(scenario);
        let smaller = smaller_parts(&whole, scenario, Side::Client);
        let line = |part: &ExchangePart| {
            let steps: Vec<_> = part.steps.iter().map(step).collect();
            steps.join(" ")
        };
        smaller.map(|part| line(&part)).collect()
    }

    #[test]
    fn messages_go_with_their_answers() {
        let parts = parts(
            "{ server = 'hi' }, { client = 'a' }, { server = 'b' }, { client = 'c' }, \
             { server = 'd' }, { client.close = 'write' }",
        );
        assert_eq!(parts, ["0 3 4 5", "0 1 2 5"]);
    }

    #[test]
    fn pipelined_messages_go_one_by_one_if_each_has_an_answer() {
        let pipelined = "{ client = 'a' }, { client = 'b' }, { server = 'c' }";
        assert_eq!(parts(pipelined), [] as [&str; 0]);
        let pairs = format!("{pipelined}, {{ server = 'd' }}");
        assert_eq!(parts(&pairs), ["1 3", "0 2"]);
    }

    #[test]
    fn payloads_are_shortened_by_less_and_less() {
        let parts = parts("{ client = 'hello' }, { server = 'hello' }");
        assert_eq!(parts, ["0:1 1", "0:3 1", "0:4 1"]);
    }
}
