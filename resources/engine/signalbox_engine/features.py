# SPDX-License-Identifier: GPL-3.0-or-later
"""The preprocessing inside the model, built from scikit-learn, numpy and pandas parts only.

Nothing here may be a class or function of this package: the saved model must load where only
MLflow, scikit-learn, XGBoost and LightGBM are installed.
"""

import numpy as np
import pandas as pd

MAX_CATEGORIES = 40
_DAY = 86400.0
_NO_DATE = float(np.iinfo(np.int64).min)  # what numpy makes of "not a time" as a number


def build_preprocessor(columns):
    """ColumnTransformer for the feature columns: raw DataFrame in, float64 matrix (n, p) out.

    Numbers: median, then standardised, plus one 0/1 column per column with missing values; loose
    ones each by themselves, for they come as integers, floats or objects. Text and booleans:
    one-hot, at most MAX_CATEGORIES columns, rare and unknown values together. Dates: seconds since
    1970, standardised, plus periodic splines over the week and the year.
    """
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import MissingIndicator, SimpleImputer
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler

    numbers = _plain_numbers(columns)
    holes = [column.name for column in columns
             if column.name in numbers and column.missing]
    parts = []
    if numbers:
        steps = [("impute", SimpleImputer(strategy="median", keep_empty_features=True)),
                 ("scale", StandardScaler())]
        parts.append(("numeric", Pipeline(steps), numbers))
    if holes:
        parts.append(("missing", MissingIndicator(features="all"), holes))
    for position, column in enumerate(columns):
        if column.loose and column.type in ("integer", "real"):
            parts.append((f"number_{position}", _loose_number_pipeline(), column.name))
        elif column.type in ("text", "boolean"):
            parts.append((f"category_{position}", _category_pipeline(), column.name))
        elif column.type == "date":
            parts.append((f"date_{position}", _date_pipeline(column), column.name))
    return ColumnTransformer(parts, sparse_threshold=0.0)


def _plain_numbers(columns):
    return [column.name for column in columns
            if column.type in ("integer", "real") and not column.loose]


def _loose_number_pipeline():
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import FunctionTransformer, StandardScaler

    return Pipeline([
        ("number", FunctionTransformer(pd.Series, kw_args={"dtype": "Float64"})),
        ("column", FunctionTransformer(pd.DataFrame)),
        ("impute", SimpleImputer(strategy="median", keep_empty_features=True, add_indicator=True)),
        ("scale", StandardScaler()),
    ])


def _category_pipeline():
    """Anything to text first, so that True, "True", None and NaN mean the same everywhere."""
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import FunctionTransformer, OneHotEncoder

    return Pipeline([
        ("text", FunctionTransformer(pd.Series, kw_args={"dtype": "str"})),
        ("column", FunctionTransformer(pd.DataFrame)),
        ("encode", OneHotEncoder(handle_unknown="infrequent_if_exist", sparse_output=False,
                                 max_categories=MAX_CATEGORIES, dtype=np.float64)),
    ])


def _date_pipeline(column):
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import FeatureUnion, Pipeline
    from sklearn.preprocessing import FunctionTransformer, SplineTransformer, StandardScaler

    def periodic(days, knots):
        places = np.linspace(0.0, days * _DAY, knots).reshape(-1, 1)
        return SplineTransformer(degree=2, knots=places, extrapolation="periodic")

    parse = {"errors": "coerce", "utc": True, "format": column.format}
    return Pipeline([
        ("parse", FunctionTransformer(pd.to_datetime, kw_args=parse)),
        ("seconds", FunctionTransformer(np.asarray, kw_args={"dtype": "datetime64[s]"})),
        ("number", FunctionTransformer(np.asarray, kw_args={"dtype": "float64"})),
        ("column", FunctionTransformer(np.reshape, kw_args={"shape": (-1, 1)})),
        ("impute", SimpleImputer(missing_values=_NO_DATE, strategy="median",
                                 keep_empty_features=True)),
        ("parts", FeatureUnion([("trend", StandardScaler()), ("week", periodic(7, 8)),
                                ("year", periodic(365.25, 7))])),
    ])


def sources(preprocessor):
    """The raw column behind each output column of a fitted preprocessor, in order."""
    names = [""] * max(part.stop for part in preprocessor.output_indices_.values())
    for name, _, columns in preprocessor.transformers_:
        if name not in preprocessor.output_indices_:
            continue
        place = preprocessor.output_indices_[name]
        raw = [columns] if isinstance(columns, str) else list(columns)
        width = place.stop - place.start
        for offset in range(width):
            names[place.start + offset] = raw[offset] if width == len(raw) else raw[0]
    return names


def summary(preprocessor, columns):
    """What `preprocessing.json` says about each feature: how it is treated, with what values."""
    entries = []
    fitted = {name: step for name, step, _ in preprocessor.transformers_}
    numbers = _plain_numbers(columns)
    for position, column in enumerate(columns):
        entry = {"column": column.name, "type": column.type}
        if column.type in ("integer", "real"):
            steps = fitted[f"number_{position}" if column.loose else "numeric"].named_steps
            at = 0 if column.loose else numbers.index(column.name)
            entry.update(treatment="median, standardised", median=steps["impute"].statistics_[at],
                         mean=steps["scale"].mean_[at], scale=steps["scale"].scale_[at],
                         missing_indicator=bool(column.missing))
        elif column.type == "date":
            entry.update(treatment="trend, week, year", format=column.format)
        else:
            values = fitted[f"category_{position}"].named_steps["encode"].categories_[0]
            entry.update(treatment="one-hot", max_columns=MAX_CATEGORIES, distinct=len(values),
                         values=[str(value) for value in values[:200]])
        entries.append(entry)
    return entries


def importance_of(estimator, preprocessor):
    """`[{feature, value}]`, falling, at most 50, shares of 1.

    Linear models: mean absolute coefficient over classes of the standardised inputs; trees: the
    estimator's own importances. Both summed per raw column.
    """
    if hasattr(estimator, "coef_"):
        values = np.abs(np.atleast_2d(estimator.coef_)).mean(axis=0)
    else:
        values = np.asarray(estimator.feature_importances_, dtype=np.float64)
    total = pd.Series(values).groupby(sources(preprocessor)).sum()
    total = (total / total.sum() if total.sum() > 0 else total).sort_values(ascending=False)
    return [{"feature": name, "value": float(value)} for name, value in total.head(50).items()]
