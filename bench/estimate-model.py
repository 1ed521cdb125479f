"""Trains XGBoost for `bench/estimate-performance.ts` and scores every row.

`python estimate-model.py <folder> <objective> <classes>`: reads `train.csv` (label first) and `rows.csv`, writes `scores.csv`.
"""

import sys
from pathlib import Path

import numpy
import xgboost

folder, objective, classes = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
train = numpy.loadtxt(folder / "train.csv", delimiter=",", ndmin=2)
rows = numpy.loadtxt(folder / "rows.csv", delimiter=",", ndmin=2)
parameters = {"objective": objective, "eta": 0.1, "max_depth": 6, "subsample": 0.8, "colsample_bytree": 0.8, "seed": 1}
if classes > 2:
    parameters["num_class"] = classes
model = xgboost.train(parameters, xgboost.DMatrix(train[:, 1:], label=train[:, 0]), num_boost_round=100)
numpy.savetxt(folder / "scores.csv", model.predict(xgboost.DMatrix(rows)), fmt="%.8g", delimiter=",")
