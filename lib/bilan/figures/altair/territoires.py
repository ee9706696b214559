"""Ce qu'une carte montre de chaque territoire : sa couleur, la raison de son absence, ce que l'on en dit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bilan.erreurs import ErreurUsage
from bilan.figures import palettes
from bilan.figures.formes import CartesMultiples, Choroplethe, Panneau
from bilan.figures.modele import Colonne, Figure
from bilan.figures.tableau import cellule, entete
from bilan.referentiel.geometries import Fonds

_COLONNES_DECRITES = 4


@dataclass(frozen=True, slots=True)
class Territoire:
    """Ce que la carte montre d'un territoire : sa couleur, la raison de son absence, sa description."""

    siren: str
    couleur: str
    absence: str | None
    description: str


def territoires_classes(
    figure: Figure, carte: Choroplethe | CartesMultiples, lu: Choroplethe | Panneau, fonds: Fonds
) -> dict[str, Territoire]:
    """Rend ce que la carte montre de chaque territoire du fonds ; un territoire sans ligne est non transmis.

    `carte` donne l'échelle et la colonne des territoires ; `lu`, les colonnes de la classe et de l'absence : la carte
    elle-même, ou l'un de ses panneaux. Lève `ErreurUsage` pour une ligne sans classe ni absence, ou un territoire que
    le fonds n'a pas.
    """
    couleurs = dict(zip(carte.classes, palettes.couleurs(carte.palette, len(carte.classes)), strict=True))
    lignes = {ligne[carte.territoire]: ligne for ligne in figure.donnees.to_dicts()}
    colonnes = _colonnes_decrites(figure, carte.territoire, lu)
    territoires = {}
    for siren in fonds.epci["epci_siren"]:
        ligne = lignes.get(siren, {lu.classe: None, lu.absence: "non_transmis"})
        classe, absence = ligne[lu.classe], ligne[lu.absence]
        if (classe is None) == (absence is None) or (classe or carte.classes[0]) not in couleurs:
            raise ErreurUsage(
                f"La figure « {figure.id} » classe le territoire {siren} en « {classe} » et l'absence « {absence} » : "
                f"il faut l'une ou l'autre, et une classe parmi : {', '.join(carte.classes)}."
            )
        description = decrire(ligne, colonnes, str(siren))
        territoires[siren] = Territoire(siren, couleurs.get(classe, palettes.BLANC), absence, description)
    refuser_inconnus(figure, lignes, territoires)
    return territoires


def refuser_inconnus(figure: Figure, lignes: Mapping[str, Any], territoires: Mapping[str, Any]) -> None:
    """Lève `ErreurUsage` si la table a un territoire que le fonds de carte n'a pas."""
    if inconnus := sorted(set(lignes) - set(territoires)):
        raise ErreurUsage(
            f"La figure « {figure.id} » a des territoires que le fonds de carte n'a pas : {', '.join(inconnus)} ; "
            "vérifiez les SIREN et la région."
        )


def colonnes_decrites(figure: Figure, territoire: str) -> list[Colonne]:
    """Rend les premières colonnes que la table montre, code du territoire excepté."""
    return [c for c in figure.colonnes if c.nom != territoire][:_COLONNES_DECRITES]


def decrire(ligne: Mapping[str, Any], colonnes: Sequence[Colonne], code: str) -> str:
    """Rend « Nom – Titre : valeur ; Titre : valeur », la première des `colonnes` étant le nom."""
    if any(c.nom not in ligne for c in colonnes):
        return "Territoire absent de la table : non transmis"
    lues = [(entete(c), cellule(ligne[c.nom], c.format, ligne.get(c.absence))) for c in colonnes]
    if not lues:
        return code
    suite = " ; ".join(f"{titre} : {valeur}" for titre, valeur in lues[1:])
    return f"{lues[0][1]} – {suite}" if suite else lues[0][1]


def _colonnes_decrites(figure: Figure, territoire: str, lu: Choroplethe | Panneau) -> list[Colonne]:
    """Un panneau ne dit que le nom et sa propre valeur."""
    if isinstance(lu, Choroplethe):
        return colonnes_decrites(figure, territoire)
    return colonnes_decrites(figure, territoire)[:1] + [c for c in figure.colonnes if c.nom == lu.valeur]
