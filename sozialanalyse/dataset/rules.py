"""Rules as a table, evaluated by pandera: one fault per rule and column, with all lines and no value."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pandas as pd

from sozialanalyse.dataset.frames import TypedTable
from sozialanalyse.errors import Fault
from sozialanalyse.imports import left_out

__all__ = ["Rule", "broken_rules"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule that every row of a table keeps.

    Attributes
    ----------
    code : str
        Name of the rule, stable across versions.
    column : str
        Column that the rule is about, ``""`` for the row as a whole.
    holds : callable
        From the typed frame to a bool Series: where the rule is kept.
    message : str or callable
        German sentence of rule and finding, or how to say it from the table and that Series. Never a value.
    remedy : str
        German sentence: what to do.
    needs : tuple of str
        Columns that the rule looks at, besides `column`; without them it is not evaluated.
    """

    code: str
    column: str
    holds: Callable[[pd.DataFrame], pd.Series[bool]]
    message: str | Callable[[TypedTable, pd.Series[bool]], str]
    remedy: str
    needs: tuple[str, ...] = ()


# pandera takes up whatever it finds; both take long to import, and no rule needs them.
@left_out("geopandas", "hypothesis")
def broken_rules(table: TypedTable, rules: Iterable[Rule]) -> list[Fault]:
    """Evaluate rules on a table.

    Parameters
    ----------
    table : TypedTable
        The table; its frame may have further columns, such as those of joined tables.
    rules : iterable of Rule
        What to check.

    Returns
    -------
    list of Fault
        One per broken rule, in the order of the rules.

    Raises
    ------
    RuntimeError
        If a rule itself fails: a mistake in the package, not in the data.

    Notes
    -----
    The exceptions of pandera hold the data and print failing values. They end here: only the code of the rule
    and the positions of the rows go on.
    """
    import pandera.pandas as pa  # noqa: PLC0415 - costs half a second, and most commands validate nothing
    from pandera.config import ValidationDepth, config_context  # noqa: PLC0415 - as above

    frame = table.frame
    applicable = [rule for rule in rules if {rule.column, *rule.needs} - {""} <= set(frame.columns)]
    checks = [
        # one failure case, because pandera would format each of them into a text that nobody reads
        pa.Check(rule.holds, name=str(i), ignore_na=False, n_failure_cases=1)
        for i, rule in enumerate(applicable)
    ]
    if frame.empty or not checks:
        return []
    kept: dict[int, pd.Series[bool]] = {}
    failed = ""
    # a setting of the environment can switch pandera off; a dataset that was not checked must not pass
    everything = config_context(validation_enabled=True, validation_depth=ValidationDepth.SCHEMA_AND_DATA)
    try:
        with everything:
            pa.DataFrameSchema(checks=checks).validate(frame, lazy=True, inplace=True)
    except pa.errors.SchemaErrors as errors:
        for error in errors.schema_errors:
            position = int(error.check.name)
            if error.check_output is None:
                failed = applicable[position].code
            else:
                kept[position] = error.check_output
    if failed:
        raise RuntimeError(f"Die Regel »{failed}« ließ sich nicht auswerten.")
    return [_fault(table, applicable[position], kept[position]) for position in sorted(kept)]


def _fault(table: TypedTable, rule: Rule, kept: pd.Series[bool]) -> Fault:
    """Return the fault of a rule that is not kept everywhere."""
    message = rule.message if isinstance(rule.message, str) else rule.message(table, kept)
    lines = tuple(table.lines[~kept.to_numpy(dtype=bool)].tolist())
    return Fault(table.file, lines, rule.column, rule.code, message, rule.remedy)
