"""A colour for each genre that it keeps on every picture, told apart by colour-blind readers."""

from collections.abc import Iterable

# P. Tol's bright and muted schemes (SRON technical note 3.2), in an order in which neighbours differ in
# brightness as well, the light ones darker than there: each has a contrast of 3 with white and with near
# black, which WCAG 2.1 asks of what is drawn.
_HUES = (
    "#4477aa", "#cc6677", "#228833", "#b38b12", "#5d9ab7", "#aa3377", "#7b9e52", "#da7838",
    "#40a191", "#a8578f", "#7d7d7d", "#8866bb",
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
