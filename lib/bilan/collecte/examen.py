"""Examiner un tableau lu : le convertir, le contrôler, ramener ses communes au millésime. Rien n'est écrit."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from bilan.collecte.anomalies import Anomalie, Gravite, Lieu, bloquantes, refus
from bilan.collecte.cartes.vocabulaire import DEDUITES
from bilan.collecte.controles.schema import controler_schema
from bilan.collecte.controles.territoires import controler_communes, deduire_departements
from bilan.collecte.controles.tous import Connu, controler_metier
from bilan.collecte.conversion import Regles, convertir
from bilan.collecte.envoi import Envoi
from bilan.collecte.lecture.fichier_csv import lire_lignes
from bilan.collecte.lignage import lignage
from bilan.collecte.repli import replier_communes
from bilan.collecte.tableau import Colonne, Source, Tableau
from bilan.erreurs import plus_proches
from bilan.projet import Projet
from bilan.referentiel.regles import Regles as ReglesDeDroit
from bilan.referentiel.territoires import Territoires
from bilan.tables.catalogue import table

PREMIER_MILLESIME = 2021


@dataclass(frozen=True)
class Contexte:
    """Ce qu'il faut savoir pour contrôler un envoi : le projet, et par lui les territoires de chaque millésime.

    `connu` est ce que l'entrepôt sait déjà ; sans lui, les contrôles d'historique ne se font pas.
    """

    projet: Projet
    connu: Connu | None = None

    @property
    def regles_de_droit(self) -> ReglesDeDroit:
        """Règles de droit datées du référentiel."""
        return ReglesDeDroit.ouvrir(self.projet.referentiel)

    def territoires(self, annee: int) -> Territoires:
        """Rend les territoires du millésime de l'année, ramenée aux millésimes que le référentiel connaît."""
        collection = self.projet.collection
        millesime = min(max(annee, PREMIER_MILLESIME), collection.millesime)
        return Territoires.ouvrir(self.projet.referentiel, millesime, collection.region)


@dataclass
class Examen:
    """Résultat d'un examen : les lignes prêtes à charger, d'où elles viennent, et tout ce qui a été constaté."""

    envoi: Envoi
    tableau: Tableau
    lignes: pl.DataFrame
    anomalies: list[Anomalie] = field(default_factory=list)
    lignage: pl.DataFrame = field(default_factory=pl.DataFrame)

    @property
    def est_accepte(self) -> bool:
        """Vrai si rien ne bloque."""
        return not bloquantes(self.anomalies)


def examiner(tableau: Tableau, envoi: Envoi, contexte: Contexte, regles: Regles | None = None) -> Examen:
    """Rend l'examen d'un tableau : lignes typées et repliées sur les communes du millésime, anomalies situées."""
    schema = table(envoi.table)
    tableau.completer("date_arrete", envoi.date_arrete.isoformat())
    conversion = convertir(tableau, schema, regles)
    anomalies = list(conversion.anomalies)
    a_des_communes = "code_commune" in tableau.textes.columns
    territoires = contexte.territoires(_annee(conversion.lignes, envoi)) if a_des_communes else None
    if territoires is not None and "code_departement" in schema.column_names():
        deduire_departements(conversion, territoires)
    anomalies += controler_schema(conversion, tableau, schema)
    if territoires is not None:
        anomalies += controler_communes(conversion, tableau, territoires)
    anomalies += controler_metier(conversion, tableau, envoi, contexte.connu, contexte.regles_de_droit)
    lignes = conversion.lignes if territoires is None else replier_communes(conversion.lignes, schema, territoires)
    return Examen(envoi, tableau, lignes, anomalies, lignage(conversion.lignes, tableau, schema, territoires))


def _annee(lignes: pl.DataFrame, envoi: Envoi) -> int:
    annee = lignes["annee"].max() if "annee" in lignes.columns else None
    return envoi.date_arrete.year if annee is None else int(str(annee))


def examiner_canonique(chemin: Path, envoi: Envoi, contexte: Contexte) -> Examen:
    """Rend l'examen d'un CSV aux colonnes canoniques : rien n'est écrit, tout est situé."""
    return examiner(lire_canonique(chemin, envoi), envoi, contexte)


def lire_canonique(chemin: Path, envoi: Envoi) -> Tableau:
    """Rend le tableau d'un CSV aux colonnes canoniques.

    Lève `DonneesRefusees` si le fichier ne se lit pas : absent, abîmé, vide, ligne tronquée, colonne inconnue,
    double ou absente.
    """
    rangees = lire_lignes(chemin)
    titres = [titre.strip() for titre in rangees[0]] if rangees else []
    schema = table(envoi.table)
    connues = {titre: Colonne(titre, rang) for rang, titre in enumerate(titres) if titre in schema.column_names()}
    donnees = [(rang, ligne) for rang, ligne in enumerate(rangees[1:], start=2) if any(case.strip() for case in ligne)]
    anomalies = [*_controler_titres(titres, envoi, chemin.name), *_tronquees(donnees, len(titres), chemin.name)]
    if not connues or anomalies:
        raise refus(chemin.name, anomalies)
    textes = {titre: [ligne[source.rang] or None for _, ligne in donnees] for titre, source in connues.items()}
    cadre = pl.DataFrame(textes, schema=dict.fromkeys(connues, pl.String))
    return Tableau(chemin.name, cadre, [(0, rang) for rang, _ in donnees], [Source("", connues)])


def _controler_titres(titres: list[str], envoi: Envoi, fichier: str) -> Iterable[Anomalie]:
    colonnes = table(envoi.table).columns()
    for rang, titre in enumerate(titres):
        lieu = Lieu(fichier, ligne=1, colonne=titre, cellule=f"{Colonne(titre, rang).lettre}1")
        if titre in titres[:rang]:
            constat, correction = "le titre de cette colonne est donné deux fois", "n'en gardez qu'une"
            yield Anomalie(Gravite.BLOQUANT, "colonne_double", constat, correction, lieu)
        elif titre not in colonnes and titre not in DEDUITES:
            proches = ", ".join(f"« {nom} »" for nom in plus_proches(titre, colonnes))
            constat = f"la table « {envoi.table} » n'a pas cette colonne"
            correction = f"corrigez son titre ou retirez-la ; les plus proches : {proches}"
            yield Anomalie(Gravite.BLOQUANT, "colonne_inconnue", constat, correction, lieu)
    for nom, col in colonnes.items():
        if nom not in titres and not col.nullable and nom != "date_arrete":
            constat, correction = f"la colonne obligatoire « {nom} » manque", "ajoutez-la à la première ligne"
            yield Anomalie(Gravite.BLOQUANT, "colonne_absente", constat, correction, Lieu(fichier))


def _tronquees(donnees: list[tuple[int, list[str]]], largeur: int, fichier: str) -> Iterable[Anomalie]:
    for rang, ligne in donnees:
        if len(ligne) != largeur:
            constat = f"la ligne a {len(ligne)} cases au lieu de {largeur}"
            lieu = Lieu(fichier, ligne=rang)
            yield Anomalie(
                Gravite.BLOQUANT, "ligne_tronquee", constat, "vérifiez les points-virgules de la ligne", lieu
            )
