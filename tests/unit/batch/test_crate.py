"""The crate of an output folder keeps the rules of RO-Crate 1.1 and of the profile Process Run Crate 0.5.

The rules are those of the specification: https://w3id.org/ro/crate/1.1 (Root Data Entity, Data Entities,
Contextual Entities) and https://w3id.org/ro/wfrun/process/0.5 (table of requirements).
"""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from sozialanalyse.batch.crate import CRATE, write_crate
from sozialanalyse.batch.manifest import Entry, write_final, write_manifest

INPUTS = {
    name: character * 64
    for name, character in zip(("dataset", "notebook", "parameters", "code"), "abcd", strict=True)
}
DATASET = {
    "name": "muster",
    "title": "Musterstadt",
    "synthetic": True,
    "newest": "2024",
    "licenses": [{"title": "CC0", "path": "https://creativecommons.org/publicdomain/zero/1.0/"}],
}


@pytest.fixture
def graph(tmp_path: Path) -> dict[str, dict[str, Any]]:
    inputs = INPUTS | {"sozialanalyse": "0.1.0"}
    digest = write_final(tmp_path / "n" / "a b.html", b"Seite")
    good = Entry("n", "a b", "rendered", {"area_id": "a b", "zahl": 3}, inputs, {"n/a b.html": digest})
    bad = Entry("n", "c", "failed", {"area_id": "c"}, inputs, failure="KeyError in Codezelle 2.")
    manifest, recorded = write_manifest(tmp_path, DATASET, [good, bad])
    write_crate(tmp_path, manifest, {"manifest.json": recorded})
    document = json.loads((tmp_path / CRATE).read_text(encoding="utf-8"))
    assert document["@context"][0] == "https://w3id.org/ro/crate/1.1/context"
    entities = document["@graph"]
    found = {entity["@id"]: entity for entity in entities}
    assert len(found) == len(entities), "every @id is unique"
    for entity in entities:
        if entity["@type"] == "File":
            assert sha256((tmp_path / entity["name"]).read_bytes()).hexdigest() == entity["sha256"]
    return found


def references(value: object) -> list[str]:
    if isinstance(value, dict):
        return [value["@id"]] if set(value) == {"@id"} else [r for v in value.values() for r in references(v)]
    return [r for item in value for r in references(item)] if isinstance(value, list) else []


def test_descriptor_and_root_have_what_the_specification_demands(graph: dict[str, dict[str, Any]]) -> None:
    assert graph[CRATE] == {
        "@id": CRATE,
        "@type": "CreativeWork",
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
        "about": {"@id": "./"},
    }
    root = graph["./"]
    assert root["@type"] == "Dataset"
    assert all(root[name] for name in ("name", "description", "datePublished", "license"))
    assert root["conformsTo"] == {"@id": "https://w3id.org/ro/wfrun/process/0.5"}
    files = {name for name, entity in graph.items() if entity["@type"] == "File"}
    assert set(references(root["hasPart"])) == files == {"n/a%20b.html", "manifest.json"}


def test_every_reference_leads_to_an_entity_and_every_entity_is_flat(
    graph: dict[str, dict[str, Any]],
) -> None:
    outside = {"https://w3id.org/ro/crate/1.1"}
    for entity in graph.values():
        assert {"@id", "@type"} <= set(entity)
        for name, value in entity.items():
            for target in references(value):
                assert target in graph or target in outside or target.startswith("http://schema.org/"), name


def test_every_run_is_an_action_with_instrument_object_result_and_status(
    graph: dict[str, dict[str, Any]],
) -> None:
    actions = [entity for entity in graph.values() if entity["@type"] == "CreateAction"]
    assert references(graph["./"]["mentions"]) == [action["@id"] for action in actions]
    assert len(actions) == 2
    done, failed = actions
    assert "SoftwareApplication" in graph[done["instrument"]["@id"]]["@type"]
    assert references(done["result"]) == ["n/a%20b.html"]
    given = [graph[name] for name in references(done["object"])]
    assert {(entity["name"], entity["value"]) for entity in given if entity["@type"] == "PropertyValue"} == {
        ("area_id", "a b"),
        ("zahl", "3"),
    }
    assert {entity.get("sha256", "")[:1] for entity in given} >= {"a", "c", "d"}
    assert failed["actionStatus"] == {"@id": "http://schema.org/FailedActionStatus"}
    assert failed["error"] == "KeyError in Codezelle 2."
