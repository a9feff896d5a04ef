# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors with the stable kinds of PROTOCOL.md."""

import errno

_FULL = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)


class EngineError(Exception):
    """A failure the user can act on: kind (stable), message (what and where), hint (remedy)."""

    def __init__(self, kind, message, hint=""):
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.hint = hint


class Cancelled(BaseException):
    """Raised at a safe point after SIGTERM or SIGINT; no library may swallow it."""


class TimeUp(BaseException):
    """Raised at a safe point once a time budget is used up; no library may swallow it."""


def full_disk_cause(error):
    """`error`, or what caused it, if that is a full disk, quota or file-size limit; else None."""
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, OSError) and error.errno in _FULL:
            return error
        if "No space left on device" in str(error) or "File too large" in str(error):
            return error
        error = error.__cause__ or error.__context__
    return None
