"""Les gabarits du site : Jinja2, tout échappé, et ce que toute page sait."""

import re
from datetime import date
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bilan import francais
from bilan.editions import prose
from bilan.editions.charte import FEUILLES
from bilan.editions.textes import Textes
from bilan.periode import Periode
from bilan.projet import Charte

_AVANT_SIGNE = re.compile(r"(?<=\S) (?=[:;?!»%€](?:\s|[.,)<\"]|$))")

POLITIQUE = (
    "default-src 'none'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; script-src 'self'; font-src 'self'; "
    "base-uri 'none'; form-action 'none'"
)
"""Politique de contenu de toute page : rien ne vient d'ailleurs, aucun script n'est inscrit dans la page."""


class Gabarits:
    """Gabarits d'un dossier ; `document_de_travail` fait porter le bandeau à toutes les pages."""

    def __init__(self, dossier: Path, textes: Textes, contact: str, document_de_travail: bool = False,
                 charte: Charte | None = None) -> None:
        milieu = Environment(
            loader=FileSystemLoader(dossier / "gabarits"), autoescape=True, undefined=StrictUndefined,
            trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
        )
        milieu.filters |= {"date_longue": _date, "periode": _periode, "nombre": francais.nombre, "ancre": self.ancre}
        milieu.globals |= {
            "textes": textes, "contact": contact, "politique": POLITIQUE, "document_de_travail": document_de_travail,
            "compter": francais.compter, "charte": charte or Charte(), "feuilles_de_l_etat": FEUILLES,
            "mots_de": textes.mots_de,
        }
        self._milieu = milieu

    def rendre(self, gabarit: str, **contexte: Any) -> str:
        """Rend la page du gabarit `<gabarit>.html.j2` ; une variable absente est une erreur, jamais un vide."""
        return insecables(self._milieu.get_template(f"{gabarit}.html.j2").render(**contexte))

    @staticmethod
    def ancre(titre: str) -> str:
        """Rend l'identifiant HTML d'un titre."""
        return prose.ancre(titre)


def insecables(texte: str) -> str:
    """Rend le texte dont les signes doubles et les guillemets tiennent à leur mot par une espace insécable."""
    return _AVANT_SIGNE.sub(francais.INSECABLE, texte).replace("« ", f"«{francais.INSECABLE}")


def _date(jour: date | str) -> str:
    try:
        return francais.date_longue(date.fromisoformat(str(jour)[:10]))
    except ValueError:
        return str(jour)


def _periode(texte: str) -> str:
    return Periode.lire(texte).libelle if texte else ""
