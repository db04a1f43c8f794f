"""MusicBrainz' web service, version 2, as https://musicbrainz.org/doc/MusicBrainz_API describes its JSON.

What a search finds has neither ISRCs nor tags nor genres: these come with a lookup or a browse.
"""

from services.songs import SONGS, Song, found, of_artist, of_genre

COLLECTION = "cccccccc-0000-4000-8000-000000000001"
BUSY = {
    "error": "Your requests are exceeding the allowable rate limit. Please see "
    "http://wiki.musicbrainz.org/XMLWebService for more information."
}
NAMELESS = {
    "error": "Your requests are being throttled by MusicBrainz because the application you are using has not "
    "identified itself."
}
_HELP = "For usage, please see: https://musicbrainz.org/development/mmd"
NOT_FOUND = {"error": "Not Found", "help": _HELP}


def answer(path: str, query: dict[str, str], *, most: int = 100) -> tuple[int, dict]:  # noqa: PLR0911
    """Return status and body for a path below the base address; a page holds `most` things at most."""
    if query.get("fmt") != "json":
        return 406, {"error": "this stand-in speaks JSON only", "help": _HELP}
    inc = query.get("inc", "").split()
    match path.strip("/").split("/"):
        case ["recording"] if "query" in query:
            songs = _asked(query["query"])
            return 200, _page(songs, query, most, hit)
        case ["recording"] if "artist" in query or "collection" in query:
            if "artist" in query:
                songs = tuple(each for each in SONGS if each.artist_id == query["artist"])
            else:
                songs = SONGS[:5] if query["collection"] == COLLECTION else ()
            if not songs:
                return 404, NOT_FOUND
            return 200, _page(songs, query, most, lambda song: recording(song, inc), "recording-")
        case ["recording", mbid]:
            songs = tuple(each for each in SONGS if each.recording == mbid)
            return (200, recording(songs[0], inc)) if songs else (404, NOT_FOUND)
        case ["artist"] if "query" in query:
            name = query["query"].removeprefix("artist:").strip('"')
            songs = {each.artist: each for each in found(name)}
            listed = [_artist(each) | {"score": 100} for each in songs.values()]
            return 200, {
                "created": "2026-11-01T00:00:00Z",
                "count": len(listed),
                "offset": 0,
                "artists": listed,
            }
        case ["collection", mbid] if mbid == COLLECTION:
            about = {"id": mbid, "name": "Salt & Snow", "editor": "nobody", "type": "Recording collection"}
            return 200, about | {"entity-type": "recording", "recording-count": 5}
    return 404, NOT_FOUND


def _asked(text: str) -> tuple[Song, ...]:
    return of_genre(text.removeprefix("tag:")) if text.startswith("tag:") else found(text)


def recording(song: Song, inc: list[str]) -> dict:
    """Return a recording as a lookup or a browse with these ``inc`` gives it."""
    whole = {
        "id": song.recording,
        "title": song.title,
        "length": song.duration_ms,
        "disambiguation": "",
        "video": False,
        "first-release-date": f"{song.year}-06-01",
    }
    if "artist-credits" in inc:
        whole["artist-credit"] = [{"name": song.artist, "joinphrase": "", "artist": _artist(song)}]
    if "isrcs" in inc:
        whole["isrcs"] = [song.isrc]
    if "genres" in inc:
        # In the order of their ids, not of their counts.
        counted = [(3 - i, name) for i, name in enumerate(song.genres)]
        whole["genres"] = [
            {"id": f"g{n}", "name": name, "count": n, "disambiguation": ""} for n, name in counted
        ][::-1]
    if "tags" in inc:
        tags = [{"name": name, "count": 3 - i} for i, name in enumerate(song.genres)]
        whole["tags"] = [{"name": "made up", "count": 1}, *tags[::-1]]
    if "releases" in inc:
        release = {
            "id": f"r{song.album_number}",
            "title": song.album,
            "status": "Official",
            "date": f"{song.year}",
        }
        whole["releases"] = [release]
    return whole


def hit(song: Song) -> dict:
    """Return a recording as a search gives it."""
    release = {"id": f"r{song.album_number}", "title": song.album, "status": "Official", "count": 1}
    credit = [{"name": song.artist, "artist": _artist(song)}]
    bare = recording(song, [])
    del bare["disambiguation"]
    return bare | {"score": 100, "artist-credit": credit, "releases": [release]}


def _artist(song: Song) -> dict:
    return {"id": song.artist_id, "name": song.artist, "sort-name": song.artist, "disambiguation": ""}


def _page(songs, query, most, made, prefix="") -> dict:
    start, limit = int(query.get("offset", 0)), min(int(query.get("limit", 25)), most)
    listed = [made(each) for each in songs[start : start + limit]]
    return {f"{prefix}count": len(songs), f"{prefix}offset": start, "recordings": listed}


def artist_id(name: str) -> str:
    return of_artist(name)[0].artist_id
