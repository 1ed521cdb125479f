"""Evidently and NannyML with their defaults on the windows of `bench/drift-power.ts`, which starts this script.

Reads a request a line: a file of float64 by columns, first the reference, then the windows, one after the other. Categories are numbers. Answers with a
line: for each tool a list of its windows, and for each window whether each column drifted.
"""

import json
import os
import sys
import warnings

os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"
os.environ["DO_NOT_TRACK"] = "1"
warnings.filterwarnings("ignore")

import evidently
import nannyml
import numpy
import pandas
from evidently import DataDefinition, Dataset, Report
from evidently.legacy.calculations.stattests import get_stattest
from evidently.presets import DataDriftPreset


def table(values, categories):
    """Columns of numbers, and of categories as texts."""
    named = {}
    for i, column in enumerate(values):
        if i in categories:
            column = numpy.where(numpy.isnan(column), None, numpy.char.mod("c%d", numpy.nan_to_num(column)).astype(object))
        named[f"x{i}"] = column
    return pandas.DataFrame(named)


def evidently_finds(reference, window, categories):
    """What a data drift report decides for each column, without its plots: the same test, chosen by the same function."""
    found = []
    for i, name in enumerate(reference):
        kind = "cat" if i in categories else "num"
        before, now = reference[name].dropna(), window[name].dropna()
        test = get_stattest(before, now, kind, None)
        found.append(bool(test(before, now, kind, None).drifted))
    return found


def check(reference, window, found):
    """The report of Evidently must count as many of the first columns, which are numbers, as its tests do."""
    names = list(reference)[:10]
    definition = DataDefinition(numerical_columns=names)
    report = Report([DataDriftPreset()]).run(
        Dataset.from_pandas(window[names], data_definition=definition),
        Dataset.from_pandas(reference[names], data_definition=definition),
    )
    counted = next(m["value"]["count"] for m in report.dict()["metrics"] if "DriftedColumnsCount" in m["metric_name"])
    if int(counted) != sum(found[:10]):
        raise SystemExit(f"Evidently's report counts {counted} drifted columns, its tests {sum(found[:10])}")


def nannyml_finds(reference, windows, rows, categories):
    names = list(reference)
    calculator = nannyml.UnivariateDriftCalculator(
        column_names=names, treat_as_categorical=[names[i] for i in categories], chunk_size=rows
    )
    calculator.fit(reference)
    result = calculator.calculate(windows).filter(period="analysis").to_df()
    alerts = [result[(name, "jensen_shannon", "alert")].to_numpy() for name in names]
    return numpy.array(alerts).T.tolist()


print(json.dumps({"evidently": evidently.__version__, "nannyml": nannyml.__version__}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    rows, size, categories = request["rows"], request["reference"], request["categories"]
    values = numpy.fromfile(request["path"], dtype="<f8").reshape(request["columns"], -1)
    reference = table(values[:, :size], categories)
    windows = table(values[:, size:], categories)
    parts = [windows.iloc[at : at + rows].reset_index(drop=True) for at in range(0, len(windows), rows)]
    own = [evidently_finds(reference, part, categories) for part in parts]
    if request["check"]:
        check(reference, parts[0], own[0])
    theirs = nannyml_finds(reference, windows, rows, categories)
    print(json.dumps({"evidently": own, "nannyml": theirs}), flush=True)
