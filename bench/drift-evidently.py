"""Evidently's data drift report by default on the files of `bench/drift-speed.ts`, which starts this script: the first rows of a baseline and of a window.

Arguments: baseline, window (Parquet), rows of each. Prints the seconds of reading, comparing and writing the result, without the imports.
"""

import os
import sys
import time
import warnings

os.environ["DO_NOT_TRACK"] = "1"
warnings.filterwarnings("ignore")

import evidently
import pyarrow.parquet
from evidently import DataDefinition, Dataset, Report
from evidently.presets import DataDriftPreset


def head(path, rows):
    """The first rows of a file, without reading the others."""
    file = pyarrow.parquet.ParquetFile(path)
    batches, found = [], 0
    for batch in file.iter_batches(batch_size=min(rows, 65_536)):
        batches.append(batch.slice(0, rows - found))
        found += batches[-1].num_rows
        if found == rows:
            break
    return pyarrow.Table.from_batches(batches).to_pandas()


started = time.monotonic()
before, now = head(sys.argv[1], int(sys.argv[3])), head(sys.argv[2], int(sys.argv[4]))
numbers = [name for name in before if before[name].dtype.kind == "f"]
definition = DataDefinition(numerical_columns=numbers, categorical_columns=[name for name in before if name not in numbers])
report = Report([DataDriftPreset()]).run(
    Dataset.from_pandas(now, data_definition=definition), Dataset.from_pandas(before, data_definition=definition)
)
found = report.dict()["metrics"][0]["value"]["count"]
used = os.times()
print(
    f"{time.monotonic() - started:.1f} s, {used.user + used.system:.1f} s of processor time with the imports; "
    f"{int(found)} columns drifted; Evidently {evidently.__version__}"
)
