"""Writes predictions like the built-in algorithm, plain or selected by SAGEMAKER_INFERENCE_OUTPUT."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tidegate_xgboost.errors import RequestError

Array = np.ndarray[Any, Any]

CSV, JSON, JSON_LINES = "text/csv", "application/json", "application/jsonlines"
ACCEPTED = {"csv": CSV, CSV: CSV, "json": JSON, JSON: JSON, JSON_LINES: JSON_LINES}

# What can be selected, by objective: the built-in's table.
_BINARY_RAW = ("predicted_label", "labels", "raw_score", "raw_scores")
SELECTABLE: dict[str, tuple[str, ...]] = {
    "reg:squarederror": ("predicted_score",),
    "reg:logistic": ("predicted_score",),
    "reg:gamma": ("predicted_score",),
    "reg:absoluteerror": ("predicted_score",),
    "reg:tweedie": ("predicted_score",),
    "binary:logistic": ("predicted_label", "labels", "probability", "probabilities", "raw_score", "raw_scores"),
    "binary:logitraw": _BINARY_RAW,
    "binary:hinge": _BINARY_RAW,
    "multi:softmax": _BINARY_RAW,
    "multi:softprob": ("predicted_label", "labels", "probability", "probabilities", "raw_score", "raw_scores"),
}


def accepted(header: str | None) -> str:
    """:raises RequestError: 406 for an unsupported type."""
    wanted = (header or "").partition(";")[0].strip().lower()
    if wanted in ("", "*/*"):
        return CSV
    if wanted not in ACCEPTED:
        raise RequestError(406, f"Accept type {wanted} is not supported. Please use one of {CSV}, {JSON}, {JSON_LINES}.")
    return ACCEPTED[wanted]


def write(scores: Array, accept: str, batch: bool) -> str:
    """Real-time CSV is one comma-joined line, batch CSV one line per row."""
    values = scores.tolist()
    if accept == CSV:
        return "\n".join(map(str, values)) + "\n" if batch else ",".join(map(str, values))
    return _write_json([{"score": value} for value in values], accept)


def selected_keys(text: str) -> list[str]:
    return text.replace(" ", "").lower().split(",")


def write_selected(scores: Array, keys: Sequence[str], objective: str, classes: int, accept: str, batch: bool) -> str:
    """A key that does not apply to the objective gets NaN, as in the built-in algorithm.

    :raises RequestError: 500 for an objective without selectable output.
    """
    if objective not in SELECTABLE:
        raise RequestError(500, f"Objective `{objective}` unsupported for selectable inference predictions.")
    fitting = SELECTABLE[objective]
    rows = [
        {key: _SELECT[key](score, objective, classes) if key in fitting else float("nan") for key in keys}
        for score in scores
    ]
    if accept != CSV:
        return _write_json(rows, accept)
    lines = (",".join(f'"{row[key]}"' if isinstance(row[key], list) else str(row[key]) for key in keys) for row in rows)
    return "\n".join(lines) + ("\n" if batch else "")


def _write_json(rows: list[dict[str, Any]], accept: str) -> str:
    if accept == JSON_LINES:
        return "".join(json.dumps(row) + "\n" for row in rows)
    return json.dumps({"predictions": rows})


def _label(score: Any, objective: str, _classes: int) -> Any:
    if objective == "binary:logistic":
        return int(score > 0.5)
    if objective == "binary:logitraw":
        return int(score > 0)
    return int(np.argmax(score)) if objective == "multi:softprob" else score.item()


def _labels(_score: Any, objective: str, classes: int) -> list[int]:
    return [0, 1] if objective.startswith("binary:") else list(range(classes))


def _one(score: Any, objective: str, _classes: int) -> float:
    return float(max(score)) if objective == "multi:softprob" else float(score)


def _all(score: Any, objective: str, _classes: int) -> list[float]:
    return [float(s) for s in score] if objective == "multi:softprob" else [1.0 - float(score), float(score)]


_SELECT: dict[str, Callable[[Any, str, int], Any]] = {
    "predicted_label": _label,
    "labels": _labels,
    "probability": _one,
    "probabilities": _all,
    "raw_score": _one,
    "raw_scores": _all,
    "predicted_score": _one,
}
