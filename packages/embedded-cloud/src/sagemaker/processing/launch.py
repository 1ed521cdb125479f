"""Runs a processing job's Python program where /opt/ml is a folder of the embedded cloud.

Without Docker nothing can be mounted at /opt/ml. Paths in arguments and environment are rewritten before; here Python's
own file functions rewrite what the program names by itself, so that scripts written for SageMaker run as they are. Native
code that opens a path by itself (XGBoost's save_model, Arrow's readers) is not reached: hand it an open file or a path
from an argument.
"""

import builtins
import functools
import io
import os
import sys

BASE = os.environ["SAGEMAKER_BASE_DIR"]
MOUNT = "/opt/ml"


def _rewrite(path):
    text = path if isinstance(path, (str, bytes)) else os.fspath(path) if hasattr(path, "__fspath__") else None
    if text is None:
        return path
    mount, base = (MOUNT, BASE) if isinstance(text, str) else (MOUNT.encode(), os.fsencode(BASE))
    separator = mount[:1]
    if text != mount and not text.startswith(mount + separator):
        return path
    return base + text[len(mount) :]


def _rewriting(function, paths):
    @functools.wraps(function)
    def call(*arguments, **keywords):
        return function(*(_rewrite(a) if i < paths else a for i, a in enumerate(arguments)), **keywords)

    return call


ONE = (
    "access chdir chmod listdir lstat mkdir open readlink remove rmdir scandir stat statvfs truncate unlink utime"
).split()
TWO = ("link", "rename", "replace", "symlink")

# Before anything else is imported: other modules keep these functions under names of their own.
builtins.open = io.open = _rewriting(io.open, 1)
for _names, _paths in ((ONE, 1), (TWO, 2)):
    for _name in _names:
        if hasattr(os, _name):
            setattr(os, _name, _rewriting(getattr(os, _name), _paths))

import runpy  # noqa: E402
import threading  # noqa: E402


def end_with_parent():
    # The descriptor itself: sys.stdin.buffer's lock would hang the interpreter's normal exit.
    while os.read(0, 4096):
        pass
    os._exit(1)


def main(arguments):
    # -u is in force already: PYTHONUNBUFFERED is set.
    while arguments and arguments[0] in ("-u", "-B"):
        arguments = arguments[1:]
    if not arguments:
        sys.exit("python3 without a script has nothing to run")
    if arguments[0] == "-m":
        sys.argv = arguments[1:]
        sys.path.insert(0, os.getcwd())
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    elif arguments[0] == "-c":
        sys.argv = ["-c", *arguments[2:]]
        exec(compile(arguments[1], "<string>", "exec"), {"__name__": "__main__"})
    elif arguments[0].startswith("-"):
        sys.exit(f"the option {arguments[0]} of python3 is not supported; use -m, -c or a script")
    else:
        script = _rewrite(arguments[0])
        sys.argv = [script, *arguments[1:]]
        sys.path.insert(0, os.path.dirname(os.path.abspath(script)))
        runpy.run_path(script, run_name="__main__")


threading.Thread(target=end_with_parent, daemon=True).start()
main(sys.argv[1:])
