"""What is taken out of an executed notebook."""

from __future__ import annotations

import nbformat

from sozialanalyse.batch.clean import clean_notebook

V4 = nbformat.v4


def executed() -> nbformat.NotebookNode:
    outputs = [
        V4.new_output("stream", name="stdout", text="nur für die Konsole"),
        V4.new_output("stream", name="stderr", text="/home/x/n.py:3: RuntimeWarning: durch null\n  a / b\n"),
        V4.new_output("execute_result", {"text/plain": "<Ding at 0x7f3a10>", "text/html": "<p>0x7f</p>"}),
    ]
    cell = V4.new_code_cell("x", outputs=outputs, metadata={"papermill": {"duration": 1.5}, "tags": ["a"]})
    metadata = {
        "papermill": {"input_path": "/home/x/n.ipynb"},
        "language_info": {"name": "python", "version": "3.11.7"},
    }
    return V4.new_notebook(cells=[cell, V4.new_markdown_cell("Text")], metadata=metadata)


def test_times_paths_addresses_and_streams_are_gone_and_warnings_named() -> None:
    notebook, warnings = clean_notebook(executed())
    text = nbformat.writes(notebook)
    assert not any(
        trace in text for trace in ("/home", "papermill", "0x7f3a10", "duration", "3.11.7", "Konsole")
    )
    assert notebook.cells[0].outputs[0].data == {"text/plain": "<Ding>", "text/html": "<p>0x7f</p>"}
    assert notebook.cells[0].metadata.tags == ["a"]
    assert warnings == ("RuntimeWarning",)


def test_two_executions_give_the_same_bytes_and_the_original_stays() -> None:
    first, second = executed(), executed()
    assert nbformat.writes(first) != nbformat.writes(second)  # new_code_cell draws random ids
    assert nbformat.writes(clean_notebook(first)[0]) == nbformat.writes(clean_notebook(second)[0])
    assert len(first.cells[0].outputs) == 3


def test_other_text_on_the_error_stream_counts_as_a_message() -> None:
    outputs = [V4.new_output("stream", name="stderr", text="etwas\n")]
    notebook = V4.new_notebook(cells=[V4.new_code_cell("x", outputs=outputs)])
    assert clean_notebook(notebook)[1] == ("Meldung",)
