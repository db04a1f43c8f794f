"""A made-up service with songs, and a provider that speaks to it: for tests of what all providers share."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from earmark.catalog._provider import PROVIDERS, Page, Query, Rate, Record, Terms
from earmark.catalog.http import Manners
from earmark.errors import AnswerError, NotFoundError
from earmark.service.collection import collect
from webserver import Request, Response

LIMIT = Rate(15, 0.25)
QUICK = Manners(tries=8, backoff_s=0.001, longest_s=0.01, timeout_s=0.5, patience_s=1.0)


def song(genre: str, number: int) -> dict:
    """Return a song as the shop tells of it; every tenth is under another id in another genre too."""
    code = number if number % 10 else number // 10
    name = genre if number % 10 else "all"
    told = {
        "id": f"{genre}-{number}",
        "name": f"Song {code} of {name}",
        "by": [f"Artist {code % 37} of {name}"],
    }
    told |= {"seconds": 100 + code % 200, "genre": genre, "isrc": None}
    if number % 3 == 0:
        told["isrc"] = f"GBSHP{sum(map(ord, name)) % 100:02}{code:05}"
    return told


def shop(songs: int, per_page: int = 100):
    """Return what the shop answers; it has `songs` in each genre, and an artist for every name but Nobody."""

    def answer(request: Request) -> dict | Response:
        if request.path.startswith("preview/"):
            return Response(b"sound of " + request.path.encode(), headers={"Content-Type": "audio/mpeg"})
        if request.query["q"] == "Nobody":
            return Response({"error": "unknown"}, 404)
        start = int(request.query["start"])
        found = [song(request.query["q"], n) for n in range(start, min(start + per_page, songs))]
        for one in found:
            one["preview"] = f"http://{request.headers['host']}/preview/{one['id']}"
        following = start + per_page
        return {"songs": found, "next": following if following < songs else None}

    return answer


class Shop:
    """The provider."""

    name = "shop"
    title = "The Shop"
    can = frozenset({"search", "genre", "artist", "preview audio"})
    asks = {"search": "words", "genre": "a genre", "artist": "an artist's name"}  # noqa: RUF012 - as the protocol
    rate = LIMIT
    terms = Terms("Take what you like.", "https://shop.example/terms")
    needs = {"SHOP_KEY": "https://shop.example/keys"}  # noqa: RUF012
    urls = {"": "https://shop.example/"}  # noqa: RUF012

    def pages(self, client, query: Query, cursor: str) -> Iterator[Page]:
        start = cursor or "0"
        while True:
            question = {"q": query.text, "start": start, "key": client.secrets["SHOP_KEY"]}
            answer = client.json("songs", question)
            page = self._page(answer)
            yield page
            if page.next is None:
                return
            start = page.next

    def _page(self, answer: dict) -> Page:
        try:
            records = tuple(
                Record(
                    key=one["id"], raw=one, title=one["name"], artists=tuple(one["by"]), tags=(one["genre"],),
                    duration_s=float(one["seconds"]), isrc=one["isrc"], preview_url=one["preview"],
                )
                for one in answer["songs"]
            )  # fmt: skip
            following = answer["next"]
        except KeyError as error:
            raise AnswerError(f"The Shop's answer has no field {error}", "look for a newer Earmark") from None
        if not records:
            raise NotFoundError("The Shop has no such thing", "ask for another")
        return Page(records, None if following is None else str(following))


@contextmanager
def open_shop(name: str = "shop"):
    """Let the shop be among the providers."""
    PROVIDERS.add(name, Shop())
    try:
        yield
    finally:
        del PROVIDERS._members[name]


def environment(url: str, key: str = "key of the shop") -> dict[str, str]:
    return {"EARMARK_SHOP_URL": url, "SHOP_KEY": key}


def buy(url: str, folder: Path, queries: list[str], key: str = "key of the shop", **how):
    """Collect from the shop."""
    return collect("shop", queries, folder, environment=environment(url, key), manners=QUICK, **how)


if __name__ == "__main__":  # a process that tests can kill: URL FOLDER QUERY...
    with open_shop():
        done = buy(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
    sys.stdout.write(f"{done.records} {done.failed} {done.stopped}\n")
    sys.exit(int(done.stopped is not None))
