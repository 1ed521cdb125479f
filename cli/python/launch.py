"""Runs the container's program and ends with the process that started it.

A container dies with its host; a plain process would stay behind when the embedded cloud is killed. Its standard input
is a pipe that closes at that moment.
"""

import os
import runpy
import sys
import threading


def end_with_parent() -> None:
    # The descriptor itself: sys.stdin.buffer's lock would hang the interpreter's normal exit.
    while os.read(0, 4096):
        pass
    os._exit(1)


threading.Thread(target=end_with_parent, daemon=True).start()
runpy.run_module("tidegate_xgboost", run_name="__main__", alter_sys=True)
