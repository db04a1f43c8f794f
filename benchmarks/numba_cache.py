"""A folder for each process for the machine code that Numba keeps; to be imported before librosa.

Numba's index of such code is not safe from two processes that write it at once: either may end up calling
what the other compiled for other types, and crash, from then on every time. Programs started from here share
"""

import atexit
import os
import shutil
import tempfile

if "NUMBA_CACHE_DIR" not in os.environ:
    os.environ["NUMBA_CACHE_DIR"] = tempfile.mkdtemp(prefix="earmark-numba-")
    atexit.register(shutil.rmtree, os.environ["NUMBA_CACHE_DIR"], ignore_errors=True)
