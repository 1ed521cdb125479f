"""The evaluation metrics: XGBoost's own, and those the built-in algorithm adds.

The added ones are computed from hard labels (0.5 and above is 1, or the most likely class), macro-averaged over the
classes that occur, as scikit-learn does it.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tidegate_xgboost.errors import UserError

Array = np.ndarray[Any, Any]

MAXIMIZE = frozenset(
    "accuracy auc aucpr balanced_accuracy f1 f1_binary f1_macro map ndcg precision precision_macro precision_micro "
    "recall recall_macro recall_micro r2".split()
)
NATIVE = frozenset(
    "aft-nloglik auc aucpr cox-nloglik error gamma-deviance gamma-nloglik logloss mae map mape merror mlogloss ndcg "
    "poisson-nloglik rmse rmsle tweedie-nloglik".split()
)
WITH_THRESHOLD = ("error", "ndcg", "map")


def _counts(labels: Array, hard: Array, cls: float) -> tuple[float, float, float]:
    """True positives, predicted and actual members of a class."""
    predicted, actual = hard == cls, labels == cls
    return float(np.sum(predicted & actual)), float(np.sum(predicted)), float(np.sum(actual))


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _precision(labels: Array, hard: Array, cls: float) -> float:
    hits, predicted, _ = _counts(labels, hard, cls)
    return _ratio(hits, predicted)


def _recall(labels: Array, hard: Array, cls: float) -> float:
    hits, _, actual = _counts(labels, hard, cls)
    return _ratio(hits, actual)


def _f1(labels: Array, hard: Array, cls: float) -> float:
    hits, predicted, actual = _counts(labels, hard, cls)
    return _ratio(2 * hits, predicted + actual)


def _accuracy(labels: Array, hard: Array) -> float:
    return float(np.mean(labels == hard))


def _macro(score: Callable[[Array, Array, float], float]) -> Callable[[Array, Array], float]:
    return lambda labels, hard: float(np.mean([score(labels, hard, c) for c in np.union1d(labels, hard)]))


def _positive(score: Callable[[Array, Array, float], float]) -> Callable[[Array, Array], float]:
    return lambda labels, hard: score(labels, hard, 1.0)


def _balanced(labels: Array, hard: Array) -> float:
    return float(np.mean([_recall(labels, hard, c) for c in np.unique(labels)]))


FROM_LABELS: dict[str, Callable[[Array, Array], float]] = {
    "accuracy": _accuracy,
    "balanced_accuracy": _balanced,
    "f1": _macro(_f1),
    "f1_binary": _positive(_f1),
    "f1_macro": _macro(_f1),
    "precision": _positive(_precision),
    "precision_macro": _macro(_precision),
    # For single-label classes, micro averages equal the accuracy.
    "precision_micro": _accuracy,
    "recall": _positive(_recall),
    "recall_macro": _macro(_recall),
    "recall_micro": _accuracy,
}


def _r2(labels: Array, scores: Array) -> float:
    total = float(np.sum((labels - np.mean(labels)) ** 2))
    return 1.0 - _ratio(float(np.sum((labels - scores) ** 2)), total) if total else 0.0


FROM_SCORES: dict[str, Callable[[Array, Array], float]] = {
    "mse": lambda labels, scores: float(np.mean((labels - scores) ** 2)),
    "r2": _r2,
}


def check_metric(name: str, metric: str) -> None:
    """:raises UserError: when neither XGBoost nor this container knows the metric."""
    base, at, threshold = metric.partition("@")
    if at:
        if base not in WITH_THRESHOLD:
            raise UserError(
                f"Metric '{metric}' is not supported. Parameter '{name}' with customized threshold should be one of "
                f"these options: {', '.join(WITH_THRESHOLD)}."
            )
        try:
            float(threshold.rstrip("-"))
        except ValueError:
            raise UserError(f"Threshold value 't' in '{base}@t' expects float input.") from None
    elif metric not in NATIVE and metric not in FROM_LABELS and metric not in FROM_SCORES:
        known = sorted(NATIVE | FROM_LABELS.keys() | FROM_SCORES.keys())
        raise UserError(f"Hyperparameter {name}: metric '{metric}' is not one of {', '.join(known)}")


def is_native(metric: str) -> bool:
    return metric.partition("@")[0] in NATIVE


def maximizes(metric: str) -> bool:
    return metric.partition("@")[0] in MAXIMIZE


def hard_labels(scores: Array) -> Array:
    return np.argmax(scores, axis=1) if scores.ndim == 2 else np.round(scores)


def evaluator(names: Sequence[str]) -> Callable[[Array, Any], list[tuple[str, float]]]:
    """A `custom_metric` for xgb.train. XGBoost passes transformed scores for its own objectives."""

    def evaluate(scores: Array, matrix: Any) -> list[tuple[str, float]]:
        labels = matrix.get_label()
        hard = hard_labels(scores)
        return [
            (name, FROM_LABELS[name](labels, hard) if name in FROM_LABELS else FROM_SCORES[name](labels, scores))
            for name in names
        ]

    return evaluate
