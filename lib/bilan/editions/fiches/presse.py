"""La presse : un compilateur Typst chaud, des PDF accessibles et reproductibles, au nombre de pages promis."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import typst

from bilan.erreurs import PublicationRefusee

_ECHELLES = ((1.0, 1.0), (1.0, 0.88), (0.96, 0.78), (0.92, 0.68), (0.88, 0.58), (0.84, 0.5), (0.8, 0.44))
"""Échelles essayées (texte, images), de la plus grande à la plus petite qui se lise encore."""


class Presse:
    """Compile les gabarits Typst d'un dossier ; les polices du poste ne sont cherchées qu'une fois."""

    def __init__(self, gabarits: Path) -> None:
        self._gabarits = gabarits
        self._polices = typst.Fonts()
        self._compilateurs: dict[str, typst.Compiler] = {}

    def imprimer(self, gabarit: str, contenu: dict[str, Any], jour: date) -> bytes:
        """Rend le PDF/UA-1 du contenu, daté de `jour`, à la plus grande échelle où il tient dans ses pages.

        `contenu["pages"]` dit combien il en faut. Lève `PublicationRefusee` si le gabarit est fautif, ou si même la
        plus petite échelle déborde.
        """
        attendues = len(contenu["pages"])
        for texte, image in _ECHELLES:
            pdf, pages = self._compiler(gabarit, contenu | {"echelle_texte": texte, "echelle_image": image}, jour)
            if pages == attendues:
                return pdf
        raise PublicationRefusee(
            f"« {contenu['titre']} » ne tient pas en {attendues} pages, même en petit ; "
            f"retirez une figure de la page la plus chargée dans « {self._gabarits / 'plan.toml'} »."
        )

    def _compiler(self, gabarit: str, contenu: dict[str, Any], jour: date) -> tuple[bytes, int]:
        """Rend le PDF et son nombre de pages, que le gabarit donne sous l'étiquette « pages »."""
        compilateur = self._compilateur(gabarit)
        instant = datetime(jour.year, jour.month, jour.day, tzinfo=UTC)
        try:
            pdf = compilateur.compile(
                format="pdf", sys_inputs={"document": json.dumps(contenu)}, pdf_standards="ua-1", timestamp=instant
            )
            assert isinstance(pdf, bytes)  # un PDF est un seul fichier ; la liste est pour les images, une par page
            return pdf, int(json.loads(compilateur.query("<pages>", field="value", one=True)))
        except typst.TypstError as erreur:
            raise PublicationRefusee(
                f"Le gabarit « {self._gabarits / gabarit} » ne se compile pas ({erreur}) ; corrigez-le."
            ) from erreur

    def _compilateur(self, gabarit: str) -> typst.Compiler:
        if gabarit not in self._compilateurs:
            self._compilateurs[gabarit] = typst.Compiler(
                self._gabarits / gabarit, root=self._gabarits, font_paths=self._polices
            )
        return self._compilateurs[gabarit]
