"""A colour for each genre that it keeps on every picture, told apart by colour-blind readers."""

from collections.abc import Iterable

# P. Tol's bright and muted schemes (SRON technical note 3.2), in an order in which neighbours differ in
# brightness as well; each stands out from white and from near black.
_HUES = (
    "#4477aa", "#cc6677", "#228833", "#b8a02c", "#66a9c9", "#aa3377", "#9a9a4a", "#e07b39",
    "#44aa99", "#a8578f", "#7d7d7d", "#8866bb",
)  # fmt: skip

MOST = len(_HUES)
"""So many genres have a colour of their own; more share them, and every picture names its genres in words."""


def genre_colours(genres: Iterable[str]) -> dict[str, str]:
    """Return a colour for each genre, as ``#rrggbb``.

    The order of the names decides and not that in which they come, so that the pictures of one table agree.

    Examples
    --------
    >>> genre_colours(["rock", "jazz"]) == genre_colours(["jazz", "rock", "jazz"])
    True
    """
    return {genre: _HUES[at % MOST] for at, genre in enumerate(sorted(set(genres)))}
