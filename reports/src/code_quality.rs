//! The code quality report of GitLab: what is shown on a merge request.
//!
//! An array with one entry per problem. Known failures are left out: GitLab has no way to
//! say that a problem is accepted.

use serde::Serialize;

use crate::problem::{Problem, Severity, problems};
use crate::render::ReportInput;
use crate::smallest::{death, failures};

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    /// GitLab matches it with the files of the repository.
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

/// The report as GitLab's code quality JSON.
#[must_use]
pub fn render(input: ReportInput<'_>) -> String {
    let problems = problems(input).into_iter().flatten();
    let issues = problems.filter(|it| !it.is_known()).map(issue);
    let issues: Vec<_> = issues.collect();
    serde_json::to_string_pretty(&issues).expect("it has only strings and numbers") + "\n"
}

fn issue(problem: Problem<'_>) -> Issue {
    Issue {
        description: problem.message(),
        check_name: problem.title(),
        severity: severity(&problem),
        location: Location {
            path: problem.path().to_owned(),
            lines: Lines {
                begin: problem.line(),
            },
        },
        fingerprint: problem.fingerprint,
    }
}

fn severity(problem: &Problem<'_>) -> &'static str {
    let dies = failures(problem.scenario()).any(|failure| death(failure).is_some());
    match problem.severity() {
        Severity::Error if dies => "blocker",
        Severity::Error => "critical",
        Severity::Warning => "minor",
        Severity::Note => "info",
    }
}

#[cfg(test)]
mod tests {
    use snapbox::{assert_data_eq, file};

    use super::*;
    use crate::sample_report::{failing_run, hostile_run, known_run, one_run, passing_run, report};

    #[test]
    fn each_defect_is_an_entry() {
        let runs = [one_run("it", failing_run())];
        assert_data_eq!(
            render(report(&runs)),
            file!["snapshots/code-quality.json"].raw()
        );
    }

    #[test]
    fn known_failures_and_passes_are_none() {
        for record in [known_run(), passing_run()] {
            assert_eq!(render(report(&[one_run("it", record)])), "[]\n");
        }
    }

    #[test]
    fn several_runs_are_named_and_have_entries_of_their_own() {
        let runs = ["a", "b"].map(|name| one_run(name, failing_run()));
        let issues: Vec<serde_json::Value> =
            serde_json::from_str(&render(report(&runs))).expect("it is JSON");
        assert_eq!(issues.len(), 6);
        assert_ne!(issues[0]["fingerprint"], issues[3]["fingerprint"]);
        let description = issues[3]["description"].as_str().expect("it is a text");
        assert!(description.starts_with("b: header/greeting: 12 of 82"));
    }

    #[test]
    fn hostile_text_is_bounded_and_printable() {
        let text = render(report(&[one_run("it", hostile_run())]));
        let issues: Vec<serde_json::Value> = serde_json::from_str(&text).expect("it is JSON");
        assert_eq!(issues.len(), 2);
        for issue in &issues {
            let description = issue["description"].as_str().expect("it is a text");
            assert!(!description.contains(|c: char| c.is_control() || c == '\u{202e}'));
        }
        assert!(text.len() < 20_000);
    }
}
