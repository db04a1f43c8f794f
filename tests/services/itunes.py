"""The iTunes Search API as Apple describes it: ``search`` and ``lookup``, no key, no pages but an offset."""

from services.songs import SONGS, Song, found, of_artist, of_genre


def answer(path: str, query: dict[str, str], *, most: int = 200) -> dict:
    """Return the body for a path below the base address; a page holds `most` things at most."""
    if path == "lookup":
        songs = [each for each in SONGS if str(each.artist_number) == query["id"]]
        listed = [artist(songs[0]), *map(track, songs)] if songs else []
        most = len(listed)  # a lookup has no pages
    elif query.get("entity") == "musicArtist":
        names = dict.fromkeys(each.artist for each in found(query["term"]))
        listed = [artist(of_artist(name)[0]) for name in names]
    elif query.get("attribute") == "genreIndex":
        listed = [track(each) for each in of_genre(query["term"])]
    else:
        listed = [track(each) for each in found(query["term"])]
    offset, limit = int(query.get("offset", 0)), min(int(query.get("limit", 50)), most)
    page = listed[offset : offset + limit]
    return {"resultCount": len(page), "results": page}


def track(song: Song) -> dict:
    return {
        "wrapperType": "track",
        "kind": "song",
        "artistId": song.artist_number,
        "collectionId": song.album_number,
        "trackId": song.number,
        "artistName": song.artist,
        "collectionName": song.album,
        "trackName": song.title,
        "collectionCensoredName": song.album,
        "trackCensoredName": song.title,
        "artistViewUrl": f"https://music.apple.example/us/artist/{song.artist_number}?uo=4",
        "collectionViewUrl": f"https://music.apple.example/us/album/{song.album_number}?uo=4",
        "trackViewUrl": f"https://music.apple.example/us/album/{song.album_number}?i={song.number}&uo=4",
        "previewUrl": f"https://audio-ssl.itunes.example/{song.number}.m4a",
        "artworkUrl100": "https://is1-ssl.mzstatic.example/100x100bb.jpg",
        "collectionPrice": 9.99,
        "trackPrice": 1.29,
        "releaseDate": f"{song.year}-06-01T12:00:00Z",
        "collectionExplicitness": "notExplicit",
        "trackExplicitness": "notExplicit",
        "discCount": 1,
        "discNumber": 1,
        "trackCount": 25,
        "trackNumber": song.number,
        "trackTimeMillis": song.duration_ms,
        "country": "USA",
        "currency": "USD",
        "primaryGenreName": song.genres[0].title(),
        "isStreamable": True,
    }


def artist(song: Song) -> dict:
    return {
        "wrapperType": "artist",
        "artistType": "Artist",
        "artistName": song.artist,
        "artistLinkUrl": f"https://music.apple.example/us/artist/{song.artist_number}?uo=4",
        "artistId": song.artist_number,
        "primaryGenreName": song.genres[0].title(),
        "primaryGenreId": 11,
    }
