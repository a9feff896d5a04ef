# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a CSV or Parquet file into a DataFrame exactly as plain pandas would, or says why not."""

import csv
import gzip
import hashlib
import os
from dataclasses import dataclass

import pandas as pd

from signalbox_engine import cancel
from signalbox_engine.errors import EngineError

_HEAD = 1 << 16
_BLOCK = 1 << 22
_DELIMITERS = ",;\t|"


@dataclass
class Table:
    """A data file in memory; the index is the row's number in the file, from 0."""

    frame: pd.DataFrame
    path: str
    format: str
    bytes: int
    digest: str
    encoding: str = ""
    delimiter: str = ""
    loose: frozenset = frozenset()  # columns of pandas types that no type of MLflow stands for

    def block(self, target):
        """The `data` block of PROTOCOL.md."""
        block = {"path": self.path, "format": self.format, "bytes": self.bytes,
                 "rows": len(self.frame), "columns": self.frame.shape[1], "digest": self.digest,
                 "target": target}
        if self.format == "csv":
            block.update(encoding=self.encoding, delimiter=self.delimiter)
        return block


def _unreadable(path, why, hint):
    return EngineError("unreadable_data", f"{path} cannot be read: {why}.", hint)


def read_table(job):
    """Reads data.path; raises EngineError no_such_file or unreadable_data."""
    path = job.data["path"]
    job.channel.progress("read", 0)
    if not os.path.exists(path):
        raise EngineError("no_such_file", f"There is no file {path}.",
                          "Check the path; it is relative to the directory of the command.")
    if not os.path.isfile(path):
        raise _unreadable(path, "it is not a regular file", "Name a CSV or Parquet file.")
    try:
        table = _read(job, path, os.path.getsize(path))
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error),
                          "Check the file's permissions and that it is complete.") from error
    table.frame.columns = [str(name) for name in table.frame.columns]
    if not table.frame.columns.is_unique:
        raise _unreadable(path, "two columns have the same name", "Give every column its own name.")
    if table.frame.shape[1] == 0:
        raise _unreadable(path, "it has no columns", "Name a file with a header line and rows.")
    job.channel.progress("read", table.bytes, table.bytes)
    return table


def _read(job, path, size):
    if size == 0:
        raise _unreadable(path, "it is empty", "Name a file with a header line and rows.")
    with open(path, "rb") as file:
        magic = file.read(4)
    wanted = job.data["format"]
    kind = wanted if wanted != "auto" else ("parquet" if magic == b"PAR1" else "csv")
    digest = _sha256(path)[:32]
    if kind == "parquet":
        frame = _read_parquet(path)
        loose = _loose(frame)
        for name in frame.columns:
            frame[name] = _plain_column(frame[name])
        return Table(frame, path, kind, size, digest, loose=loose)
    frame, encoding, delimiter = _read_csv(job, path)
    return Table(frame, path, kind, size, digest, encoding, delimiter, _loose(frame))


def _sha256(path):
    total = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(_BLOCK):
            cancel.check()
            total.update(block)
    return total.hexdigest()


def _read_parquet(path):
    import pyarrow as pa

    try:
        frame = pd.read_parquet(path)
    except (pa.ArrowException, ValueError) as error:
        raise _unreadable(path, f"it is not a whole Parquet file ({error})",
                          "Write the file again, or choose its real format.") from error
    return frame.reset_index(drop=True)


def _loose(frame):
    return frozenset(str(name) for name in frame.columns if _is_loose(frame[name]))


def _is_loose(column):
    """Categories, moments of a time zone, 64-bit integers without sign or with missing values."""
    dtype = column.dtype
    if isinstance(dtype, (pd.CategoricalDtype, pd.DatetimeTZDtype)) or dtype == "uint64":
        return True
    nullable = isinstance(dtype, pd.api.extensions.ExtensionDtype) and dtype.kind in "iu"
    return nullable and dtype.itemsize == 8 and bool(column.isna().any())


def _plain_column(column):
    """Arrow's richer types as the plain pandas types a CSV would give."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.astype(column.cat.categories.dtype)
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return column.dt.tz_convert("UTC").dt.tz_localize(None)
    if pd.api.types.is_integer_dtype(column.dtype) and column.isna().any():
        return column.astype("float64")
    if column.dtype == object:
        first = column.dropna()
        kind = type(first.iloc[0]).__name__ if len(first) else ""
        if kind == "Decimal":
            return column.astype("float64")
        if kind == "date":
            return pd.to_datetime(column)
    return column


def _read_csv(job, path):
    head = _head(path)
    encoding = _encoding(job, path, head)
    delimiter = _delimiter(head.decode(encoding, "replace"))
    options = {"sep": delimiter, "encoding": encoding, "low_memory": False}
    try:
        frame = pd.read_csv(path, **options)
        if delimiter == ";" and _has_decimal_commas(frame):
            frame = pd.read_csv(path, decimal=",", **options)
            job.channel.log("info", "Numbers use a decimal comma; they were read as numbers.")
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError) as error:
        raise _unreadable(path, f"it is not a table of separated values ({str(error).strip()})",
                          "Every line needs the same number of columns.") from error
    if isinstance(frame.index, pd.RangeIndex) and frame.index.start == 0:
        return frame, encoding, delimiter
    raise _unreadable(path, "its lines have more values than the header has names",
                      "Give every column a name in the first line.")


def _head(path):
    opener = gzip.open if path.endswith(".gz") else open
    try:
        with opener(path, "rb") as file:
            head = file.read(_HEAD)
    except (EOFError, gzip.BadGzipFile) as error:
        raise _unreadable(path, f"it is not a whole gzip file ({error})",
                          "Compress the file again.") from error
    utf16 = head[:2] in (b"\xff\xfe", b"\xfe\xff")
    strange = sum(byte < 9 or 13 < byte < 32 for byte in head)
    if not head.strip():
        raise _unreadable(path, "it is empty", "Name a file with a header line and rows.")
    if not utf16 and (b"\0" in head or strange > len(head) // 100):
        raise _unreadable(path, "it is binary, not text", "Name a CSV or Parquet file.")
    return head


def _encoding(job, path, head):
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    opener = gzip.open if path.endswith(".gz") else open
    try:
        with opener(path, "rt", encoding="utf-8-sig", newline="") as file:
            while file.read(_BLOCK):
                cancel.check()
    except UnicodeDecodeError:
        job.channel.log("warning", f"{path} is not UTF-8; it was read as Latin-1.")
        return "latin-1"
    return "utf-8-sig" if head.startswith(b"\xef\xbb\xbf") else "utf-8"


def _delimiter(text):
    """The delimiter that cuts the first lines into the most columns of equal number."""
    lines = text.splitlines()[:30]
    lines = lines[:-1] if len(lines) > 2 else lines  # the last one may be cut off
    best, most = ",", 1
    for delimiter in _DELIMITERS:
        widths = {len(row) for row in csv.reader(lines, delimiter=delimiter) if row}
        if len(widths) == 1 and max(widths) > most:
            best, most = delimiter, max(widths)
    return best


def _has_decimal_commas(frame):
    for name in frame.select_dtypes(exclude="number").columns:
        text = frame[name].dropna().astype(str).head(200)
        if len(text) and text.str.fullmatch(r"[+-]?\d+,\d+").mean() > 0.9:
            return True
    return False
