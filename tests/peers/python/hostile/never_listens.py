"""Runs, takes the arguments of a server, but never listens."""

import time

while True:
    time.sleep(60)
