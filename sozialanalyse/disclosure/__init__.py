"""Disclosure control: the rules, what they hide, and the only maker of tables that may be shown.

The package can be used on its own, for any tables of counts. Describe cells and sums with
`sozialanalyse.disclosure.hierarchy.from_hierarchy` (a long table whose columns have hierarchies) or
`sozialanalyse.disclosure.builder.SystemBuilder` (cells and equations one by one), hide further cells with
`sozialanalyse.disclosure.secondary.suppress`, and see with `sozialanalyse.disclosure.attack.attack` what an
outsider can still derive. `sozialanalyse.disclosure.alternatives` rounds or perturbs instead, and measures
the damage. None of these needs a dataset, a rules file or a page.

Examples
--------
Two quarters in the north, two in the south; a count below 3 is not shown. Hiding it alone is no protection:

>>> import pandas as pd
>>> from sozialanalyse.disclosure.attack import attack
>>> from sozialanalyse.disclosure.hierarchy import from_hierarchy
>>> from sozialanalyse.disclosure.secondary import suppress
>>> table = pd.DataFrame(
...     {"area": ["n1", "n2", "s1", "s2", "north", "south", "city"], "value": [2, 9, 7, 8, 11, 15, 26]}
... ).assign(primary=lambda t: t["value"].between(1, 2), sliding_level=3.0)
>>> parents = {"n1": "north", "n2": "north", "s1": "south", "s2": "south", "north": "city", "south": "city"}
>>> system = from_hierarchy(table, {"area": parents})
>>> naive = attack(system, table["primary"].to_numpy())
>>> naive.lower.tolist(), naive.upper.tolist()
([2.0], [2.0])

`suppress` adds the cheapest further cell that leaves at least three cases of room:

>>> result = suppress(system)
>>> [str(key[0]) for key, hidden in zip(system.keys, result.hidden.tolist(), strict=True) if hidden]
['n1', 'n2']
>>> safe = attack(system, result.hidden)
>>> safe.lower.tolist(), safe.upper.tolist(), safe.breached.tolist()
([0.0], [11.0], [False])
"""
