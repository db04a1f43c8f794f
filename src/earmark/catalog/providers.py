"""The providers there are. A new one is a file and a line here; none of them loads a client before it is used."""

from earmark.catalog._provider import PROVIDERS

__all__ = ["PROVIDERS"]

# name → provider, in the order in which the help lists them:
#     PROVIDERS.add("deezer", Deezer())
