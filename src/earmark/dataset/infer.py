"""What the columns of a table seem to be, told from their names and values."""

import math
import re

import pandas as pd

from earmark.dataset.schema import ColumnSpec, Dtype, Role, Schema

LABELS = (
    "genre", "label", "class", "genre_top", "track_genre", "music_genre", "playlist_genre", "target", "style",
    "subgenre", "category", "y",
)  # fmt: skip
"""Names that a label column has, the likeliest first."""

_GROUPS = re.compile(
    r"((main|first|album|track)_)*(artist|album|playlist|performer)s?(_?(name|id|uri|mbid)s?)?"
)
_IDS = re.compile(
    r"(track|song|segment|clip|recording|musicbrainz)?_?(id|uri|uuid|mbid|href|url)|isrc|clip|file_?(name)?|path|analysis_url"
    r"|preview_url"
)
_WORDS = re.compile(r"(track|song|main)?_?(title|name)|lyrics|comments?|tags?|genres.*")
_IGNORED = re.compile(r"segment|start_s|end_s|notes|fetched_at|merged_by|(.*_)?(split|fold|partition)")
_ROW_NUMBERS = re.compile(r"(unnamed:[ _]?\d+)?|index|level_0", re.IGNORECASE)
_MOST_CLASSES = 200
_MOST_CATEGORIES = 50
_LIST = re.compile(r"\s*\[.*\]\s*", re.DOTALL)
_LOOKED_AT = 1000


def inferred(frame: pd.DataFrame, label: str | None = None) -> Schema:
    """Return what the columns of a table seem to be.

    Names tell labels, groups and ids; types and the number of distinct values tell the rest. No range is
    inferred: what one table happens to hold says little of what the next may hold.

    Parameters
    ----------
    frame : pandas.DataFrame
        Any table.
    label : str, optional
        The column that holds the genre; guessed by its name if left out.
    """
    label = label or guessed_label(frame)
    return Schema(tuple(_spec(frame[name], str(name), str(name) == label) for name in frame.columns))


def guessed_label(frame: pd.DataFrame) -> str | None:
    """Return the column that by its name and values holds the genre, or None."""
    by_name = {plain_name(str(name)): str(name) for name in reversed(frame.columns)}
    for name in LABELS:
        if name in by_name and is_label_like(frame[by_name[name]]):
            return by_name[name]
    return None


def is_label_like(column: pd.Series) -> bool:
    """Return whether a column's values can be classes: few of them, and no lists."""
    present = column.dropna()
    distinct = present.nunique()
    if pd.api.types.is_float_dtype(present) and not (present % 1 == 0).all():
        return False
    if distinct > _MOST_CLASSES or (len(present) >= 20 and distinct > len(present) / 2):
        return False
    return pd.api.types.is_numeric_dtype(present) or not present.iloc[:_LOOKED_AT].map(_is_list).any()


def has_words(name: str) -> bool:
    """Return whether a column's name says that it holds no numbers to reckon with: names, ids, genres.

    Examples
    --------
    >>> has_words("artist_name"), has_words("Tempo")
    (True, False)
    """
    plain = plain_name(name)
    return plain in LABELS or any(kind.fullmatch(plain) for kind in (_GROUPS, _IDS, _WORDS))


def plain_name(name: str) -> str:
    """Return a column's name in small letters, its words joined by ``_``.

    Examples
    --------
    >>> plain_name("Artist Name(s)"), plain_name("artist.id")
    ('artist_names', 'artist_id')
    """
    return re.sub(r"[\s.-]+", "_", name.strip().casefold().replace("(s)", "s"))


def _is_list(value: object) -> bool:
    return isinstance(value, str) and _LIST.fullmatch(value) is not None


def _spec(column: pd.Series, name: str, is_label: bool) -> ColumnSpec:
    dtype = _dtype(column)
    role = "label" if is_label else _role(column, name, dtype)
    if role == "label":
        dtype = "category"
    elif role == "id":
        dtype = "id"
    elif role == "group":
        dtype = "category"
    classes = _classes(column) if role == "label" else ()
    return ColumnSpec(name, dtype, role, classes=classes, nullable=bool(column.isna().any()))


def _dtype(column: pd.Series) -> Dtype:
    if pd.api.types.is_bool_dtype(column):
        return "boolean"
    if pd.api.types.is_integer_dtype(column):
        return "integer"
    if pd.api.types.is_numeric_dtype(column):
        present = column.dropna()
        whole = len(present) < len(column) and bool((present % 1 == 0).all())
        return "integer" if whole and len(present) else "number"
    distinct = column.nunique()
    return "category" if distinct <= min(_MOST_CATEGORIES, max(2, len(column) / 10)) else "text"


def _role(column: pd.Series, name: str, dtype: Dtype) -> Role:
    plain = plain_name(name)
    if _IGNORED.fullmatch(plain) or (_ROW_NUMBERS.fullmatch(plain) and dtype == "integer"):
        return "ignored"
    if _GROUPS.fullmatch(plain):
        return "group"
    if _IDS.fullmatch(plain):
        return "id"
    if dtype == "text" or (dtype == "category" and _WORDS.fullmatch(plain)):
        return "text"
    return "feature"


def _classes(column: pd.Series) -> tuple[str, ...]:
    return tuple(sorted(class_name(value) for value in column.dropna().unique()))


def class_name(value: object) -> str:
    """Return a label's value as the schema writes it.

    Examples
    --------
    >>> class_name(3.0), class_name("jazz")
    ('3', 'jazz')
    """
    if isinstance(value, float) and math.isfinite(value) and value == int(value):
        return str(int(value))
    return str(value)
