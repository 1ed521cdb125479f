"""A step of `bench/wide.ts` in Python: trains with the container's program, or scores the holdout with its model.

`python wide-model.py train|score <bucket of clean rows> <prefix of the run>`, with SAGEMAKER_BASE_DIR. Prints seconds and peak memory.
"""

import json
import resource
import sys
import time
from pathlib import Path

step, prefix = sys.argv[1], Path(sys.argv[2])
started = time.monotonic()
if step == "train":
    import contextlib

    from tidegate_xgboost.train import main

    with contextlib.redirect_stdout(sys.stderr):
        code = main()
else:
    from tidegate_xgboost import csv_data, paths
    from tidegate_xgboost.model import Model

    model, code = Model(paths.MODEL), 0
    scores = prefix / "holdout" / "scores" / "candidate"
    scores.mkdir(parents=True, exist_ok=True)
    for file in sorted((prefix / "holdout" / "candidate").glob("*.csv")):
        predicted = model.predict(csv_data.read_files([file]))
        (scores / f"{file.name}.out").write_text("".join(f"{score}\n" for score in predicted.tolist()))
seconds = time.monotonic() - started
print(json.dumps({"seconds": seconds, "peakMb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
sys.exit(code)
