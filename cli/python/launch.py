"""Runs the container's program and ends with the process that started it.

A container dies with its host; a plain process would stay behind when the embedded cloud is killed. Its standard input
is a pipe that closes at that moment.

Importing XGBoost takes half a second of processor time. So on Linux the program is forked from a process that has
imported it (`fork_server.py`), which the first launch starts. This process then stands for the program: it passes signals
on, ends when the program ends, with its status, and takes the program along when it is killed. Elsewhere, or when the
server cannot be had, the program runs in a process of its own.
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SERVER = os.path.join(HERE, "fork_server.py")
# What Python and the native libraries read once, when they are loaded: a server has one setting of these.
LOADED_ONCE = ("LD_", "MKL_", "OMP_", "OPENBLAS_", "PATH", "PYTHON", "VIRTUAL_ENV")


def forked(arguments):
    """The exit status of the program run by a fork server, or None if there is none."""
    import fcntl
    import hashlib
    import json
    import socket
    import tempfile

    settings = {name: value for name, value in os.environ.items() if name.startswith(LOADED_ONCE)}
    key = json.dumps([sys.executable, SERVER, sorted(settings.items())])
    folder = os.path.join(tempfile.gettempdir(), f"tidegate-python-{os.getuid()}")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    owner = os.stat(folder)
    if owner.st_uid != os.getuid() or owner.st_mode & 0o077:
        return None
    path = os.path.join(folder, hashlib.sha256(key.encode()).hexdigest()[:16])
    connection = socket.socket(socket.AF_UNIX)
    with open(f"{path}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            connection.connect(path)
        except OSError:
            start_server(path)
            connection.connect(path)
    pass_signals_on()
    request = json.dumps({"arguments": arguments, "environment": dict(os.environ), "folder": os.getcwd()}).encode()
    socket.send_fds(connection, [len(request).to_bytes(4, "big")], [0, 1, 2])
    connection.sendall(request)
    return follow(connection.makefile("r"))


def start_server(path):
    """Starts a server that listens at the path already, so that the next connection waits until it is ready."""
    import socket
    import subprocess

    if os.path.exists(path):
        os.unlink(path)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen(64)
        subprocess.Popen(
            [sys.executable, SERVER, path, str(listening.fileno())],
            pass_fds=[listening.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
        )


class Program:
    """The program that this process stands for."""

    pid = 0
    # Signals that came before the program was there.
    early = []


def pass_on(number, _frame=None):
    if not Program.pid:
        Program.early.append(number)
        return
    try:
        os.kill(Program.pid, number)
    except ProcessLookupError:
        pass


def pass_signals_on():
    import signal

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, pass_on)


def follow(answers):
    """Waits until the program ends. Returns its exit status, or None if the server did not start it."""
    import signal

    pid = answers.readline()
    if not pid:
        return None
    Program.pid = int(pid)
    for number in Program.early:
        pass_on(number)
    status = answers.readline()
    if not status:
        pass_on(signal.SIGKILL)
        return 1
    code = int(status)
    if code < 0:
        if -code not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    return code


def main():
    # `-S` and `-I` let this process start quickly; the program needs what they leave out.
    if sys.platform == "linux" and sys.version_info >= (3, 9):
        try:
            status = forked(sys.argv[1:])
        except OSError:
            status = None
        if status is not None:
            sys.exit(status)
        if Program.early:
            sys.exit(1)
    os.execv(sys.executable, [sys.executable, os.path.join(HERE, "run_program.py"), *sys.argv[1:]])


main()
