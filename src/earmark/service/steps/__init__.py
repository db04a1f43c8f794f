"""What each kind of step does; :mod:`earmark.pipeline.listed` says what it takes."""
