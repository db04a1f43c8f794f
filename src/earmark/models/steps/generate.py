"""Columns made of columns: products up to the third degree of roots, and their sines and exponentials."""

from collections.abc import Iterator, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.validation import check_is_fitted, validate_data

from earmark.errors import ArgumentError
from earmark.models.steps._base import Array, Codes, Transformer, codes_of, one_of, tagged
from earmark.stats.kruskal import kruskal
from earmark.stats.units import Units

ROOTS = ("auto", "square", "fifth", "as-is")
FUNCTIONS = ("sin", "exp")

STEEPEST = 30.0  # e^30 is 1e13: beyond it sums of squares would lose all other columns
_SHOWN = {"square": "sqrt", "fifth": "root5"}


class Polynomials(Transformer):
    """Products of the roots of columns: x, x², x³, xy, x²y and xy², with the sine and exponential of each.

    The root of a column makes large values small and keeps their sign: the square root, or the fifth root.
    ``exp`` of more than 30 is that of 30, and of less than -30 that of -30.

    With `keep`, columns are ranked by Kruskal and Wallis' H **on track means** while they are made, and only
    the best are ever held: p columns make ``3 * (3p + 3p(p-1)/2)`` with both functions, 57 make 14 877.

    Parameters
    ----------
    root : {"auto", "square", "fifth", "as-is"}
        ``"auto"`` is the square root for columns that are never negative in training, the fifth for others.
    degree : {1, 2, 3}
        The highest.
    pairs : bool
        Whether to multiply different columns.
    functions : tuple of {"sin", "exp"}
        What else to make of each product.
    keep : int, optional
        How many of the made columns to keep, those with the highest H; all unless told.

    Attributes
    ----------
    terms_ : array of int, shape (made, 5)
        Of each made column: first column, its power, second column, its power (0: none), function (0: none).
    h_ : array of float, shape (made,)
        Each made column's H; only with `keep`.

    Notes
    -----
    ``exp`` does not change the order of values, so a column and its exponential have the same H.

    Examples
    --------
    >>> made = Polynomials(degree=2, functions=()).fit_transform([[4.0, 9.0], [1.0, 0.0]])
    >>> made.tolist()
    [[2.0, 4.0, 6.0, 3.0, 9.0], [1.0, 1.0, 0.0, 0.0, 0.0]]
    """

    __metadata_request__fit = {"track": True}  # noqa: RUF012 - scikit-learn reads it so

    def __init__(
        self,
        root: str = "auto",
        degree: int = 3,
        pairs: bool = True,
        functions: Sequence[str] = FUNCTIONS,
        keep: int | None = None,
    ) -> None:
        self.root = root
        self.degree = degree
        self.pairs = pairs
        self.functions = functions
        self.keep = keep

    def fit(self, X: ArrayLike, y: ArrayLike | None = None, track: Sequence[Any] | None = None) -> Self:  # noqa: N803
        """Learn which columns are never negative and, with `keep`, which products tell genres apart.

        Parameters
        ----------
        X : array-like, shape (rows, columns)
            Numbers, none missing.
        y : array-like, shape (rows,), optional
            Genres; needed with `keep`.
        track : sequence, shape (rows,), optional
            Which track each row is of; each row is one unless told.
        """
        self._see_parameters()
        if self.keep is None:
            x = validate_data(self, X, dtype=np.float64)
        else:
            x, y = validate_data(self, X, y, dtype=np.float64)
        square = (x >= 0).all(axis=0) if self.root == "auto" else np.full(x.shape[1], self.root == "square")
        self.square_ = np.asarray(square, bool)
        if self.keep is None:
            self.terms_ = np.concatenate(list(self._terms()))
        else:
            self._choose(x, np.asarray(y), track)
        return self

    def _see_parameters(self) -> None:
        one_of("root", self.root, ROOTS)
        one_of("degree", self.degree, (1, 2, 3))
        for function in self.functions:
            one_of("a function", function, FUNCTIONS)
        if self.keep is not None and self.keep < 1:
            raise ArgumentError(f"{self.keep} columns to keep", "keep at least one, or all (None)")

    def _choose(self, x: Array, y: Any, track: Sequence[Any] | None) -> None:
        labels = np.asarray(np.unique(y, return_inverse=True)[1], np.int64)
        tracks = Units.of(labels, None if track is None else codes_of(track, len(x), "track"))
        roots = self._roots(x)
        terms = np.empty((0, 5), np.int64)
        h = np.empty(0)
        for block in self._terms():
            found = kruskal(tracks.means(_made(roots, block)), tracks.genres)
            terms, h = np.concatenate([terms, block]), np.concatenate([h, found])
            best = np.sort(np.argsort(-h, kind="stable")[: self.keep])
            terms, h = terms[best], h[best]
        self.terms_, self.h_ = terms, h

    def _terms(self) -> Iterator[Codes]:
        """Yield the made columns that begin with each column."""
        functions = range(1 + len(self.functions))
        numbers = [0, *(FUNCTIONS.index(name) + 1 for name in self.functions)]
        for i in range(self.n_features_in_):
            block = [(i, power, 0, 0) for power in range(1, self.degree + 1)]
            for j in range(i + 1, self.n_features_in_) if self.pairs and self.degree > 1 else ():
                block.append((i, 1, j, 1))
                if self.degree > 2:
                    block += [(i, 2, j, 1), (i, 1, j, 2)]
            yield np.asarray([(*term, numbers[f]) for term in block for f in functions], np.int64)

    def _roots(self, x: Array) -> Array:
        if self.root == "as-is":
            return x
        size = np.abs(x)
        return np.asarray(np.sign(x) * np.where(self.square_, np.sqrt(size), size**0.2), np.float64)

    def transform(self, X: ArrayLike) -> Array:  # noqa: N803
        """Return the made columns, shape (rows, made); the columns they are made of are not among them."""
        check_is_fitted(self)
        x = validate_data(self, X, reset=False, dtype=np.float64)
        return _made(self._roots(x), self.terms_)

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> Any:
        """Return a name for each made column, such as ``"sin(sqrt(rms)^2 root5(mfcc1))"``."""
        check_is_fitted(self)
        given = getattr(self, "feature_names_in_", None) if input_features is None else input_features
        names = [f"x{i}" for i in range(self.n_features_in_)] if given is None else list(np.asarray(given))
        if self.root != "as-is":
            kinds = [_SHOWN["square" if square else "fifth"] for square in self.square_]
            names = [f"{kind}({name})" for kind, name in zip(kinds, names, strict=True)]
        return np.asarray([_name(names, term) for term in self.terms_.tolist()], dtype=object)

    def __sklearn_tags__(self) -> Any:
        return tagged(super().__sklearn_tags__(), target_tags={"required": self.keep is not None})


def _name(names: list[str], term: list[int]) -> str:
    first, power, second, other, function = term
    parts = [names[first] + (f"^{power}" if power > 1 else "")]
    if other:
        parts.append(names[second] + (f"^{other}" if other > 1 else ""))
    product = " ".join(parts)
    return f"{FUNCTIONS[function - 1]}({product})" if function else product


def _made(roots: Array, terms: Codes) -> Array:
    first, power, second, other, function = terms.T
    made = roots[:, first] ** power
    mixed = np.flatnonzero(other)
    made[:, mixed] *= roots[:, second[mixed]] ** other[mixed]
    sine, steep = np.flatnonzero(function == 1), np.flatnonzero(function == 2)
    made[:, sine] = np.sin(made[:, sine])
    made[:, steep] = np.exp(np.clip(made[:, steep], -STEEPEST, STEEPEST))
    return np.asarray(made, np.float64)
