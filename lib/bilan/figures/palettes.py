"""Les palettes du bilan : couleurs de l'État mesurées (conventions, § 1.4), et la couleur du texte qu'elles portent."""

from collections.abc import Sequence

from bilan.erreurs import ErreurUsage, valeur_inconnue

ENCRE = "#161616"
GRIS_TEXTE = "#666666"
GRIS_CONTOUR = "#666666"
GRIS_HACHURE = "#929292"
GRIS_FILET = "#DDDDDD"
BLEU = "#000091"
ROUGE = "#E1000F"
ALERTE = "#B34000"
BLANC = "#FFFFFF"

PALETTES: dict[str, tuple[str, ...]] = {
    "avancement": ("#000091", "#6A6AF4", "#CACAFB", "#EEEEEE"),
    "sequentiel": ("#E3E3FD", "#ADADF9", "#6A6AF4", "#000091"),
    "categoriel_3": ("#000091", "#6A6AF4", "#E1000F"),
    "categoriel_4": ("#000091", "#6A6AF4", "#6E445A", "#CE614A"),
    "categoriel_5": ("#000091", "#009099", "#3558A2", "#6E445A", "#CE614A"),
    "divergent": ("#000091", "#6A6AF4", "#F6F6F6", "#E4794A", "#B34000"),
}
"""Couleurs par nom de palette, de la première modalité à la dernière."""

ABSENCES = {"sans_objet": "sans objet", "non_transmis": "non transmis", "secret": "secret statistique"}
"""Libellé, en légende, de chaque absence ; son motif de hachures est dans `altair.hachures`."""

# Rangs gardés quand une échelle ordonnée a moins de classes que sa palette : les deux bouts d'abord.
_RANGS = {
    "avancement": {1: (0,), 2: (0, 3), 3: (0, 1, 3)},
    "sequentiel": {1: (2,), 2: (0, 2), 3: (0, 2, 3)},
    "divergent": {1: (0,), 2: (1, 3), 3: (1, 2, 3), 4: (0, 1, 3, 4)},
}


def couleurs(nom: str, nombre: int) -> tuple[str, ...]:
    """Rend les `nombre` couleurs de la palette `nom`, dans l'ordre des modalités.

    « categoriel » prend la palette catégorielle qui convient au nombre. Lève `ErreurUsage` pour un
    nom inconnu ou plus de modalités que de couleurs distinguables.
    """
    if nom == "categoriel":
        nom = f"categoriel_{min(max(nombre, 3), 5)}"
    if nom not in PALETTES:
        raise valeur_inconnue("la palette", nom, [*PALETTES, "categoriel"])
    palette = PALETTES[nom]
    if nombre > len(palette):
        raise ErreurUsage(
            f"La palette « {nom} » distingue {len(palette)} modalités et la figure en a {nombre} ; "
            "regroupez des modalités ou faites plusieurs figures."
        )
    rangs = _RANGS.get(nom, {}).get(nombre, range(nombre))
    return tuple(palette[rang] for rang in rangs)


def teintes(vues: Sequence[str], valeurs: Sequence[float | None], ordre: Sequence[str] = ()) -> dict[str, str]:
    """Rend la couleur de chaque modalité qui a une valeur, selon son rang dans `ordre`, à défaut parmi les `vues`.

    La couleur d'une modalité ne dépend donc pas de celles qui manquent, si `ordre` est donné.
    """
    toutes = list(ordre or dict.fromkeys(vues))
    presentes = {modalite for modalite, valeur in zip(vues, valeurs, strict=True) if valeur is not None}
    rangs = zip(toutes, couleurs("categoriel", len(toutes)), strict=True)
    return {modalite: teinte for modalite, teinte in rangs if modalite in presentes}


def contraste(une: str, autre: str) -> float:
    """Rend le rapport de contraste WCAG 2.1 de deux couleurs « #RRVVBB », de 1 à 21."""
    claire, sombre = sorted((_luminance(une), _luminance(autre)), reverse=True)
    return (claire + 0.05) / (sombre + 0.05)


def couleur_texte(fond: str) -> str:
    """Rend la couleur d'un texte posé sur `fond` : blanc ou encre, le plus contrasté des deux."""
    return BLANC if contraste(fond, BLANC) > contraste(fond, ENCRE) else ENCRE


def _luminance(couleur: str) -> float:
    canaux = (int(couleur[rang : rang + 2], 16) / 255 for rang in (1, 3, 5))
    rouge, vert, bleu = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in canaux)
    return 0.2126 * rouge + 0.7152 * vert + 0.0722 * bleu
