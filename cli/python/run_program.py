"""Runs the container's program in this process, which ends when its standard input closes."""

import os
import runpy
import threading


def end_with_parent() -> None:
    # The descriptor itself: sys.stdin.buffer's lock would hang the interpreter's normal exit.
    while os.read(0, 4096):
        pass
    os._exit(1)


def run_program() -> None:
    threading.Thread(target=end_with_parent, daemon=True).start()
    runpy.run_module("tidegate_xgboost", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    run_program()
