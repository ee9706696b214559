"""Les commentaires des analystes : des textes tenus aux figures qu'ils citent, à relire dès qu'une d'elles bouge.

Un commentaire est un fichier de `commentaires/`, en Markdown, dont l'en-tête entre deux lignes « +++ » est en TOML :
`jeu`, `role` (jamais un nom), `date`, et par figure citée l'empreinte de ce qu'elle disait. On écrit les identifiants,
`bilan commentaire confirmer` écrit les empreintes.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Self

from markupsafe import Markup
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bilan.editions import prose
from bilan.editions.composition import Page, Partie
from bilan.editions.executions import Edition
from bilan.entrepot import fichiers
from bilan.erreurs import DonneesRefusees, PublicationRefusee, valeur_inconnue
from bilan.figures import tableau
from bilan.figures.modele import Figure
from bilan.francais import compter, date_longue, enumerer
from bilan.projet import Jeu, Projet

A_RELIRE = "À relire"
_ENTETE = re.compile(r"\A\+\+\+\n(.*?)\n\+\+\+\n(.*)\Z", re.S)
_IDENTIFIANT = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")


class _Entete(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    jeu: Jeu
    role: str = Field(min_length=1)
    date: date
    figures: dict[str, str] = Field(min_length=1)


@dataclass(frozen=True)
class Commentaire:
    """Commentaire d'un analyste : son fichier, son en-tête et son texte en Markdown."""

    chemin: Path
    jeu: Jeu
    role: str
    date: date
    figures: Mapping[str, str]
    texte: str

    @classmethod
    def lire(cls, chemin: Path) -> Self:
        """Rend le commentaire d'un fichier ; lève `DonneesRefusees` si son en-tête manque ou ne se lit pas."""
        try:
            lu = _ENTETE.match(chemin.read_text(encoding="utf-8"))
            if lu is None:
                raise ValueError("en-tête entre deux lignes « +++ » attendu au début du fichier")
            entete = _Entete.model_validate(tomllib.loads(lu[1]))
            if fautifs := [ident for ident in entete.figures if not _IDENTIFIANT.match(ident)]:
                raise ValueError(f"« {fautifs[0]} » n'est pas un identifiant de figure")
        except (OSError, UnicodeDecodeError, ValueError, ValidationError) as erreur:
            raise DonneesRefusees(
                f"Le commentaire « {chemin} » ne peut pas être lu ({erreur}) ; son en-tête donne jeu, role, date et "
                "une table « figures »."
            ) from erreur
        return cls(chemin, entete.jeu, entete.role, entete.date, entete.figures, lu[2].strip())

    @property
    def nom(self) -> str:
        """Nom du commentaire : celui de son fichier, sans extension."""
        return self.chemin.stem

    def bougees(self, figures: Mapping[str, Figure]) -> list[str]:
        """Rend les figures citées qui ne disent plus ce qu'elles disaient à la confirmation, ou qui n'existent plus."""
        return [i for i, dite in self.figures.items() if i not in figures or empreinte(figures[i]) != dite]

    def en_html(self, figures: Mapping[str, Figure]) -> Markup:
        """Rend le commentaire pour une page : qui, quand, s'il est à relire, puis le texte."""
        bougees = self.bougees(figures)
        relire = f" – {A_RELIRE} : {enumerer([f'« {i} »' for i in bougees])} a bougé depuis." if bougees else ""
        texte, _ = prose.rendre(self.texte, 3)
        return Markup('<aside class="commentaire"><p class="commentaire-auteur">{}</p>{}</aside>').format(
            f"Commentaire – {self.role}, {date_longue(self.date)}{relire}", texte
        )

    def en_note(self, figures: Mapping[str, Figure]) -> str:
        """Rend le commentaire en une ligne, pour les notes de l'orateur."""
        relire = f"[{A_RELIRE}] " if self.bougees(figures) else ""
        return f"{relire}{' '.join(self.texte.split())} ({self.role}, {date_longue(self.date)})"


def lire_commentaires(projet: Projet, jeu: Jeu | None = None) -> tuple[Commentaire, ...]:
    """Rend les commentaires du projet (d'un jeu s'il est dit), par nom de fichier ; aucun si le dossier manque."""
    lus = [Commentaire.lire(chemin) for chemin in projet.commentaires]
    return tuple(c for c in lus if jeu in (None, c.jeu))


def empreinte(figure: Figure) -> str:
    """Rend l'empreinte de ce que dit une figure : son titre et ses cases lues."""
    return fichiers.empreinte(repr((figure.titre, tableau.lignes(figure))).encode())[:16]


def figures_de(edition: Edition) -> dict[str, Figure]:
    """Rend les figures régionales d'une édition, celle de la première page qui la montre."""
    return {i: figure for execution in reversed(edition.pages) for i, figure in execution.figures.items()}


def commenter(page: Page, commentaires: Iterable[Commentaire], figures: Mapping[str, Figure]) -> Page:
    """Rend la page où chaque commentaire suit la première des figures qu'il cite ; la page telle quelle s'il n'y en
    a pas."""
    parties = list(page.parties)
    for commentaire in commentaires:
        cite = [n for n, partie in enumerate(parties) if any(v.figure.id in commentaire.figures for v in partie.vues)]
        if cite and not page.execution.est_fiche:
            parties.insert(cite[0] + 1, Partie("prose", commentaire.en_html(figures)))
    return replace(page, parties=tuple(parties))


def refuser_s_il_faut_relire(commentaires: Sequence[Commentaire], editions: Iterable[Edition]) -> None:
    """Lève `PublicationRefusee` si un commentaire cite une figure qui a bougé : une édition publique ne le montre pas.

    Un commentaire jamais confirmé est dans ce cas.
    """
    par_jeu = {edition.jeu: figures_de(edition) for edition in editions}
    troubles = [
        f"« {c.nom} » ({', '.join(bougees)})"
        for c in commentaires if c.jeu in par_jeu and (bougees := c.bougees(par_jeu[c.jeu]))
    ]  # fmt: skip
    if troubles:
        raise PublicationRefusee(
            f"{compter(len(troubles), 'commentaire')} à relire, leurs figures ont bougé : {' ; '.join(troubles)}. "
            "Relisez, puis lancez « bilan commentaire confirmer NOM »."
        )


def confirmer(projet: Projet, nom: str, editions: Mapping[Jeu, Edition]) -> list[str]:
    """Écrit dans le commentaire ce que ses figures disent aujourd'hui, et rend celles qui avaient bougé.

    Lève `ErreurUsage` si le commentaire, ou une figure qu'il cite, n'existe pas.
    """
    connus = {c.nom: c for c in lire_commentaires(projet)}
    if nom not in connus:
        raise valeur_inconnue("le commentaire", nom, connus)
    commentaire = connus[nom]
    figures = figures_de(editions[commentaire.jeu]) if commentaire.jeu in editions else {}
    for ident in commentaire.figures:
        if ident not in figures:
            raise valeur_inconnue("la figure", ident, figures)
    bougees = commentaire.bougees(figures)
    fichiers.ecrire(commentaire.chemin, _reecrire(commentaire, figures).encode())
    return bougees


def _reecrire(commentaire: Commentaire, figures: Mapping[str, Figure]) -> str:
    role = commentaire.role.replace("\\", "\\\\").replace('"', '\\"')
    citees = "\n".join(f'{i} = "{empreinte(figures[i])}"  # {figures[i].titre}' for i in commentaire.figures)
    return (
        f'+++\njeu = "{commentaire.jeu}"\nrole = "{role}"\ndate = {commentaire.date.isoformat()}\n\n'
        f"[figures]\n{citees}\n+++\n{commentaire.texte}\n"
    )
