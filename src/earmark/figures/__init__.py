"""Pictures: numbers in, the bytes of a PNG, SVG or PDF out. The only home of matplotlib.

:mod:`~earmark.figures.panels` says what is to be seen and knows no matplotlib;
:func:`~earmark.figures.page.render` draws it.
"""
