"""The examples in the rooms of leaks and splits."""

import doctest

import numpy as np
import pandas as pd
import pytest

from earmark.dataset import (
    beyond,
    certificate,
    dependence,
    equality,
    giveaways,
    kinship,
    lookup,
    nearness,
    published,
    sharing,
    split,
)
from earmark.service import splitting

MODULES = (
    beyond, certificate, dependence, equality, giveaways, kinship, lookup, nearness, published, sharing,
    split, splitting,
)  # fmt: skip


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(60, 4)), columns=list("abcd"))
    frame["genre"] = ["blues", "rock"] * 30
    path = tmp_path_factory.mktemp("tables") / "songs.csv"
    frame.to_csv(path, index=False)
    return path


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_the_examples_run(module, table):
    assert doctest.testmod(module, extraglobs={"table": table}).failed == 0
