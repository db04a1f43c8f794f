"""spotipy without its own requests, tokens and waits: it knows the addresses, the client here asks."""

import base64
import io
import json
import time
from collections.abc import Callable
from typing import Any, TypeVar

import requests
import spotipy

from earmark.catalog._fields import Fields, ask
from earmark.catalog.http import Client
from earmark.errors import ArgumentError, CredentialsError, ProviderUnavailableError

T = TypeVar("T")

_SPARE_S = 60.0  # a token is got anew so long before it expires
_CLOSED = ProviderUnavailableError(
    "Spotify refuses to answer that (403): since 9 March 2026 an app in development mode reads only "
    "playlists that its owner made, and only while its owner has Premium",
    "ask Deezer, Yandex Music or MusicBrainz for a playlist, or collect a table of songs",
)


class Session(requests.Session):
    """What spotipy takes for its connection; the token joins a request here, where nobody logs it."""

    def __init__(self, client: Client, keys: tuple[str, str]) -> None:
        super().__init__()
        self.read: Callable[[Fields], Any] = lambda found: found
        self.made: Any = None
        self._client = client
        self._keys = keys
        self._token, self._until_s = "", 0.0

    def request(self, method: str, url: str | bytes, *args: Any, **question: Any) -> requests.Response:
        """Ask, and keep what is made of the answer."""
        headers = {"Authorization": f"Bearer {self._bearer()}"}
        refused = {403: _CLOSED}
        found, self.made = ask(
            self._client,
            self._both,
            str(url),
            question.get("params"),
            method=method,
            headers=headers,
            refused=refused,
        )
        response = requests.Response()  # what spotipy looks at
        response.status_code = 200
        response.raw = io.BytesIO(json.dumps(found).encode())
        return response

    def _both(self, found: Fields) -> tuple[Any, Any]:
        return found.value, self.read(found)

    def _bearer(self) -> str:
        """Return a token for the app's id and secret; it holds for an hour."""
        if time.monotonic() >= self._until_s:
            name, secret = (self._client.secrets[key] for key in self._keys)
            proof = base64.b64encode(f"{name}:{secret}".encode()).decode()
            self._client.hide(proof)
            wrong = CredentialsError(
                f"Spotify does not accept {' and '.join(self._keys)}",
                "copy both anew from https://developer.spotify.com/dashboard",
            )
            token, seconds = ask(
                self._client,
                lambda found: (found.text("access_token"), found.number("expires_in")),
                "token",
                base="accounts",
                method="POST",
                headers={"Authorization": f"Basic {proof}"},
                data={"grant_type": "client_credentials"},
                refused={400: wrong, 401: wrong},
            )
            self._client.hide(token)
            self._token, self._until_s = token, time.monotonic() + seconds - _SPARE_S
        return self._token


class Spotipy:
    """spotipy on the client here.

    Parameters
    ----------
    client : Client
        Who asks.
    keys : (str, str)
        The variables that hold the app's id and secret.
    """

    def __init__(self, client: Client, keys: tuple[str, str]) -> None:
        self._session = Session(client, keys)
        self._library = spotipy.Spotify(requests_session=self._session)
        self._library.prefix = client.urls[""]

    def read(self, read: Callable[[Fields], T], method: str, *args: Any, **params: Any) -> T:
        """Return what `read` makes of the answer to one of spotipy's methods."""
        self._session.read = read
        try:
            getattr(self._library, method)(*args, **params)
        except spotipy.SpotifyException as error:  # of what it does not even ask for
            raise ArgumentError(
                f"'{args[0]}' is no playlist of Spotify ({error.msg})",
                "give its id, URI or address: https://open.spotify.com/playlist/…",
            ) from None
        made: T = self._session.made
        return made
