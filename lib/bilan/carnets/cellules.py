"""Un carnet lu comme un simple document : ses cellules, ses étiquettes, ses valeurs par défaut.

La lecture passe par JSON et par l'arbre de syntaxe, jamais par un noyau ni par nbformat : elle sert
au plan et à la fraîcheur, qui doivent répondre sans rien importer de lourd.
"""

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from bilan.carnets.empreintes import empreinte_json
from bilan.erreurs import DonneesRefusees

ETIQUETTE_PARAMETRES = "parameters"
ETIQUETTE_INJECTEE = "injected-parameters"
ETIQUETTE_ERREUR = "papermill-error-cell-tag"


@dataclass(frozen=True)
class Cellule:
    """Cellule d'un carnet ; `numero` compte à partir de 1 toutes les cellules, texte compris."""

    numero: int
    genre: str
    source: str
    etiquettes: tuple[str, ...]
    sorties: tuple[dict[str, Any], ...]
    metadonnees: dict[str, Any]

    @property
    def est_code(self) -> bool:
        """Vrai pour une cellule qui s'exécute."""
        return self.genre == "code"

    @property
    def arbre(self) -> ast.Module:
        """Arbre de syntaxe, lignes magiques effacées ; lève `SyntaxError` si le code ne se lit pas."""
        lignes = ("" if ligne.lstrip()[:1] in {"%", "!"} else ligne for ligne in self.source.splitlines())
        return ast.parse("\n".join(lignes))


@dataclass(frozen=True)
class Document:
    """Carnet lu depuis `chemin` : son contenu JSON, tel quel."""

    chemin: Path
    contenu: dict[str, Any]

    @property
    def nom(self) -> str:
        """Nom du carnet, sans extension."""
        return self.chemin.stem

    @property
    def metadonnees(self) -> dict[str, Any]:
        """Métadonnées du carnet ; vides s'il n'en a pas."""
        metadonnees = self.contenu.get("metadata", {})
        return metadonnees if isinstance(metadonnees, dict) else {}

    @cached_property
    def cellules(self) -> tuple[Cellule, ...]:
        """Cellules dans leur ordre."""
        return tuple(_cellules(self.contenu.get("cells", [])))

    @property
    def cellules_d_origine(self) -> Iterator[Cellule]:
        """Cellules de l'auteur, numérotées comme dans le carnet source : sans celles que papermill ajoute."""
        ajoutees = {ETIQUETTE_INJECTEE, ETIQUETTE_ERREUR}
        gardees = (c for c in self.cellules if not ajoutees & set(c.etiquettes))
        for numero, cellule in enumerate(gardees, start=1):
            yield replace(cellule, numero=numero)

    def avec_etiquette(self, etiquette: str) -> tuple[Cellule, ...]:
        """Rend les cellules qui portent `etiquette`."""
        return tuple(c for c in self.cellules if etiquette in c.etiquettes)

    @cached_property
    def valeurs_par_defaut(self) -> dict[str, Any]:
        """Noms et valeurs posés par la cellule de paramètres ; une valeur calculée vaut `...`."""
        valeurs: dict[str, Any] = {}
        for cellule in self.avec_etiquette(ETIQUETTE_PARAMETRES):
            for noeud in cellule.arbre.body:
                valeurs |= _affectation(noeud)
        return valeurs

    @cached_property
    def empreinte(self) -> str:
        """Empreinte de ce qui s'exécute ou se lit : sources, étiquettes, contrat et noyau ; jamais les sorties."""
        cellules = [(c.genre, c.source, c.etiquettes) for c in self.cellules_d_origine]
        return empreinte_json([cellules, self.metadonnees.get("bilan"), self.metadonnees.get("kernelspec")])


def lire_document(chemin: Path) -> Document:
    """Rend le carnet du fichier `chemin` ; lève `DonneesRefusees` s'il est absent ou abîmé."""
    try:
        contenu = json.loads(chemin.read_text(encoding="utf-8"))
    except FileNotFoundError as erreur:
        raise DonneesRefusees(
            f"Le carnet « {chemin.name} » n'existe pas dans notebooks/ ; créez-le, ou retirez-le de collection.toml."
        ) from erreur
    except (OSError, ValueError) as erreur:
        raise DonneesRefusees(
            f"Le carnet « {chemin.name} » est abîmé et ne se lit plus ; rétablissez-le depuis le dépôt."
        ) from erreur
    if not isinstance(contenu, dict) or not isinstance(contenu.get("cells"), list):
        raise DonneesRefusees(f"Le fichier « {chemin.name} » n'est pas un carnet : il n'a pas de liste de cellules.")
    return Document(chemin, contenu)


def _cellules(cellules: list[dict[str, Any]]) -> Iterator[Cellule]:
    for numero, cellule in enumerate(cellules, start=1):
        metadonnees = cellule.get("metadata", {})
        yield Cellule(
            numero, cellule.get("cell_type", ""), texte_joint(cellule.get("source", "")),
            tuple(metadonnees.get("tags", ())), tuple(cellule.get("outputs", ())), metadonnees,
        )


def texte_joint(texte: str | list[str]) -> str:
    """Rend le texte d'un champ multiligne, que nbformat l'ait écrit d'un trait ou ligne à ligne."""
    return texte if isinstance(texte, str) else "".join(texte)


def _affectation(noeud: ast.stmt) -> dict[str, Any]:
    if isinstance(noeud, ast.Assign):
        cibles: list[ast.expr] = noeud.targets
    elif isinstance(noeud, ast.AnnAssign) and noeud.value is not None:
        cibles = [noeud.target]
    else:
        return {}
    noms = [cible.id for cible in cibles if isinstance(cible, ast.Name)]
    try:
        valeur = ast.literal_eval(noeud.value or "")
    except (ValueError, TypeError):
        valeur = ...
    return dict.fromkeys(noms, valeur)
