"""Forks the container's programs from one process that has imported XGBoost once: `fork_server.py <path> <descriptor>`.

`launch.py` starts it with a listening socket, and asks for a program by a message of four bytes of length and a JSON
document, with the descriptors of its standard input, output and error. The server answers with two lines: the process id,
and when the program has ended, its exit status (negative: the signal). A connection that closes before ends the program.
The server ends after a minute without programs.
"""

import json
import os
import selectors
import signal
import socket
import sys

IDLE_SECONDS = 60
PATIENCE_SECONDS = 10


def receive(connection):
    """Reads a request. @returns it and the three descriptors"""
    connection.settimeout(PATIENCE_SECONDS)
    head, descriptors, _, _ = socket.recv_fds(connection, 4, 3)
    try:
        length = int.from_bytes(head, "big")
        body = b""
        while len(body) < length:
            part = connection.recv(length - len(body))
            if not part:
                raise ConnectionError("the request ends early")
            body += part
        return json.loads(body), descriptors
    except (OSError, ValueError):
        close_all(descriptors)
        raise


def close_all(descriptors):
    for descriptor in descriptors:
        os.close(descriptor)


def become(request, descriptors):
    """Turns a forked process into the one that was asked for."""
    for wanted, given in enumerate(descriptors):
        os.dup2(given, wanted)
    os.closerange(3, 4096)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv = ["tidegate_xgboost", *request["arguments"]]


class Server:
    def __init__(self, path, listening):
        self.path = path
        self.listening = listening
        self.selector = selectors.DefaultSelector()
        self.selector.register(listening, selectors.EVENT_READ, self.accept)
        self.programs = {}

    def serve(self):
        """Serves until it is idle: returns None. In a forked process it returns what to become."""
        while True:
            events = self.selector.select(timeout=IDLE_SECONDS)
            if not events and not self.programs:
                os.unlink(self.path)
                return None
            for key, _ in events:
                forked = key.data(key.fileobj)
                if forked is not None:
                    return forked

    def accept(self, listening):
        connection, _ = listening.accept()
        try:
            request, descriptors = receive(connection)
        except (OSError, ValueError):
            connection.close()
            return None
        pid = os.fork()
        if pid == 0:
            return request, descriptors
        close_all(descriptors)
        ends = os.pidfd_open(pid)
        self.programs[ends] = (pid, connection)
        self.selector.register(ends, selectors.EVENT_READ, self.reap)
        self.selector.register(connection, selectors.EVENT_READ, lambda _: self.kill(ends))
        self.tell(connection, pid)
        return None

    def kill(self, ends):
        # its end may stand before this event in one list of events, and then its id is nobody's
        if ends in self.programs:
            os.kill(self.programs[ends][0], signal.SIGKILL)

    def reap(self, ends):
        pid, connection = self.programs.pop(ends)
        self.selector.unregister(ends)
        self.selector.unregister(connection)
        os.close(ends)
        _, status = os.waitpid(pid, 0)
        self.tell(connection, os.waitstatus_to_exitcode(status))
        connection.close()
        return None

    def tell(self, connection, number):
        try:
            connection.sendall(b"%d\n" % number)
        except OSError:
            pass


def main():
    # Not every kernel has these descriptors: then the server ends here, and programs run in processes of their own.
    os.close(os.pidfd_open(os.getpid()))
    import csv  # noqa: F401
    import http.server  # noqa: F401

    import numpy  # noqa: F401
    import xgboost  # noqa: F401

    path, descriptor = sys.argv[1:]
    # Kept until the end in a forked process too: a socket that is collected closes its number, whosever that is by then.
    server = Server(path, socket.socket(fileno=int(descriptor)))
    forked = server.serve()
    if forked is None:
        return
    become(*forked)
    from run_program import run_program

    run_program()


if __name__ == "__main__":
    main()
