"""Examiner un envoi : le lire, le convertir, le contrôler, sans rien écrire."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import polars as pl

from bilan.collecte.anomalies import Anomalie, Gravite, Lieu, bloquantes, refus
from bilan.collecte.controles import controler_communes, controler_schema
from bilan.collecte.conversion import convertir
from bilan.collecte.envoi import Envoi
from bilan.collecte.fichier_csv import lire_lignes
from bilan.collecte.repli import replier_communes
from bilan.collecte.tableau import LIGNE, Colonne, Tableau
from bilan.erreurs import plus_proches
from bilan.projet import Projet
from bilan.referentiel.territoires import Territoires
from bilan.tables.catalogue import table

DERIVEES = frozenset({"epci_siren", "epci_nom", "source", "version"})
"""Colonnes qu'un fichier peut porter sans que la table les lise : on les déduit, on ne les croit pas."""

PREMIER_MILLESIME = 2021


@dataclass(frozen=True)
class Contexte:
    """Ce qu'il faut savoir pour contrôler un envoi : le projet, et par lui les territoires de chaque millésime."""

    projet: Projet

    def territoires(self, annee: int) -> Territoires:
        """Rend les territoires du millésime de l'année, ramenée aux millésimes que le référentiel connaît."""
        collection = self.projet.collection
        millesime = min(max(annee, PREMIER_MILLESIME), collection.millesime)
        return Territoires.ouvrir(self.projet.referentiel, millesime, collection.region)

    @cached_property
    def empreinte(self) -> str:
        """Rend ce qui identifie le contexte dans un compte rendu : région et dernier millésime."""
        return f"{self.projet.collection.region}-{self.projet.collection.millesime}"


@dataclass
class Examen:
    """Résultat d'un examen : les lignes prêtes à charger, et tout ce qui a été constaté."""

    envoi: Envoi
    tableau: Tableau
    lignes: pl.DataFrame
    anomalies: list[Anomalie] = field(default_factory=list)

    @property
    def est_accepte(self) -> bool:
        """Vrai si rien ne bloque."""
        return not bloquantes(self.anomalies)


def lire_canonique(chemin: Path, envoi: Envoi) -> tuple[Tableau, list[Anomalie]]:
    """Rend le tableau d'un CSV aux colonnes canoniques, et ce qui cloche dans sa forme.

    Lève `DonneesRefusees` si le fichier ne se lit pas du tout : absent, abîmé, vide, ou sans colonne connue.
    """
    rangees = lire_lignes(chemin)
    titres = [titre.strip() for titre in rangees[0]] if rangees else []
    schema = table(envoi.table)
    connues = {titre: Colonne(titre, rang) for rang, titre in enumerate(titres) if titre in schema.column_names()}
    anomalies = list(_controler_titres(titres, envoi, chemin.name))
    if not connues or bloquantes(anomalies):
        raise refus(
            chemin.name,
            anomalies
            or [
                _anomalie_fichier(
                    chemin.name,
                    "entete_inconnue",
                    f"la première ligne ne porte aucune colonne connue de la table « {envoi.table} »",
                    "donnez en première ligne les noms de colonne du dictionnaire",
                )
            ],
        )
    donnees = [(rang, ligne) for rang, ligne in enumerate(rangees[1:], start=2) if any(case.strip() for case in ligne)]
    for rang, ligne in donnees:
        if len(ligne) != len(titres):
            constat = f"la ligne a {len(ligne)} cases au lieu de {len(titres)}"
            anomalies.append(
                Anomalie(
                    Gravite.BLOQUANT,
                    "ligne_tronquee",
                    constat,
                    "vérifiez les points-virgules de la ligne",
                    Lieu(chemin.name, ligne=rang),
                )
            )
    if bloquantes(anomalies):
        raise refus(chemin.name, anomalies)
    textes = {titre: [ligne[source.rang] or None for _, ligne in donnees] for titre, source in connues.items()}
    cadre = pl.DataFrame(
        {LIGNE: [rang for rang, _ in donnees]} | textes, schema={LIGNE: pl.Int64} | dict.fromkeys(connues, pl.String)
    )
    return Tableau(chemin.name, "", cadre, connues), anomalies


def _controler_titres(titres: list[str], envoi: Envoi, fichier: str) -> Iterable[Anomalie]:
    colonnes = table(envoi.table).columns()
    for rang, titre in enumerate(titres):
        lieu = Lieu(fichier, ligne=1, colonne=titre, cellule=f"{Colonne(titre, rang).lettre}1")
        if titre in titres[:rang]:
            yield Anomalie(
                Gravite.BLOQUANT,
                "colonne_double",
                "le titre de cette colonne est donné deux fois",
                "n'en gardez qu'une",
                lieu,
            )
        elif titre not in colonnes and titre not in DERIVEES:
            proches = ", ".join(f"« {nom} »" for nom in plus_proches(titre, colonnes))
            yield Anomalie(
                Gravite.BLOQUANT,
                "colonne_inconnue",
                f"la table « {envoi.table} » n'a pas cette colonne",
                f"corrigez son titre ou retirez-la ; les plus proches : {proches}",
                lieu,
            )
    for nom, col in colonnes.items():
        if nom not in titres and not col.nullable and nom != "date_arrete":
            yield _anomalie_fichier(
                fichier,
                "colonne_absente",
                f"la colonne obligatoire « {nom} » manque",
                "ajoutez-la, même si certaines cases restent vides",
            )


def _anomalie_fichier(fichier: str, regle: str, constat: str, correction: str) -> Anomalie:
    return Anomalie(Gravite.BLOQUANT, regle, constat, correction, Lieu(fichier))


def examiner_canonique(chemin: Path, envoi: Envoi, contexte: Contexte) -> Examen:
    """Rend l'examen d'un CSV aux colonnes canoniques : rien n'est écrit, tout est situé."""
    tableau, anomalies = lire_canonique(chemin, envoi)
    return controler(tableau, envoi, contexte, anomalies)


def controler(tableau: Tableau, envoi: Envoi, contexte: Contexte, anomalies: list[Anomalie]) -> Examen:
    """Rend l'examen d'un tableau déjà lu ; les `anomalies` de la lecture y restent."""
    schema = table(envoi.table)
    conversion = convertir(tableau, schema)
    if "date_arrete" not in tableau.colonnes:
        conversion.lignes = conversion.lignes.with_columns(date_arrete=pl.lit(envoi.date_arrete))
    trouvees = [*anomalies, *conversion.anomalies, *controler_schema(conversion, tableau, schema)]
    lignes = conversion.lignes
    if "code_commune" in tableau.colonnes:
        annee = lignes["annee"].max() if "annee" in lignes.columns else None
        territoires = contexte.territoires(int(str(annee or envoi.date_arrete.year)))
        trouvees += controler_communes(conversion, tableau, territoires)
        lignes = replier_communes(lignes, schema, territoires)
    return Examen(envoi, tableau, lignes, trouvees)
