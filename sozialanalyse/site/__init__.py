"""Rendered pages: from an executed notebook to accessible HTML, and the index page."""
