# SPDX-License-Identifier: GPL-3.0-or-later
"""Entry point. The very first act is to keep stdout for the protocol alone."""

import os
import sys

_protocol_fd = os.dup(1)
os.dup2(2, 1)
sys.stdout = sys.stderr
os.environ.setdefault("OMP_NUM_THREADS", "1")
for _name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, os.environ["OMP_NUM_THREADS"])
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["DO_NOT_TRACK"] = "true"

from signalbox_engine.main import run  # noqa: E402  (only after stdout is safe)

if __name__ == "__main__":
    # os._exit: the answer is written; teardown of native libraries must not change the exit code.
    _code = run(_protocol_fd)
    sys.stderr.flush()
    os._exit(_code)
