"""Spotify's Web API as a new app finds it since 9 March 2026: fewer addresses, fewer fields, ten hits."""

import base64

from services.songs import SONGS, Song, found, of_artist

CLIENT, SECRET = "client-of-nobody", "secret-of-nobody"
TOKEN = "token-of-nobody"  # noqa: S105 - opens nothing
PLAYLIST = "3cEYpjA9oz9GiPac4AsH4n"
CLOSED = ("audio-features", "audio-analysis", "recommendations")


def token(headers: dict[str, str], form: dict[str, str]) -> tuple[int, dict]:
    """Answer at ``accounts.spotify.com/api/token``."""
    given = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
    if headers.get("authorization") != f"Basic {given}":
        return 400, {"error": "invalid_client", "error_description": "Invalid client secret"}
    if form != {"grant_type": "client_credentials"}:
        return 400, {"error": "unsupported_grant_type", "error_description": "grant_type is not supported"}
    return 200, {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600}


def answer(  # noqa: PLR0911 - one a page
    path: str, query: dict[str, str], headers: dict[str, str], *, most: int = 50
) -> tuple[int, dict]:
    """Return status and body for a path below ``api.spotify.com/v1``."""
    if headers.get("authorization") != f"Bearer {TOKEN}":
        return error(401, "Invalid access token")
    parts = path.strip("/").split("/")
    if parts[0] in CLOSED:
        return error(403, "Forbidden")
    asked, offset = int(query.get("limit", 5)), int(query.get("offset", 0))
    limit = min(asked, most)
    match parts:
        case ["search"]:
            if asked > 10:
                return error(400, "Invalid limit")
            text = query["q"]
            songs = of_artist(text.removeprefix("artist:")) if text.startswith("artist:") else found(text)
            return 200, {"tracks": _page([track(each) for each in songs], limit, offset, "search")}
        case ["playlists", number] if number == PLAYLIST:
            return 200, {"id": PLAYLIST, "name": "Salt & Snow", "type": "playlist", "owner": {"id": "nobody"}}
        case ["playlists", number, "items"] if number == PLAYLIST:
            items = [
                {"added_at": "2026-01-01T00:00:00Z", "is_local": False, "item": track(each)}
                for each in SONGS[:12]
            ]
            return 200, _page(items, limit, offset, path)
        case ["playlists", _, "items"]:
            return error(403, "Forbidden")
    return error(404, "Resource not found")


def error(status: int, message: str) -> tuple[int, dict]:
    return status, {"error": {"status": status, "message": message}}


def track(song: Song) -> dict:
    """Return a track: no ``external_ids``, no ``popularity``, no ``preview_url``."""
    artist = {
        "href": f"https://api.spotify.com/v1/artists/a{song.artist_number}",
        "id": f"a{song.artist_number}",
        "name": song.artist,
        "type": "artist",
        "uri": f"spotify:artist:a{song.artist_number}",
    }
    return {
        "album": {
            "album_type": "album",
            "artists": [artist],
            "id": f"b{song.album_number}",
            "name": song.album,
            "release_date": str(song.year),
            "release_date_precision": "year",
            "total_tracks": 25,
            "type": "album",
        },
        "artists": [artist],
        "disc_number": 1,
        "duration_ms": song.duration_ms,
        "explicit": False,
        "href": f"https://api.spotify.com/v1/tracks/t{song.number}",
        "id": f"t{song.number}",
        "is_local": False,
        "name": song.title,
        "track_number": song.number,
        "type": "track",
        "uri": f"spotify:track:t{song.number}",
    }


def _page(listed: list[dict], limit: int, offset: int, path: str) -> dict:
    more = offset + limit < len(listed)
    return {
        "href": f"https://api.spotify.com/v1/{path}?offset={offset}&limit={limit}",
        "items": listed[offset : offset + limit],
        "limit": limit,
        "next": f"https://api.spotify.com/v1/{path}?offset={offset + limit}&limit={limit}" if more else None,
        "offset": offset,
        "previous": None,
        "total": len(listed),
    }
