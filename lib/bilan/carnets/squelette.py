"""Le squelette d'un carnet conforme, et tout ce qui manque à un carnet pour l'être."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bilan.carnets.cellules import Document, lire_document
from bilan.carnets.contrat import ContratCarnet, troubles_du_carnet
from bilan.entrepot import fichiers
from bilan.erreurs import ErreurUsage, plus_proches
from bilan.indicateurs.registre import INDICATEURS
from bilan.projet import Projet
from bilan.tables.catalogue import CATALOGUE

LIGNES_MAXIMALES, CELLULES_MAXIMALES, FONCTION_MAXIMALE = 25, 25, 10
"""Un carnet reste mince : lignes d'une cellule, cellules, lignes d'une fonction ; le reste va dans lib/."""

_NOM = re.compile(r"^\d{2}_[a-z0-9]+(_[a-z0-9]+)*$")
_PARAMETRES = ("jeu", "periode", "region", "connu_le", "profil")
_COMMENTAIRES = {
    "jeu": "reel : chiffres publiés ; demonstration : données fictives",
    "periode": "année civile (2024) ou trimestre (2024T3)",
    "region": "code INSEE de la région",
    "connu_le": "on lit ce que l'on savait ce jour-là",
    "profil": "interne ou public",
}
_TYPES = {"jeu": "jeu", "periode": "période", "region": "région", "connu_le": "date", "profil": "profil"}


def carnets_du_projet(projet: Projet) -> tuple[str, ...]:
    """Rend le nom de tous les carnets de notebooks/, sous-dossiers compris, sans extension."""
    trouves = (c for c in projet.notebooks.rglob("*.ipynb") if ".ipynb_checkpoints" not in c.parts)
    return tuple(sorted(c.relative_to(projet.notebooks).with_suffix("").as_posix() for c in trouves))


def creer(projet: Projet, nom: str, titre: str | None = None) -> Path:
    """Écrit le squelette du carnet `nom`, en règle et qui s'exécute tel quel ; rend son chemin.

    Lève `ErreurUsage` si le nom n'est pas « deux chiffres, tiret bas, minuscules », ou s'il est déjà pris.
    """
    if not _NOM.match(nom):
        raise ErreurUsage(
            f"Le nom de carnet « {nom} » doit être deux chiffres, un tiret bas et des minuscules sans accent, par "
            "exemple « 65_loyers »."
        )
    chemin = projet.notebooks / f"{nom}.ipynb"
    if chemin.exists():
        raise ErreurUsage(f"Le carnet « {nom} » existe déjà ; choisissez un autre nom.")
    contenu = _squelette(projet, nom, titre or nom.partition("_")[2].replace("_", " ").capitalize())
    fichiers.ecrire(chemin, (json.dumps(contenu, ensure_ascii=False, indent=1) + "\n").encode())
    return chemin


def _squelette(projet: Projet, nom: str, titre: str) -> dict[str, Any]:
    jeu = projet.collection.jeux
    depart = next(iter(jeu))
    depart = next((j for j in jeu if j.est_fictif), depart)
    valeurs = {
        "jeu": depart.value, "periode": jeu[depart].periode, "region": projet.collection.region,
        "connu_le": jeu[depart].connu_le.isoformat(), "profil": "interne",
    }  # fmt: skip
    table = "\n".join(f"| `{p}` | {_TYPES[p]} | {_COMMENTAIRES[p]} |" for p in _PARAMETRES)
    fiche = (
        f"# {titre}, {{periode}}\n\nÀ quelle question répond ce carnet, en une phrase.\n\n"
        "- **Public :** à qui il sert\n- **Entrées :** mesure F3\n- **Sorties :** aucune figure encore\n\n"
        f"| paramètre | type | sens |\n|---|---|---|\n{table}"
    )
    appel = ", ".join(f"{p}={p}" for p in _PARAMETRES)
    cellules = [
        _texte(0, fiche),
        _code(1, "\n".join(f'{p}: str = "{valeurs[p]}"  # {_COMMENTAIRES[p]}' for p in _PARAMETRES), "parameters"),
        _code(2, "from bilan.carnets import ouvrir\nfrom bilan.figures.sujets import Contexte\n\n"
                 f'carnet = ouvrir("{nom}", {appel})\ncontexte = Contexte.du_carnet(carnet)'),
        _code(3, 'mesures = carnet.mesures("F3").filter(ventilation="reservataire", **contexte.en_region)\nmesures'),
        _texte(4, "## Contrôles"),
        _code(5, 'carnet.controle("Une mesure au plus par réservataire", mesures["modalite"].is_unique().all())'),
        _code(6, "carnet.terminer()"),
    ]  # fmt: skip
    contrat = {
        "titre": f"{titre}, {{periode}}",
        "parametres": {p: {"type": p} for p in _PARAMETRES} | {"connu_le": {"type": "date"}},
        "mesures": ["F3"], "tables": [], "figures": [],
    }  # fmt: skip
    noyau = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadonnees = {"bilan": contrat, "kernelspec": noyau, "language_info": {"name": "python"}}
    return {"cells": cellules, "metadata": metadonnees, "nbformat": 4, "nbformat_minor": 5}


def _texte(rang: int, source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": str(rang), "metadata": {}, "source": source.splitlines(keepends=True)}


def _code(rang: int, source: str, *etiquettes: str) -> dict[str, Any]:
    metadonnees = {"tags": list(etiquettes)} if etiquettes else {}
    return {"cell_type": "code", "execution_count": None, "id": str(rang), "metadata": metadonnees, "outputs": [],
            "source": source.splitlines(keepends=True)}  # fmt: skip


def manques(projet: Projet, nom: str) -> list[str]:
    """Rend, en français, tout ce qui manque au carnet `nom` ; une liste vide s'il est en règle.

    Lève `ErreurUsage` s'il n'y a pas de carnet de ce nom, `DonneesRefusees` s'il est abîmé.
    """
    if nom not in (connus := carnets_du_projet(projet)):
        proches = ", ".join(f"« {proche} »" for proche in plus_proches(nom, connus)) or "aucun"
        raise ErreurUsage(f"Il n'y a pas de carnet « {nom} » dans notebooks/ ; les plus proches : {proches}.")
    document = lire_document(projet.notebooks / f"{nom}.ipynb")
    return [*troubles_du_carnet(document), *(f"Carnet « {document.nom} » : {trouble}" for trouble in _forme(document))]


def _forme(document: Document) -> Iterator[str]:
    premiere = document.cellules[0].source if document.cellules else ""
    if not premiere.startswith("# ") or "| paramètre | type | sens |" not in premiere:
        yield "la première cellule n'est pas sa fiche (titre « # », public, entrées, sorties, table des paramètres)."
    if len(document.cellules) > CELLULES_MAXIMALES:
        yield f"{len(document.cellules)} cellules, {CELLULES_MAXIMALES} au plus ; passez le calcul dans lib/."
    if not any("carnet.controle(" in c.source for c in document.cellules):
        yield "aucun « carnet.controle(…) » ; un carnet vérifie ce qu'il montre."
    for cellule in document.cellules:
        if not cellule.est_code:
            continue
        if cellule.sorties:
            yield f"la cellule {cellule.numero} a gardé ses sorties ; « nbstripout » les ôte."
        if len(cellule.source.splitlines()) > LIGNES_MAXIMALES:
            yield f"la cellule {cellule.numero} fait plus de {LIGNES_MAXIMALES} lignes ; passez le calcul dans lib/."
        yield from _longues_fonctions(cellule.numero, cellule.arbre)
    yield from _noms_inconnus(document)


def _longues_fonctions(numero: int, arbre: ast.Module) -> Iterator[str]:
    for noeud in ast.walk(arbre):
        if isinstance(noeud, ast.FunctionDef) and (noeud.end_lineno or 0) - noeud.lineno >= FONCTION_MAXIMALE:
            yield f"cellule {numero}, « {noeud.name} » fait plus de {FONCTION_MAXIMALE} lignes ; passez-la dans lib/."


def _noms_inconnus(document: Document) -> Iterator[str]:
    try:
        contrat = ContratCarnet.de(document)
    except ValidationError:
        return  # déjà dit, champ par champ, par troubles_du_carnet
    for quoi, donnes, connus in (
        ("la mesure", contrat.mesures, INDICATEURS), ("la table", contrat.tables, CATALOGUE),
    ):  # fmt: skip
        for nom in donnes:
            if nom not in connus:
                yield f"{quoi} « {nom} » n'existe pas ; les plus proches : {', '.join(plus_proches(nom, connus))}."
