"""Trains under the container contract: reads /opt/ml/input, writes /opt/ml/model, reports failures in /opt/ml/output."""

import os
import signal
import sys
import traceback
from collections.abc import Callable
from typing import Any

import xgboost as xgb

from tidegate_xgboost import checkpoints, data, hyperparameters, metrics, paths
from tidegate_xgboost.errors import UserError


class PrintMetrics(xgb.callback.TrainingCallback):
    """One line per round, in the format of the built-in algorithm's CloudWatch logs.

    The built-in writes tabs, and its log agent turns them into #011, which is what its metric expressions look for.
    """

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
        found = (
            f"#011{channel}-{name}:{values[-1]:.5f}"
            for channel, log in evals_log.items()
            for name, values in log.items()
        )
        print(f"[{epoch}]{''.join(found)}", flush=True)
        return False


class SaveOnTermination(xgb.callback.TrainingCallback):
    """Saves the model when SageMaker stops the job (SIGTERM, then 120 s of grace)."""

    def __init__(self) -> None:
        self.asked = False
        signal.signal(signal.SIGTERM, self._ask)

    def _ask(self, _signal: int, _frame: Any) -> None:
        self.asked = True

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
        return self.asked


def main() -> int:
    """Exit code 0 after saving a model, 1 for a user error, 2 for a fault of this program."""
    try:
        train()
    except UserError as fault:
        return _fail(str(fault), 1)
    except xgb.core.XGBoostError as fault:
        # XGBoost puts its stack trace after the message.
        return _fail(f"XGB train call failed with exception: {str(fault).strip().splitlines()[0]}", 1)
    except Exception as fault:
        traceback.print_exc()
        return _fail(f"{type(fault).__name__} while training; see the job's log", 2)
    return 0


def _fail(text: str, code: int) -> int:
    print(text, file=sys.stderr, flush=True)
    paths.FAILURE.parent.mkdir(parents=True, exist_ok=True)
    paths.FAILURE.write_text(text, "utf-8")
    return code


def train() -> None:
    """:raises UserError: when hyperparameters or data are not usable."""
    config = hyperparameters.validate(paths.read_config("hyperparameters"))
    channels = paths.read_config("inputdataconfig")
    if "train" not in channels:
        raise UserError("Missing required channel: train")
    unknown = sorted(set(channels) - {"train", "validation"})
    if unknown:
        raise UserError(f"Extraneous channel found: {', '.join(unknown)}")
    for name, channel in channels.items():
        if channel.get("TrainingInputMode", "File") == "Pipe":
            raise UserError(f"Channel {name}: input mode Pipe is not supported; use File")

    weights = config.pop("csv_weights", 0) == 1
    train_matrix = data.load("train", channels["train"].get("ContentType"), weights)
    watched = [(train_matrix, "train")]
    if "validation" in channels:
        validation = data.load("validation", channels["validation"].get("ContentType"), weights)
        if validation.num_col() != train_matrix.num_col():
            raise UserError(
                f"The validation channel has {validation.num_col()} features, the train channel {train_matrix.num_col()}"
            )
        watched.append((validation, "validation"))
    data.check_labels(train_matrix, config.get("objective", ""), config.get("num_class"))
    print(f"Train matrix has {train_matrix.num_row()} rows and {train_matrix.num_col()} columns", flush=True)
    for matrix, _ in watched[1:]:
        print(f"Validation matrix has {matrix.num_row()} rows", flush=True)

    start = checkpoints.load()
    if start.model is not None:
        print(f"Checkpoint loaded from {start.path}", flush=True)
        print(f"Resuming from iteration {start.iteration}", flush=True)
    booster = fit(config, train_matrix, watched, start)
    paths.MODEL.mkdir(parents=True, exist_ok=True)
    target = paths.MODEL / paths.MODEL_NAME
    # The artifact's name has no extension, so XGBoost cannot infer the format from it.
    target.write_bytes(booster.save_raw("ubj"))


def fit(
    config: dict[str, Any],
    matrix: xgb.DMatrix,
    watched: list[tuple[xgb.DMatrix, str]],
    start: checkpoints.Start = checkpoints.NOTHING,
) -> xgb.Booster:
    """Boosts with the validated hyperparameters; stops early on the last metric named, when there is validation data.

    `num_round` counts the rounds of the checkpoint that it goes on from.
    """
    rounds = config.pop("num_round") - start.iteration
    patience = config.pop("early_stopping_rounds", None)
    save_early = config.pop("save_model_on_termination", "false") == "true"
    named = config.pop("eval_metric", [])
    tuned = config.pop("_tuning_objective_metric", None)
    if tuned is not None:
        objective_metric = tuned.partition(":")[2] or tuned
        named = [name for name in named if name != objective_metric] + [objective_metric]
    native = [name for name in named if metrics.is_native(name)]
    added = [name for name in named if not metrics.is_native(name)]

    callbacks: list[xgb.callback.TrainingCallback] = [PrintMetrics()]
    saving = checkpoints.saving(start)
    if saving is not None:
        callbacks.append(saving)
    if save_early:
        callbacks.append(SaveOnTermination())
    if patience is not None and len(watched) > 1:
        callbacks.append(_early_stopping(patience, named[-1] if named else None))

    parameters = {**config, "nthread": config.get("nthread", _cores())}
    if native:
        parameters["eval_metric"] = native
    elif added:
        parameters["disable_default_eval_metric"] = 1
    custom: Callable[..., Any] | None = metrics.evaluator(added) if added else None
    return xgb.train(
        parameters,
        matrix,
        num_boost_round=rounds,
        evals=watched,
        custom_metric=custom,
        callbacks=callbacks,
        xgb_model=start.model,
        verbose_eval=False,
    )


def _early_stopping(patience: int, metric: str | None) -> xgb.callback.EarlyStopping:
    # save_best: the artifact ends with the best round, as the built-in's does.
    if metric is None:
        return xgb.callback.EarlyStopping(rounds=patience, data_name="validation", save_best=True)
    return xgb.callback.EarlyStopping(
        rounds=patience,
        data_name="validation",
        metric_name=metric,
        maximize=metrics.maximizes(metric),
        save_best=True,
    )


def _cores() -> int:
    return int(os.environ.get("SM_NUM_CPUS", 0)) or os.cpu_count() or 1
