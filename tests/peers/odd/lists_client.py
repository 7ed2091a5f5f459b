"""Correct: a client that counts the rows of a listing. With --defect it is broken.

Right: all cases pass; `one-read` takes what its first read has for the whole listing, and fails.
"""

import sys

import odd

END = b"a1 OK\n"


def count(lines):
    for number, line in enumerate(lines):
        if line == END:
            return number
    sys.exit("the listing has no end")


args = odd.arguments(defect="none")
connection = odd.call(args)
connection.sendall(b"a1 rows\n")
if args.defect == "one-read":
    print(connection.recv(4096).count(b"* "), "rows")
else:
    print(count(odd.whole_lines(connection)), "rows")
