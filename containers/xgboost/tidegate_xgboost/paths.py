"""The paths that SageMaker writes to and reads from.

Everything lies below /opt/ml, or below SAGEMAKER_BASE_DIR as the sagemaker-training toolkit has it.
"""

import json
import os
from pathlib import Path
from typing import Any

BASE = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
CONFIG = BASE / "input" / "config"
DATA = BASE / "input" / "data"
MODEL = BASE / "model"
FAILURE = BASE / "output" / "failure"

MODEL_NAME = "xgboost-model"


def read_config(name: str) -> Any:
    """Reads one of hyperparameters, inputdataconfig and resourceconfig; a missing file counts as empty."""
    path = CONFIG / f"{name}.json"
    return json.loads(path.read_text("utf-8")) if path.exists() else {}


def data_files(channel: str) -> list[Path]:
    """The files of a channel in a stable order; names that start with `.` or `_` are not data."""
    root = DATA / channel
    found = (path for path in root.rglob("*") if path.is_file())
    return sorted(path for path in found if not path.name.startswith((".", "_")))
