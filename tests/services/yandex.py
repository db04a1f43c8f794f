"""Yandex Music's API as the documentation of ``yandex-music`` (https://yandex-music.rtfd.io) describes it."""

from services.songs import SONGS, Song, found, of_artist

TOKEN = "y0_token-of-nobody"  # noqa: S105 - opens nothing
OWNER, UID, KIND = "music-blog", 103372440, 1003
EXPIRED = {"error": {"name": "session-expired", "message": "Your OAuth token is most likely expired"}}
_INFO = {"invocationInfo": {"hostname": "nowhere", "req-id": "0", "exec-duration-millis": "1"}}


def answer(  # noqa: PLR0911 - one a page
    path: str, query: dict[str, str], headers: dict[str, str], *, most: int = 100
) -> tuple[int, dict]:
    """Return status and body for a path below the base address; a page holds `most` things at most."""
    if headers.get("authorization") != f"OAuth {TOKEN}":
        return 401, _INFO | EXPIRED
    page = int(query.get("page", 0))
    match path.strip("/").split("/"):
        case ["search"]:
            return 200, _result(_search(query["text"], query["type"], page, min(10, most)))
        case ["artists", number, "tracks"]:
            songs = [each for each in SONGS if str(each.artist_number) == number]
            size = min(int(query["page-size"]), most)
            pager = {"total": len(songs), "page": page, "perPage": size}
            if not songs:
                return _error(404, "not-found", "Artist not found")
            return 200, _result(
                {"pager": pager, "tracks": _part([track(each) for each in songs], page, size)}
            )
        case ["users", owner, "playlists", kind]:
            if owner not in (OWNER, str(UID)) or kind != str(KIND):
                return _error(404, "playlist-not-found", "Playlist not found")
            return 200, _result(playlist(whole=True))
    return _error(404, "not-found", "Not found")


def _search(text: str, kind: str, page: int, size: int) -> dict:
    if kind == "artist":
        things = [artist(of_artist(name)[0]) for name in dict.fromkeys(each.artist for each in found(text))]
    elif kind == "playlist":
        things = [playlist(whole=False)] if text.casefold() in ("jazz", "salt") else []
    else:
        things = [track(each) for each in found(text)]
    # A kind of which nothing is found is left out.
    listed = {"total": len(things), "perPage": size, "order": 0, "results": _part(things, page, size)}
    section = {f"{kind}s": listed} if things else {}
    about = {"type": kind, "page": page, "perPage": size, "text": text, "searchRequestId": "nowhere-1"}
    return about | section


def track(song: Song) -> dict:
    return {
        "id": str(song.number),
        "realId": str(song.number),
        "title": song.title,
        "available": True,
        "durationMs": song.duration_ms,
        "artists": [artist(song)],
        "albums": [
            {
                "id": song.album_number,
                "title": song.album,
                "metaType": "music",
                "year": song.year,
                "genre": song.genres[0].replace(" ", ""),
                "trackCount": 25,
            }
        ],
        "type": "music",
    }


def artist(song: Song) -> dict:
    return {"id": song.artist_number, "name": song.artist, "various": False, "composer": False, "genres": []}


def playlist(*, whole: bool) -> dict:
    about = {
        "uid": UID,
        "kind": KIND,
        "title": "Salt & Snow",
        "trackCount": 5,
        "owner": {"uid": UID, "login": OWNER, "name": OWNER, "verified": True},
        "visibility": "public",
        "cover": {"type": "mosaic", "itemsUri": [], "custom": False},
    }
    if whole:
        about["tracks"] = [
            {"id": each.number, "albumId": each.album_number, "timestamp": "2026-01-01", "track": track(each)}
            for each in SONGS[:5]
        ]
    return about


def _part(things: list[dict], page: int, size: int) -> list[dict]:
    return things[page * size : (page + 1) * size]


def _result(result: dict) -> dict:
    return _INFO | {"result": result}


def _error(status: int, name: str, message: str) -> tuple[int, dict]:
    return status, _INFO | {"error": {"name": name, "message": message}}
