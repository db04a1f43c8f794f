"""What one version of a table tells: its size, its columns, a hash of all values."""

from hashlib import sha256
from typing import Any

import pandas as pd


def told_of(frame: pd.DataFrame) -> dict[str, Any]:
    """Return what a manifest says of a table: ``rows``, ``columns`` with types, ``hash`` of all values."""
    values = pd.util.hash_pandas_object(frame, index=False).to_numpy()
    return {
        "rows": len(frame),
        "columns": {str(name): str(kind) for name, kind in frame.dtypes.items()},
        "hash": sha256(values.tobytes()).hexdigest()[:16],
    }
