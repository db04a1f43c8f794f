"""What a provider is: one file per source of songs, all behind one protocol."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, get_args

from earmark.errors import CatalogError
from earmark.registry import Registry

if TYPE_CHECKING:
    from earmark.catalog.http import Client

Kind = Literal["search", "genre", "artist", "playlist", "path"]
"""What can be asked: words, a genre, an artist's name, a playlist, a file or folder on this machine."""

KINDS: tuple[Kind, ...] = get_args(Kind)

Ability = Literal["search", "genre", "playlist", "artist", "preview audio", "tags", "audio features"]
"""What a provider can do."""


@dataclass(frozen=True)
class Query:
    """One question to one provider.

    Attributes
    ----------
    kind : {"search", "genre", "artist", "playlist", "path"}
        What sort of question it is.
    text : str
        Its words: ``"rock"``, ``"Nina Simone"``, the id of a playlist, a path.
    options : tuple of (str, str)
        What else decides the answer, sorted by name: the mapped columns of a table.

    Examples
    --------
    >>> str(Query("genre", "rock"))
    'genre:rock'
    """

    kind: Kind
    text: str
    options: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return f"{self.kind}:{self.text}"


@dataclass(frozen=True)
class Record:
    """One song as a provider tells of it.

    What a provider does not tell is None or empty, never a guess and never what another record said.

    Attributes
    ----------
    key : str
        The provider's own name for the song: one song, one key.
    raw : dict
        The song's part of the answer as it came, plain JSON types.
    title, album : str or None
        As spelled there.
    artists : tuple of str
        The artists in their order; the first is the main one.
    duration_s : float or None
        Length of the whole song in seconds, not of a preview.
    isrc, musicbrainz_id : str or None
        Names of the recording that hold everywhere: its ISRC, or several with semicolons between them; of
        MusicBrainz the recording's id.
    tags : tuple of str
        Raw genre tags, most telling first.
    playlists : tuple of str
        Names of the playlists in which it was found.
    year : int or None
        When it was released.
    preview_url : str or None
        Where an excerpt can be heard.
    path : str or None
        The file, if it lies on this machine.
    """

    key: str
    raw: Mapping[str, Any]
    title: str | None = None
    artists: tuple[str, ...] = ()
    album: str | None = None
    duration_s: float | None = None
    isrc: str | None = None
    musicbrainz_id: str | None = None
    tags: tuple[str, ...] = ()
    playlists: tuple[str, ...] = ()
    year: int | None = None
    preview_url: str | None = None
    path: str | None = None


@dataclass(frozen=True)
class Miss:
    """One thing of a page that could not be had; the rest of the page stands.

    Attributes
    ----------
    what : str
        What was asked for: ``"tags of Nina Simone, Sinnerman"``.
    error : str
        Name of the error's class.
    message, hint : str
        What the error said.
    """

    what: str
    error: str
    message: str
    hint: str


@dataclass(frozen=True)
class Page:
    """One step of an answer: what it holds is safe on disk before the next step is asked for.

    Attributes
    ----------
    records : tuple of Record
        The songs, in the provider's order.
    next : str or None
        The cursor with which the answer goes on after this page; None after the last one. It is written to
        disk: no key or token in it, and it must still be good after days.
    misses : tuple of Miss
        What of this page could not be had.
    """

    records: tuple[Record, ...]
    next: str | None = None
    misses: tuple[Miss, ...] = ()


@dataclass(frozen=True)
class Rate:
    """How many requests a service allows in how many seconds; one at a time in any case.

    Attributes
    ----------
    requests : int
        How many.
    per_s : float
        In how many seconds, whenever these begin.
    """

    requests: int
    per_s: float


@dataclass(frozen=True)
class Terms:
    """What a service allows to be done with its content.

    Attributes
    ----------
    text : str
        The part that matters here, one or two sentences.
    url : str
        Where it says so.
    training : bool
        Whether models may be trained on it, as far as its terms say.
    """

    text: str
    url: str
    training: bool = True


class BusyError(Exception):
    """The service answers that it is busy, or its answer came damaged: to be asked again after a pause.

    Parameters
    ----------
    failure : CatalogError
        What it is when asking again does not help.
    after_s : float, optional
        How long the service asks to wait.
    """

    def __init__(self, failure: CatalogError, after_s: float | None = None) -> None:
        super().__init__(str(failure))
        self.failure = failure
        self.after_s = after_s


class Provider(Protocol):
    """A source of songs. It has no state: what a question needs comes with it.

    Attributes
    ----------
    name : str
        As on the command line: ``"deezer"``.
    title : str
        As people write it: ``"Deezer"``.
    can : frozenset of Ability
        What it can do.
    asks : mapping of Kind to str
        The kinds of query it answers, each with a line of help.
    rate : Rate or None
        What the service allows; None for what lies on this machine.
    terms : Terms
        What may be done with its content.
    needs : mapping of str to str
        Environment variables that it needs, each with where to get one; their values are secrets.
    urls : mapping of str to str
        Its addresses by name, ``""`` for the main one, each ending in ``/``. ``EARMARK_DEEZER_URL`` in the
        environment takes the place of ``""``, ``EARMARK_SPOTIFY_ACCOUNTS_URL`` that of ``"accounts"``.
    """

    name: str
    title: str
    can: frozenset[Ability]
    asks: Mapping[Kind, str]
    rate: Rate | None
    terms: Terms
    needs: Mapping[str, str]
    urls: Mapping[str, str]

    def pages(self, client: "Client", query: Query, cursor: str) -> Iterator[Page]:
        """Yield the pages of an answer from a cursor on; ``""`` is the beginning.

        Each page should cost few requests. After an error the answer is taken up again by a new call with the
        last page's ``next``. The same page may come twice: a song's key says that it is the same.

        Raises
        ------
        CatalogError
            If the page cannot be had. An :class:`~earmark.errors.AnswerError` (a field is missing or has
            another type) is tried again a few times; so never put a default in a missing field's place
            where the documentation promises one.
        """


PROVIDERS: Registry[Provider] = Registry("provider")
"""Sources of songs by name; see :mod:`earmark.catalog.providers` for how they get in."""
