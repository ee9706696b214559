"""La composition d'une page : les blocs du carnet, dans leur ordre, numérotés et groupés pour la lecture."""

from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from bilan.editions import prose
from bilan.editions.executions import Bloc, Execution
from bilan.editions.imagerie import Imagerie
from bilan.editions.vues import Place, VueFigure, voir
from bilan.figures.formes import ChiffreCle

IMAGES_INSCRITES = 120_000
IMAGE_LOURDE = 30_000
"""Octets d'images qu'une page inscrit, et poids d'une image qui se charge à part une fois ce budget dépassé."""


@dataclass(frozen=True, slots=True)
class Renvoi:
    """Lien vers une figure de la page : « figure 2 »."""

    texte: str
    ancre: str


@dataclass(slots=True)
class Partie:
    """Partie d'une page : de la prose, une figure, un groupe de chiffres clés ou un texte qui cite des figures."""

    genre: str
    html: Markup = field(default_factory=Markup)
    vues: list[VueFigure] = field(default_factory=list)
    renvois: list[Renvoi] = field(default_factory=list)


@dataclass(frozen=True)
class Page:
    """Page composée, prête pour son gabarit."""

    titre: str
    chapo: Markup
    technique: Markup
    parties: tuple[Partie, ...]
    sommaire: tuple[Renvoi, ...]
    controles: tuple[dict[str, Any], ...]
    execution: Execution

    @property
    def vues(self) -> list[VueFigure]:
        """Toutes les figures de la page, chiffres clés compris, dans l'ordre de lecture."""
        return [vue for partie in self.parties for vue in partie.vues]


def composer(execution: Execution, place: Place, imagerie: Imagerie) -> Page:
    """Rend la page d'une exécution, ses figures numérotées dans l'ordre du carnet."""
    blocs = list(execution.run.blocs)
    fiche = prose.fiche(blocs[0]["texte"]) if blocs and blocs[0]["type"] == "markdown" else None
    if fiche is not None:
        blocs = blocs[1:]
    composeur = _Composeur(execution, place, imagerie)
    for bloc in blocs:
        composeur.ajouter(bloc)
    return Page(
        titre=execution.run.titre or (fiche.titre if fiche else execution.run.carnet),
        chapo=fiche.chapo if fiche else Markup(),
        technique=fiche.technique if fiche else Markup(),
        parties=tuple(composeur.parties),
        sommaire=tuple(composeur.sommaire),
        controles=tuple(b for b in blocs if b["type"] == "controle"),
        execution=execution,
    )


class _Composeur:
    """Tient le fil d'une page : le niveau du dernier titre et les figures déjà numérotées."""

    def __init__(self, execution: Execution, place: Place, imagerie: Imagerie) -> None:
        self.parties: list[Partie] = []
        self.sommaire: list[Renvoi] = []
        self._figures, self._place, self._imagerie = execution.figures, place, imagerie
        self._niveau = 1
        self._inscrit = 0
        numerotees = [ident for ident, figure in self._figures.items() if not isinstance(figure.forme, ChiffreCle)]
        self._numeros = {ident: rang for rang, ident in enumerate(numerotees, start=1)}

    def ajouter(self, bloc: Bloc) -> None:
        """Ajoute un bloc du carnet à la page ; les contrôles et les genres inconnus n'y ont pas de place ici."""
        match bloc["type"]:
            case "markdown":
                self._prose(bloc["texte"])
            case "figure":
                self._figure(bloc["id"])
            case "texte":
                renvois = [self._renvoi(ident) for ident in bloc.get("figures", []) if ident in self._figures]
                self.parties.append(Partie("texte", prose.phrase(bloc["texte"]), renvois=renvois))

    def _prose(self, texte: str) -> None:
        html, self._niveau = prose.rendre(texte, self._niveau)
        if html.strip():
            self.sommaire += [Renvoi(titre, prose.ancre(titre)) for titre in prose.sections(texte)]
            self.parties.append(Partie("prose", html))

    def _figure(self, ident: str) -> None:
        figure = self._figures[ident]
        niveau = min(max(self._niveau, 1), 2) + 1
        vue = voir(figure, self._numeros.get(ident), niveau, self._place, self._imagerie)
        genre = "chiffres" if vue.genre == "chiffre" else "figure"
        self._inscrit += len(vue.image)
        if self._inscrit > IMAGES_INSCRITES and len(vue.image) > IMAGE_LOURDE:
            self._inscrit -= len(vue.image)
            vue = vue.mettre_a_part(self._place)
        if genre == "chiffres" and self.parties and self.parties[-1].genre == genre:
            self.parties[-1].vues.append(vue)
        else:
            self.parties.append(Partie(genre, vues=[vue]))

    def _renvoi(self, ident: str) -> Renvoi:
        numero = self._numeros.get(ident)
        return Renvoi(f"figure\u00a0{numero}" if numero else "chiffre clé", f"fig-{ident}")
