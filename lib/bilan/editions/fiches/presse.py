"""La presse : un compilateur Typst chaud, des PDF accessibles et reproductibles, au nombre de pages promis."""

import hashlib
import json
from datetime import UTC, date, datetime
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

import typst

from bilan.editions.fiches import tassement
from bilan.erreurs import PublicationRefusee

_ECHELLES = (
    (1.0, 1.0), (1.0, 0.92), (1.0, 0.84), (0.97, 0.77), (0.95, 0.7), (0.93, 0.63), (0.91, 0.56), (0.89, 0.5),
    (0.87, 0.44),
)
"""Échelles d'une page (texte, images), de la plus grande à la plus petite qui se lise encore."""


class Presse:
    """Compile les gabarits Typst d'un dossier ; les polices du poste ne sont cherchées qu'une fois."""

    def __init__(self, gabarits: Path) -> None:
        self._gabarits = gabarits
        self._polices = typst.Fonts()
        self._compilateurs: dict[str, typst.Compiler] = {}

    def imprimer(self, gabarit: str, contenu: dict[str, Any], jour: date) -> bytes:
        """Rend le PDF/UA-1 tassé du contenu, daté de `jour` : chaque page de `contenu["pages"]` en fait une.

        Une page qui déborde, et elle seule, passe à l'échelle suivante. Lève `PublicationRefusee` si le gabarit est
        fautif, ou si une page déborde encore à la plus petite.
        """
        rangs = [0] * len(contenu["pages"])
        while True:
            pages = [page | _echelle(rang) for page, rang in zip(contenu["pages"], rangs, strict=True)]
            pdf, debordent = self._compiler(gabarit, contenu | {"pages": pages}, jour)
            if not any(debordent):
                return tassement.tasser(pdf)
            rangs = [rang + deborde for rang, deborde in zip(rangs, debordent, strict=True)]
            if max(rangs) >= len(_ECHELLES):
                raise PublicationRefusee(
                    f"« {contenu['titre']} » : la page « {pages[rangs.index(max(rangs))]['titre']} » déborde, même en "
                    f"petit ; retirez-lui une figure dans « {self._gabarits / 'plan.toml'} »."
                )

    def _compiler(self, gabarit: str, contenu: dict[str, Any], jour: date) -> tuple[bytes, list[bool]]:
        """Rend le PDF, et pour chaque page du plan si elle en prend plusieurs, d'après les repères du gabarit."""
        compilateur = self._compilateur(gabarit)
        instant = datetime(jour.year, jour.month, jour.day, tzinfo=UTC)
        try:
            pdf = compilateur.compile(
                format="pdf", sys_inputs={"document": json.dumps(contenu)}, pdf_standards="ua-1", timestamp=instant
            )
            debuts, fin = (json.loads(compilateur.query(repere, field="value")) for repere in ("<debut>", "<fin>"))
        except typst.TypstError as erreur:
            raise PublicationRefusee(
                f"Le gabarit « {self._gabarits / gabarit} » ne se compile pas ({erreur}) ; corrigez-le."
            ) from erreur
        assert isinstance(pdf, bytes)  # un PDF est un seul fichier ; la liste est pour les images, une par page
        return pdf, [suivante - debut > 1 for debut, suivante in pairwise([*debuts, fin[0] + 1])]

    def _compilateur(self, gabarit: str) -> typst.Compiler:
        if gabarit not in self._compilateurs:
            self._compilateurs[gabarit] = typst.Compiler(
                self._gabarits / gabarit, root=self._gabarits, font_paths=self._polices
            )
        return self._compilateurs[gabarit]


def version_de_la_presse(gabarits: Path) -> str:
    """Rend l'empreinte de ce qui met un contenu en PDF : Typst, les gabarits, la presse et le tassement."""
    empreinte = hashlib.sha256(version("typst").encode())
    for chemin in (*sorted(gabarits.glob("*.typ")), Path(__file__), Path(tassement.__file__)):
        empreinte.update(chemin.name.encode() + chemin.read_bytes())
    return empreinte.hexdigest()


def _echelle(rang: int) -> dict[str, dict[str, float]]:
    texte, image = _ECHELLES[rang]
    return {"echelle": {"echelle_texte": texte, "echelle_image": image}}
