"""The page on providers says what the providers say of themselves."""

from pathlib import Path

import pytest

from earmark.catalog._provider import KINDS
from earmark.catalog.providers import PROVIDERS
from earmark.catalog.spotify import CLOSED
from services.running import SERVICES

PAGE = (Path(__file__).parents[1] / "docs" / "providers.md").read_text()
ROWS = {
    cells[1].strip().strip("`"): [cell.strip() for cell in cells[2:]]
    for cells in (line.split("|") for line in PAGE.splitlines() if line.startswith("| "))
}


@pytest.mark.parametrize("name", SERVICES)
def test_the_table_tells_kinds_limits_and_keys(name):
    provider = PROVIDERS[name]
    asked, gives, allows, needs, _ = ROWS[name]
    assert asked.split(", ") == [kind for kind in KINDS if kind in provider.can]
    assert allows == (
        f"{provider.rate.requests} request{'s' * (provider.rate.requests > 1)} in {provider.rate.per_s:g} s"
    )
    assert needs == (", ".join(f"`{key}`" for key in provider.needs) or "nothing")
    assert ("preview" in gives) == ("preview audio" in provider.can)


@pytest.mark.parametrize("name", SERVICES)
def test_each_has_a_section_with_its_terms(name):
    section = PAGE.split(f"\n## {PROVIDERS[name].title}\n")[1].split("\n## ")[0]
    assert "*Terms*" in section
    assert f"<{PROVIDERS[name].terms.url}>" in section
    assert f"earmark collect {name} " in section


@pytest.mark.parametrize("what", CLOSED)
def test_what_has_closed_is_told_with_its_date(what):
    assert ROWS[what][0] in CLOSED[what][0]


def test_spotify_says_that_it_is_not_to_be_trained_on():
    assert "**Spotify's developer policy (III.14) forbids training models on its content" in PAGE
