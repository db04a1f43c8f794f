"""yandex-music without its own requests: it knows the addresses and the headers, the client here asks."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

import yandex_music
from yandex_music.exceptions import YandexMusicError
from yandex_music.utils.request import Request

from earmark.catalog._fields import Fields, ask
from earmark.catalog.http import Client
from earmark.errors import AnswerError, ProviderUnavailableError

T = TypeVar("T")

_ELSEWHERE = ProviderUnavailableError(
    "Yandex Music is not open to this country (451)", "ask Deezer, iTunes Search, MusicBrainz or Last.fm"
)


class Lent(Request):
    """What yandex-music takes for its connection."""

    def __init__(self, client: Client) -> None:
        super().__init__()
        self.read: Callable[[Fields], Any] = lambda found: found
        self.made: Any = None
        self._earmark = client

    def _request_wrapper(self, *args: Any, **question: Any) -> bytes:
        """Ask, and keep what is made of the answer."""
        method, url = args
        found, self.made = ask(
            self._earmark,
            self._both,
            url,
            question.get("params"),
            method=method,
            headers=question.get("headers"),
            refused={451: _ELSEWHERE},
        )
        return json.dumps(found).encode()

    def _both(self, found: Fields) -> tuple[Any, Any]:
        return found.value, self.read(found.below("result"))


class YandexMusic:
    """yandex-music on the client here.

    Parameters
    ----------
    client : Client
        Who asks.
    token : str
        Whose account asks.
    """

    def __init__(self, client: Client, token: str) -> None:
        self._lent = Lent(client)
        self._library = yandex_music.Client(
            token,
            base_url=client.urls[""].removesuffix("/"),
            request=self._lent,
            on_schema_mismatch=lambda _: None,  # what must be there is read here
        )

    def read(self, read: Callable[[Fields], T], method: str, *args: Any, **params: Any) -> T:
        """Return what `read` makes of the result of one of yandex-music's methods."""
        self._lent.read = read
        try:
            getattr(self._library, method)(*args, **params)
        except YandexMusicError as error:
            raise AnswerError(
                f"yandex-music does not understand the answer: {type(error).__name__}",
                "pip install -U yandex-music, or look for a newer Earmark",
            ) from None
        made: T = self._lent.made
        return made
