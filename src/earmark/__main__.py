"""``python -m earmark`` is ``earmark``."""

from earmark.cli.main import run

if __name__ == "__main__":
    run()
