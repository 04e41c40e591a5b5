"""The record of an output folder in a form that other programs know: an RO-Crate.

It follows RO-Crate 1.1 and Process Run Crate; see docs/decisions/0007-provenance.md. Everything in it
comes from ``manifest.json``, so equal inputs give equal bytes.

References
----------
Soiland-Reyes, S. et al. (2022): Packaging research artefacts with RO-Crate. Data Science 5(2).
Leo, S. et al. (2024): Recording provenance of workflow runs with RO-Crate. PLoS ONE 19(9).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from sozialanalyse.batch.manifest import write_final

__all__ = ["CRATE", "crate_of", "write_crate"]

CRATE: Final = "ro-crate-metadata.json"
_CONTEXT: Final = ("https://w3id.org/ro/crate/1.1/context", "https://w3id.org/ro/terms/workflow-run/context")
_SPECIFICATION: Final = "https://w3id.org/ro/crate/1.1"
_PROFILE: Final = "https://w3id.org/ro/wfrun/process/0.5"
_FORMATS: Final[Mapping[str, str]] = {
    ".html": "text/html",
    ".ipynb": "application/x-ipynb+json",
    ".json": "application/json",
}
_STATUS: Final[Mapping[str, str]] = {
    "rendered": "http://schema.org/CompletedActionStatus",
    "failed": "http://schema.org/FailedActionStatus",
}

Entity = dict[str, Any]


def write_crate(out: Path, manifest: Mapping[str, Any], others: Mapping[str, str]) -> None:
    """Write the crate of an output folder; see `crate_of`."""
    text = json.dumps(crate_of(manifest, others), ensure_ascii=False, indent=1) + "\n"
    write_final(out / CRATE, text.encode())


def crate_of(manifest: Mapping[str, Any], others: Mapping[str, str]) -> dict[str, Any]:
    """Describe an output folder as an RO-Crate.

    Parameters
    ----------
    manifest : mapping
        Content of ``manifest.json``.
    others : mapping from str to str
        SHA-256 of files of the folder that belong to no run, by name.

    Returns
    -------
    dict
        JSON-LD: one action per run, with what it was given, what carried it out, and its files.
    """
    dataset = manifest["dataset"]
    licence = _licence(dataset["licenses"])
    graph: dict[str, Entity] = {}
    files = [_file(name, digest) for name, digest in sorted(others.items())]
    actions = []
    for run in manifest["runs"]:
        results = [_file(name, digest) for name, digest in sorted(run["outputs"].items())]
        inputs = _inputs(run, dataset["title"])
        files += results
        actions.append(_action(run, inputs, results))
        graph |= {entity["@id"]: entity for entity in inputs}
    software = _software(manifest)
    root: Entity = {
        "@id": "./",
        "@type": "Dataset",
        "conformsTo": {"@id": _PROFILE},
        "name": dataset["title"],
        "description": "Seiten von sozialanalyse mit allem, woraus sie entstanden sind."
        + (" Die Zahlen sind erfunden (Beispieldaten)." if dataset["synthetic"] else ""),
        "datePublished": dataset["newest"],
        "license": {"@id": licence["@id"]},
        "hasPart": _references(files),
        "mentions": _references(actions),
    }
    descriptor = {
        "@id": CRATE,
        "@type": "CreativeWork",
        "conformsTo": {"@id": _SPECIFICATION},
        "about": {"@id": "./"},
    }
    profile = {"@id": _PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"}
    entities = [descriptor, root, profile, licence, *software, *graph.values(), *files, *actions]
    return {"@context": list(_CONTEXT), "@graph": entities}


def _licence(licenses: Sequence[Mapping[str, str]]) -> Entity:
    first = licenses[0] if licenses else {"title": "nicht angegeben", "path": ""}
    return {
        "@id": first["path"] or "#lizenz",
        "@type": "CreativeWork",
        "name": first["title"] or first["path"],
    }


def _file(name: str, digest: str) -> Entity:
    suffix = Path(name).suffix
    return {
        "@id": quote(name),
        "@type": "File",
        "name": name,
        "encodingFormat": _FORMATS.get(suffix, "text/plain"),
        "sha256": digest,
    }


def _software(manifest: Mapping[str, Any]) -> list[Entity]:
    versions = {"python": manifest["python"], **manifest["packages"]}
    parts = [_application(name, version) for name, version in sorted(versions.items())]
    return [_application("sozialanalyse", manifest["sozialanalyse"], _references(parts)), *parts]


def _application(name: str, version: str, needs: Sequence[Entity] = ()) -> Entity:
    entity: Entity = {
        "@id": f"#{name}",
        "@type": "SoftwareApplication",
        "name": name,
        "softwareVersion": version,
    }
    return entity | ({"softwareRequirements": list(needs)} if needs else {})


def _inputs(run: Mapping[str, Any], title: str) -> list[Entity]:
    """Return what a run was made from; the same of several runs has the same name."""
    digests = run["inputs"]
    notebook: Entity = {
        "@id": f"#notebook-{quote(run['notebook'])}-{digests['notebook'][:16]}",
        "@type": ["SoftwareSourceCode", "SoftwareApplication"],
        "name": f"{run['notebook']}.ipynb",
        "sha256": digests["notebook"],
        "softwareRequirements": {"@id": "#sozialanalyse"},
    }
    data = _given("datensatz", title, digests["dataset"])
    rules = _given("parameter", f"parameters/{run['notebook']}.yaml und Regeln", digests["parameters"])
    code = _given("code", f"sozialanalyse {digests['sozialanalyse']}, Quelltext", digests["code"])
    values = [
        {
            "@id": f"#wert-{quote(_stem(run))}-{quote(name)}",
            "@type": "PropertyValue",
            "name": name,
            "value": value if isinstance(value, str) else json.dumps(value, ensure_ascii=False),
        }
        for name, value in sorted(run["parameters"].items())
    ]
    return [notebook, data, rules, code, *values]


def _given(kind: str, name: str, digest: str) -> Entity:
    return {"@id": f"#{kind}-{digest[:16]}", "@type": "Dataset", "name": name, "sha256": digest}


def _action(run: Mapping[str, Any], inputs: Sequence[Entity], results: Sequence[Entity]) -> Entity:
    notebook, *given = inputs
    action: Entity = {
        "@id": f"#lauf-{quote(_stem(run))}",
        "@type": "CreateAction",
        "name": f"{run['notebook']} für {run['area_id']}",
        "instrument": {"@id": notebook["@id"]},
        "object": _references(given),
        "result": _references(results),
        "actionStatus": {"@id": _STATUS[run["status"]]},
    }
    return action | ({"error": run["failure"]} if run["failure"] else {})


def _stem(run: Mapping[str, Any]) -> str:
    return "-".join(filter(None, (run["notebook"], run["area_id"], run["variant"])))


def _references(entities: Iterable[Entity]) -> list[Entity]:
    return [{"@id": entity["@id"]} for entity in entities]
