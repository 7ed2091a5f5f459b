"""Python's own `http.client`: requests `/<argument>` and prints the body."""

import argparse
import http.client
import sys


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("path")
    args = parser.parse_args()

    connection = http.client.HTTPConnection(args.host, args.port)
    try:
        connection.request("GET", f"/{args.path}")
        print(connection.getresponse().read().decode(), end="")
    except (OSError, ValueError, http.client.HTTPException) as error:
        sys.exit(f"no answer: {error}")
    finally:
        connection.close()


if __name__ == "__main__":
    main()
