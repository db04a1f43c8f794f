"""What the figures were measured on."""

import platform
from pathlib import Path


def cpu_model() -> str:
    """Return the processor's name."""
    facts = Path("/proc/cpuinfo")
    if facts.exists():
        for line in facts.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
