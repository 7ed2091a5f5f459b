"""Takes the arguments of a client, but never connects. It does not exit."""

import argparse
import time


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.parse_args()

    while True:
        time.sleep(60)


if __name__ == "__main__":
    main()
