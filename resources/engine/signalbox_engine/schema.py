# SPDX-License-Identifier: GPL-3.0-or-later
"""MLflow's view of the data: column specs for signatures, dataset inputs for runs."""

import hashlib
import json
import os

import pandas as pd

_BY_TYPE = {"real": "double", "boolean": "boolean", "text": "string", "date": "string"}


def mlflow_type(series, column):
    """MLflow's type name such that a frame read by plain pandas passes its checks.

    Whole numbers are `long` only where none is missing (pandas makes them floats otherwise, and
    MLflow does not turn 64-bit integers into doubles). Booleans with missing values and loose
    columns come in pandas types that only `any` accepts.
    """
    kind = column.type
    if column.loose or (kind == "boolean" and column.missing):
        return "any"
    if pd.api.types.is_datetime64_any_dtype(series.dtype):
        return "datetime"
    if kind == "integer":
        return "long" if pd.api.types.is_integer_dtype(series.dtype) else "double"
    return _BY_TYPE.get(kind, "string")


def column_spec(series, column, target=None):
    """ColSpec of a feature, or (column None) the nameless one of the model's output."""
    from mlflow.types.schema import AnyType, ColSpec

    if column is not None:
        kind = mlflow_type(series, column)
        return ColSpec(AnyType() if kind == "any" else kind, column.name,
                       required=not column.missing)
    if not target.is_classes:
        return ColSpec("double")
    return ColSpec({"b": "boolean", "i": "long", "f": "double"}.get(target.labels.dtype.kind,
                                                                    "string"))


def dataset_inputs(prepared, test_digest, test_rows):
    """The `datasets` of train's result: the file (training) and the held-out rows (test)."""
    table = prepared.table
    name = os.path.basename(table.path)
    specs = [{"type": mlflow_type(prepared.frame[column.name], column), "name": column.name,
              "required": not column.missing} for column in prepared.columns]
    common = {"source_type": "local", "source": json.dumps({"uri": table.path}),
              "schema": json.dumps({"mlflow_colspec": specs})}

    def entry(title, digest, context, rows):
        profile = {"num_rows": rows, "num_elements": rows * len(specs)}
        return {"name": title, "digest": digest, "context": context,
                "profile": json.dumps(profile), **common}

    return [entry(name, table.digest, "training", len(table.frame)),
            entry(f"{name} (test rows)", test_digest, "test", test_rows)]


def rows_digest(frame):
    """First 32 hex digits of the SHA-256 of the rows as CSV: independent of the file's format."""
    return hashlib.sha256(frame.to_csv(index=False).encode("utf-8")).hexdigest()[:32]
