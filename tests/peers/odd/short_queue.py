"""Correct: an accept queue of one connection, one thread per client.

Right: all cases pass.
"""

import odd

odd.serve_threads(odd.listen(odd.arguments(), backlog=1))
