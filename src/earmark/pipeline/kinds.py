"""Kinds of steps: what each reads, what may be said of it, and who does it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from earmark.registry import Registry

TYPES: Mapping[str, tuple[type | tuple[type, ...], str]] = {
    "text": (str, "a text"),
    "texts": (list, 'a list of texts, as ["tempo", "mfcc*"]'),
    "integer": (int, "a whole number"),
    "number": ((int, float), "a number"),
    "boolean": (bool, "true or false"),
    "table": (dict, "a table, as {train = 0.8, test = 0.2}"),
}
"""What a parameter may be: its Python type, and how a person is told."""


@dataclass(frozen=True)
class Parameter:
    """What may be said of a step.

    Attributes
    ----------
    type : str
        One of :data:`TYPES`.
    what : str
        What it is for.
    default : Any
        Its value where nothing is said; None for none.
    required : bool
        Whether it must be said.
    """

    type: str
    what: str
    default: Any = None
    required: bool = False


@dataclass(frozen=True)
class Input:
    """What a step reads: a step's name, a file of what that made (``split/test.parquet``), or a path.

    Attributes
    ----------
    what : str
        What it is for.
    required : bool
        Whether it must be said.
    several : bool
        Whether a list is taken.
    named : bool
        Whether a text that is neither a step nor a path is the name of something that Earmark knows.
    address : bool
        Whether it may lie elsewhere, at ``https://...`` or ``s3://...``.
    inline : bool
        Whether it may stand in the pipeline itself, as a table; it is a parameter then.
    only : str
        ``"module:function"`` that says, of the step's parameters, which files below the folder count; all of
        them if empty.
    """

    what: str
    required: bool = True
    several: bool = False
    named: bool = False
    address: bool = False
    inline: bool = False
    only: str = ""


@dataclass(frozen=True)
class Kind:
    """A kind of step.

    Attributes
    ----------
    name : str
        What a pipeline says after ``do``.
    what : str
        What it does, one line.
    target : str
        ``"module:function"`` that does it.
    inputs : mapping of str to Input
        What it reads.
    parameters : mapping of str to Parameter
        What may be said of it.
    elsewhere : bool
        Whether it asks what lies elsewhere and may change there. It is asked once, whatever becomes of
        Earmark's code, and anew when a person says so.
    """

    name: str
    what: str
    target: str
    inputs: Mapping[str, Input] = field(default_factory=dict)
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    elsewhere: bool = False


KINDS = Registry[Kind]("kind of step")
"""All kinds by name, see :mod:`earmark.pipeline.listed`."""
