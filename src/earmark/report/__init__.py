"""Results as pages: one HTML file that needs nothing else, light and dark, on paper too."""
