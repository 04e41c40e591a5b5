"""What papermill finds by our entry point, when it is itself imported: nothing that imports papermill."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["ForkEngine"]


class ForkEngine:
    """Stands for `sozialanalyse.batch.fork_engine.ForkEngine`, and imports it at its first call.

    papermill imports every engine that is installed while its own modules are still being loaded; and who uses
    papermill with another engine should not wait for ours.
    """

    @staticmethod
    def execute_notebook(nb: NotebookNode, kernel_name: str, **options: Any) -> NotebookNode:
        """Execute a notebook."""
        from sozialanalyse.batch.fork_engine import ForkEngine as Engine  # noqa: PLC0415

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
