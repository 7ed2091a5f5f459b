// Each scenario of wirecheck.toml is a test: `go test`.
package wire

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

type record struct {
	Suites []struct {
		ID        string
		Scenarios []struct {
			ID      string
			Verdict string
		}
	}
}

func TestWire(t *testing.T) {
	project := ".."
	run := exec.Command("wirecheck", "run", "--quiet")
	run.Dir = project
	output, err := run.Output()
	var exit *exec.ExitError
	// 1: a scenario failed. All else: there is no verdict.
	if err != nil && !(errors.As(err, &exit) && exit.ExitCode() == 1) {
		t.Fatalf("%v\n%s", err, exit.Stderr)
	}
	text, err := os.ReadFile(filepath.Join(project, ".wirecheck", "last.json"))
	if err != nil {
		t.Fatal(err)
	}
	var judged record
	if err := json.Unmarshal(text, &judged); err != nil {
		t.Fatal(err)
	}
	for _, suite := range judged.Suites {
		for _, scenario := range suite.Scenarios {
			t.Run(suite.ID+"/"+scenario.ID, func(t *testing.T) {
				switch scenario.Verdict {
				case "pass", "nonstrict":
				case "known", "skipped":
					t.Skip(scenario.Verdict)
				default:
					t.Errorf("%s\n%s", scenario.Verdict, output)
				}
			})
		}
	}
}
