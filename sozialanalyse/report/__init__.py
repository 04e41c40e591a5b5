"""Tables, figures, maps and sentences, made from released tables only: what notebooks call."""

from sozialanalyse.report.contrast import side_by_side, strengths_and_burdens
from sozialanalyse.report.development import development
from sozialanalyse.report.domains import domain
from sozialanalyse.report.front import heading, location, profile
from sozialanalyse.report.index import sozialindex
from sozialanalyse.report.people import population_pyramid
from sozialanalyse.report.sources import definitions, secrecy, sources

__all__ = [
    "definitions",
    "development",
    "domain",
    "heading",
    "location",
    "population_pyramid",
    "profile",
    "secrecy",
    "side_by_side",
    "sources",
    "sozialindex",
    "strengths_and_burdens",
]
