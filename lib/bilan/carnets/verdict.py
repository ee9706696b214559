"""Le contrat, après : une exécution n'est bonne que si tout ce que le carnet déclare est là, et rien d'autre."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bilan.carnets.affichage import MIME_CONTROLE, MIME_LECTURES, MIME_TEXTE
from bilan.carnets.cellules import Document
from bilan.carnets.contrat import ContratCarnet
from bilan.figures.modele import MIME_FIGURE


@dataclass(frozen=True)
class Moisson:
    """Messages déposés par un carnet exécuté, dans leur ordre : (numéro de cellule, type MIME, contenu)."""

    messages: tuple[tuple[int, str, dict[str, Any]], ...]
    lectures: dict[str, Any] | None = None
    par_type: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @classmethod
    def de(cls, copie: Document) -> "Moisson":
        """Rend les messages de la copie exécutée."""
        connus = (MIME_FIGURE, MIME_TEXTE, MIME_CONTROLE, MIME_LECTURES)
        messages = tuple(
            (cellule.numero, mime, sortie["data"][mime])
            for cellule in copie.cellules_d_origine for sortie in cellule.sorties for mime in connus
            if mime in sortie.get("data", {})
        )
        par_type = {mime: [c for _n, m, c in messages if m == mime] for mime in connus}
        return cls(messages, (par_type[MIME_LECTURES] or [None])[-1], par_type)


def troubles_de_la_copie(copie: Document, contrat: ContratCarnet) -> list[str]:
    """Rend tout ce qui manque ou dépasse dans une copie dont aucune cellule n'a échoué ; rien si elle est en règle."""
    moisson = Moisson.de(copie)
    return [*_cellules_non_jouees(copie), *_figures(moisson, contrat), *_cloture(moisson), *_controles(moisson)]


def _cellules_non_jouees(copie: Document) -> Iterator[str]:
    for cellule in copie.cellules_d_origine:
        etat = cellule.metadonnees.get("papermill", {}).get("status", "completed")
        if cellule.est_code and cellule.source.strip() and etat != "completed":
            yield f"La cellule {cellule.numero} n'a pas été jouée jusqu'au bout ; relancez le carnet."


def _figures(moisson: Moisson, contrat: ContratCarnet) -> Iterator[str]:
    produites = {f["id"]: f for f in moisson.par_type[MIME_FIGURE]}
    for identifiant in contrat.figures:
        if identifiant not in produites:
            yield f"La figure « {identifiant} » est déclarée mais manque ; publiez-la ou retirez-la du contrat."
    for identifiant, figure in produites.items():
        if identifiant not in contrat.figures_permises:
            yield f"La figure « {identifiant} » est produite sans être déclarée ; ajoutez-la à metadata.bilan.figures."
        if not figure["donnees"] and not figure["vide"]:
            yield f"La figure « {identifiant} » est vide et ne dit pas pourquoi ; renseignez « vide »."


def _cloture(moisson: Moisson) -> Iterator[str]:
    lectures = moisson.lectures
    if lectures is None:
        yield "Le carnet ne s'est pas terminé par carnet.terminer() ; ses lectures sont inconnues."
        return
    for nom in lectures["non_declarees"]:
        yield f"Le carnet a lu « {nom} » sans le déclarer ; ajoutez-le à metadata.bilan."
    annonces = {
        MIME_FIGURE: len(lectures["figures"]), MIME_TEXTE: lectures["textes"], MIME_CONTROLE: lectures["controles"],
    }
    for mime, nombre in annonces.items():
        if (recus := len(moisson.par_type[mime])) != nombre:
            yield f"Sorties tronquées : {nombre} messages de type {mime} annoncés, {recus} reçus ; relancez le carnet."


def _controles(moisson: Moisson) -> Iterator[str]:
    for controle in moisson.par_type[MIME_CONTROLE]:
        if not controle["ok"]:
            detail = f" ({controle['detail']})" if controle["detail"] else ""
            yield f"Contrôle manqué : {controle['libelle']}{detail}."
