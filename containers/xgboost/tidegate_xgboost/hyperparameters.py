"""Validates the hyperparameters, which are strings, against the built-in algorithm's table.

Ranges: docs.aws.amazon.com/sagemaker/latest/dg/xgboost_hyperparameters.html
"""

import json
from collections.abc import Callable
from typing import Any

from tidegate_xgboost.errors import UserError
from tidegate_xgboost.metrics import check_metric

Parser = Callable[[str, str], Any]


def _number(convert: Callable[[str], Any], kind: str, low: float | None, high: float | None, open_low: bool) -> Parser:
    opening = "(" if open_low or low is None else "["
    closing = ")" if high is None else "]"
    bounds = f"{opening}{'-inf' if low is None else low}, {'inf' if high is None else high}{closing}"

    def parse(name: str, text: str) -> Any:
        try:
            value = convert(text)
        except ValueError:
            raise UserError(f"Hyperparameter {name}: '{text}' is not {kind}") from None
        too_low = low is not None and (value <= low if open_low else value < low)
        # `not <=` also refuses nan.
        if too_low or value != value or (high is not None and not value <= high):
            raise UserError(f"Hyperparameter {name}: {text} is not in {bounds}")
        return value

    return parse


def integer(low: int | None = None, high: int | None = None) -> Parser:
    return _number(int, "an integer", low, high, False)


def real(low: float | None = None, high: float | None = None, open_low: bool = False) -> Parser:
    return _number(float, "a number", low, high, open_low)


def choice(*allowed: str) -> Parser:
    def parse(name: str, text: str) -> str:
        if text not in allowed:
            raise UserError(f"Hyperparameter {name}: '{text}' is not one of {', '.join(allowed)}")
        return text

    return parse


def _metrics(name: str, text: str) -> list[str]:
    found = [metric.strip() for metric in text.strip("[]").split(",") if metric.strip()]
    for metric in found:
        check_metric(name, metric)
    return found


def _verbatim(_name: str, text: str) -> str:
    return text


OBJECTIVES = (
    "binary:logistic binary:logitraw binary:hinge count:poisson multi:softmax multi:softprob rank:pairwise rank:ndcg "
    "rank:map reg:linear reg:squarederror reg:logistic reg:gamma reg:pseudohubererror reg:squaredlogerror reg:tweedie "
    "reg:absoluteerror survival:aft survival:cox"
).split()

TABLE: dict[str, Parser] = {
    "num_round": integer(1),
    "csv_weights": integer(0, 1),
    "early_stopping_rounds": integer(1),
    "booster": choice("gbtree", "gblinear", "dart"),
    "verbosity": integer(0, 3),
    "nthread": integer(1),
    "eta": real(0, 1),
    "gamma": real(0),
    "max_depth": integer(0),
    "min_child_weight": real(0),
    "max_delta_step": real(0),
    "subsample": real(0, 1, open_low=True),
    "sampling_method": choice("uniform", "gradient_based"),
    "colsample_bytree": real(0, 1, open_low=True),
    "colsample_bylevel": real(0, 1, open_low=True),
    "colsample_bynode": real(0, 1, open_low=True),
    "lambda": real(0),
    "alpha": real(0),
    "lambda_bias": real(0, 1),
    "tree_method": choice("auto", "exact", "approx", "hist"),
    "sketch_eps": real(0, 1, open_low=True),
    "scale_pos_weight": real(0, open_low=True),
    "updater": _verbatim,
    "refresh_leaf": integer(0, 1),
    "process_type": choice("default", "update"),
    "grow_policy": choice("depthwise", "lossguide"),
    "max_leaves": integer(0),
    "max_bin": integer(0),
    "num_parallel_tree": integer(1),
    "monotone_constraints": _verbatim,
    "interaction_constraints": _verbatim,
    "sample_type": choice("uniform", "weighted"),
    "normalize_type": choice("tree", "forest"),
    "rate_drop": real(0, 1),
    "one_drop": integer(0, 1),
    "skip_drop": real(0, 1),
    "tweedie_variance_power": real(1, 2, open_low=True),
    "huber_slope": real(0, open_low=True),
    "aft_loss_distribution": choice("normal", "logistic", "extreme"),
    "aft_loss_distribution_scale": real(0, open_low=True),
    "deterministic_histogram": choice("true", "false"),
    "single_precision_histogram": choice("true", "false"),
    "save_model_on_termination": choice("true", "false"),
    "objective": choice(*OBJECTIVES),
    "num_class": integer(2),
    "base_score": real(),
    "eval_metric": _metrics,
    "_tuning_objective_metric": _verbatim,
    "seed": integer(-(2**31), 2**31 - 1),
}

REFUSED = {
    "_kfold": "cross-validation inside the container is not supported; split the data before training",
    "_num_cv_round": "cross-validation inside the container is not supported; split the data before training",
    "use_dask_gpu_training": "this container trains on CPUs",
}


def validate(given: dict[str, str]) -> dict[str, Any]:
    """Turns the strings into values.

    :raises UserError: names the first hyperparameter that is unknown, missing, malformed or out of range.
    """
    values: dict[str, Any] = {}
    for name, text in given.items():
        if name in REFUSED:
            raise UserError(f"Hyperparameter {name}: {REFUSED[name]}")
        parser = TABLE.get(name)
        if parser is None:
            # SageMaker's own settings, such as sagemaker_program, are not hyperparameters of the algorithm.
            if name.startswith("sagemaker_"):
                continue
            raise UserError(f"Extraneous hyperparameter found: {name}")
        values[name] = parser(name, _unquote(text))
    if "num_round" not in values:
        raise UserError("Missing required hyperparameter: num_round")
    _check_together(values)
    return values


def _unquote(text: str) -> str:
    """The SageMaker Python SDK sends JSON-encoded strings: `"auc"` with the quotes."""
    if len(text) > 1 and text[0] == text[-1] == '"':
        decoded = json.loads(text)
        return decoded if isinstance(decoded, str) else text
    return text


def _check_together(values: dict[str, Any]) -> None:
    objective = values.get("objective", "reg:squarederror")
    if objective.startswith("multi:") and "num_class" not in values:
        raise UserError("Require input for parameter 'num_class' for multi-classification")
    if not objective.startswith("multi:") and "num_class" in values:
        raise UserError(
            "Do not need to setup parameter 'num_class' for learning task other than multi-classification."
        )
    metrics = values.get("eval_metric", [])
    if "auc" in metrics and not objective.startswith(("binary:", "rank:", "multi:softprob")):
        raise UserError("Metric 'auc' can only be applied for classification and ranking problems.")
    if "aft-nloglik" in metrics and objective != "survival:aft":
        raise UserError("Metric 'aft-nloglik' can only be applied for 'survival:aft' objective.")
