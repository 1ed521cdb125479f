"""Reads label-first CSV without a header into float32 arrays.

NumPy's C reader takes about 1.5 s for a million rows of 30 columns; an empty field is a missing value. What it cannot
read is looked for again, slowly, to name the row and the column, and never the value.
"""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from tidegate_xgboost.errors import UserError

Array = np.ndarray[Any, Any]
BLOCK_BYTES = 32 << 20


class BadField(Exception):
    """A field that is not a number, or a row of the wrong width. Rows and columns count from 1."""

    def __init__(self, row: int, column: int | None, columns: int, expected: int) -> None:
        super().__init__(row, column)
        self.row, self.column = row, column
        self.columns, self.expected = columns, expected

    def describe(self, rows_before: int = 0) -> str:
        """:param rows_before: number of rows before the block with the fault."""
        row = self.row + rows_before
        if self.column is None:
            return f"row {row} has {self.columns} columns where {self.expected} are expected"
        return f"row {row}, column {self.column} is not a number"


def guess_delimiter(text: bytes) -> str:
    """The delimiter of a request as the built-in algorithm guesses it: csv.Sniffer's choice from the first line.

    A comma where there is one; otherwise the most frequent character, and a comma again if that is a letter or a digit
    (aws/sagemaker-xgboost-container, encoder.py, csv_to_dmatrix).

    :raises BadField: when the line has nothing to guess from.
    """
    line = text.split(b"\n", 1)[0].decode("utf-8", "replace")[:512]
    try:
        guess = csv.Sniffer().sniff(line).delimiter
    except csv.Error:
        raise BadField(1, 1, 1, 1) from None
    return "," if guess.isalnum() else guess


def parse_request(text: bytes) -> Array:
    """Parses the rows of a request, split at the delimiter that the built-in algorithm would guess.

    :raises BadField: with the row counted within the request.
    """
    delimiter = guess_delimiter(text).encode("utf-8")
    if delimiter == b",":
        return parse_rows(text)
    if b"," in text:
        raise BadField(text[: text.index(b",")].count(b"\n") + 1, 1, 1, 1)
    return parse_rows(text.replace(delimiter, b","))


def parse_rows(block: bytes) -> Array:
    """Parses whole lines into a (rows, columns) float32 array; an empty field is nan.

    :raises BadField: with the row counted within the block.
    """
    if b"\r" in block:
        block = block.replace(b"\r\n", b"\n")
    text = _fill_empty(block).decode("latin-1")
    lines = text.splitlines()
    try:
        return np.loadtxt(lines, delimiter=",", dtype=np.float32, comments=None, ndmin=2)
    except ValueError:
        raise _locate(lines) from None


def read_files(files: Sequence[Path]) -> Array:
    """Reads files of equal width into one array.

    :raises UserError: names the file, the row and the column of the first fault.
    """
    parts: list[Array] = []
    for path in files:
        if path.stat().st_size == 0:
            continue
        for part in _read_file(path):
            if parts and part.shape[1] != parts[0].shape[1]:
                raise UserError(
                    f"{path.name} has {part.shape[1]} columns, the files before it have {parts[0].shape[1]}"
                )
            parts.append(part)
    if not parts:
        return np.empty((0, 0), np.float32)
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _read_file(path: Path) -> Iterator[Array]:
    if _has_no_empty_field(path):
        try:
            # NumPy reads the file itself: twice as fast as passing lines.
            yield np.loadtxt(path, delimiter=",", dtype=np.float32, comments=None, ndmin=2)
            return
        except ValueError:
            # The file has a fault. The blockwise reader below finds its position.
            pass
    row, width = 0, None
    with path.open("rb") as file:
        for block in _blocks(file):
            try:
                part = parse_rows(block)
            except BadField as fault:
                raise UserError(f"{path.name}: {_explain(fault, row)}") from None
            if part.shape[0] == 0:
                continue
            if width is not None and part.shape[1] != width:
                raise UserError(f"{path.name}: row {row + 1} has {part.shape[1]} columns where {width} are expected")
            row, width = row + part.shape[0], part.shape[1]
            yield part


def _explain(fault: BadField, rows_before: int) -> str:
    text = fault.describe(rows_before)
    if rows_before == 0 and fault.row == 1 and fault.column == 1:
        return f"{text}: the file must have no header, and the label comes first"
    return text


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    while block := file.read(BLOCK_BYTES):
        yield block + file.readline()


def _has_no_empty_field(path: Path) -> bool:
    with path.open("rb") as file:
        return all(not _has_empty(block) for block in _blocks(file))


def _has_empty(block: bytes) -> bool:
    return any(pattern in block for pattern in (b",,", b",\n", b",\r", b"\n,")) or block.startswith(b",")


def _fill_empty(block: bytes) -> bytes:
    if not _has_empty(block) and not block.endswith(b","):
        return block
    # Twice, because the matches of `,,` in `,,,` overlap.
    block = block.replace(b",,", b",nan,").replace(b",,", b",nan,")
    block = block.replace(b",\n", b",nan\n").replace(b"\n,", b"\nnan,")
    if block.startswith(b","):
        block = b"nan" + block
    return block + b"nan" if block.endswith(b",") else block


def _is_number(field: str) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    # Python reads 1_000, NumPy's C reader does not.
    return "_" not in field


def _locate(lines: Sequence[str]) -> BadField:
    expected = None
    row = 0
    for line in lines:
        if not line:
            continue
        row += 1
        fields = line.split(",")
        expected = len(fields) if expected is None else expected
        if len(fields) != expected:
            return BadField(row, None, len(fields), expected)
        for column, field in enumerate(fields, 1):
            if not _is_number(field):
                return BadField(row, column, len(fields), expected)
    return BadField(row, 1, 0, 0)
