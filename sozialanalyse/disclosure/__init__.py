"""Disclosure control: the rules, what they hide, and the only maker of tables that may be shown.

The package can be used on its own, for any tables of counts or amounts; it then needs no dataset, no rules
file and no page. Three functions are enough:

- `protect_table` hides the unsafe cells of a table, or of several that hang together, and few others:
  dimensions with hierarchies, minimum counts, dominance (n, k), p per cent, given protection levels.
- `tabulate` makes such a table from single records, with all totals and the largest contributions.
- `audit_table` attacks a table as it was published: what can be derived of each hidden cell?

Limits are arguments, or come from a rules file, with name, validity and source:
``protect_table(…, **rules.table_options())`` with rules from
`sozialanalyse.parameters.read_disclosure_rules`.

Below them, `sozialanalyse.disclosure.builder.SystemBuilder` takes cells and equations one by one,
`sozialanalyse.disclosure.secondary.suppress` hides further cells, `sozialanalyse.disclosure.attack.attack`
attacks, also with what single contributors know, and `sozialanalyse.disclosure.alternatives` rounds or
perturbs instead and measures the damage.

Examples
--------
Two quarters in the north, two in the south; a count below 3 is not shown. Hiding it alone is no protection:

>>> import pandas as pd
>>> from sozialanalyse.disclosure import audit_table, protect_table
>>> counts = pd.DataFrame({"area": ["n1", "n2", "s1", "s2"], "value": [2, 9, 7, 8]})
>>> areas = {"n1": "north", "n2": "north", "s1": "south", "s2": "south", "north": "city", "south": "city"}
>>> naive = pd.DataFrame({"area": ["n1", "n2", "north"], "value": [None, 9, 11]})
>>> audit_table(naive, {"area": areas}).to_dict("records")
[{'area': 'n1', 'lower': 2.0, 'upper': 2.0}]

`protect_table` adds the totals and the cheapest further cell that leaves at least three cases of room:

>>> result = protect_table(counts, {"area": areas}, minimum_count=3)
>>> dict(zip(result.published["area"], result.published["value"], strict=True))
{'n1': nan, 'n2': nan, 's1': 7.0, 's2': 8.0, 'north': 11.0, 'city': 26.0, 'south': 15.0}
>>> audit_table(result.published, {"area": areas}).to_dict("records")
[{'area': 'n1', 'lower': 0.0, 'upper': 11.0}, {'area': 'n2', 'lower': 0.0, 'upper': 11.0}]
>>> result.safe, result.suppression.optimal
(True, True)
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sozialanalyse.disclosure.published import audit_table
    from sozialanalyse.disclosure.rules import DisclosureRules
    from sozialanalyse.disclosure.tables import ProtectedTable, protect_table
    from sozialanalyse.disclosure.tabulate import tabulate

__all__ = ["DisclosureRules", "ProtectedTable", "audit_table", "protect_table", "tabulate"]

_PLACES = {
    "DisclosureRules": "rules",
    "ProtectedTable": "tables",
    "audit_table": "published",
    "protect_table": "tables",
    "tabulate": "tabulate",
}


def __getattr__(name: str) -> object:
    """Import what is asked for: whoever only reads the rules shall not wait for linear programming."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
