"""Le contexte d'un calcul : le jeu, les territoires, les règles datées, les périodes et ce que l'on savait."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from bilan.indicateurs import echeances
from bilan.indicateurs.echeances import Regles
from bilan.periode import Periode
from bilan.projet import Jeu
from bilan.referentiel.territoires import Territoires

Tables = Mapping[str, pl.DataFrame | pl.LazyFrame]
"""Tables canoniques par leur nom ; une table absente vaut une table vide. Une grande table peut rester paresseuse."""


@dataclass(frozen=True)
class Contexte:
    """Tout ce qui n'est pas dans les tables et dont dépend une mesure.

    `communes` (code_commune, code_departement, epci_siren, en_region) est l'appartenance d'un seul
    millésime ; `epci` (epci_siren, est_soumis, code_departement, population_region) et `departements`
    (code_departement) en découlent. `periodes` borne le calcul. `connu_le` est la date de ce que l'on
    savait : rien de postérieur n'entre dans un état du registre.

    `mises_en_service_dans_le_flux` dit si les premières mises en location comptent dans le flux ; la
    pratique courante les en exclut (domaine, § 1.4, règle non vérifiée).
    """

    jeu: Jeu
    communes: pl.DataFrame
    epci: pl.DataFrame
    departements: pl.DataFrame
    code_region: str
    nom_region: str
    regles: Regles
    periodes: tuple[Periode, ...]
    connu_le: date
    mises_en_service_dans_le_flux: bool = False

    @classmethod
    def des_territoires(
        cls, territoires: Territoires, jeu: Jeu, regles: Regles, periodes: tuple[Periode, ...], connu_le: date
    ) -> "Contexte":
        """Rend le contexte d'un `Territoires` ouvert."""
        return cls(
            jeu=jeu,
            communes=territoires.communes,
            epci=territoires.epci,
            departements=territoires.departements,
            code_region=territoires.region.code,
            nom_region=territoires.region.nom,
            regles=regles,
            periodes=periodes,
            connu_le=connu_le,
        )

    @property
    def communes_region(self) -> pl.DataFrame:
        """Communes de la région seulement : un EPCI à cheval y est réduit à sa partie régionale."""
        return self.communes.filter("en_region").select("code_commune", "code_departement", "epci_siren")

    @property
    def premier_exercice(self) -> int:
        """Première année du flux, d'après ce que disent les règles à la date de ce que l'on savait."""
        return echeances.premier_exercice(self.regles, self.connu_le)

    @property
    def calendrier(self) -> pl.DataFrame:
        """Une ligne par période : periode (texte), annee, trimestre (0 pour l'année), debut, fin, part.

        `part` est la fraction de l'année écoulée à la fin de la période : k/4 pour Tk, 1 pour l'année.
        """
        return pl.DataFrame(
            [(str(p), p.annee, p.trimestre, date(p.annee, 1, 1), p.fin, (p.trimestre or 4) / 4) for p in self.periodes],
            schema={
                "periode": pl.String,
                "annee": pl.Int64,
                "trimestre": pl.Int8,
                "debut": pl.Date,
                "fin": pl.Date,
                "part": pl.Float64,
            },
            orient="row",
        )


def periodes_presentes(tables: Tables, regles: Regles, connu_le: date) -> tuple[Periode, ...]:
    """Rend, triées, les périodes que portent les tables : chaque année citée, et les trimestres livrés ou arrêtés.

    Les années viennent des colonnes `annee`. Un trimestre est retenu quand `flux_bilan` en a une livraison depuis le
    premier exercice du flux, ou quand les agréments sont arrêtés avant la fin de l'année.
    """
    annees = {int(annee) for table in tables.values() for annee in _annees(table.lazy())}
    premier = echeances.premier_exercice(regles, connu_le)
    trimestres = {p for p in _trimestres_livres(tables) if p.annee >= premier} | _trimestres_arretes(tables)
    return tuple(sorted({Periode(annee) for annee in annees} | trimestres))


def _annees(table: pl.LazyFrame) -> list[int]:
    if "annee" not in table.collect_schema():
        return []
    return table.select(pl.col("annee").unique()).collect()["annee"].to_list()


def _trimestres_livres(tables: Tables) -> set[Periode]:
    flux = tables.get("flux_bilan")
    if flux is None:
        return set()
    livres = flux.lazy().filter(pl.col("periode") != "AN").select("annee", "periode").unique().collect()
    return {Periode(int(annee), int(ecriture[1:])) for annee, ecriture in livres.iter_rows()}


def _trimestres_arretes(tables: Tables) -> set[Periode]:
    agrements = tables.get("agrements")
    if agrements is None:
        return set()
    dans_l_annee = pl.col("date_arrete").dt.year() == pl.col("annee")
    avant_la_fin = pl.col("date_arrete") < pl.date(pl.col("annee"), 12, 31)
    arretes = (
        agrements.lazy().filter(dans_l_annee & avant_la_fin).drop_nulls("nb_agrees").select("date_arrete").unique()
    )
    return {Periode.de_date(jour) for jour in arretes.collect()["date_arrete"]}
