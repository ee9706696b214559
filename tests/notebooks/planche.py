"""La planche-contact : toutes les figures, tous les carnets, les deux profils, sur quelques images à regarder.

    python tests/notebooks/planche.py <dossier> [<territoires par fiche>]

Le projet doit avoir ses mesures (`bilan mesurer`, profil public compris).
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from atelier import Jouee, jouer_tout
from cadrage import debords

from bilan.figures.altair.rendu import Mise, specification
from bilan.figures.convertisseur import convertisseur
from bilan.figures.images import Rendu
from bilan.projet import Projet
from bilan.referentiel.geometries import Fonds

_COLONNES, _RANGS = 3, 3
_LARGEUR, _HAUTEUR, _TITRE = 620, 560, 22
_POLICE = "Liberation Sans, Arial, sans-serif"


def composer(vignettes: Sequence[tuple[str, str]]) -> str:
    """Rend en SVG une planche de vignettes (titre, SVG), chacune réduite à sa case."""
    cases = []
    for rang, (titre, svg) in enumerate(vignettes):
        x, y = rang % _COLONNES * _LARGEUR, rang // _COLONNES * _HAUTEUR
        boite = f'x="{x + 5}" y="{y + _TITRE}" width="{_LARGEUR - 10}" height="{_HAUTEUR - _TITRE - 10}"'
        cases.append(
            f'<rect x="{x}" y="{y}" width="{_LARGEUR}" height="{_HAUTEUR}" fill="white" stroke="#929292"/>'
            f'<text x="{x + 6}" y="{y + 15}" font-size="11" font-family="{_POLICE}" fill="#E1000F">'
            f"{escape(titre)}</text>" + svg.replace("<svg ", f'<svg {boite} preserveAspectRatio="xMinYMin meet" ', 1)
        )
    large, haut = _COLONNES * _LARGEUR, -(-len(vignettes) // _COLONNES) * _HAUTEUR
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="{large}" height="{haut}">{"".join(cases)}</svg>'


def vignette(jouee: Jouee, rendu: Rendu, fonds: Fonds) -> tuple[str, str]:
    """Rend le titre et l'image autonome d'une figure, et dit ce qui en déborde."""
    dessin = specification(jouee.figure, fonds, mise=Mise(autonome=True))
    if sortis := debords(dessin):
        print(f"{jouee} : {' ; '.join(sortis)}")
    return str(jouee), rendu.svg(dessin)


def principale(dossier: Path, par_maille: int) -> None:
    """Écrit les planches dans `dossier`."""
    projet = Projet.trouver()
    fonds = Fonds.ouvrir(projet.referentiel, region=projet.collection.region)
    rendu = Rendu()
    vignettes = [vignette(jouee, rendu, fonds) for jouee in jouer_tout(projet, par_maille)]
    dossier.mkdir(parents=True, exist_ok=True)
    pas = _COLONNES * _RANGS
    for debut in range(0, len(vignettes), pas):
        png = convertisseur().svg_to_png(composer(vignettes[debut : debut + pas]), scale=1)
        (dossier / f"planche-{debut // pas + 1:02}.png").write_bytes(png)
    print(f"{len(vignettes)} figures sur {-(-len(vignettes) // pas)} planches dans {dossier}")


if __name__ == "__main__":
    principale(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)
