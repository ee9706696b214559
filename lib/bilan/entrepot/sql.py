"""Interroger l'entrepôt en SQL, sans pouvoir y écrire : une table par table canonique, et les mesures."""

import re
from datetime import date
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from bilan.entrepot.mesures import EntrepotMesures
from bilan.entrepot.tables import EntrepotTables
from bilan.erreurs import ErreurUsage, plus_proches
from bilan.projet import Jeu, Projet
from bilan.tables.catalogue import CATALOGUE, titre

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MESURES, LIVRAISONS = "mesures", "livraisons"
_LECTURES = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN}
_INCONNUE = re.compile(r"Table with name (\S+) does not exist")
_COLONNE_INCONNUE = re.compile(r'Referenced column "(.+?)" not found|does not have a column named "(.+?)"')
_ILLISIBLE = re.compile(r'syntax error at or near "(.+?)"')
_HORS_GROUPE = re.compile(r'column "(.+?)" must appear in the GROUP BY')
_FONCTION_INCONNUE = re.compile(r"Function with name (\S+) does not exist")


class Interrogation:
    """Session SQL en lecture seule sur les tables et les mesures d'un jeu, telles que connues à une date.

    Les tables se nomment comme dans le dictionnaire, plus « mesures » et « livraisons ». Aucune requête ne peut
    écrire ni lire de fichier : la session n'a d'accès qu'à ces tables, chargées à la première mention.
    """

    def __init__(self, projet: Projet, jeu: Jeu, connu_le: date | None = None) -> None:
        self._tables = EntrepotTables(projet.entrepot, jeu)
        self._mesures = EntrepotMesures(projet.entrepot, jeu)
        self._connu_le = connu_le
        self._chargees: set[str] = set()
        self._connexion: DuckDBPyConnection = duckdb.connect(":memory:", config={"enable_external_access": False})

    @property
    def titres(self) -> dict[str, str]:
        """Tables que l'on peut interroger, nom → ce qu'elle contient."""
        propres = {
            MESURES: "Mesures calculées : un indicateur, un territoire, une période, une ventilation par ligne",
            LIVRAISONS: "Livraisons reçues : émetteur, période, fichier, et si elle vaut encore",
        }
        return {nom: titre(nom) for nom in CATALOGUE} | propres

    @property
    def noms(self) -> tuple[str, ...]:
        """Noms des tables que l'on peut interroger."""
        return (*CATALOGUE, MESURES, LIVRAISONS)

    def lire(self, requete: str) -> pl.DataFrame:
        """Rend le résultat d'une requête ; lève `ErreurUsage` si elle n'est pas une lecture ou se trompe."""
        try:
            self._refuser_les_ecritures(requete)
            for nom in self.noms:
                if re.search(rf"\b{nom}\b", requete, re.IGNORECASE):
                    self._charger(nom)
            return pl.DataFrame(self._connexion.sql(requete).to_arrow_table())
        except duckdb.Error as erreur:
            raise ErreurUsage(self._en_francais(str(erreur))) from erreur

    def fermer(self) -> None:
        """Ferme la session."""
        self._connexion.close()

    def _refuser_les_ecritures(self, requete: str) -> None:
        instructions = duckdb.extract_statements(requete)
        if len(instructions) != 1:
            raise ErreurUsage(f"Il faut une seule requête à la fois ; il y en a {len(instructions)}.")
        if instructions[0].type not in _LECTURES:
            raise ErreurUsage("L'entrepôt ne s'ouvre ici qu'en lecture : écrivez un SELECT.")

    def _charger(self, nom: str) -> None:
        if nom in self._chargees:
            return
        lignes = (
            self._mesures.lire() if nom == MESURES
            else self._tables.livraisons(self._connu_le) if nom == LIVRAISONS
            else self._tables.lire(nom, self._connu_le)
        )  # fmt: skip
        self._connexion.register(nom, lignes.to_arrow())
        self._chargees.add(nom)

    def _en_francais(self, message: str) -> str:
        premiere = message.strip().splitlines()[0]
        if trouvee := _INCONNUE.search(message):
            proches = ", ".join(plus_proches(trouvee[1].strip("!\"'"), self.noms))
            return f"La table « {trouvee[1].strip('!')} » n'existe pas ; les plus proches : {proches}."
        if trouvee := _COLONNE_INCONNUE.search(message):
            nom = trouvee[1] or trouvee[2]
            proches = ", ".join(plus_proches(nom, self._colonnes()))
            return (
                f"La colonne « {nom} » n'existe pas ; les plus proches : {proches}. Un texte que l'on compare s'écrit "
                f"entre apostrophes ('{nom}')."
            )
        if trouvee := _ILLISIBLE.search(message):
            return f"La requête ne se lit pas à partir de « {trouvee[1]} » ; corrigez ce mot ou ce qui le précède."
        if trouvee := _HORS_GROUPE.search(message):
            return (
                f"La colonne « {trouvee[1]} » n'est ni regroupée ni calculée ; ajoutez-la à GROUP BY, ou mettez-la "
                f"dans une fonction (sum, max, count…)."
            )
        if trouvee := _FONCTION_INCONNUE.search(message):
            return f"La fonction « {trouvee[1]} » n'existe pas ; corrigez son nom."
        return f"La requête n'a pas abouti ; corrigez-la d'après ce que dit DuckDB : {premiere}"

    def _colonnes(self) -> set[str]:
        return {nom for table in self._chargees for nom in self._connexion.table(table).columns}
