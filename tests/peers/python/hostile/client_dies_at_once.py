"""Ends with exit code 3 and a line on stderr before it connects."""

import sys


def main():
    print("there is nobody I could call", file=sys.stderr)
    sys.exit(3)


if __name__ == "__main__":
    main()
