# SPDX-License-Identifier: GPL-3.0-or-later
"""Cancellation and time budgets, both checked at safe points only."""

import signal
import time

from signalbox_engine.errors import Cancelled, TimeUp

_requested = False


def _on_signal(_number, _frame):
    global _requested
    _requested = True


def install():
    """Makes SIGTERM and SIGINT ask for a stop instead of killing the process."""
    signal.signal(signal.SIGTERM, _on_signal)
    signal.signal(signal.SIGINT, _on_signal)


def check():
    """Raises Cancelled once a stop was asked for. Call between trials, folds and rounds."""
    if _requested:
        raise Cancelled()


class Budget:
    """A time budget in seconds (None = unlimited), counted from construction."""

    def __init__(self, seconds=None):
        self._start = time.monotonic()
        self._end = None if seconds is None else self._start + float(seconds)

    def elapsed(self):
        """Seconds since construction."""
        return time.monotonic() - self._start

    def left(self):
        """Seconds left, or None when unlimited."""
        return None if self._end is None else self._end - time.monotonic()

    def check(self):
        """Raises Cancelled or TimeUp; else returns."""
        check()
        if self._end is not None and time.monotonic() >= self._end:
            raise TimeUp()
