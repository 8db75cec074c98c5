"""Performs a workflow for two clients at once at each place that the arguments name, and prints what each has seen.

A place is PORT/CONNECTIONS: where there is but one server connection, nobody may need another while it is tied to one.
"""

import os
import sys
import threading
import traceback

HOST, USER, PASSWORD, DATABASE = "127.0.0.1", "postgres", "postgres", os.environ["PGDATABASE"]


class Seen:
    """What a client has seen, line by line."""

    def __init__(self, who, connections):
        self.who, self.connections, self.lines = who, connections, []

    def __call__(self, *values):
        self.lines.append(" ".join(str(value) for value in values))


def run(workflow):
    for place in sys.argv[1:]:
        port, connections = place.split("/")
        clients = [Seen(who, int(connections)) for who in "ab"]

        def perform(seen):
            try:
                workflow(int(port), seen.who, seen)
            except BaseException:
                seen(traceback.format_exc())

        threads = [threading.Thread(target=perform, args=(seen,)) for seen in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        print("==")
        for seen in clients:
            for line in seen.lines:
                print(seen.who, line)
