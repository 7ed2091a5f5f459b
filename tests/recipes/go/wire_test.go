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
	if errors.As(err, &exit) && exit.ExitCode() == 1 {
		// It may fail although each scenario passes: a known failure that passes fails it.
		t.Errorf("the run failed\n%s", output)
	} else if exit != nil {
		t.Fatalf("nothing was judged: %v\n%s", err, exit.Stderr)
	} else if err != nil {
		t.Fatal(err)
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
