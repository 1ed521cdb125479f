"""The peer of `bench/explain.ts`: trains a model on random numbers, and times XGBoost's own contributions.

`python explain-model.py <folder> <trees> <depth> <rows>` writes `model.ubj`, `rows.json` and `contributions.json`, and prints milliseconds
a row with one thread.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import xgboost as xgb

folder, trees, depth, count = Path(sys.argv[1]), *map(int, sys.argv[2:5])
random = np.random.default_rng(1)
inputs = random.normal(size=(20_000, 30)).astype(np.float32)
label = inputs[:, 0] + inputs[:, 1] * inputs[:, 2] + random.normal(size=20_000) > 0
parameters = {"max_depth": depth, "eta": 0.1, "objective": "binary:logistic", "nthread": 1}
model = xgb.train(parameters, xgb.DMatrix(inputs, label.astype(int)), trees)
model.save_model(folder / "model.ubj")
rows = xgb.DMatrix(inputs[:count])
started = time.perf_counter()
contributions = model.predict(rows, pred_contribs=True)
elapsed = (time.perf_counter() - started) * 1000 / count
(folder / "rows.json").write_text(json.dumps(inputs[:count].tolist()))
(folder / "contributions.json").write_text(json.dumps(contributions.tolist()))
print(elapsed)
