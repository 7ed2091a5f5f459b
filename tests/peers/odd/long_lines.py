"""A line that is far too long.

--by drop     correct: it drops the rest of the line, and releases what it has read only when that is
              32 MiB, as a garbage collector may
--by keep     broken: it keeps all and searches it again after each read (H05)

Right: `drop` passes; `keep` is H05.
"""

import odd

LONGEST = 65536
GARBAGE = 32 << 20
ERROR = b"error: too long\n"


def drop(connection):
    garbage, held = [], 0
    line, is_too_long = b"", False
    while chunk := connection.recv(65536):
        garbage.append(bytearray(chunk))
        held += len(chunk)
        if held > GARBAGE:
            garbage, held = [], 0
        while b"\n" in chunk:
            end, chunk = chunk.split(b"\n", 1)
            is_too_long |= len(line + end) > LONGEST
            connection.sendall(ERROR if is_too_long else odd.echo(line + end + b"\n"))
            line, is_too_long = b"", False
        line += chunk
        if len(line) > LONGEST:
            line, is_too_long = b"", True


def keep(connection):
    kept = b""
    while chunk := connection.recv(1024):
        kept += chunk
        while b"\n" in kept:
            line, kept = kept.split(b"\n", 1)
            connection.sendall(odd.echo(line + b"\n"))


args = odd.arguments(by="drop")
odd.serve_threads(odd.listen(args), {"drop": drop, "keep": keep}[args.by])
