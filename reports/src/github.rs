//! What GitHub Actions shows of a run: annotations in the log, and a step summary.
//!
//! An annotation is a line `::error file=…,line=…,title=…::message`. Each line that is
//! printed begins with wirecheck's own command, and no text from outside begins a line.

use crate::facts::{is_incomplete, state};
use crate::markdown;
use crate::notation::{counted, one_line};
use crate::problem::{Problem, Severity, problems};
use crate::render::{NamedRun, ReportInput};

/// GitHub shows so many annotations of a level in one step, and drops all others.
const MOST: usize = 10;

/// The most characters of a message.
const MESSAGE: usize = 2_000;

struct Annotation {
    severity: Severity,
    place: Option<(String, u32)>,
    title: String,
    message: String,
}

/// Workflow commands, one per line, for standard output. Known failures have none.
#[must_use]
pub fn annotations(input: ReportInput<'_>) -> String {
    let of_runs = input.runs.iter().flat_map(|run| of_run(input, run));
    let problems = problems(input).into_iter().flatten();
    let of_problems = problems.filter(|it| !it.is_known()).map(of_problem);
    let all: Vec<_> = of_runs.chain(of_problems).collect();
    let severities = [Severity::Error, Severity::Warning, Severity::Note];
    let lines = severities.map(|severity| {
        let of_severity = all.iter().filter(|it| it.severity == severity);
        lines(severity, &of_severity.collect::<Vec<_>>())
    });
    lines.concat()
}

/// The report for `$GITHUB_STEP_SUMMARY`.
#[must_use]
pub fn step_summary(input: ReportInput<'_>) -> String {
    let report = markdown::render(input);
    let lines = report.lines().map(|line| harmless(line) + "\n");
    lines.collect()
}

/// A line that starts no workflow command, if someone prints the report to the log.
fn harmless(line: &str) -> String {
    let line = line.replace("##[", "## [");
    match line.trim_start().strip_prefix("::") {
        Some(rest) => format!(": :{rest}"),
        None => line,
    }
}

/// The end of the run, if it came early, and the rules of the gate that are broken.
fn of_run(input: ReportInput<'_>, run: &NamedRun<'_>) -> Vec<Annotation> {
    let record = &run.record;
    let title = match input.name_of(run) {
        Some(name) => format!("wirecheck: {}", one_line(name, MESSAGE)),
        None => "wirecheck".to_owned(),
    };
    let about = |severity, message: String| Annotation {
        severity,
        place: None,
        title: title.clone(),
        message: one_line(&message, MESSAGE),
    };
    let of_end = if is_incomplete(record) {
        Severity::Error
    } else {
        Severity::Warning
    };
    let end = state(record).map(|why| about(of_end, why));
    let failures = record.gate_failures().into_iter();
    let failures = failures.filter(|it| !it.is_of_scenario());
    let failures = failures.map(|it| about(Severity::Error, it.to_string()));
    end.into_iter().chain(failures).collect()
}

fn of_problem(problem: Problem<'_>) -> Annotation {
    Annotation {
        severity: problem.severity(),
        place: Some((one_line(problem.path(), MESSAGE), problem.line())),
        title: problem.title(),
        message: problem.message(),
    }
}

/// What does not fit is counted by the last annotation that is shown.
fn lines(severity: Severity, all: &[&Annotation]) -> String {
    if all.len() <= MOST {
        return all.iter().map(|it| line(it)).collect();
    }
    let (shown, left_out) = all.split_at(MOST - 1);
    let level = level(severity);
    let more = counted(left_out.len() as u64, &format!("more {level}"));
    let more = Annotation {
        severity,
        place: None,
        title: "wirecheck".to_owned(),
        message: format!("… {more}: GitHub shows {MOST} of a level, the record has all"),
    };
    shown.iter().copied().chain([&more]).map(line).collect()
}

fn line(annotation: &Annotation) -> String {
    let Annotation {
        severity,
        place,
        title,
        message,
    } = annotation;
    let place = place.iter();
    let place = place.map(|(path, line)| format!("file={},line={line},", property(path)));
    let (place, title): (String, _) = (place.collect(), property(title));
    let line = format!(
        "::{} {place}title={title}::{}",
        level(*severity),
        data(message)
    );
    line.replace("##[", "## [") + "\n"
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    }
}

fn data(text: &str) -> String {
    let escaped = text.replace('%', "%25");
    escaped.replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use snapbox::{assert_data_eq, file};

    use super::*;
    use crate::Record;
    use crate::record::{CutOffReason, RunState};
    use crate::sample::{greeting, record, suite};
    use crate::sample_report::{failing_run, hostile_run, known_run, one_run, passing_run, report};

    fn of_one(record: Record) -> String {
        annotations(report(&[one_run("it", record)]))
    }

    #[test]
    fn failures_are_errors_and_the_doubtful_are_warnings() {
        assert_data_eq!(
            of_one(failing_run()),
            file!["snapshots/annotations.txt"].raw()
        );
    }

    #[test]
    fn a_run_that_passes_has_none() {
        assert_eq!(of_one(passing_run()), "");
    }

    #[test]
    fn a_known_failure_has_none_unless_it_is_outdated() {
        let text = of_one(known_run());
        assert_eq!(text.lines().count(), 2);
        assert!(text.contains("::error title=wirecheck::the known failure `header/farewell/*`"));
    }

    #[test]
    fn what_github_does_not_show_is_counted() {
        let text = of_one(record(vec![suite("header", vec![greeting(); 14])]));
        assert_eq!(text.lines().count(), MOST);
        let last = "::error title=wirecheck::… 5 more errors: GitHub shows 10 of a level, \
                    the record has all\n";
        assert!(text.ends_with(last), "{text}");
    }

    #[test]
    fn several_runs_are_named() {
        let runs = ["a", "b"].map(|name| one_run(name, failing_run()));
        let text = annotations(report(&runs));
        assert!(
            text.contains("::b: header/greeting: 12 of 82 cases fail"),
            "{text}"
        );
    }

    #[test]
    fn a_limit_of_time_is_a_warning() {
        let mut record = passing_run();
        record.state = RunState::CutOff;
        record.cut_off_by = Some(CutOffReason::Time);
        assert!(of_one(record.clone()).starts_with("::warning title=wirecheck::"));
        record.cut_off_by = Some(CutOffReason::Peer);
        assert!(of_one(record).starts_with("::error title=wirecheck::"));
    }

    #[test]
    fn properties_are_escaped() {
        assert_eq!(property("50%: a,b\r\n"), "50%25%3A a%2Cb%0D%0A");
        assert_eq!(data("50%: a,b\n"), "50%25: a,b%0A");
    }

    #[test]
    fn hostile_text_starts_no_command() {
        let text = of_one(hostile_run());
        for line in text.lines() {
            assert!(line.starts_with("::error "), "{line}");
            assert!(!line.contains("##["), "{line}");
            assert!(!line.contains(|c: char| c.is_control() || c == '\u{202e}'));
            let properties = &line[2..line[2..].find("::").expect("it ends") + 2];
            assert_eq!(properties.matches("title=").count(), 1, "{line}");
        }
        let summary = step_summary(report(&[one_run("it", hostile_run())]));
        for line in summary.lines() {
            assert!(!line.trim_start().starts_with("::"), "{line}");
            assert!(!line.contains("##["), "{line}");
        }
    }

    #[test]
    fn a_step_summary_is_the_markdown_report() {
        let runs = [one_run("it", failing_run())];
        assert_eq!(step_summary(report(&runs)), markdown::render(report(&runs)));
    }
}
