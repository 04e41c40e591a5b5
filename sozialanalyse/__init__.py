"""Reproducible Sozialraumanalysen: from a city's dataset to a rendered page for every district."""

__version__ = "0.1.0"
