"""La barrière : relit les fichiers finis d'une édition et refuse ce qui ne doit pas sortir.

Elle ne sait rien de la façon dont l'édition a été faite : elle ouvre ce qui sera publié, comme le ferait un lecteur
curieux, et compare à ce que les figures déclarent masqué. Un constat suffit à refuser la publication.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from bilan.francais import SIGNES
from bilan.secret.lecteurs import Lecture, Table, lire
from bilan.secret.profils import Profil

_COURRIEL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_TELEPHONE = re.compile(r"(?<![\d.,+])(?:\+33[ .]?|0)[1-9](?:[ .-]?\d{2}){4}(?![\d.,]?\d)")
_NIR = re.compile(
    r"(?<![\d.,])[12] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3}(?: ?(\d{2}))?(?![\d.,])"
)
_DOSSIERS_DE_PAGE = re.compile(r"/(?:telechargements|exploration)/")
_LONGUEUR_DE_CODE, _LONGUEUR_DE_PHRASE = 300_000, 2_000
_MAILLES = ("region", "departement", "epci", "commune")
_CLAUSES = re.compile(r"[;\n]|\.\s")


@dataclass(frozen=True, slots=True, order=True)
class Constat:
    """Ce qui ne doit pas sortir : le fichier (chemin dans le dossier) et la raison, en une phrase."""

    fichier: str
    message: str

    def __str__(self) -> str:
        return f"{self.fichier} : {self.message}"


@dataclass(frozen=True)
class CelluleMasquee:
    """Cellule qui doit se lire `s` : sa figure, les repères de sa ligne (territoire, modalité…) et sa colonne.

    `colonnes` sont les écritures de son titre : celui que l'on lit et le nom du champ dans les données. `page` est
    celle qui la montre (« demonstration/epci/200054807 ») : elle ne se cherche que dans ses fichiers ; vide, partout.
    """

    figure: str
    reperes: tuple[str, ...]
    colonnes: tuple[str, ...]
    page: str = ""

    def concerne(self, nom: str) -> bool:
        """Vrai si le fichier de ce nom est la page, ou l'un de ses téléchargements."""
        return not self.page or _DOSSIERS_DE_PAGE.sub("/", nom).startswith((f"{self.page}.", f"{self.page}/"))


@dataclass(frozen=True)
class Attendu:
    """Ce que l'édition a le droit de dire.

    `bailleurs` sont les noms et SIREN interdits au profil public. `vocabulaires` donne, par titre de colonne, les seuls
    textes permis. `courriels` sont les boîtes fonctionnelles permises. `liste_privee` est un fichier hors du dépôt, un
    terme interdit par ligne (« # » commence un commentaire).
    """

    profil: Profil
    masquees: tuple[CelluleMasquee, ...] = ()
    bailleurs: tuple[str, ...] = ()
    vocabulaires: Mapping[str, frozenset[str]] = field(default_factory=dict)
    courriels: frozenset[str] = frozenset()
    liste_privee: Path | None = None

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
        normaux = sorted({re.escape(n) for terme in termes if (n := normaliser(terme))}, key=len, reverse=True)
        return re.compile(rf"(?<!\w)(?:{'|'.join(normaux)})(?!\w)") if normaux else None


def normaliser(texte: str) -> str:
    """Rend le texte sans accent, sans casse, sans ponctuation d'espacement : la forme où l'on compare."""
    nu = unicodedata.normalize("NFKD", texte.casefold())
    sans_accent = "".join(c for c in nu if not unicodedata.combining(c)).replace("’", "'")
    return " ".join(re.sub(r"[-'_]", " ", sans_accent).split())


def cellules_masquees(figures: Iterable[Mapping[str, Any]], page: str = "") -> tuple[CelluleMasquee, ...]:
    """Rend les cellules masquées que déclarent des figures écrites en JSON (`Figure.en_json`).

    Une cellule est masquée si sa colonne d'absence dit « secret » ; ses repères sont les textes de sa ligne.
    """
    masquees = []
    for figure in figures:
        colonnes = figure["colonnes"]
        for ligne in figure["donnees"]:
            reperes = tuple(
                str(ligne[c["nom"]])
                for c in colonnes
                if c["format"] == "texte" and not c["absence"] and ligne[c["nom"]]
            )
            for colonne in colonnes:
                if colonne["absence"] and ligne[colonne["absence"]] == "secret":
                    unite = f" ({colonne['unite']})" if colonne["unite"] else ""
                    titres = (colonne["titre"] + unite, colonne["titre"], colonne["nom"])
                    masquees.append(CelluleMasquee(figure["id"], reperes, titres, page))
    return tuple(masquees)


def verifier(dossier: Path, attendu: Attendu) -> list[Constat]:
    """Relit tous les fichiers du dossier et rend ce qui ne doit pas sortir, trié par fichier ; vide si tout est bon.

    Un fichier d'un genre inconnu, ou illisible, est un constat : ce qui n'a pas été lu ne passe pas.
    """
    constats: list[Constat] = []
    for chemin in sorted(c for c in dossier.rglob("*") if c.is_file()):
        nom = chemin.relative_to(dossier).as_posix()
        try:
            lecture = lire(chemin)
        except Exception as erreur:
            # Un fichier abîmé échoue de mille façons selon son lecteur ; toutes valent refus.
            constats.append(Constat(nom, f"le fichier ne se lit pas ({erreur}) ; refaites-le ou retirez-le"))
            continue
        if lecture is None:
            constats.append(Constat(nom, "la barrière ne sait pas lire ce genre de fichier ; retirez-le de l'édition"))
            continue
        messages = {*_personnes(lecture, attendu, nom), *_masques(lecture, attendu, nom)}
        messages.update(_textes_libres(lecture, attendu))
        constats += [Constat(nom, message) for message in sorted(messages)]
    return constats


def _personnes(lecture: Lecture, attendu: Attendu, nom: str) -> Iterator[str]:
    for phrase in (*lecture.phrases, nom):
        for courriel in _COURRIEL.findall(phrase):
            if courriel not in attendu.courriels:
                yield "une adresse électronique y est écrite ; seules les boîtes fonctionnelles déclarées le peuvent"
        # La bibliothèque de tracé est du code : ses suites de chiffres ne sont celles de personne.
        prose = len(phrase) <= _LONGUEUR_DE_CODE
        if prose and _TELEPHONE.search(phrase):
            yield "un numéro de téléphone y est écrit ; retirez-le"
        if prose and any(_est_nir(trouve) for trouve in _NIR.finditer(phrase)):
            yield "un numéro de sécurité sociale y est écrit ; retirez-le"
        if attendu.interdits is not None and (trouve := attendu.interdits.search(normaliser(phrase))):
            yield f"« {trouve[0]} » y est écrit et ne doit pas sortir du profil {attendu.profil}"


def _est_nir(trouve: re.Match[str]) -> bool:
    """Vrai pour treize chiffres plausibles, ou quinze dont la clé est juste : une coordonnée n'en est pas un."""
    cle = trouve[1]
    chiffres = re.sub(r"\s", "", trouve[0])
    if cle is None:
        return len(chiffres) == 13
    corps = chiffres[:-2].replace("2A", "19").replace("2B", "18")
    return int(cle) == 97 - int(corps) % 97


def _masques(lecture: Lecture, attendu: Attendu, nom: str) -> Iterator[str]:
    concernees = [masquee for masquee in attendu.masquees if masquee.concerne(nom)]
    if not concernees:
        return
    phrases = [
        (normaliser(clause), lecture.figures.get(phrase, {""}))
        for phrase in lecture.phrases
        for clause in _CLAUSES.split(phrase)
    ]
    tables = [
        (t, [frozenset(map(normaliser, ligne)) for ligne in t.lignes], [normaliser(e) for e in t.entetes])
        for t in lecture.tables
    ]
    for masquee in concernees:
        reperes = [normaliser(repere) for repere in masquee.reperes]
        endroit = f"figure {masquee.figure}, {', '.join(masquee.reperes)}, {masquee.colonnes[0]}"
        if any(_table_montre(masquee, reperes, *table) for table in tables):
            yield f"une cellule masquée y est lisible ({endroit}) ; elle doit se lire « {SIGNES['secret']} »"
        elif any(_phrase_montre(masquee, reperes, *dite) for dite in phrases):
            yield f"une phrase donne une valeur masquée ({endroit}) ; elle doit se lire « {SIGNES['secret']} »"


def _table_montre(
    masquee: CelluleMasquee, reperes: list[str], table: Table, ensembles: list[frozenset[str]], entetes: list[str]
) -> bool:
    # Une table qui porte le nom d'une autre figure ne parle pas de celle-ci.
    if masquee.figure not in table.figure and "-" in table.figure and not table.figure.startswith("bilan"):
        return False
    colonnes = {normaliser(titre) for titre in masquee.colonnes}
    rangs = [rang for rang, titre in enumerate(entetes) if titre in colonnes]
    for ligne, ensemble in zip(table.lignes, ensembles, strict=True):
        if ensemble.issuperset(reperes) and any(_est_nombre(ligne[r]) for r in rangs if r < len(ligne)):
            return True
    return False


def _est_nombre(cellule: str) -> bool:
    return cellule.strip() != SIGNES["secret"] and any(c.isdigit() for c in cellule)


def _phrase_montre(masquee: CelluleMasquee, reperes: list[str], phrase: str, figures: set[str]) -> bool:
    """Vrai si la phrase donne un nombre après les repères de la cellule, dans sa figure ou en nommant sa colonne.

    Une phrase lue dans une autre figure n'en parle pas. Un seul repère lu hors de toute figure, ou qui est aussi le nom
    d'une maille (« Région »), ne désigne la cellule qu'avec le titre de sa colonne ; un code seul, jamais. Un script
    entier n'est pas une phrase : ses textes ont été lus un à un.
    """
    noms = [repere for repere in reperes if not repere.isdigit()]
    if not noms or len(phrase) > _LONGUEUR_DE_PHRASE or not all(repere in phrase for repere in reperes):
        return False
    connues = [figure for figure in figures if figure]
    dans_la_figure = any(figure.endswith(masquee.figure) for figure in connues)
    if connues and not dans_la_figure and "" not in figures:
        return False
    sure = len(noms) > 1 or (dans_la_figure and noms[0] not in _MAILLES)
    titres = {normaliser(titre) for titre in masquee.colonnes[:2]} - {*reperes, *_MAILLES}
    if not sure and not any(re.search(rf"(?<!\w){re.escape(titre)}(?!\w)", phrase) for titre in titres):
        return False
    dernier = max(noms, key=phrase.find)
    return re.search(rf"{re.escape(dernier)}[^\w]{{0,6}}\d", phrase) is not None


def _textes_libres(lecture: Lecture, attendu: Attendu) -> Iterator[str]:
    for table in lecture.tables:
        for rang, titre in enumerate(table.entetes):
            permis = attendu.vocabulaires.get(titre)
            if permis is None:
                continue
            libres = {ligne[rang] for ligne in table.lignes if rang < len(ligne)} - permis - {""}
            if libres:
                yield f"la colonne « {titre} » porte un texte hors de sa nomenclature ; retirez ce texte libre"
