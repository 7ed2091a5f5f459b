"""Ends at once with exit code 3 and a line on stderr."""

import sys

print("there is nothing I could serve", file=sys.stderr)
sys.exit(3)
