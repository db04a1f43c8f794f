"""Every error that Earmark raises on purpose.

One root, :class:`EarmarkError`, with a ``message`` (what was got) and a ``hint`` (what would do)::

    EarmarkError
    ├── AudioError            the sound cannot be had
    │   ├── MissingFileError  nothing at that path
    │   ├── UnreadableError   it is there, but may not be read or is no file
    │   ├── NotAudioError     no sound in it
    │   └── EmptyAudioError   sound of zero length, or none that could be decoded
    ├── BundleError           a model folder is missing, foreign, newer, damaged or tampered with
    ├── ExecutorError         the work cannot be shared out: no worker starts, no such cluster
    │   └── WorkerDiedError   a job that ends whatever process does it
    ├── CatalogError          records of songs cannot be had
    │   ├── CredentialsError  a key or token is missing, wrong or has expired
    │   ├── ProviderUnavailableError  the service is closed, for this program or for this question
    │   ├── NotFoundError     the service has nothing of that name
    │   ├── LimitError        the service asks to wait longer than one would
    │   ├── NetworkError      no answer came, or only a part of one
    │   └── AnswerError       an answer that is not what the service's documentation says
    ├── StoreError            what Earmark keeps on disk cannot be written or read
    │   ├── ArtifactError     what a step made is missing, damaged or newer than this program
    │   └── RunError          a run is missing, damaged, or cannot be repeated
    ├── PipelineError         a pipeline is missing, is not TOML, or says what cannot be meant
    ├── TrackerError          a service that keeps runs or models cannot be had
    ├── TableError            a table is missing, is none, or is broken in a way that leaves nothing to check
    │   └── SchemaError       what is said of a table's columns is wrong or contradicts itself
    ├── TaxonomyError         a taxonomy is missing, broken or contradicts itself
    ├── SplitError            no split can be made of the table, or this one is of another table
    ├── RecipeError           a recipe is missing, is not TOML, or says what cannot be meant
    ├── TrainingError         nothing can be learnt from the table as it is
    ├── ExportError           a model cannot be written as ONNX, or answers differently there
    ├── UnknownNameError      a name that no registry holds
    └── ArgumentError         a value out of its range
"""


class EarmarkError(Exception):
    """The root of Earmark's errors.

    Parameters
    ----------
    message : str
        What was got and why it does not do, one sentence.
    hint : str
        How to mend it.

    Examples
    --------
    >>> str(EarmarkError("no such genre 'jaz'", "did you mean 'jazz'?"))
    "no such genre 'jaz' (did you mean 'jazz'?)"
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class AudioError(EarmarkError):
    """The sound cannot be had."""


class MissingFileError(AudioError):
    """There is nothing at that path."""


class UnreadableError(AudioError):
    """Something is there, but it may not be read or is no regular file."""


class NotAudioError(AudioError):
    """The file holds no sound."""


class EmptyAudioError(AudioError):
    """The sound has zero length, or nothing of it could be decoded."""


class BundleError(EarmarkError):
    """A model folder is missing, foreign, newer than this program, damaged or tampered with."""


class ExecutorError(EarmarkError):
    """Work cannot be shared out: no worker starts, no cluster is in reach, or it has another Earmark."""


class WorkerDiedError(ExecutorError):
    """The processes that did a job died of it, one after another."""


class CatalogError(EarmarkError):
    """Records of songs cannot be had."""


class CredentialsError(CatalogError):
    """A key or token is missing, wrong or has expired."""


class ProviderUnavailableError(CatalogError):
    """The service is closed, for this program or for this question."""


class NotFoundError(CatalogError):
    """The service has nothing of that name."""


class LimitError(CatalogError):
    """The service asks to wait longer than one would."""


class NetworkError(CatalogError):
    """No answer came, or only a part of one."""


class AnswerError(CatalogError):
    """An answer came that is not what the service's documentation says."""


class StoreError(EarmarkError):
    """What Earmark keeps on disk cannot be written, or is damaged or newer than this program."""


class ArtifactError(StoreError):
    """What a step of a pipeline made is missing, damaged, or newer than this program."""


class RunError(StoreError):
    """A run is missing, its record is damaged, or it cannot be repeated."""


class PipelineError(EarmarkError):
    """A pipeline is missing, is not TOML, or says what cannot be meant: its text tells where."""


class TrackerError(EarmarkError):
    """A service that keeps runs or models is not installed, not in reach, or has no such thing."""


class TableError(EarmarkError):
    """A table is missing, is none, or is broken in a way that leaves nothing to check."""


class SchemaError(TableError):
    """What is said of a table's columns is wrong or contradicts itself."""


class TaxonomyError(EarmarkError):
    """A taxonomy is missing, is not TOML, or says what cannot be meant: its text tells where."""


class SplitError(EarmarkError):
    """No split can be made of the table as asked, or a split is damaged or of another table."""


class RecipeError(EarmarkError):
    """A recipe is missing, is not TOML, or says what cannot be meant: its text tells where."""


class TrainingError(EarmarkError):
    """Nothing can be learnt from the table as it is: its text says what is missing."""


class ExportError(EarmarkError):
    """A model cannot be written as ONNX, or answers differently there."""


class UnknownNameError(EarmarkError):
    """A name that no registry holds."""


class ArgumentError(EarmarkError):
    """An argument out of its range."""
