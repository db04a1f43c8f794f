"""Last.fm's API 2.0 as https://www.last.fm/api describes it: one address, the method in the query."""

from services.songs import SONGS, Song, found, of_artist, of_genre

KEY = "0123456789abcdef0123456789abcdef"


def error(code: int, message: str) -> dict:
    return {"error": code, "message": message, "links": []}


BAD_KEY = error(10, "Invalid API key - You must be granted a valid key by last.fm")
SUSPENDED = error(
    26, "Suspended API key - Access for your account has been suspended, please contact Last.fm"
)
TOO_FAST = error(29, "Rate limit exceeded - Your IP has made too many requests in a short period")
OFFLINE = error(11, "Service Offline - This service is temporarily offline. Try again later.")
NO_ARTIST = error(6, "The artist you supplied could not be found")
NO_TRACK = error(6, "Track not found")


def answer(query: dict[str, str], *, most: int = 1000) -> tuple[int, dict]:  # noqa: PLR0911 - one a method
    """Return status and body for a query; a page holds `most` things at most."""
    if query.get("api_key") != KEY:
        return 403, BAD_KEY
    if query.get("format") != "json":
        return 400, error(5, "Invalid format - This service doesn't exist in that format")
    method = query.get("method", "").lower()
    if method == "track.search":
        return 200, _search(found(query["track"]), query, most)
    if method == "tag.gettoptracks":
        songs = of_genre(query["tag"])
        return 200, {
            "tracks": _page(
                songs, query, most, {"tag": query["tag"]}, lambda song: track(song) | _length(song)
            )
        }
    if method == "artist.gettoptracks":
        songs = of_artist(query["artist"])
        if not songs:
            return 200, NO_ARTIST
        return 200, {"toptracks": _page(songs, query, most, {"artist": songs[0].artist}, track)}
    if method == "track.gettoptags":
        songs = [each for each in SONGS if (each.artist, each.title) == (query["artist"], query["track"])]
        return (200, tags(songs[0])) if songs else (200, NO_TRACK)
    return 400, error(3, "Invalid Method - No method with that name in this package")


def track(song: Song) -> dict:
    return {
        "name": song.title,
        "playcount": str(1000 - song.number),
        "listeners": "100",
        "mbid": song.recording if song.number % 2 else "",
        "url": f"https://www.last.example/music/{song.artist_number}/_/{song.number}",
        "streamable": "0",
        "artist": {"name": song.artist, "mbid": song.artist_id, "url": "https://www.last.example/music"},
        "image": [{"#text": "https://lastfm.example/34s.png", "size": "small"}],
        "@attr": {"rank": str(song.number)},
    }


def _length(song: Song) -> dict:
    return {"duration": str(song.duration_ms // 1000)}


def tags(song: Song) -> dict:
    counted = [(100 - 40 * i, name) for i, name in enumerate(song.genres)]
    listed = [*counted, (10, "seen nowhere"), (3, "my desk")]
    tag = [{"count": n, "name": name, "url": f"https://www.last.example/tag/{name}"} for n, name in listed]
    return {"toptags": {"tag": tag, "@attr": {"artist": song.artist, "track": song.title}}}


def _page(songs, query, most, about, made) -> dict:
    page, limit = int(query.get("page", 1)), min(int(query.get("limit", 50)), most)
    shown = [made(each) for each in songs[(page - 1) * limit : page * limit]]
    pages = -(-len(songs) // limit)
    counts = {"page": str(page), "perPage": str(limit), "totalPages": str(pages), "total": str(len(songs))}
    # Made from XML: a list of one thing is that thing.
    return {"track": shown[0] if len(shown) == 1 else shown, "@attr": about | counts}


def _search(songs, query, most) -> dict:
    page, limit = int(query.get("page", 1)), min(int(query.get("limit", 30)), most)
    shown = songs[(page - 1) * limit : page * limit]
    matches = [track(each) | {"artist": each.artist} for each in shown]
    return {
        "results": {
            "opensearch:Query": {"#text": "", "role": "request", "startPage": str(page)},
            "opensearch:totalResults": str(len(songs)),
            "opensearch:startIndex": str((page - 1) * limit),
            "opensearch:itemsPerPage": str(limit),
            "trackmatches": {"track": matches},
            "@attr": {},
        }
    }
