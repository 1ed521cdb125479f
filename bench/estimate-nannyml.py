"""NannyML's CBPE on the windows of `bench/estimate-performance.ts`.

`pip install nannyml statsmodels xgboost`, then `python bench/estimate-nannyml.py <elec2.csv.gz>`. Prints the estimated and the realised accuracy of
each window, and the mean absolute error.
"""

import os
import sys

os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"

import nannyml
import numpy
import pandas
import xgboost

data = pandas.read_csv(sys.argv[1])
rows = len(data)
first = rows // 5
inputs = ["period", "nswprice", "nswdemand"]
order = numpy.random.RandomState(1).permutation(first)
train, holdout = order[: int(0.8 * first)], numpy.sort(order[int(0.8 * first) :])
parameters = {"objective": "binary:logistic", "eta": 0.1, "max_depth": 6, "subsample": 0.8, "colsample_bytree": 0.8, "seed": 1}
model = xgboost.train(
    parameters, xgboost.DMatrix(data.loc[train, inputs].values, label=data.loc[train, "class"]), num_boost_round=100
)
data["score"] = model.predict(xgboost.DMatrix(data[inputs].values))
data["predicted"] = (data["score"] >= 0.5).astype(int)
windows = [data.iloc[part] for part in numpy.array_split(numpy.arange(first, rows), 8)]
estimator = nannyml.CBPE(
    problem_type="classification_binary",
    y_pred_proba="score",
    y_pred="predicted",
    y_true="class",
    metrics=["accuracy"],
    chunk_number=1,
)
estimator.fit(data.iloc[holdout].reset_index(drop=True))
errors = []
for window in windows:
    found = estimator.estimate(window.drop(columns="class").reset_index(drop=True)).filter(period="analysis").to_df()
    estimate = float(found[("accuracy", "value")].iloc[0])
    truth = float((window["predicted"] == window["class"]).mean())
    errors.append(abs(estimate - truth))
    print(f"truth {truth:.3f}, estimate {estimate:.3f}")
print(f"NannyML {nannyml.__version__}: mean absolute error {numpy.mean(errors):.3f}")
