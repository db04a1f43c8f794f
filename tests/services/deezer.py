"""Deezer's API as https://developers.deezer.com/api describes it: errors come with HTTP status 200."""

from services.songs import SONGS, Song, found, of_artist

JAZZ, ROCK = 129, 152
GENRES = {JAZZ: "Jazz", ROCK: "Rock"}
PLAYLIST = 908622995
QUOTA = {"error": {"type": "Exception", "message": "Quota limit exceeded", "code": 4}}
BUSY = {"error": {"type": "Exception", "message": "Service busy", "code": 700}}
NO_DATA = {"error": {"type": "DataException", "message": "no data", "code": 800}}
_PICTURE = "https://cdn-images.dzcdn.example/images/cover/0/250x250-000000-80-0-0.jpg"


def answer(path: str, query: dict[str, str], *, most: int = 100) -> dict:  # noqa: PLR0911 - one a page
    """Return the body for a path below the base address; a page holds `most` things at most."""
    parts = path.strip("/").split("/")
    match parts:
        case ["search"] | ["search", "track"]:
            if "q" not in query:
                return _error("MissingParameterException", "Missing parameters: q", 501)
            return _page([track(each) for each in found(query["q"])], path, query, most)
        case ["search", "artist"]:
            names = dict.fromkeys(each.artist for each in found(query["q"]))
            return _page([artist(of_artist(name)[0]) for name in names], path, query, most)
        case ["artist", number, "top"]:
            songs = [each for each in SONGS if str(each.artist_number) == number]
            listed = [track(each, isrc=False) for each in songs]
            return _page(listed, path, query, most) if songs else NO_DATA
        case ["track", number]:
            return next((whole(each) for each in SONGS if str(each.number) == number), NO_DATA)
        case ["album", number]:
            return next((album(each) for each in SONGS if str(each.album_number) == number), NO_DATA)
        case ["playlist", number] if number == str(PLAYLIST):
            return {
                "id": PLAYLIST,
                "title": "Salt & Snow",
                "public": True,
                "nb_tracks": 5,
                "type": "playlist",
            }
        case ["playlist", number, "tracks"] if number == str(PLAYLIST):
            return _page([track(each, isrc=False) for each in SONGS[:5]], path, query, most)
        case ["genre"]:
            listed = [{"id": 0, "name": "All"}] + [{"id": key, "name": name} for key, name in GENRES.items()]
            return {"data": [{**each, "picture": _PICTURE, "type": "genre"} for each in listed]}
        case ["genre", number, "artists"] if int(number) in GENRES:
            name = GENRES[int(number)].casefold()
            songs = {each.artist: each for each in SONGS if name in each.genres}
            return {"data": [artist(each) for each in songs.values()]}
    if parts[0] in ("playlist", "genre"):
        return NO_DATA
    return _error("InvalidQueryException", f"Unknown path components : /{path}", 600)


def track(song: Song, *, isrc: bool = True) -> dict:
    """Return a song as lists hold it; those of artists and playlists lack the ISRC."""
    found = {
        "id": song.number,
        "readable": True,
        "title": song.title,
        "title_short": song.title,
        "title_version": "",
        "isrc": song.isrc,
        "link": f"https://www.deezer.example/track/{song.number}",
        "duration": song.duration_ms // 1000,
        "rank": 500_000 - song.number,
        "explicit_lyrics": False,
        "preview": f"https://cdnt-preview.dzcdn.example/{song.number}.mp3?hdnea=exp=1",
        "md5_image": "0",
        "artist": artist(song),
        "album": {
            "id": song.album_number,
            "title": song.album,
            "cover": _PICTURE,
            "tracklist": f"https://api.deezer.example/album/{song.album_number}/tracks",
            "type": "album",
        },
        "type": "track",
    }
    if not isrc:
        del found["isrc"]
    return found


def whole(song: Song) -> dict:
    """Return a song as its own page holds it."""
    return track(song) | {
        "track_position": song.number,
        "disk_number": 1,
        "release_date": f"{song.year}-06-01",
        "bpm": 0,
        "gain": -9.5,
        "contributors": [artist(song) | {"role": "Main"}],
    }


def artist(song: Song) -> dict:
    return {
        "id": song.artist_number,
        "name": song.artist,
        "picture": _PICTURE,
        "tracklist": f"https://api.deezer.example/artist/{song.artist_number}/top?limit=50",
        "type": "artist",
    }


def album(song: Song) -> dict:
    genres = [{"id": 1000 + i, "name": name, "type": "genre"} for i, name in enumerate(song.genres)]
    return {
        "id": song.album_number,
        "title": song.album,
        "genre_id": 1000,
        "genres": {"data": genres},
        "label": "Nobody's Records",
        "release_date": f"{song.year}-06-01",
        "artist": artist(song),
        "type": "album",
    }


def _page(listed: list[dict], path: str, query: dict[str, str], most: int) -> dict:
    index, limit = int(query.get("index", 0)), min(int(query.get("limit", 25)), most)
    page: dict = {"data": listed[index : index + limit], "total": len(listed)}
    if index + limit < len(listed):
        page["next"] = f"https://api.deezer.com/{path}?limit={limit}&index={index + limit}"
    if index:
        page["prev"] = f"https://api.deezer.com/{path}?limit={limit}&index={max(index - limit, 0)}"
    return page


def _error(kind: str, message: str, code: int) -> dict:
    return {"error": {"type": kind, "message": message, "code": code}}
