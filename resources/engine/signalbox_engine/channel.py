# SPDX-License-Identifier: GPL-3.0-or-later
"""The NDJSON side of the protocol: one flushed line per event. Standard library only."""

import json
import math
import os
import time


def plain(value):
    """Turns numpy scalars, arrays, paths and non-finite numbers into what JSON can carry."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [plain(item) for item in value]
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return _number(float(value))
    if hasattr(value, "tolist"):  # numpy arrays and scalars
        return plain(value.tolist())
    return str(value)


def _number(value):
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def dumps(value):
    """JSON text without bare NaN or Infinity, whatever is inside `value`."""
    return json.dumps(plain(value), ensure_ascii=False, allow_nan=False)


class Channel:
    """Writes events to the duplicated stdout; a reader that went away ends the process."""

    def __init__(self, fd):
        self._fd = fd
        self._params = set()

    def send(self, event, **fields):
        """Writes one line: `event` and its fields."""
        line = dumps({"event": event, **fields}) + "\n"
        data = line.encode("utf-8", "replace")
        try:
            while data:
                data = data[os.write(self._fd, data):]
        except BrokenPipeError:
            os._exit(1)

    def progress(self, phase, done, total=0):
        """`done` of `total` units of `phase`; total 0 means unknown."""
        self.send("progress", phase=phase, done=int(done), total=int(total))

    def metric(self, key, value, step=0):
        """One metric value, stamped with the current time in milliseconds."""
        self.send("metric", key=key, value=float(value), step=int(step),
                  timestamp=time.time_ns() // 1_000_000)

    def param(self, key, value):
        """One param, once per key, as text of at most 6000 characters (MLflow's limit)."""
        if key in self._params:
            return
        self._params.add(key)
        text = value if isinstance(value, str) else dumps(value)
        self.send("param", key=key, value=text[:6000])

    def tag(self, key, value):
        """One tag for the run."""
        self.send("tag", key=key, value=str(value))

    def log(self, level, text):
        """One line for people; level is debug, info, warning or error."""
        self.send("log", level=level, text=str(text))
