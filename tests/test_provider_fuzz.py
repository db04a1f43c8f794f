"""Whatever a service answers, a provider gives pages or an error of ours: any part of it may be anything."""

import copy
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from earmark.catalog._provider import Query, Record
from earmark.catalog.http import Client, Manners
from earmark.catalog.providers import PROVIDERS
from earmark.errors import CatalogError
from services.running import SERVICES
from webserver import Response, WebServer

ONCE = Manners(tries=1, timeout_s=2.0)
ASKED = [
    (service, kind, text)
    for service in SERVICES.values()
    for kind, text in {kind: (kind, text) for kind, text in service.songs if text != "снег"}.values()
]

odd = st.sampled_from([10**400, "9" * 5000, "\ud800", "http://[", "?index=" + "9" * 5000])
leaves = st.one_of(st.none(), st.booleans(), st.integers(-1, 9), odd, st.text(max_size=3))
nested = st.lists(leaves, max_size=2) | st.dictionaries(st.text(max_size=3), leaves, max_size=2)
anything = leaves | nested


def places(value: object, way: tuple = ()) -> list[tuple]:
    """Return the ways to all parts of an answer."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [way, *(place for key, part in parts for place in places(part, (*way, key)))]


def spoiled(body: object, place: tuple, value: object) -> object:
    """Return an answer with another value at one place."""
    if not place:
        return value
    copied = part = copy.deepcopy(body)
    for key in place[:-1]:
        part = part[key]
    part[place[-1]] = value
    return copied


@pytest.mark.parametrize(("service", "kind", "text"), ASKED, ids=lambda value: getattr(value, "name", value))
@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(which=st.integers(0, 4), place=st.integers(0, 10**6), value=anything)
def test_anything_may_be_answered(service, kind, text, *, which, place, value):
    asked = []

    def answer(request):
        status, body = service.answer(request, 3)
        asked.append(request)
        if len(asked) == which + 1:
            ways = places(body)
            body = spoiled(body, ways[place % len(ways)], value)
        return Response(body, status)

    with WebServer(answer) as server:
        made = service.client(server)
        client = Client(made.title, made.urls, secrets=made.secrets, manners=ONCE)
        with suppress(CatalogError):
            for number, page in enumerate(PROVIDERS[service.name].pages(client, Query(kind, text), "")):
                assert all(isinstance(record, Record) and record.key for record in page.records)
                assert page.next is None or isinstance(page.next, str)
                assert number < 50
