"""La récolte : d'un carnet exécuté à ce que les éditions mettent en page. Une fonction de la seule copie exécutée."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from bilan.carnets.affichage import MIME_CONTROLE, MIME_TEXTE
from bilan.carnets.cellules import Cellule, Document
from bilan.carnets.contrat import ContratCarnet
from bilan.carnets.moteur import Echec, Resultat
from bilan.carnets.plan import Tache
from bilan.carnets.verdict import Moisson, troubles_de_la_copie
from bilan.figures.modele import MIME_FIGURE

ETIQUETTE_INTERNE = "interne"
ETIQUETTE_SI_SUITE = "si-suite"


@dataclass(frozen=True)
class Recolte:
    """Ce qu'une exécution laisse à publier : les blocs de la page, ses figures, ses lectures, ou son échec."""

    titre: str
    blocs: list[dict[str, Any]]
    figures: dict[str, dict[str, Any]]
    lectures: dict[str, Any]
    echec: Echec | None


def recolter(resultat: Resultat, copie: Document | None, contrat: ContratCarnet) -> Recolte:
    """Rend la récolte d'une exécution ; un contrat non tenu en fait un échec, comme une cellule qui échoue."""
    if copie is None:
        return Recolte(contrat.titre, [], {}, {}, resultat.echec or Echec(0, "", "La copie exécutée manque."))
    moisson = Moisson.de(copie)
    lectures = moisson.lectures or {}
    figures = {f["id"]: f for f in moisson.par_type[MIME_FIGURE]}
    return Recolte(
        lectures.get("titre", contrat.titre), list(_blocs(copie, moisson)), figures, lectures,
        resultat.echec or _contrat_non_tenu(copie, contrat),
    )


def page(tache: Tache, recolte: Recolte, resultat: Resultat) -> dict[str, Any]:
    """Rend le contenu de `page.json`, sans la clé ni les empreintes."""
    parametres = dict(tache.parametres)
    return {
        "carnet": tache.carnet, "page": tache.page, "territoire": tache.territoire, "jeu": str(tache.jeu),
        "periode": parametres["periode"], "connu_le": parametres["connu_le"], "profil": parametres["profil"],
        "parametres": parametres, "titre": recolte.titre, "statut": "echec" if recolte.echec else "ok",
        "echec": _echec(recolte.echec), "blocs": recolte.blocs, "duree_s": resultat.duree_s, "debut": resultat.debut,
    }


def _contrat_non_tenu(copie: Document, contrat: ContratCarnet) -> Echec | None:
    troubles = troubles_de_la_copie(copie, contrat)
    return Echec(0, "", "\n".join(troubles)) if troubles else None


def _blocs(copie: Document, moisson: Moisson) -> Iterator[dict[str, Any]]:
    cellules = list(copie.cellules_d_origine)
    for rang, cellule in enumerate(cellules):
        if _se_publie(cellule) and _a_sa_suite(cellules[rang:], moisson):
            yield {"type": "markdown", "texte": cellule.source}
        for numero, mime, contenu in moisson.messages:
            if numero == cellule.numero and (bloc := _bloc(mime, contenu)):
                yield bloc


def _se_publie(cellule: Cellule) -> bool:
    # La fiche du carnet en est : l'édition en fait le chapô de la page, et range le reste dans ses notes techniques.
    est_texte = cellule.genre == "markdown" and bool(cellule.source.strip())
    return est_texte and ETIQUETTE_INTERNE not in cellule.etiquettes


def _a_sa_suite(cellules: list[Cellule], moisson: Moisson) -> bool:
    # Un texte « si-suite » présente ce que publie le code qui le suit : sans publication, il ne dirait rien.
    texte, *suivantes = cellules
    if ETIQUETTE_SI_SUITE not in texte.etiquettes:
        return True
    suite = {c.numero for c in takewhile(lambda c: c.est_code, suivantes)}
    return any(numero in suite and mime in (MIME_FIGURE, MIME_TEXTE) for numero, mime, _contenu in moisson.messages)


def _bloc(mime: str, contenu: dict[str, Any]) -> dict[str, Any] | None:
    if mime == MIME_FIGURE:
        return {"type": "figure", "id": contenu["id"]}
    genre = {MIME_TEXTE: "texte", MIME_CONTROLE: "controle"}.get(mime)
    return {"type": genre, **contenu} if genre else None


def _echec(echec: Echec | None) -> dict[str, Any] | None:
    return None if echec is None else {"cellule": echec.cellule, "source": echec.source, "message": echec.message}
