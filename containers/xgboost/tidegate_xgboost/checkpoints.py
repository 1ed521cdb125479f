"""Checkpoints as the built-in algorithm reads and writes them.

github.com/aws/sagemaker-xgboost-container: checkpointing.py (load_checkpoint) and callback.py (get_callbacks).
"""

import re
from dataclasses import dataclass
from pathlib import Path

import xgboost as xgb

from tidegate_xgboost import paths
from tidegate_xgboost.errors import UserError

NAME = "xgboost-checkpoint"


@dataclass(frozen=True)
class Start:
    """What a training goes on from: a model, and how many rounds it counts as; no model and 0 for a training from the start."""

    directory: Path | None
    path: Path | None
    model: xgb.Booster | None
    iteration: int


NOTHING = Start(None, None, None, 0)


def load() -> Start:
    """The checkpoint with the highest number in the job's folder of checkpoints.

    :raises UserError: when it is no model of XGBoost.
    """
    local = paths.read_config("checkpointconfig").get("LocalPath")
    if not local:
        return NOTHING
    directory = Path(local)
    found = [path for path in directory.glob(f"{NAME}.*") if re.fullmatch(rf"{NAME}\.[0-9]+", path.name)]
    if not found:
        return Start(directory, None, None, 0)
    latest = max(found, key=_number)
    model = xgb.Booster()
    try:
        # The name has no ending that says the format: XGBoost finds it from the first bytes.
        model.load_model(bytearray(latest.read_bytes()))
    except xgb.core.XGBoostError:
        raise UserError(f"The checkpoint {latest.name} is no model of XGBoost") from None
    return Start(directory, latest, model, _number(latest) + 1)


def saving(start: Start) -> xgb.callback.TrainingCallback | None:
    """Writes `xgboost-checkpoint_<i>` after as many rounds as the training goes on from, which no later start reads."""
    if start.directory is None:
        return None
    # The fourth argument is called `iterations` or `interval`, by the version.
    return xgb.callback.TrainingCheckPoint(start.directory, NAME, False, start.iteration)


def _number(path: Path) -> int:
    return int(path.name.rpartition(".")[2])
