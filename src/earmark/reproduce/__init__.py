"""Studies of genre, run again: what they claim, what their way gives here, and what an honest test gives."""

from earmark.reproduce.listed import REPRODUCTIONS
from earmark.reproduce.reproduction import Figure, File, Reproduced, Reproduction, Sheet

__all__ = ["REPRODUCTIONS", "Figure", "File", "Reproduced", "Reproduction", "Sheet"]
