"""Recevoir un fichier : l'ouvrir, y trouver la table, l'examiner, et dire s'il est accepté. Rien n'est écrit."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Self

from bilan.collecte.anomalies import Anomalie, FichierRefuse, Gravite, Lieu, bloquantes
from bilan.collecte.cartes.carte import DOSSIER, Carte, lire_cartes
from bilan.collecte.cartes.vocabulaire import vocabulaire
from bilan.collecte.controles.totaux import controler_totaux
from bilan.collecte.controles.tous import Connu
from bilan.collecte.conversion import Regles
from bilan.collecte.corrections import Appliquee, Correction, appliquer, lire_corrections
from bilan.collecte.envoi import Envoi
from bilan.collecte.examen import Contexte, Examen, examiner
from bilan.collecte.identite import Indices, identifier
from bilan.collecte.lecture.borne import LecteurBorne
from bilan.collecte.lecture.entete import Entete
from bilan.collecte.lecture.estampille import lire_estampille
from bilan.collecte.lecture.extraction import Extraction, Lecture, choisir_feuilles, extraire
from bilan.collecte.lecture.feuille import Feuille
from bilan.collecte.lecture.ouvrir import Ouvert, ouvrir
from bilan.collecte.lecture.trace import Trace
from bilan.entrepot.fichiers import empreinte_fichier
from bilan.projet import Projet
from bilan.tables.catalogue import CATALOGUE

TABLES_DES_EMETTEURS = tuple(
    nom for nom in CATALOGUE if not nom.startswith(("copil", "reperes", "chronologie", "points"))
)
"""Tables qu'un émetteur peut remplir ; les autres sont relevées dans des publications."""


@dataclass(frozen=True)
class Demande:
    """Ce que l'analyste dit du fichier quand il ne le dit pas lui-même ; tout est facultatif."""

    table: str = ""
    emetteur: str = ""
    periode: str = ""
    date_arrete: date | None = None
    date_connue: date = field(default_factory=date.today)


@dataclass
class Reception:
    """Ce qu'un fichier est devenu : refusé, ou prêt à entrer ; et tout ce qui a été constaté.

    `feuilles` sont les valeurs reçues, en texte ; `trace` compte chaque case ; `examen` manque si le fichier n'a pas
    pu être lu jusqu'au bout.
    """

    chemin: Path
    empreinte: str = ""
    feuilles: Sequence[Feuille] = ()
    anomalies: list[Anomalie] = field(default_factory=list)
    envoi: Envoi | None = None
    trace: Trace = field(default_factory=Trace)
    examen: Examen | None = None
    carte: str = ""
    corrections: list[Appliquee] = field(default_factory=list)

    @property
    def est_acceptee(self) -> bool:
        """Vrai si le fichier a été lu et que rien ne bloque."""
        return self.examen is not None and not bloquantes(self.anomalies)


class Guichet:
    """Guichet ouvert sur un projet, à utiliser par `with` : il garde le lecteur, les correspondances et le connu."""

    def __init__(self, projet: Projet, connu: Connu | None = None, corrections: Path | None = None) -> None:
        self._contexte = Contexte(projet, connu)
        self._cartes = lire_cartes(projet.racine / DOSSIER)
        self._corrections: tuple[Correction, ...] = lire_corrections(corrections) if corrections else ()
        self._lecteur = LecteurBorne()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *erreur: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._lecteur.__exit__(*erreur)

    def recevoir(self, chemin: Path, demande: Demande | None = None) -> Reception:
        """Rend ce que devient le fichier ; ne lève rien pour un fichier refusé, ses anomalies disent pourquoi."""
        reception = Reception(chemin)
        try:
            ouvert = ouvrir(chemin, self._lecteur)
        except FichierRefuse as refuse:
            reception.anomalies += refuse.anomalies
            return reception
        reception.empreinte = empreinte_fichier(chemin)
        reception.feuilles = ouvert.feuilles
        reception.anomalies += ouvert.remarques
        self._lire(reception, ouvert, demande or Demande())
        return reception

    def _lire(self, reception: Reception, ouvert: Ouvert, demande: Demande) -> None:
        estampille = lire_estampille(ouvert.feuilles)
        trouve = self._extraire(reception.chemin.name, ouvert, demande, estampille)
        if trouve is None:
            reception.anomalies.append(_entete_introuvable(reception.chemin.name))
            reception.trace.lues = sum(feuille.cases_pleines for feuille in ouvert.feuilles)
            for feuille in ouvert.feuilles:
                reception.trace.ecarter(
                    "feuille_non_lue", feuille.nom, None, [c for lig in feuille.lignes for c in lig]
                )
            return
        extraction, table, carte = trouve
        reception.trace, reception.carte = extraction.trace, carte.nom if carte else ""
        reception.anomalies += extraction.anomalies
        indices = Indices(table, reception.chemin.name, estampille, carte)
        envoi, manques = identifier(extraction.tableau, indices, demande)
        reception.anomalies += manques
        if envoi is None:
            return
        reception.envoi = envoi
        reception.corrections, perimees = appliquer(extraction.tableau, envoi, self._corrections)
        examen = examiner(extraction.tableau, envoi, self._contexte, _regles(table, carte))
        reception.examen = examen
        reception.anomalies += [*perimees, *examen.anomalies]
        if examen.lignes.is_empty():
            reception.anomalies.append(_vide(reception.chemin.name))
        if not bloquantes(examen.anomalies):
            reception.anomalies += controler_totaux(examen.lignes, extraction.tableau, extraction.totaux)

    def _extraire(
        self, fichier: str, ouvert: Ouvert, demande: Demande, estampille: dict[str, str]
    ) -> tuple[Extraction, str, Carte | None] | None:
        """Rend la meilleure lecture : celle qui reconnaît le plus de colonnes, une correspondance déclarée d'abord."""
        voulue = demande.table or estampille.get("table", "")
        emetteur = demande.emetteur or estampille.get("emetteur", "")
        essais: list[tuple[str, Carte | None]] = [
            (carte.table, carte) for carte in self._cartes if carte.convient(fichier, emetteur, demande.date_connue)
        ]
        essais += [(table, None) for table in ([voulue] if voulue in CATALOGUE else TABLES_DES_EMETTEURS)]
        candidats = []
        for table, carte in essais:
            if voulue and table != voulue:
                continue
            choisies = choisir_feuilles(ouvert.feuilles, vocabulaire(table, carte), carte)
            if choisies:
                candidats.append((_qualite(table, carte, choisies[0][1]), table, carte, choisies))
        if not candidats:
            return None
        _, table, carte, choisies = max(candidats, key=lambda candidat: candidat[0])
        lecture = Lecture(fichier, vocabulaire(table, carte), carte, ouvert.origine_dates)
        return extraire(lecture, ouvert.feuilles, choisies), table, carte


def _qualite(table: str, carte: Carte | None, entete: Entete) -> tuple[int, int, int]:
    obligatoires = {nom for nom, col in CATALOGUE[table].columns().items() if not col.nullable}
    presentes = {cible.colonne for cible in entete.cibles.values()}
    if carte is not None:
        presentes |= {*carte.constantes, *(nom for groupe in carte.groupes for nom in groupe.valeurs)}
    return (len(presentes & obligatoires) - len(obligatoires - presentes), int(carte is not None), entete.reconnues)


def _regles(table: str, carte: Carte | None) -> Regles:
    vocable = vocabulaire(table, carte)
    if carte is None:
        return Regles(vocable.valeurs, retablir_zeros=True)
    fractions = frozenset(nom for nom, unite in carte.unites.items() if unite == "fraction")
    return Regles(vocable.valeurs, fractions, carte.vides, carte.zeros_perdus == "retablir")


def _entete_introuvable(fichier: str) -> Anomalie:
    return Anomalie(
        Gravite.BLOQUANT, "entete_introuvable", "aucune feuille ne porte les titres de colonnes d'une table connue",
        "utilisez le gabarit, ou faites déclarer vos titres (« bilan correspondance proposer »)", Lieu(fichier),
    )  # fmt: skip


def _vide(fichier: str) -> Anomalie:
    constat, correction = (
        "le tableau n'a aucune ligne",
        "remplissez-le, ou écrivez-nous que vous n'avez rien à déclarer",
    )
    return Anomalie(Gravite.BLOQUANT, "tableau_vide", constat, correction, Lieu(fichier))
