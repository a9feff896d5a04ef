# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws the PNG files from the data of curves.py and friends."""

import numpy as np

_INK, _MAIN, _SOFT = "#1f2933", "#2463a6", "#9fb3c8"


def draw(name, data, path):
    """Writes the plot `name` (see PROTOCOL.md) to `path`."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4.8), dpi=110, layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(colors=_INK, labelsize=9)
    _DRAW[name](axes, data)
    if axes.get_legend_handles_labels()[1]:
        axes.legend(frameon=False, fontsize=9)
    figure.savefig(path, metadata={"Software": None})


def _name(axes, title, x, y):
    axes.set_title(title, loc="left", color=_INK, fontsize=12)
    axes.set_xlabel(x, color=_INK)
    axes.set_ylabel(y, color=_INK)


def _lines(axes, data, x, y, marker=""):
    for curve in data["curves"][:10]:
        axes.plot(curve[x], curve[y], marker=marker, label=str(curve["label"])[:40])


def _roc(axes, data):
    axes.plot([0, 1], [0, 1], color=_SOFT, linestyle="--")
    _lines(axes, data, "fpr", "tpr")
    _name(axes, "ROC on the test rows", "false positive rate", "true positive rate")


def _pr(axes, data):
    _lines(axes, data, "recall", "precision")
    axes.set_ylim(0, 1.03)
    _name(axes, "Precision and recall on the test rows", "recall", "precision")


def _calibration(axes, data):
    axes.plot([0, 1], [0, 1], color=_SOFT, linestyle="--")
    _lines(axes, data, "predicted", "observed", "o")
    _name(axes, "Calibration on the test rows", "predicted probability", "observed share")


def _confusion(axes, data):
    matrix = np.asarray(data["matrix"])
    labels = [str(label)[:20] for label in data["labels"]]
    axes.imshow(matrix, cmap="Blues")
    if len(labels) <= 15:
        axes.set_xticks(range(len(labels)), labels, rotation=30 if len(labels) > 3 else 0)
        axes.set_yticks(range(len(labels)), labels)
        for (row, column), count in np.ndenumerate(matrix):
            axes.text(column, row, str(count), ha="center", va="center",
                      color="white" if count > matrix.max() / 2 else _INK)
    _name(axes, "Confusion on the test rows", "predicted", "true")


def _importance(axes, data):
    top = data["features"][:20][::-1]
    axes.barh([str(entry["feature"])[:30] for entry in top],
              [entry["value"] for entry in top], color=_MAIN)
    _name(axes, "Importance of the features", "share", "")


def _predicted(axes, data):
    axes.scatter(data["actual"], data["predicted"], s=14, color=_MAIN, alpha=0.6)
    low, high = min(data["actual"]), max(data["actual"])
    axes.plot([low, high], [low, high], color=_SOFT, linestyle="--")
    _name(axes, "Predicted and true values of the test rows", "true", "predicted")


def _residuals(axes, data):
    axes.axhline(0, color=_SOFT, linestyle="--")
    axes.scatter(data["predicted"], data["residual"], s=14, color=_MAIN, alpha=0.6)
    _name(axes, "Residuals on the test rows", "predicted", "true minus predicted")


def _hpo(axes, data):
    for state, color in (("complete", _MAIN), ("pruned", _SOFT)):
        trials = [trial for trial in data["trials"] if trial["state"] == state]
        axes.scatter([trial["number"] for trial in trials], [trial["value"] for trial in trials],
                     s=18, color=color, label=state)
    _name(axes, "Search for hyperparameters", "trial", data["metric"])


def _rounds(axes, data):
    axes.plot(data["train"], color=_SOFT, label="train")
    axes.plot(data["validation"], color=_MAIN, label="validation")
    _name(axes, "Boosting rounds", "round", data["loss"])


_DRAW = {"roc": _roc, "pr": _pr, "calibration": _calibration, "confusion": _confusion,
         "importance": _importance, "predicted": _predicted, "residuals": _residuals,
         "hpo": _hpo, "rounds": _rounds}
