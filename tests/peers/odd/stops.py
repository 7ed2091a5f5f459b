"""Broken: stops serving after `--after` connections (C05).

`--by sleep` sleeps for ever, so that the kernel still accepts; `--by close` closes the listener;
`--by mute` accepts and never answers. Right: exit code 1, C05.
"""

import threading

import odd

args = odd.arguments(after=2, by="sleep")
listener = odd.listen(args)
for _ in range(args.after):
    odd.in_thread(listener.accept()[0])
if args.by == "close":
    listener.close()
unserved = []
while args.by == "mute":
    unserved.append(listener.accept()[0])
threading.Event().wait()
