# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes one of scikit-learn's real data sets as CSV: `demo_data NAME OUT.csv`."""

import os
import sys

NAMES = ("breast_cancer", "wine", "diabetes")


def frame_of(name):
    """The data set as a DataFrame with its target as last column."""
    from sklearn import datasets

    if name == "breast_cancer":
        bunch, target = datasets.load_breast_cancer(as_frame=True), "diagnosis"
    elif name == "wine":
        bunch, target = datasets.load_wine(as_frame=True), "cultivar"
    else:
        bunch, target = datasets.load_diabetes(as_frame=True, scaled=False), "progression"
    frame = bunch.data.rename(columns=lambda column: column.replace(" ", "_"))
    labels = bunch.target
    if name != "diabetes":
        labels = labels.map(dict(enumerate(str(label) for label in bunch.target_names)))
    return frame.assign(**{target: labels})


def main(arguments):
    """Exit code 0 after the file is written whole, 1 with a message on stderr otherwise."""
    if len(arguments) != 2 or arguments[0] not in NAMES:
        print(f"usage: demo_data {{{','.join(NAMES)}}} OUT.csv", file=sys.stderr)
        return 1
    name, out = arguments
    partial = f"{out}.partial"
    try:
        frame_of(name).to_csv(partial, index=False)
        os.replace(partial, out)
    except OSError as error:
        print(f"cannot write {out}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
