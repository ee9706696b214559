"""Processus qui ouvre les classeurs : il lit des chemins sur son entrée, rend des feuilles en JSON, et rien d'autre.

Lancé par `borne.LecteurBorne` avec une mémoire bornée : s'il tombe, la commande continue.
"""

import datetime as dt
import json
import sys
from typing import Any

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum


def en_texte(valeur: Any) -> str:
    """Rend la valeur d'une cellule en texte : entiers sans décimale, dates ISO, booléens en français."""
    if isinstance(valeur, bool):
        return "VRAI" if valeur else "FAUX"
    if isinstance(valeur, float):
        return str(int(valeur)) if valeur.is_integer() and abs(valeur) < 1e15 else repr(valeur)
    if isinstance(valeur, dt.datetime):
        return valeur.date().isoformat() if valeur.time() == dt.time() else valeur.isoformat(" ")
    return valeur.isoformat() if isinstance(valeur, dt.date | dt.time) else str(valeur)


def lire(chemin: str) -> list[dict[str, Any]]:
    """Rend les feuilles de calcul du classeur : nom, visibilité, fusions et cases en texte."""
    feuilles = []
    with CalamineWorkbook.from_path(chemin) as classeur:
        for rang, fiche in enumerate(classeur.sheets_metadata):
            if fiche.typ != SheetTypeEnum.WorkSheet:
                continue
            feuille = classeur.get_sheet_by_index(rang)
            feuilles.append(
                {
                    "nom": fiche.name,
                    "est_visible": fiche.visible == SheetVisibleEnum.Visible,
                    "fusions": [[*debut, *fin] for debut, fin in feuille.merged_cell_ranges or []],
                    "lignes": [
                        [en_texte(case) for case in ligne] for ligne in feuille.to_python(skip_empty_area=False)
                    ],
                }
            )
    return feuilles


def borner(memoire: int) -> None:
    """Borne la mémoire de ce processus, là où le système le permet."""
    try:
        import resource
    except ImportError:  # Windows : restent la garde et le délai
        return
    resource.setrlimit(resource.RLIMIT_AS, (memoire, memoire))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def servir() -> None:
    """Lit un chemin JSON par ligne jusqu'à la fin de l'entrée, et rend une réponse JSON par ligne."""
    for demande in sys.stdin:
        try:
            reponse: dict[str, Any] = {"feuilles": lire(json.loads(demande))}
        except MemoryError:
            reponse = {"erreur": "memoire"}
        except BaseException as erreur:  # une panique de la bibliothèque en Rust dérive de BaseException
            reponse = {"erreur": f"{type(erreur).__name__}: {erreur}"[:300]}
        sys.stdout.write(json.dumps(reponse, ensure_ascii=True) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    borner(int(sys.argv[1]))
    servir()
