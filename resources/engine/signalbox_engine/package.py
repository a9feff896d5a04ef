# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the MLflow model folder and proves that it loads and predicts the same."""

import hashlib
import importlib.metadata
import os
import re
import shutil

import numpy as np

from signalbox_engine.errors import EngineError
from signalbox_engine.schema import column_spec

_BASE = ("mlflow", "scikit-learn", "skops", "numpy", "pandas", "scipy")
_EXTRA = {"XGBoost": ("xgboost-cpu",), "LightGBM": ("lightgbm",)}
_TOLERANCE = {"atol": 1e-6, "rtol": 1e-9}


def requirements(algorithm):
    """Exact pip requirements of the model, e.g. `scikit-learn==1.9.1`."""
    return [f"{name}=={importlib.metadata.version(name)}"
            for name in (*_BASE, *_EXTRA.get(algorithm, ()))]


def locked_requirements(algorithm):
    """Text with every installed distribution the model's requirements lead to, exact versions."""
    found, queue = {}, [*_BASE, *_EXTRA.get(algorithm, ())]
    while queue:
        name = re.sub(r"[-_.]+", "-", queue.pop()).lower()
        if name in found:
            continue
        try:
            distribution = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # an optional or platform dependency that is not needed here
        found[name] = distribution.version
        for text in distribution.requires or []:
            if "extra ==" not in text:
                queue.append(re.split(r"[^A-Za-z0-9._-]", text, maxsplit=1)[0])
    return "".join(f"{name}=={version}\n" for name, version in sorted(found.items()))


def save_model(job, model, algorithm, prepared, check, example_rows, trusted, metadata):
    """Saves to job_dir/model; returns the fields of the `model` line.

    `check` holds a DataFrame of raw feature rows and what was predicted for them when the model was
    evaluated; the first `example_rows` become the input example. Raises training_failed if the
    saved model predicts something else.
    """
    import mlflow.sklearn
    from mlflow.models import ModelSignature
    from mlflow.types.schema import Schema

    target, (rows, expected) = prepared.target, check
    inputs = [column_spec(prepared.frame[column.name], column) for column in prepared.features]
    output = column_spec(prepared.frame[job.data["target"]], None, target)
    signature = ModelSignature(Schema(inputs), Schema([output]))
    folder = job.dir / "model"
    shutil.rmtree(folder, ignore_errors=True)
    pins = requirements(algorithm)
    mlflow.sklearn.save_model(
        model, str(folder), serialization_format="skops", skops_trusted_types=trusted,
        signature=signature, input_example=rows.head(example_rows), pip_requirements=pins,
        metadata=metadata)
    _verify(folder, rows, expected)
    return {"path": "model", "name": "model", "flavor": "sklearn", "serialization": "skops",
            "model_type": "classifier" if target.is_classes else "regressor",
            "signature": {"inputs": signature.inputs.to_dict(),
                          "outputs": signature.outputs.to_dict()},
            "files": _files(folder), "requirements": pins, "trusted_types": trusted}


def _verify(folder, rows, expected):
    import mlflow.pyfunc

    found = np.asarray(mlflow.pyfunc.load_model(str(folder)).predict(rows))
    same = found.shape == expected.shape and (
        np.allclose(found, expected, **_TOLERANCE) if expected.dtype.kind == "f"
        else bool((found == expected).all()))
    if not same:
        raise EngineError("training_failed", "The saved model predicts other values than "
                          "were measured; it is not offered.", "Please report this.")


def _files(folder):
    files = []
    for root, _, names in os.walk(folder):
        for name in sorted(names):
            path = os.path.join(root, name)
            with open(path, "rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            files.append({"path": os.path.relpath(path, folder), "bytes": os.path.getsize(path),
                          "sha256": digest})
    return sorted(files, key=lambda entry: entry["path"])
