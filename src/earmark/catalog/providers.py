"""The providers there are: a new one is a file and a line here. None loads a client before it is asked."""

from earmark.catalog._provider import PROVIDERS

__all__ = ["PROVIDERS"]

# name → provider, in the order in which the help lists them:
#     PROVIDERS.add("deezer", Deezer())
