"""The planning tables as an Excel workbook: one sheet per table, with drop-down lists and explanations.

What is written is read back by `sozialanalyse.dataset.read` like any workbook, without loss. The same content
gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pandas as pd

from sozialanalyse.dataset.columns import Column, Form
from sozialanalyse.dataset.planning_cells import SEPARATOR
from sozialanalyse.dataset.planning_forms import PLANNING_FORMS
from sozialanalyse.dataset.planning_tables import PlanningTables
from sozialanalyse.vocabulary import DOMAIN_LABELS, GOAL_KIND_LABELS, STANCE_LABELS, VULNERABLE_LABELS

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["GUIDE_SHEET", "LIST_SHEET", "write_planning_workbook"]

Choices = Mapping[str, Mapping[str, str]]

GUIDE_SHEET: Final = "Anleitung"
LIST_SHEET: Final = "Listen"
_LAST_ROW: Final = 5000
"""Down to which row drop-down lists reach."""
_LAST_LISTED: Final = 40
"""Down to which row the sheet of lists is looked up, so that words can be added there."""
_SHARED_LISTS: Final = {"themes": "theme", "area_ids": "area_id", "indicator_ids": "indicator_id"}
"""Columns that use the list of another column; all others use the one of their own name, if there is one."""
_OWN_LISTS: Final[dict[str, dict[str, str]]] = {
    "domain": DOMAIN_LABELS,
    "stance": STANCE_LABELS,
    "kind": GOAL_KIND_LABELS,
    "vulnerable": VULNERABLE_LABELS,
    "synthetic": {"true": "erfundenes Beispiel", "false": "echte Angabe"},
}
_OTHER_SHEETS: Final[dict[str, str]] = {
    "dialogue_id": "dialogues",
    "recommendation_id": "recommendations",
    "parent_goal_id": "goals",
}
"""Columns whose keys stand in the first column of a sheet."""
_OWN_KEYS: Final = (("dialogues", "dialogue_id"), ("recommendations", "recommendation_id"))
"""Where such a column holds the keys itself."""
_OPEN_LISTS: Final = ("area_id", "indicator_id")
"""Lists that may still be empty when a project begins; then any key can be entered."""
_FORMATS: Final[dict[str, str]] = {"day": "DD.MM.YYYY", "whole": "0", "number": "General"}
_WIDE: Final = 60
_NARROW: Final = 18
_LONG: Final = ("text", "need", "goal", "success_criteria", "evidence", "note")
_CONTENT_WORDS: Final[dict[str, str]] = {
    "key": "Schlüssel",
    "keys": "Liste, getrennt mit |",
    "text": "Text",
    "choice": "ein Wort der Liste",
    "number": "Zahl",
    "whole": "ganze Zahl",
    "day": "Datum",
    "flag": "true oder false",
}
_GUIDE: Final = (
    "Planungstabellen",
    "",
    "Jedes Blatt ist eine Tabelle, jede Zeile ein Eintrag. Die erste Zeile bleibt, wie sie ist.",
    "Ein Blatt ohne Einträge gilt als nicht vorhanden. Die Seiten sagen dann, was fehlt.",
    "Mehrere Einträge in einer Zelle trennt ein |, zum Beispiel 01|02. Erlaubtes zeigt das Blatt »Listen«.",
    "Schlüssel sind Text, führende Nullen zählen. Die Spalten sind schon so eingestellt.",
    "Ein Tag ist ein Excel-Datum oder hat die Form 2024-12-31 oder 31.12.2024.",
    "Keine Namen von Menschen eintragen, auch nicht in Texten. Zuständig ist immer eine Einrichtung.",
    "Nach dem Speichern prüfen: »sozialanalyse check« nennt alle Fehler mit Blatt, Zeile und Abhilfe.",
    "",
)
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_MADE: Final = "1980-01-01T00:00:00Z"


def write_planning_workbook(path: Path, choices: Choices, tables: PlanningTables | None = None) -> None:
    """Write the workbook.

    Parameters
    ----------
    path : Path
        Where to; a file of that name is replaced.
    choices : mapping from list to (key to German label)
        What may be entered: ``status``, ``theme``, ``vision``, ``field``, ``category``, ``topic``,
        ``area_id``, ``indicator_id``. The last two may be empty.
    tables : PlanningTables, optional
        What to fill in; nothing by default.
    """
    from openpyxl import Workbook  # noqa: PLC0415 - costs a third of a second, and few commands need it

    workbook = Workbook()
    lists = {**{name: dict(choices[name]) for name in choices}, **_OWN_LISTS}
    _write_guide(workbook.active)
    ranges = _list_ranges(lists)
    for name, form in PLANNING_FORMS.items():
        frame = getattr(tables, name) if tables is not None else None
        _write_table(workbook, name, form, frame, ranges)
    _write_lists(workbook.create_sheet(LIST_SHEET), lists)
    path.write_bytes(_reproducible(workbook))


def _write_guide(sheet: Worksheet) -> None:
    """Write the sheet that explains every column."""
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415 - as above

    sheet.title = GUIDE_SHEET
    for line in _GUIDE:
        sheet.append([line])
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.append(["Blatt", "Inhalt", "Spalte", "Pflicht", "Form", "Erklärung"])
    for cell in sheet[sheet.max_row]:
        cell.font = Font(bold=True)
    for name, form in PLANNING_FORMS.items():
        for column in form.columns:
            needed = "ja" if column.filled else "nein"
            form_word = _CONTENT_WORDS[column.content]
            sheet.append([name, form.title, column.name, needed, form_word, column.note])
            sheet.cell(sheet.max_row, 6).alignment = Alignment(wrap_text=True, vertical="top")
    for letter, width in zip("ABCDEF", (20, 34, 20, 8, 22, 80), strict=True):
        sheet.column_dimensions[letter].width = width


def _list_ranges(lists: Choices) -> dict[str, str]:
    """Return where the keys of each list will stand; there is room to add some."""
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - as above

    ranges = {}
    for position, (name, entries) in enumerate(lists.items()):
        letter = get_column_letter(2 * position + 1)
        last = _LAST_ROW if name in _OPEN_LISTS else max(_LAST_LISTED, 1 + len(entries))
        ranges[name] = f"{LIST_SHEET}!${letter}$2:${letter}${last}"
    return ranges


def _write_lists(sheet: Worksheet, lists: Choices) -> None:
    """Write every list as two columns: keys and labels."""
    from openpyxl.styles import Font  # noqa: PLC0415 - as above
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    for position, (name, entries) in enumerate(lists.items()):
        first = 2 * position + 1
        for offset, heading in enumerate((name, "Bedeutung")):
            sheet.cell(1, first + offset, heading).font = Font(bold=True)
            dimension = sheet.column_dimensions[get_column_letter(first + offset)]
            dimension.width, dimension.number_format = (18, 34)[offset], "@"
        for row, (key, label) in enumerate(entries.items(), start=2):
            _write_text(sheet, row, first, key)
            _write_text(sheet, row, first + 1, label)
    sheet.freeze_panes = "A2"


def _write_table(
    workbook: Workbook, name: str, form: Form, frame: pd.DataFrame | None, ranges: Mapping[str, str]
) -> None:
    """Write the sheet of one table."""
    from openpyxl.comments import Comment  # noqa: PLC0415 - as above
    from openpyxl.styles import Font, PatternFill  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    sheet = workbook.create_sheet(name)
    for position, column in enumerate(form.columns, start=1):
        letter = get_column_letter(position)
        needed = "Pflicht" if column.filled else "freiwillig"
        header = sheet.cell(1, position, column.name)
        header.font = Font(bold=True)
        header.fill = PatternFill("solid", fgColor="DDE6EE" if column.filled else "F2F2F2")
        note = f"{column.note}\n{needed}, {_CONTENT_WORDS[column.content]}"
        header.comment = Comment(note, "sozialanalyse", height=110, width=320)
        dimension = sheet.column_dimensions[letter]
        dimension.number_format = _FORMATS.get(column.content, "@")
        dimension.width = _WIDE if column.name in _LONG else _NARROW
        _add_list(sheet, name, letter, column, ranges)
    sheet.freeze_panes = "B2"
    if frame is not None:
        for position, column in enumerate(form.columns, start=1):
            for row, cell in enumerate(frame[column.name].tolist(), start=2):
                _write_cell(sheet, row, position, column, cell)


def _add_list(sheet: Worksheet, table: str, letter: str, column: Column, ranges: Mapping[str, str]) -> None:
    """Add the drop-down list of a column, or for lists in one cell a hint where the words stand."""
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415 - as above

    listed = _SHARED_LISTS.get(column.name, column.name)
    other = _OTHER_SHEETS.get(column.name, "")
    if column.content == "keys":
        where = f"Blatt »{LIST_SHEET}«, Spalte {listed}" if listed in ranges else "Blatt »statements«"
        rule = DataValidation(allow_blank=True, showInputMessage=True, promptTitle=column.name)
        rule.prompt = f"Mehrere Einträge mit | trennen. Erlaubt: {where}."
    elif listed in ranges or (other and (table, column.name) not in _OWN_KEYS):
        source = ranges.get(listed, f"{other}!$A$2:$A${_LAST_ROW}")
        rule = DataValidation(type="list", formula1=source, allow_blank=True, errorStyle="warning")
        rule.errorTitle, rule.error = column.name, "Dieser Eintrag steht nicht in der Liste."
        rule.showErrorMessage = listed not in _OPEN_LISTS
    else:
        return
    rule.add(f"{letter}2:{letter}{_LAST_ROW}")
    sheet.add_data_validation(rule)


def _write_cell(sheet: Worksheet, row: int, position: int, column: Column, cell: Any) -> None:
    """Write one cell in the type of its column; nothing where it is blank."""
    if column.content == "keys":
        _write_text(sheet, row, position, SEPARATOR.join(cell))
    elif column.content == "flag":
        _write_text(sheet, row, position, "true" if cell else "false")
    elif column.content in ("day", "whole", "number"):
        if not pd.isna(cell):
            plain = cell.to_pydatetime() if column.content == "day" else cell
            sheet.cell(row, position, plain).number_format = _FORMATS[column.content]
    else:
        _write_text(sheet, row, position, cell)


def _write_text(sheet: Worksheet, row: int, position: int, text: str) -> None:
    """Write text as text, also where it looks like a formula, an error or a number."""
    if text:
        cell = sheet.cell(row, position, text)
        cell.data_type = "s"
        cell.number_format = "@"


def _reproducible(workbook: Workbook) -> bytes:
    """Return the bytes of a workbook without the time at which it was made."""
    made = BytesIO()
    workbook.save(made)
    result = BytesIO()
    with ZipFile(made) as source, ZipFile(result, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", _MADE.encode(), content)
            entry = ZipInfo(name, _EPOCH)
            entry.compress_type = ZIP_DEFLATED
            target.writestr(entry, content)
    return result.getvalue()
