"""Correct: a listing of another number of rows each time. With --defect it is broken.

Right: all cases pass; `many` takes any number of rows. `endless` sends more rows than the suite
allows, `no-end` leaves out the line after them, and `per-read` answers what each read has: they
fail.
"""

import itertools

import odd

args = odd.arguments(defect="none")
requests = itertools.count()


def rows():
    return 9 if args.defect == "endless" else next(requests) * 3 % 8


def listing(line):
    tag, name = line.split()
    numbered = (b"* %d %s\n" % (number, name) for number in range(rows()))
    end = b"" if args.defect == "no-end" else tag + b" OK\n"
    return b"* 0 " + name + b"\n" + b"".join(numbered) + end


def per_read(connection):
    while request := connection.recv(4096):
        connection.sendall(listing(request))


def serve(connection):
    if args.defect == "per-read":
        per_read(connection)
    else:
        odd.answer_lines(connection, listing)


odd.serve_threads(odd.listen(args), serve)
