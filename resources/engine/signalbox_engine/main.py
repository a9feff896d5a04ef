# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the request, runs its operation and turns every outcome into a last line and exit code."""

import importlib
import sys
import traceback
import warnings

from signalbox_engine import cancel
from signalbox_engine.channel import Channel
from signalbox_engine.errors import Cancelled, EngineError, full_disk_cause
from signalbox_engine.job import Job
from signalbox_engine.request import parse_request

EXIT_OK, EXIT_ERROR, EXIT_CANCELLED = 0, 1, 130
_LIMIT = 16 * 1024 * 1024


def run(protocol_fd):
    """Runs one job; returns the exit code of PROTOCOL.md."""
    cancel.install()
    channel = Channel(protocol_fd)
    warnings.simplefilter("ignore")
    try:
        request = parse_request(sys.stdin.buffer.read(_LIMIT))
        cancel.check()
        job = Job(channel, request)
        operation = importlib.import_module(f"signalbox_engine.op_{request.op}")
        result = operation.run(job)
        cancel.check()
        channel.send("result", op=request.op, **result)
        return EXIT_OK
    except Cancelled:
        channel.send("error", kind="cancelled", message="The job was cancelled.",
                     hint="Start it again to run it to its end.")
        return EXIT_CANCELLED
    except BaseException as error:  # the last line must always be written
        channel.send("error", **describe(error))
        return EXIT_ERROR


def describe(error):
    """The fields of the `error` line for any exception."""
    if isinstance(error, EngineError) and error.__cause__ is None:
        return {"kind": error.kind, "message": error.message, "hint": error.hint}
    trace = "".join(traceback.format_exception(error))
    sys.stderr.write(trace)
    if isinstance(error, EngineError):
        return {"kind": error.kind, "message": error.message, "hint": error.hint}
    if full := full_disk_cause(error):
        return {"kind": "disk_full", "message": f"Writing the job's files failed: {full}.",
                "hint": "Free some space in the job directory, or place it on another disk."}
    if isinstance(error, MemoryError):
        return {"kind": "training_failed", "message": "The machine's memory is used up.",
                "hint": "Use fewer rows or columns, or a machine with more memory."}
    return {"kind": "internal", "message": f"{type(error).__name__}: {error}",
            "hint": "This is a fault of the engine; please report it with the job's log.",
            "traceback": trace[-4000:]}
