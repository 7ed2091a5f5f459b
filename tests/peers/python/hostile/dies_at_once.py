"""Exits at once with code 3 and a line on stderr."""

import sys

print("there is nothing to serve", file=sys.stderr)
sys.exit(3)
