"""Takes the arguments of a server, but never listens. It does not exit."""

import time

while True:
    time.sleep(60)
