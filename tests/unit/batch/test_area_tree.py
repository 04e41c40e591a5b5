"""The hierarchy of areas as the pages link it."""

from __future__ import annotations

from dataclasses import replace

from sozialanalyse.batch.links import area_tree


def test_siblings_of_the_same_name_are_told_apart_by_their_keys(build_dataset) -> None:
    dataset = build_dataset([], share=("proportion", 100, "higher_is_worse"))
    areas = dataset.areas.copy()
    areas.loc[["A1", "A2", "B1"], "name"] = "Mitte"
    names = area_tree(replace(dataset, areas=areas)).names
    assert [names[key] for key in ("A1", "A2", "B1")] == ["Mitte (A1)", "Mitte (A2)", "Mitte"]
