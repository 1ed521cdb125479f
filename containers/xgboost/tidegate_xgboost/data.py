"""Turns a channel into a DMatrix and checks what XGBoost would ignore or report unclearly."""

from pathlib import Path
from typing import Any

import numpy as np
import xgboost as xgb

from tidegate_xgboost import csv_data, paths
from tidegate_xgboost.errors import UserError

Array = np.ndarray[Any, Any]

CSV, LIBSVM, PARQUET = "text/csv", "text/libsvm", "application/x-parquet"
ALIASES = {
    "csv": CSV,
    CSV: CSV,
    "libsvm": LIBSVM,
    LIBSVM: LIBSVM,
    "text/x-libsvm": LIBSVM,
    "parquet": PARQUET,
    PARQUET: PARQUET,
    "application/parquet": PARQUET,
}


def content_type(declared: str | None) -> str:
    """The built-in algorithm's default is libsvm."""
    if not declared:
        return LIBSVM
    kind, *parameters = [part.strip() for part in declared.lower().split(";")]
    if kind not in ALIASES:
        raise UserError(f"{declared} is not an accepted ContentType: {', '.join(sorted(ALIASES))}.")
    for parameter in parameters:
        if ALIASES[kind] == CSV and parameter.startswith("label_size=") and parameter != "label_size=1":
            raise UserError(
                f"{declared} is not an accepted csv ContentType. Optional parameter label_size must be equal to 1"
            )
    return ALIASES[kind]


def load(channel: str, declared: str | None, with_weights: bool) -> xgb.DMatrix:
    """Loads a channel.

    :raises UserError: when it is empty or malformed, with the place.
    """
    kind = content_type(declared)
    files = paths.data_files(channel)
    if not files or all(path.stat().st_size == 0 for path in files):
        channel_name = "training" if channel == "train" else channel
        raise UserError(f"No data in {channel_name} channel path {paths.DATA / channel}")
    if kind == LIBSVM:
        return _load_libsvm(channel, files)
    table = csv_data.read_files(files) if kind == CSV else _read_parquet(channel, files)
    return _from_table(channel, table, with_weights)


def _from_table(channel: str, table: Array, with_weights: bool) -> xgb.DMatrix:
    first = 2 if with_weights else 1
    if table.shape[1] <= first:
        what = "a label, a weight and at least one feature" if with_weights else "a label and at least one feature"
        raise UserError(f"The {channel} channel has {table.shape[1]} columns; each row needs {what}")
    labels, features = table[:, 0], table[:, first:]
    missing = np.flatnonzero(np.isnan(labels))
    if missing.size:
        raise UserError(
            f"The {channel} channel has {missing.size} rows without a label; the first is row {missing[0] + 1} "
            "counted over its files in name order"
        )
    _check_finite(channel, table)
    return xgb.DMatrix(features, label=labels, weight=table[:, 1] if with_weights else None)


def _check_finite(channel: str, table: Array) -> None:
    infinite = np.isinf(table)
    if infinite.any():
        row, column = np.argwhere(infinite)[0]
        raise UserError(f"The {channel} channel has an infinite number in row {row + 1}, column {column + 1}")


def check_labels(matrix: xgb.DMatrix, objective: str, classes: int | None) -> None:
    """:raises UserError: when the labels of the train channel do not fit the objective."""
    labels = matrix.get_label()
    found = np.unique(labels)
    if objective.startswith("binary:"):
        if not np.isin(found, (0.0, 1.0)).all():
            raise UserError(f"{objective} takes the labels 0 and 1; the train channel has others")
        if found.size < 2:
            raise UserError(f"All rows of the train channel have the label {found[0]:g}: two classes are needed")
    elif objective.startswith("multi:") and classes is not None:
        if not np.isin(found, np.arange(classes)).all():
            raise UserError(f"{objective} takes the labels 0 to {classes - 1} (num_class - 1); the train channel has others")
        if found.size < 2:
            raise UserError(f"All rows of the train channel have the label {found[0]:g}: two classes are needed")


def _load_libsvm(channel: str, files: list[Path]) -> xgb.DMatrix:
    for path in files:
        with path.open("r", encoding="utf-8", errors="replace") as file:
            _check_libsvm_line(path.name, file.readline())
    try:
        return xgb.DMatrix(f"{paths.DATA / channel}?format=libsvm")
    except xgb.core.XGBoostError as fault:
        raise UserError(f"Failed to load libsvm data of the {channel} channel: {str(fault).splitlines()[-1]}") from None


def _check_libsvm_line(name: str, line: str) -> None:
    fields = line.split()
    for position, field in enumerate(fields, 1):
        parts = field.split(":")
        # <label>[:<weight>] <index>:<value> …
        well_formed = len(parts) <= 2 if position == 1 else len(parts) == 2
        if not well_formed or not all(csv_data._is_number(part) for part in parts):
            raise UserError(
                f"First line of file '{name}' is not 'LIBSVM' format (field {position}). "
                "Please ensure the file is in 'LIBSVM' format, or declare its ContentType."
            )


def _read_parquet(channel: str, files: list[Path]) -> Array:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise UserError(
            f"The {channel} channel is Parquet, which needs the Python package pyarrow; install it or write text/csv"
        ) from None
    parts: list[Array] = []
    for path in files:
        try:
            table = pq.read_table(path)
        except pa.ArrowInvalid:
            raise UserError(f"{path.name} is not a Parquet file") from None
        for field in table.schema:
            if not (pa.types.is_integer(field.type) or pa.types.is_floating(field.type) or pa.types.is_boolean(field.type)):
                raise UserError(f"{path.name}: column {table.schema.get_field_index(field.name) + 1} is not numeric")
        columns = [column.to_numpy(zero_copy_only=False).astype(np.float32) for column in table.columns]
        parts.append(np.column_stack(columns))
    if len({part.shape[1] for part in parts}) > 1:
        raise UserError(f"The files of the {channel} channel have different numbers of columns")
    return np.concatenate(parts)
