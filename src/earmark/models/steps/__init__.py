"""Steps of a pipeline between the columns and the classifier, by name.

What a step learns (a mean, a centre, which columns to keep) it learns in ``fit``, from training rows only.
Listing them loads none of them.
"""

from dataclasses import dataclass
from typing import Any, Literal

from earmark.models.parts import Part
from earmark.models.space import Choices, Range
from earmark.registry import Registry

Kind = Literal["number", "category", "text", "any"]

_OURS = "earmark.models.steps"


@dataclass(frozen=True, eq=False)
class Step(Part):
    """A step that can be chosen by name.

    Attributes
    ----------
    takes : {"number", "category", "text", "any"}
        What kind of columns: numbers, categories, words, or any.
    missing : bool
        Whether values may be missing.
    resamples : bool
        Whether it changes the rows, while fitting only: pipelines of imbalanced-learn know such steps.
    """

    takes: Kind = "number"
    missing: bool = False
    resamples: bool = False


STEPS: Registry[Step] = Registry("step")
"""All steps by name, in the order in which a pipeline has them as a rule."""


def _add(name: str, target: str, summary: str, **more: Any) -> None:
    home, _, _ = target.partition(":")
    ours = home.startswith(_OURS)
    trusted = (*((target.replace(":", "."),) if ours else ()), *more.pop("trusted", ()))
    STEPS.add(name, Step(target, summary, trusted=trusted, name=name, **more))


_add(
    "guard",
    f"{_OURS}.guard:Guard",
    "refuses columns that give the genre away, unless they are named on purpose",
    takes="any",
    missing=True,
)
_add(
    "impute",
    "sklearn.impute:SimpleImputer",
    "puts the training median (or mean, or most frequent value) where a number is missing",
    preset={"strategy": "median", "keep_empty_features": True},
    space={"strategy": Choices(("median", "mean", "most_frequent"))},
    trusted=("numpy.dtype",),
    missing=True,
)
_add(
    "impute-by-neighbours",
    "sklearn.impute:KNNImputer",
    "puts the mean of the most alike training rows where a number is missing",
    preset={"keep_empty_features": True},
    space={"n_neighbors": Range(1, 20, whole=True), "weights": Choices(("uniform", "distance"))},
    missing=True,
)
_add(
    "ordinal",
    "sklearn.preprocessing:OrdinalEncoder",
    "numbers categories in order; -1 for unknown ones, -2 for missing ones",
    preset={"handle_unknown": "use_encoded_value", "unknown_value": -1, "encoded_missing_value": -2},
    takes="category",
    missing=True,
)
_add(
    "one-hot",
    "sklearn.preprocessing:OneHotEncoder",
    "one column per category; all 0 for unknown ones",
    preset={"handle_unknown": "ignore", "sparse_output": False},
    space={"min_frequency": Choices((None, 5, 20))},
    takes="category",
    missing=True,
)
_add(
    "words",
    f"{_OURS}.text:Text",
    "TF-IDF of the most frequent words",
    preset={"unit": "words", "shortest": 1, "longest": 1, "top": 100},
    space={"top": Range(10, 2000, log=True, whole=True), "longest": Choices((1, 2))},
    takes="text",
    missing=True,
)
_add(
    "letters",
    f"{_OURS}.text:Text",
    "TF-IDF of the most frequent runs of letters",
    preset={"unit": "letters", "shortest": 2, "longest": 4, "top": 500},
    space={"top": Range(50, 2000, log=True, whole=True), "longest": Choices((3, 4, 5))},
    takes="text",
    missing=True,
)
_add(
    "sentences",
    f"{_OURS}.sentences:Sentences",
    "what a text means, as 384 numbers of a network that has read English (all-MiniLM-L6-v2)",
    takes="text",
    missing=True,
)
_add(
    "signed-log",
    f"{_OURS}.power:SignedLog",
    "sign(x) log(1 + |x| / scale), a scale for each column",
    space={"scale": Choices(("median", "deviation", 1.0))},
)
_add(
    "power",
    f"{_OURS}.power:Power",
    "Yeo and Johnson's or Box and Cox's power of each column, then mean 0 and deviation 1",
    space={"method": Choices(("yeo-johnson", "box-cox"))},
)
_add("log", f"{_OURS}.power:Log", "the natural logarithm of columns that are positive in training")
_add(
    "whiten",
    f"{_OURS}.whiten:Whiten",
    "turns and scales columns until songs of one genre vary alike in all directions",
    space={"shrink": Range(0.003, 0.3, log=True), "balance": Choices((0.0, 0.5, 1.0))},
)
_add(
    "ranks",
    f"{_OURS}.ranks:Ranks",
    "each number's place among those of training, as a normal score",
    space={"knots": Range(20, 500, log=True, whole=True)},
)
_add("scale", "sklearn.preprocessing:StandardScaler", "mean 0 and deviation 1")
_add("min-max", "sklearn.preprocessing:MinMaxScaler", "0 to 1 in training, cut there", preset={"clip": True})
_add("robust", "sklearn.preprocessing:RobustScaler", "median 0 and quartiles 1 apart")
_add(
    "fractions",
    f"{_OURS}.fractions:Fractions",
    "joins how far numbers lie from whole ones, where that is not even: tempos set by machines are whole",
)
_add(
    "generate",
    f"{_OURS}.generate:Polynomials",
    "products of roots up to degree 3, their sines and exponentials; the best by H on track means",
    preset={"keep": 1000},
    space={
        "root": Choices(("auto", "square", "fifth")),
        "degree": Choices((2, 3)),
        "keep": Range(100, 2000, log=True, whole=True),
    },
)
_add(
    "select-by-test",
    f"{_OURS}.selection:SelectByTest",
    "keeps the columns with the highest Kruskal-Wallis H, or effect, on track means",
    space={"top": Range(10, 1000, log=True, whole=True), "least_effect": Choices((0.0, 0.01, 0.06, 0.14))},
)
_add(
    "select-by-importance",
    f"{_OURS}.selection:SelectByImportance",
    "keeps the columns that a forest uses most",
    space={"top": Range(10, 1000, log=True, whole=True)},
    seeded=True,
)
_add(
    "clusters",
    f"{_OURS}.clusters:ClusterCode",
    "joins the number of each row's k-means cluster to the columns, scaled for it",
    space={
        "clusters": Range(2, 50, log=True, whole=True),
        "code": Choices(("one-hot", "ordinal", "distances")),
        "balanced": Choices((False, True)),
    },
    seeded=True,
)
_add(
    "oversample",
    f"{_OURS}.oversample:Oversample",
    "SMOTE: fills up rare genres with rows between their own, while fitting only",
    space={"neighbours": Range(1, 10, whole=True), "share": Range(0.2, 1.0)},
    seeded=True,
    resamples=True,
)

PIPELINE_TRUSTED = ("imblearn.pipeline.Pipeline",)
"""The types that a bundle may name for the pipeline around the steps."""
