# SPDX-License-Identifier: GPL-3.0-or-later
"""What each column is: its type, its role in the job and why it may be left out."""

import re
from dataclasses import asdict, dataclass, field

import pandas as pd

_DATE_LIKE = re.compile(r"\s*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T]\d{1,2}:.*)?\s*")
_FORMATS = ("ISO8601", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%Y/%m/%d", "%d-%m-%Y")
_ID_NAME = re.compile(r"(^|[_\s-])(id|uuid|guid|index|key|nr|no)$|^unnamed: \d+$", re.IGNORECASE)


@dataclass
class Column:
    """Facts about one column; `format` is the date format, `note` why it is dropped."""

    name: str
    type: str
    role: str = "feature"
    missing: int = 0
    distinct: int = 0
    sample: list = field(default_factory=list)
    constant: bool = False
    id_like: bool = False
    note: str = ""
    format: str = ""
    loose: bool = False  # arrives in a pandas type that no type of MLflow stands for

    def report(self, series):
        """The entry of inspect's `columns`; numbers get min, max and mean."""
        entry = asdict(self)
        del entry["format"], entry["loose"]
        if self.type in ("integer", "real") and self.missing < len(series):
            entry.update(min=float(series.min()), max=float(series.max()),
                         mean=float(series.mean()))
        return entry


def describe_columns(frame, data, drop=(), loose=()):
    """One Column per column of `frame`; `data` names target, group, time and treatment."""
    roles = {data[role]: role for role in ("treatment", "time", "group", "target") if data[role]}
    columns = [_describe(frame[name], roles.get(name, "feature"), name in drop)
               for name in frame.columns]
    for column in columns:
        column.loose = column.name in loose
    return columns


def _describe(series, role, unwanted):
    kind, date_format = column_type(series)
    column = Column(series.name, kind, role, missing=int(series.isna().sum()), format=date_format)
    if kind != "unsupported":
        values = series.dropna()
        distinct = values.unique()
        column.distinct = len(distinct)
        column.sample = [str(value)[:200] for value in distinct[:5]]
        column.constant = len(distinct) <= 1
        column.id_like = _is_id(series.name, values, kind, len(distinct))
    if role == "feature":
        column.note = _why_dropped(column, unwanted)
        column.role = "dropped" if column.note else "feature"
    return column


def _why_dropped(column, unwanted):
    if unwanted:
        return "left out as asked"
    if column.type == "unsupported":
        return "holds values that are neither numbers, text, dates nor booleans"
    if column.distinct == 0:
        return "has no values"
    if column.constant and column.missing == 0:
        return "has one value only"
    return "identifies rows" if column.id_like else ""


def _is_id(name, values, kind, distinct):
    """Unique text; consecutive row numbers; unique integers with an identifier's name."""
    if distinct < 20 or distinct < len(values) or kind not in ("text", "integer"):
        return False
    if kind == "text" or _ID_NAME.search(str(name)):
        return True
    return float(values.max()) - float(values.min()) + 1 == len(values)


def column_type(series):
    """(`integer`|`real`|`boolean`|`text`|`date`|`unsupported`, date format or '')."""
    dtype = series.dtype
    if pd.api.types.is_bool_dtype(dtype):
        return "boolean", ""
    if pd.api.types.is_integer_dtype(dtype):
        return "integer", ""
    if pd.api.types.is_float_dtype(dtype):
        values = series.dropna()
        whole = len(values) < len(series) and len(values) > 0 and bool((values % 1 == 0).all())
        return ("integer" if whole else "real"), ""
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return "date", "ISO8601"
    values = series.dropna()
    if pd.api.types.is_object_dtype(dtype):
        kinds = {type(value) for value in values}
        if kinds == {bool}:
            return "boolean", ""
        if kinds != {str}:
            return "unsupported", ""
    elif not isinstance(dtype, pd.StringDtype):
        return "unsupported", ""
    date_format = _date_format(values)
    return ("date", date_format) if date_format else ("text", "")


def _date_format(values):
    """The first format that reads at least 95 % of a sample of the text values, or ''."""
    sample = values.drop_duplicates().head(300)
    if len(sample) == 0 or sample.str.fullmatch(_DATE_LIKE).mean() < 0.95:
        return ""
    best, share = "", 0.949
    for name in _FORMATS:
        read = pd.to_datetime(sample, format=name, errors="coerce", utc=True).notna().mean()
        if read > share:
            best, share = name, read
    return best


def preview(frame, rows):
    """The first `rows` rows as text, missing values as null."""
    head = frame.head(rows)
    text = head.astype(object).map(lambda value: str(value)[:200]).where(head.notna(), None)
    cells = text.to_numpy(dtype=object).tolist()
    return {"columns": list(frame.columns), "rows": cells}
