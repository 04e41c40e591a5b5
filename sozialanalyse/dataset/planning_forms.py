"""The forms of the planning tables, from dialogues to developments."""

from __future__ import annotations

from typing import Final

from sozialanalyse.dataset.columns import Column, Content, Form
from sozialanalyse.vocabulary import DOMAINS, GOAL_KIND_LABELS, STANCE_LABELS, VULNERABLE_LABELS

__all__ = ["PLANNING_FORMS"]


def _free(name: str, content: Content, note: str, choices: tuple[str, ...] = ()) -> Column:
    """Return a column whose cells may be empty."""
    return Column(name, content, filled=False, choices=choices, note=note)


def _filled(name: str, content: Content, note: str, choices: tuple[str, ...] = ()) -> Column:
    """Return a column whose cells must be filled."""
    return Column(name, content, choices=choices, note=note)


_SYNTHETIC: Final = _free("synthetic", "flag", "true: erfundenes Beispiel. false oder leer: echte Angabe.")
_FIELD: Final = _filled("field", "choice", "Handlungsfeld aus planning.yaml.")
_VISION: Final = _free("vision", "keys", "Visionen des iSTEK aus planning.yaml, mehrere mit | getrennt.")
_AREAS: Final = _filled("area_ids", "keys", "Gebiete (area_id), mehrere mit | getrennt.")
_STATUS: Final = _filled("status", "choice", "Stand nach der Skala in planning.yaml.")
_EVIDENCE: Final = (
    _free("indicator_ids", "keys", "Indikatoren (indicator_id), mehrere mit | getrennt."),
    _free("statement_ids", "keys", "Aussagen aus den Dialogen (statement_id), mehrere mit | getrennt."),
)

PLANNING_FORMS: Final[dict[str, Form]] = {
    "dialogues": Form(
        (
            _filled("dialogue_id", "key", "Eindeutiger Schlüssel der Veranstaltung."),
            _filled("area_id", "key", "Sozialraum der Veranstaltung (area_id)."),
            _filled("date", "day", "Tag der Veranstaltung."),
            _filled("title", "text", "Titel der Veranstaltung."),
            _filled("round", "whole", "Nummer der Runde, ab 1."),
            _free("participants", "whole", "Zahl der Teilnehmenden."),
            _free("institutions", "whole", "Zahl der vertretenen Einrichtungen."),
            _filled("themes", "keys", "Tischthemen aus planning.yaml, mehrere mit | getrennt."),
            _SYNTHETIC,
        ),
        optional=True,
        title="Expert*innendialoge",
    ),
    "statements": Form(
        (
            _filled("statement_id", "key", "Eindeutiger Schlüssel der Aussage."),
            _filled("dialogue_id", "key", "Veranstaltung, auf der die Aussage fiel."),
            _filled("area_id", "key", "Der Sozialraum der Veranstaltung oder ein Quartier darin."),
            _filled("theme", "choice", "Tischthema aus planning.yaml."),
            _filled("domain", "choice", "Bereich der Statistik.", DOMAINS),
            _filled("stance", "choice", "need: Bedarf. support: was gut läuft.", tuple(STANCE_LABELS)),
            _filled("text", "text", "Die Aussage ohne Namen und ohne Bezug auf einzelne Menschen."),
            _filled("weight", "whole", "An wie vielen Tischen oder mit wie vielen Stimmen, ab 1."),
            _EVIDENCE[0],
            _SYNTHETIC,
        ),
        optional=True,
        title="Aussagen der Expert*innen",
    ),
    "recommendations": Form(
        (
            _filled("recommendation_id", "key", "Eindeutiger Schlüssel der Handlungsempfehlung."),
            _AREAS,
            _FIELD,
            _filled("text", "text", "Die Handlungsempfehlung in einem Satz."),
            _filled(
                "addressee",
                "text",
                "Wer sie umsetzen soll: Fachbereich oder Träger, keine Person; mehrere mit | getrennt.",
            ),
            _free("horizon", "day", "Tag, bis zu dem sie umgesetzt sein soll; leer, wenn ohne Frist."),
            _VISION,
            *_EVIDENCE,
            _free("evidence", "text", "Begründung in eigenen Worten."),
            _SYNTHETIC,
        ),
        optional=True,
        title="Handlungsempfehlungen",
    ),
    "recommendation_log": Form(
        (
            _filled("recommendation_id", "key", "Handlungsempfehlung, um die es geht."),
            _filled("date", "day", "Seit wann der Stand gilt; je Handlungsempfehlung aufsteigend."),
            _STATUS,
            _free("note", "text", "Was geschehen ist, ohne Namen."),
            _SYNTHETIC,
        ),
        optional=True,
        title="Verlauf der Handlungsempfehlungen",
    ),
    "measures": Form(
        (
            _filled("measure_id", "key", "Eindeutiger Schlüssel der Maßnahme."),
            _filled("title", "text", "Name der Maßnahme."),
            _AREAS,
            _free("place", "text", "Ort im Gebiet."),
            _filled("need", "text", "Welcher Bedarf besteht."),
            *_EVIDENCE,
            _filled("goal", "text", "Was erreicht werden soll."),
            _filled("target_group", "text", "Für wen die Maßnahme ist."),
            _filled("carrier", "text", "Träger der Maßnahme, keine Person."),
            _free("partners", "text", "Wer mitarbeitet."),
            _filled("resources", "text", "Stellen, Räume und Sachmittel; »noch offen«, wenn ungeklärt."),
            _filled("funding", "text", "Woher das Geld kommt; »noch offen«, wenn ungeklärt."),
            _filled("start", "day", "Beginn."),
            _free("end", "day", "Ende; leer, wenn auf Dauer."),
            _filled("success_criteria", "text", "Woran der Erfolg zu erkennen ist."),
            _STATUS,
            _free("recommendation_id", "key", "Handlungsempfehlung, der die Maßnahme dient."),
            _VISION,
            _FIELD,
            _SYNTHETIC,
        ),
        optional=True,
        title="Maßnahmensteckbriefe",
    ),
    "goals": Form(
        (
            _filled("goal_id", "key", "Eindeutiger Schlüssel des Ziels."),
            _filled("conference", "text", "Jahr und Titel der Sozialkonferenz."),
            _filled("topic", "choice", "Thema aus topics.yaml."),
            _filled("group", "text", "Arbeitsgruppe."),
            _filled(
                "kind",
                "choice",
                "strategic: strategisches Ziel. operational: operatives Ziel.",
                tuple(GOAL_KIND_LABELS),
            ),
            _free("parent_goal_id", "key", "Bei einem operativen Ziel das strategische, dem es dient."),
            _filled("text", "text", "Das Ziel in einem Satz."),
            _FIELD,
            _VISION,
            _free("indicator_id", "key", "Indikator, an dem das Ziel gemessen wird."),
            _free("area_id", "key", "Gebiet des Ziels; leer: die ganze Stadt."),
            _free("target_value", "number", "Zielwert in der Einheit des Indikators."),
            _free("target_date", "day", "Tag, bis zu dem das Ziel erreicht sein soll."),
            _filled("responsible", "text", "Zuständige Einrichtung, keine Person."),
            _STATUS,
            _SYNTHETIC,
        ),
        optional=True,
        title="Ziele der Sozialkonferenzen",
    ),
    "institutions": Form(
        (
            _filled("institution_id", "key", "Eindeutiger Schlüssel der Einrichtung."),
            _filled("name", "text", "Name der Einrichtung."),
            _filled("category", "choice", "Art der Einrichtung aus planning.yaml."),
            _filled("area_id", "key", "Quartier, in dem die Einrichtung liegt."),
            _free("longitude", "number", "Geografische Länge in Grad (WGS 84)."),
            _free("latitude", "number", "Geografische Breite in Grad (WGS 84)."),
            _free(
                "vulnerable",
                "keys",
                "Schutzbedürftige Gruppen in der Einrichtung, mehrere mit | getrennt: "
                + ", ".join(f"{key} ({label})" for key, label in VULNERABLE_LABELS.items())
                + ".",
                tuple(VULNERABLE_LABELS),
            ),
            _free("places", "whole", "Zahl der Plätze."),
            _SYNTHETIC,
        ),
        optional=True,
        title="Einrichtungen",
    ),
    "developments": Form(
        (
            _filled("development_id", "key", "Eindeutiger Schlüssel der Entwicklung."),
            _filled("text", "text", "Was sich zum Guten entwickelt hat."),
            _FIELD,
            _free("area_ids", "keys", "Gebiete (area_id), mehrere mit | getrennt; leer: die ganze Stadt."),
            _VISION,
            _filled("source", "text", "Woher die Angabe stammt."),
            _SYNTHETIC,
        ),
        optional=True,
        title="Positive Entwicklungen",
    ),
}
"""The planning tables, in the order in which they refer to each other."""
