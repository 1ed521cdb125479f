"""Loads the artifact and predicts."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import xgboost as xgb

from tidegate_xgboost.errors import RequestError

Array = np.ndarray[Any, Any]


class Model:
    """One booster; `predict` may be called from several threads at once."""

    def __init__(self, directory: Path) -> None:
        """:raises RuntimeError: when the directory does not hold exactly one model."""
        files = sorted(path for path in directory.iterdir() if path.is_file() and not path.name.startswith("."))
        if len(files) != 1:
            raise RuntimeError(f"{directory} must hold one model file; it holds {len(files)}")
        self._booster = xgb.Booster()
        self._booster.load_model(bytearray(files[0].read_bytes()))
        self._booster.set_param({"nthread": int(os.environ.get("SM_NUM_CPUS", 0)) or os.cpu_count() or 1})
        self.features: int = self._booster.num_features()
        learner = json.loads(self._booster.save_config())["learner"]
        self.objective: str = learner["objective"]["name"]
        self.classes: int = int(learner["learner_model_param"]["num_class"])

    def predict(self, rows: Array) -> Array:
        """Scores of shape (rows,) or (rows, classes); nan counts as missing.

        :raises RequestError: 400 when the number of columns is not the model's.
        """
        if rows.shape[1] != self.features:
            raise RequestError(
                400, f"Unable to evaluate payload provided: row 1 has {rows.shape[1]} columns; the model takes {self.features}"
            )
        infinite = np.argwhere(np.isinf(rows))
        if infinite.size:
            row, column = infinite[0]
            raise RequestError(400, f"Unable to evaluate payload provided: row {row + 1}, column {column + 1} is infinite")
        scores: Array = self._booster.inplace_predict(rows, missing=np.nan)
        return scores
