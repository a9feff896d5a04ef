# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts fitted parts together into one scikit-learn object: raw rows in, original labels out.

Class numbers become labels through a VotingClassifier of one member (XGBoost accepts numbers
only), and the threshold lives in a FixedThresholdClassifier, so no class of this package is
needed to load the model.
"""

# What skops must be told to trust, by part. Everything else in a model is in its own safe list.
_TRUST_ALWAYS = ("numpy.dtype",)
_TRUST_FRAMES = ("pandas.DataFrame", "pandas.Series")
_TRUST_DATES = ("numpy.asarray", "numpy.reshape", "pandas.to_datetime",
                "scipy._lib.array_api_compat.numpy._aliases.asarray",
                "scipy.interpolate._bsplines.BSpline")
_TRUST = {
    "LogisticRegression": (), "Ridge": (), "Lasso": (),
    "RandomForest": ("sklearn.tree._tree.Tree",),
    "XGBoost": ("xgboost.core.Booster", "xgboost.sklearn.XGBClassifier",
                "xgboost.sklearn.XGBRegressor"),
    "LightGBM": ("collections.OrderedDict", "lightgbm.basic.Booster",
                 "lightgbm.sklearn.LGBMClassifier", "lightgbm.sklearn.LGBMRegressor"),
}


def trusted_types(algorithm, columns):
    """The explicit list of types to trust when loading a model of this algorithm."""
    types = {column.type for column in columns}
    wrapped = types & {"text", "boolean"} or any(column.loose for column in columns)
    return sorted({*_TRUST_ALWAYS, *_TRUST[algorithm], *(_TRUST_DATES if "date" in types else ()),
                   *(_TRUST_FRAMES if wrapped else ())})


def assemble(preprocessor, estimator, target, threshold):
    """The model: `predict` and, for classes, `predict_proba` on a raw DataFrame.

    target.labels[k] is the label of class number k; binary: class 1 is the positive one.
    """
    from sklearn.model_selection import FixedThresholdClassifier
    from sklearn.pipeline import Pipeline

    if not target.is_classes:
        return Pipeline([("preprocessing", preprocessor), ("model", estimator)])
    labelled = _labelled(estimator, target.labels)
    pipeline = Pipeline([("preprocessing", preprocessor), ("model", labelled)])
    if target.problem != "binary":
        return pipeline
    model = FixedThresholdClassifier(pipeline, threshold=threshold, response_method="predict_proba",
                                     pos_label=target.labels[1].item())
    model.estimator_ = pipeline
    return model


def _labelled(estimator, labels):
    """A fitted VotingClassifier with the one fitted member `estimator`."""
    from sklearn.ensemble import VotingClassifier
    from sklearn.preprocessing import LabelEncoder

    encoder = LabelEncoder()
    encoder.classes_ = labels
    voting = VotingClassifier([("estimator", estimator)], voting="soft")
    voting.estimators_ = [estimator]
    voting.named_estimators_ = {"estimator": estimator}
    voting.le_ = encoder
    voting.classes_ = labels
    return voting
