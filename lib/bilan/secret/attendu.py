"""Ce qu'une édition a le droit de dire : les cellules masquées de ses figures, ce qu'elles publient, les interdits.

Une cellule masquée se reconnaît aux textes qui désignent sa ligne. À côté d'eux, seuls les nombres que les figures
publient pour cette ligne ont le droit d'être écrits : la barrière n'a pas besoin de la vraie valeur pour la refuser.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from bilan.secret.nombres import nombres_de
from bilan.secret.profils import Profil

_DOSSIERS_DE_PAGE = re.compile(r"(?:^|(?<=/))(?:telechargements|exploration)/")


CLE_DE_MESURE = ("indicateur", "territoire_type", "territoire", "ventilation", "modalite", "periode")
"""Colonnes qui désignent une mesure dans une table ouverte."""

_LONGUEUR_DE_TEXTE = 16


@dataclass(frozen=True, slots=True)
class Endroit:
    """Page d'une édition : son chemin (« demonstration/epci/200054807 » ; vide, tous les fichiers), et sa fiche.

    `territoire` donne les écritures du territoire d'une fiche, son code d'abord ; vide pour une page régionale.
    """

    page: str = ""
    territoire: tuple[str, ...] = ()


PARTOUT = Endroit()


@dataclass(frozen=True, slots=True)
class CelluleMasquee:
    """Cellule qui doit se lire `s` : sa figure, les repères qui désignent sa ligne, les écritures de sa colonne."""

    figure: str
    reperes: tuple[str, ...]
    colonnes: tuple[str, ...]
    endroit: Endroit = PARTOUT


@dataclass(frozen=True, slots=True)
class LignePubliee:
    """Ligne d'une figure : tous ses textes, et les nombres qu'elle montre.

    `cases` les donne avec le titre et le nom de leur colonne. Une colonne est une ligne aussi, avec tous ses nombres :
    son titre (« Région ») peut être le nom d'une autre ligne.
    """

    endroit: Endroit
    textes: frozenset[str]
    nombres: frozenset[float]
    figure: str = ""
    est_une_colonne: bool = False
    cases: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Attendu:
    """Ce que l'édition a le droit de dire.

    `masquees` sont les cellules à `s`, `lignes` ce que publient les figures. `bailleurs` sont les noms et SIREN
    interdits au profil public. `vocabulaires` donne, par colonne du catalogue, les seuls textes permis, None si elle
    n'a pas de nomenclature. `courriels` sont les boîtes fonctionnelles permises. `liste_privee` est un fichier hors du
    dépôt, un terme interdit par ligne (« # » commence un commentaire). `textes` sont les textes libres que personne
    n'a approuvés. `mesures` sont les clés (`CLE_DE_MESURE`) des mesures masquées, pour les tables ouvertes.
    """

    profil: Profil
    masquees: tuple[CelluleMasquee, ...] = ()
    bailleurs: tuple[str, ...] = ()
    vocabulaires: Mapping[str, frozenset[str] | None] = field(default_factory=dict)
    courriels: frozenset[str] = frozenset()
    liste_privee: Path | None = None
    lignes: tuple[LignePubliee, ...] = ()
    textes: tuple[str, ...] = ()
    mesures: frozenset[tuple[str, ...]] = frozenset()

    def texte_libre(self, phrase: str) -> str:
        """Rend le texte libre sans approbation qu'écrit cette phrase normalisée, vide si aucun.

        Un texte d'un mot ou deux ne se reconnaît que seul : ailleurs, ce sont les mots de tout le monde.
        """
        if phrase in self._libres[0]:
            return phrase
        trouve = self._libres[1].search(phrase) if self._libres[1] is not None else None
        return trouve[0] if trouve else ""

    @cached_property
    def _libres(self) -> tuple[frozenset[str], re.Pattern[str] | None]:
        normaux = frozenset(map(normaliser, self.textes)) - {""}
        return normaux, motif_des_termes(n for n in normaux if len(n) >= _LONGUEUR_DE_TEXTE)

    @cached_property
    def interdits(self) -> re.Pattern[str] | None:
        """Motif des termes interdits, comparés sans accent ni casse ; None s'il n'y en a pas.

        Lève `OSError` si la liste privée annoncée n'existe pas : une barrière sans sa liste ne laisse rien passer.
        """
        termes = list(self.bailleurs) if self.profil is Profil.PUBLIC else []
        if self.liste_privee is not None:
            lignes = (
                ligne.split("#")[0].strip() for ligne in self.liste_privee.read_text(encoding="utf-8").splitlines()
            )
            termes += [ligne for ligne in lignes if ligne]
        return motif_des_termes(normaliser(terme) for terme in termes)


def motif_des_termes(normalises: Iterable[str]) -> re.Pattern[str] | None:
    """Rend le motif qui trouve l'un des termes (déjà normalisés), entier, le plus long d'abord ; None sans terme."""
    uniques = sorted({terme for terme in normalises if terme}, key=lambda t: (-len(t), t))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, uniques))})(?!\w)") if uniques else None


@lru_cache(maxsize=2**16)
def normaliser(texte: str) -> str:
    """Rend le texte sans accent, sans casse, sans ponctuation d'espacement : la forme où l'on compare."""
    nu = unicodedata.normalize("NFKD", texte.casefold())
    sans_accent = "".join(c for c in nu if not unicodedata.combining(c)).replace("’", "'")
    return " ".join(re.sub(r"[-'_]", " ", sans_accent).split())


def page_du_fichier(nom: str, pages: frozenset[str]) -> str | None:
    """Rend la page dont ce fichier est l'écriture ou l'un des téléchargements, None s'il est commun à plusieurs."""
    morceaux = _DOSSIERS_DE_PAGE.sub("", nom).split("/")
    for rang in range(1, len(morceaux) + 1):
        dossier = "/".join(morceaux[:rang])
        page = dossier if rang < len(morceaux) else dossier.rpartition(".")[0]
        if page in pages:
            return page
    return None


def lire_figures(
    figures: Iterable[Mapping[str, Any]], endroit: Endroit = PARTOUT
) -> tuple[tuple[CelluleMasquee, ...], tuple[LignePubliee, ...]]:
    """Rend les cellules que des figures écrites en JSON (`Figure.en_json`) déclarent masquées, et leurs lignes.

    Une cellule est masquée si sa colonne d'absence dit « secret ». Ses repères sont les premiers textes de sa ligne
    qui suffisent à la désigner dans sa figure.
    """
    masquees: list[CelluleMasquee] = []
    lignes: list[LignePubliee] = []
    for figure in figures:
        textes = [c["nom"] for c in figure["colonnes"] if c["format"] == "texte" and not c["absence"]]
        cles = _cles(figure["donnees"], textes)
        lignes += _autres_lignes(figure, endroit)
        for ligne in figure["donnees"]:
            lignes.append(replace(ligne_publiee(ligne.values(), endroit, figure["id"]), cases=_cases(figure, ligne)))
            for colonne in figure["colonnes"]:
                if colonne["absence"] and ligne[colonne["absence"]] == "secret":
                    reperes = tuple(str(ligne[nom]) for nom in cles if ligne[nom])
                    masquees.append(CelluleMasquee(figure["id"], reperes, _titres(colonne), endroit))
    return tuple(masquees), tuple(lignes)


def _cles(donnees: Sequence[Mapping[str, Any]], textes: list[str]) -> list[str]:
    """Rend les premières colonnes de texte qui distinguent toutes les lignes, toutes si aucune suite n'y suffit."""
    for combien in range(1, len(textes)):
        if len({tuple(ligne[nom] for nom in textes[:combien]) for ligne in donnees}) == len(donnees):
            return textes[:combien]
    return textes


def _titres(colonne: Mapping[str, Any]) -> tuple[str, ...]:
    unite = f" ({colonne['unite']})" if colonne["unite"] else ""
    return tuple(dict.fromkeys((colonne["titre"] + unite, colonne["titre"], colonne["nom"])))


def ligne_publiee(valeurs: Iterable[Any], endroit: Endroit = PARTOUT, figure: str = "") -> LignePubliee:
    """Rend la ligne que forment ces textes et ces nombres."""
    lues = list(valeurs)
    textes = frozenset(normaliser(v) for v in lues if isinstance(v, str) and v)
    return LignePubliee(endroit, textes, frozenset(_nombres(lues)), figure)


def _cases(figure: Mapping[str, Any], ligne: Mapping[str, Any]) -> tuple[tuple[str, float], ...]:
    return tuple(
        (nom, nombre)
        for colonne in figure["colonnes"]
        for nombre in _nombres([ligne[colonne["nom"]]])
        for nom in (colonne["titre"], colonne["nom"])
    )


def _autres_lignes(figure: Mapping[str, Any], endroit: Endroit) -> Iterator[LignePubliee]:
    """Rend ses colonnes, et le repère qu'elle trace (« Région : 96,5 % »)."""
    for colonne in figure["colonnes"]:
        nombres = frozenset(_nombres(ligne[colonne["nom"]] for ligne in figure["donnees"]))
        titre = frozenset({normaliser(colonne["titre"])})
        yield LignePubliee(endroit, titre, nombres, figure["id"], est_une_colonne=True)
    if repere := figure.get("forme", {}).get("reference"):
        yield ligne_publiee((repere["libelle"], repere["valeur"]), endroit, figure["id"])


def _nombres(valeurs: Iterable[Any]) -> Iterator[float]:
    """Rend les nombres de ces valeurs, ceux qu'écrivent ses textes compris."""
    for valeur in valeurs:
        if isinstance(valeur, str):
            yield from (n.valeur for n in nombres_de(normaliser(valeur)))
        elif isinstance(valeur, int | float) and not isinstance(valeur, bool):
            yield float(valeur)
