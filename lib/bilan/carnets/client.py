"""Le client de papermill sans noyau : nbclient garde la main sur les sorties, une liaison exécute les cellules."""

import contextlib
import sys
from typing import Any, Protocol

from nbclient.client import timestamp
from nbclient.exceptions import CellExecutionComplete, CellTimeoutError
from nbclient.util import run_hook, run_sync
from papermill.clientwrap import PapermillNotebookClient

from bilan.carnets.coquille import Message, Recepteur


class DelaiDepasse(Exception):
    """La cellule n'a pas fini dans le temps qui lui était donné."""


class Liaison(Protocol):
    """Chemin vers ce qui exécute : la coquille du même processus, ou celle d'un enfant."""

    def executer(self, source: str, recepteur: Recepteur, garder: bool, delai_s: float | None) -> Message:
        """Exécute `source`, remet les messages au fil de l'eau et rend la réponse ; lève `DelaiDepasse`."""


class ClientSansNoyau(PapermillNotebookClient):  # type: ignore[misc]
    """Client papermill dont les cellules passent par une `Liaison`.

    Le reste (étiquettes, erreurs permises, `display_id`, effacements, horodatage) est celui de nbclient,
    dont les méthodes traitent ici les mêmes messages.
    """

    def __init__(self, nb_man: Any, liaison: Liaison, **options: Any) -> None:
        super().__init__(nb_man, **options)
        self._liaison = liaison

    def execute(self, **_: Any) -> Any:
        """Exécute toutes les cellules et rend le carnet."""
        self.reset_execution_trackers()
        self.papermill_execute_cells()
        self.nb.metadata["language_info"] = description_du_langage()
        self.set_widgets_metadata()
        return self.nb

    def execute_cell(self, cell: Any, cell_index: int, execution_count: int | None = None,
                     store_history: bool = True) -> Any:
        """Exécute une cellule, comme `NotebookClient.execute_cell` ; lève `CellExecutionError` si elle échoue."""
        self._crochet(self.on_cell_start, cell, cell_index)
        if cell.cell_type != "code" or not cell.source.strip() or self._a_passer(cell):
            return cell
        if self.record_timing:
            cell["metadata"]["execution"] = {}
        self._crochet(self.on_cell_execute, cell, cell_index)
        cell.outputs = []
        self.clear_before_next_output = False
        reponse = {"content": self._executer_source(cell, cell_index, store_history)}
        self.code_cells_executed += 1
        if execution_count:
            cell["execution_count"] = execution_count
        self._crochet(self.on_cell_complete, cell, cell_index)
        self._crochet(self.on_cell_executed, cell, cell_index, execute_reply=reponse)
        run_sync(self._check_raise_for_error)(cell, cell_index, reponse)
        self.nb["cells"][cell_index] = cell
        return cell

    def _a_passer(self, cell: Any) -> bool:
        return self.skip_cells_with_tag in cell.metadata.get("tags", [])

    def _executer_source(self, cell: Any, rang: int, garder: bool) -> Message:
        def recevoir(message: Message) -> None:
            # « idle » : nbclient signale ainsi la fin des sorties, que la réponse confirme.
            with contextlib.suppress(CellExecutionComplete):
                self.process_message(message, cell, rang)

        delai_s = self._get_timeout(cell)
        try:
            reponse = self._liaison.executer(cell.source, recevoir, garder, delai_s)
        except DelaiDepasse as erreur:
            raise CellTimeoutError.error_from_timeout_and_cell("Cell execution timed out", delai_s, cell) from erreur
        if self.record_timing:
            cell["metadata"]["execution"]["shell.execute_reply"] = timestamp()
        return reponse

    def _crochet(self, crochet: Any, cell: Any, rang: int, **reste: Any) -> None:
        if crochet is not None:
            run_sync(run_hook)(crochet, cell=cell, cell_index=rang, **reste)


def description_du_langage() -> dict[str, Any]:
    """Rend le `language_info` que le noyau Python annonce."""
    return {
        "codemirror_mode": {"name": "ipython", "version": sys.version_info[0]},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": f"ipython{sys.version_info[0]}",
        "version": sys.version.split()[0],
    }
