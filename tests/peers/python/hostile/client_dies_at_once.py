"""Exits with code 3 and a line on stderr before it connects."""

import sys


def main():
    print("there is no server to connect to", file=sys.stderr)
    sys.exit(3)


if __name__ == "__main__":
    main()
