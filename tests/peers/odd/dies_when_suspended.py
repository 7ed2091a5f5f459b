"""Correct: ends when it is stopped and continued, as some programs do that poll with a timeout.

wirecheck stops a server for `rst@accept`. Right: that case is not judged, and the others pass.
"""

import os
import signal

import odd

signal.signal(signal.SIGCONT, lambda *_: os._exit(1))
odd.serve_threads(odd.listen(odd.arguments()))
