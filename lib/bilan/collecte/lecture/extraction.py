"""Extraire le tableau d'un fichier : choisir les feuilles, écarter totaux et notes avec trace, garder l'origine."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import dataframely as dy
import polars as pl

from bilan.collecte.anomalies import Anomalie, Gravite, Lieu
from bilan.collecte.cartes.carte import Carte
from bilan.collecte.cartes.vocabulaire import Vocabulaire
from bilan.collecte.lecture.entete import Entete, trouver_entete
from bilan.collecte.lecture.feuille import Feuille
from bilan.collecte.lecture.trace import Trace
from bilan.collecte.tableau import Colonne, Source, Tableau
from bilan.referentiel.acteurs import normaliser_nom
from bilan.tables.catalogue import CATALOGUE

_TOTAL = re.compile(r"^(sous )?tota(l|ux)\b|^ensemble$|^cumul general$|^total general")
_PART_SUSPECTE = 0.5
_NOTE = re.compile(r"^(\*|\(\d|nb |note|source|champ|lecture|remarque|legende)", re.IGNORECASE)


@dataclass
class Extraction:
    """Tableau extrait, trace de tout ce qui a été lu, totaux relevés et anomalies de forme."""

    tableau: Tableau
    trace: Trace
    anomalies: list[Anomalie] = field(default_factory=list)
    totaux: list["Total"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Total:
    """Ligne de total écartée : son lieu et les montants qu'elle annonce, pour les confronter aux lignes."""

    lieu: Lieu
    est_general: bool
    montants: dict[str, str]


@dataclass(frozen=True)
class Lecture:
    """Comment lire un fichier : son nom, le vocabulaire de la table, la correspondance et l'origine des dates."""

    fichier: str
    vocabulaire: Vocabulaire
    carte: Carte | None = None
    origine_dates: int = 1900


class _Atelier:
    """Rassemble les lignes de toutes les feuilles retenues."""

    def __init__(self, lecture: Lecture) -> None:
        self.fichier = lecture.fichier
        self.vocabulaire = lecture.vocabulaire
        self.carte = lecture.carte
        self.trace = Trace()
        self.anomalies: list[Anomalie] = []
        self.totaux: list[Total] = []
        self.sources: list[Source] = []
        self.origines: list[tuple[int, int]] = []
        self.lignes: list[dict[str, str]] = []
        self.mesures = {
            nom
            for nom, col in CATALOGUE[lecture.vocabulaire.table].columns().items()
            if isinstance(col, dy.Int64 | dy.Float64)
        } - {"annee", "qpv_millesime", "avenant_num"}

    def tableau(self, origine_dates: int) -> Tableau:
        """Rend le tableau de toutes les lignes posées."""
        colonnes = list(dict.fromkeys(nom for source in self.sources for nom in source.colonnes))
        if self.carte is not None:
            colonnes += [nom for groupe in self.carte.groupes for nom in groupe.valeurs if nom not in colonnes]
        textes = {nom: [ligne.get(nom) for ligne in self.lignes] for nom in colonnes}
        cadre = pl.DataFrame(textes, schema=dict.fromkeys(colonnes, pl.String))
        return Tableau(self.fichier, cadre, self.origines, self.sources, origine_dates)


def extraire(lecture: Lecture, feuilles: Sequence[Feuille], choisies: Sequence[tuple[Feuille, Entete]]) -> Extraction:
    """Rend le tableau des feuilles choisies, lues à la suite.

    Chaque case pleine du fichier est retenue, ou écartée avec son motif dans la trace.
    """
    atelier = _Atelier(lecture)
    for feuille in feuilles:
        atelier.trace.lues += feuille.cases_pleines
        entete = next((e for f, e in choisies if f is feuille), None)
        if entete is None:
            for rang, ligne in enumerate(feuille.lignes, start=1):
                atelier.trace.ecarter("feuille_non_lue", feuille.nom, rang, ligne)
        else:
            _lire_feuille(atelier, feuille, entete)
    return Extraction(atelier.tableau(lecture.origine_dates), atelier.trace, atelier.anomalies, atelier.totaux)


def choisir_feuilles(
    feuilles: Sequence[Feuille], vocabulaire: Vocabulaire, carte: Carte | None
) -> list[tuple[Feuille, Entete]]:
    """Rend les feuilles où l'on reconnaît la table, et leur ligne de titres.

    Parmi les feuilles visibles, celle qui reconnaît le plus de colonnes et celles qui ont les mêmes ; aucune si la
    table n'y est pas.
    """
    motif = re.compile(carte.feuilles if carte else "", re.IGNORECASE)
    reconnues = [
        (feuille, entete)
        for feuille in feuilles
        if motif.search(feuille.nom) and (entete := trouver_entete(feuille, vocabulaire))
    ]
    visibles = [(feuille, entete) for feuille, entete in reconnues if feuille.est_visible] or reconnues
    if not visibles:
        return []
    meilleure = max(visibles, key=lambda couple: couple[1].reconnues)[1]
    memes = set(meilleure.cibles.values())
    return [(feuille, entete) for feuille, entete in visibles if set(entete.cibles.values()) == memes]


def _lire_feuille(atelier: _Atelier, feuille: Feuille, entete: Entete) -> None:
    for rang in range(entete.haut):
        atelier.trace.ecarter("hors_tableau", feuille.nom, rang + 1, feuille.lignes[rang])
        if sum(1 for case in feuille.lignes[rang] if case.strip()) > _PART_SUSPECTE * entete.reconnues:
            atelier.anomalies.append(
                Anomalie(
                    Gravite.A_VERIFIER,
                    "ligne_au_dessus",
                    "cette ligne bien remplie est au-dessus des titres ; elle n'a pas été lue",
                    "mettez les titres sur la première ligne du tableau",
                    Lieu(atelier.fichier, feuille.nom, rang + 1),
                )
            )
    for rang in range(entete.haut, entete.bas + 1):
        atelier.trace.ecarter("entete", feuille.nom, rang + 1, feuille.lignes[rang])
    _dire_inconnues(atelier, feuille, entete)
    groupes = _sources_de(atelier, feuille, entete)
    premiere = len(atelier.sources)
    atelier.sources += [source for source, _ in groupes]
    remplies = _remplir_fusions(atelier, feuille, entete)
    for rang, ligne in _lignes_de_donnees(atelier, feuille, entete):
        _poser(atelier, (feuille.nom, rang + 1), ligne, remplies.get(rang, {}), (premiere, groupes, entete))


def _dire_inconnues(atelier: _Atelier, feuille: Feuille, entete: Entete) -> None:
    for colonne, titre in enumerate(entete.titres):
        if not titre or colonne in entete.cibles or atelier.vocabulaire.est_ecartee(titre):
            continue
        lieu = Lieu(
            feuille=feuille.nom,
            fichier=atelier.fichier,
            ligne=entete.bas + 1,
            colonne=titre,
            cellule=f"{Colonne(titre, colonne).lettre}{entete.bas + 1}",
        )
        if atelier.vocabulaire.cible(titre) is not None:
            atelier.anomalies.append(
                Anomalie(
                    Gravite.BLOQUANT,
                    "colonne_double",
                    "deux colonnes disent la même chose ; la seconde n'a pas été lue",
                    "n'en gardez qu'une",
                    lieu,
                )
            )
            continue
        proches = ", ".join(f"« {nom} »" for nom in atelier.vocabulaire.proches(titre))
        atelier.anomalies.append(
            Anomalie(
                Gravite.A_VERIFIER,
                "colonne_inconnue",
                "cette colonne n'est pas reconnue ; ses valeurs n'ont pas été lues",
                f"retirez-la, ou déclarez-la dans la correspondance ; les plus proches : {proches}",
                lieu,
            )
        )


def _sources_de(atelier: _Atelier, feuille: Feuille, entete: Entete) -> list[tuple[Source, dict[str, str]]]:
    """Rend une source par groupe de colonnes de la correspondance (une seule sans groupe), et ses valeurs fixes."""
    communes = {c.colonne: Colonne(entete.titres[n], n) for n, c in entete.cibles.items() if c.groupe is None}
    groupes = atelier.carte.groupes if atelier.carte else ()
    if not groupes:
        return [(Source(feuille.nom, communes), {})]
    sources = []
    for rang, groupe in enumerate(groupes):
        siennes = {c.colonne: Colonne(entete.titres[n], n) for n, c in entete.cibles.items() if c.groupe == rang}
        sources.append((Source(feuille.nom, communes | siennes), groupe.valeurs))
    return sources


def _remplir_fusions(atelier: _Atelier, feuille: Feuille, entete: Entete) -> dict[int, dict[int, str]]:
    """Rend ce qu'une cellule fusionnée en hauteur dit aux lignes qu'elle couvre ; jamais un comptage."""
    remplies: dict[int, dict[int, str]] = {}
    for haut, gauche, bas, droite in feuille.fusions:
        cible = entete.cibles.get(gauche)
        if haut <= entete.bas or bas == haut or droite != gauche or cible is None or cible.colonne in atelier.mesures:
            continue
        texte = feuille.lignes[haut][gauche] if gauche < len(feuille.lignes[haut]) else ""
        for rang in range(haut + 1, min(bas + 1, len(feuille.lignes))):
            remplies.setdefault(rang, {})[gauche] = texte
    return remplies


def _lignes_de_donnees(atelier: _Atelier, feuille: Feuille, entete: Entete) -> Iterator[tuple[int, list[str]]]:
    titres = {normaliser_nom(titre) for titre in entete.titres if titre}
    for rang in range(entete.bas + 1, len(feuille.lignes)):
        ligne = feuille.lignes[rang]
        motif = _motif_d_ecart(ligne, entete, atelier, titres)
        if motif is None:
            if any(case.strip() for case in ligne):
                yield rang, ligne
            continue
        atelier.trace.ecarter(motif, feuille.nom, rang + 1, ligne)
        if motif == "total":
            lieu = Lieu(atelier.fichier, feuille.nom, rang + 1)
            premier = next(normaliser_nom(case) for case in ligne if case.strip())
            montants = {
                c.colonne: ligne[n]
                for n, c in entete.cibles.items()
                if c.colonne in atelier.mesures and c.groupe is None and n < len(ligne) and ligne[n].strip()
            }
            atelier.totaux.append(Total(lieu, premier in ("total", "total general", "ensemble", "totaux"), montants))


def _motif_d_ecart(ligne: list[str], entete: Entete, atelier: _Atelier, titres: set[str]) -> str | None:
    pleines = [(rang, case.strip()) for rang, case in enumerate(ligne) if case.strip()]
    if not pleines:
        return None
    textes = [
        case
        for rang, case in pleines
        if rang not in entete.cibles or entete.cibles[rang].colonne not in atelier.mesures
    ]
    if any(_TOTAL.match(_normal(texte)) for texte in textes[:3]):
        return "total"
    if len(pleines) >= 3 and sum(_normal(case) in titres for _, case in pleines) >= 0.8 * len(pleines):
        return "repetition"
    seule = len(pleines) == 1 and len(entete.cibles) > 3
    if seule and (pleines[0][0] not in entete.cibles or len(pleines[0][1]) > 30 or _NOTE.match(pleines[0][1])):
        return "note"
    return None


_normal = lru_cache(maxsize=16384)(normaliser_nom)


def _poser(
    atelier: _Atelier,
    ou: tuple[str, int],
    ligne: list[str],
    remplies: dict[int, str],
    lecture: tuple[int, list[tuple[Source, dict[str, str]]], Entete],
) -> None:
    """Ajoute une ligne par source qui porte une mesure, et compte chaque case pleine une seule fois."""
    premiere, groupes, entete = lecture
    lues: set[int] = set()
    for rang, (source, valeurs) in enumerate(groupes):
        posee = dict(valeurs)
        propres: set[int] = set()
        for nom, colonne in source.colonnes.items():
            case = (ligne[colonne.rang] if colonne.rang < len(ligne) else "").strip()
            case = case or remplies.get(colonne.rang, "").strip()
            if case:
                posee[nom] = case
                propres.add(colonne.rang)
        if not propres or (len(groupes) > 1 and not any(_du_groupe(entete, n, rang) for n in propres)):
            continue
        lues |= propres
        atelier.lignes.append(posee)
        atelier.origines.append((premiere + rang, ou[1]))
    pleines = {n for n, case in enumerate(ligne) if case.strip()}
    atelier.trace.retenues += len(lues & pleines)
    for n in sorted(pleines - lues):
        titre = entete.titres[n] if n < len(entete.titres) else ""
        ecartee = (
            "sans_mesure" if n in entete.cibles else (atelier.vocabulaire.est_ecartee(titre) or "colonne_inconnue")
        )
        atelier.trace.ecarter(ecartee, ou[0], ou[1], [ligne[n]])


def _du_groupe(entete: Entete, colonne: int, groupe: int) -> bool:
    cible = entete.cibles.get(colonne)
    return cible is not None and cible.groupe == groupe
