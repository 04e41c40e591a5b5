"""The papermill engine ``sozialanalyse-fork`` as papermill finds it, by our entry point.

    papermill --engine sozialanalyse-fork notebooks/sozialraumanalyse.ipynb seite.ipynb -r area_id 0101

papermill imports every installed engine while its own modules are still being loaded. So nothing here imports
papermill; and who uses it with another engine does not wait for ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["ForkEngine"]


class ForkEngine:
    """Stands for `sozialanalyse.batch.kernelless.ForkEngine`, and imports it at its first call."""

    @staticmethod
    def execute_notebook(nb: NotebookNode, kernel_name: str, **options: Any) -> NotebookNode:
        """Execute a notebook."""
        from sozialanalyse.batch.kernelless import ForkEngine as Engine  # noqa: PLC0415

        return Engine.execute_notebook(nb, kernel_name, **options)

    @staticmethod
    def nb_kernel_name(nb: NotebookNode, name: str | None = None) -> str:
        """Return the name of the kernel that a notebook asks for."""
        from papermill.utils import nb_kernel_name  # noqa: PLC0415

        return str(nb_kernel_name(nb, name))

    @staticmethod
    def nb_language(nb: NotebookNode, language: str | None = None) -> str:
        """Return the language of a notebook."""
        from papermill.utils import nb_language  # noqa: PLC0415

        return str(nb_language(nb, language))
