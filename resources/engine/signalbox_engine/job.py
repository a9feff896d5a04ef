# SPDX-License-Identifier: GPL-3.0-or-later
"""What every operation gets: channel, request and the directory it may write to."""

import os
import shutil
from pathlib import Path

from signalbox_engine.channel import dumps
from signalbox_engine.errors import EngineError

_MIN_FREE = 16 * 1024 * 1024
_MEDIA = {".json": "application/json", ".png": "image/png", ".csv": "text/csv",
          ".lock": "text/plain", ".md": "text/markdown"}


class Job:
    """One job: `channel` to speak, `dir` (absolute Path) to write below, request fields."""

    def __init__(self, channel, request):
        self.channel = channel
        self.op = request.op
        self.seed = request.seed
        self.options = request.options
        self.start_dir = os.getcwd()  # relative paths of the request are relative to this
        self.data = dict(request.data, path=os.path.abspath(request.data["path"]))
        self.dir = Path(request.job_dir).resolve()
        try:
            self.dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise EngineError("bad_request", f"The job directory {self.dir} cannot be made: "
                              f"{error.strerror}.",
                              "Choose a directory you may write to.") from error
        self._check_space()
        os.chdir(self.dir)  # whatever a library writes to the current directory stays here

    def _check_space(self):
        free = shutil.disk_usage(self.dir).free
        if free < _MIN_FREE:
            raise EngineError(
                "disk_full", f"Only {free // 1024} KiB are free in the job directory {self.dir}.",
                "Free at least 16 MiB there, or place the job directory on another disk.")

    def artifact(self, relative, to=None):
        """Announces a complete file below the job directory under the artifact path `to`."""
        suffix = Path(relative).suffix
        self.channel.send("artifact", path=relative, to=to or relative,
                          media_type=_MEDIA.get(suffix, "application/octet-stream"))

    def write_json(self, relative, value):
        """Writes `value` as JSON and announces it as an artifact."""
        self.write_text(relative, dumps(value) + "\n")

    def write_text(self, relative, text):
        """Writes UTF-8 text and announces it as an artifact."""
        path = self.dir / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        self.artifact(relative)
