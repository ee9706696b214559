"""Les territoires d'un millésime : communes, EPCI, départements et région, tels que la région les voit."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

import polars as pl

from bilan.erreurs import DonneesRefusees, ErreurUsage, code_inconnu, valeur_inconnue
from bilan.referentiel.lecture import lire_csv, lire_parquet
from bilan.referentiel.libelles import libelles_courts
from bilan.referentiel.regles import Regles
from bilan.referentiel.soumission import FICHIER as FICHIER_SOUMIS
from bilan.referentiel.soumission import deduire_soumis, lire_soumis


@dataclass(frozen=True, slots=True)
class Region:
    """Région : son code INSEE et son nom."""

    code: str
    nom: str


@dataclass(frozen=True, eq=False)
class Territoires:
    """Territoires d'un millésime, vus de `region` ; populations municipales de 2023.

    `communes` : code_commune, commune, code_departement, epci_siren (nul hors EPCI), population,
    en_region. Y sont les communes de la région et celles, hors de la région, des EPCI qui la touchent.

    `epci` : epci_siren, epci (libellé INSEE), epci_court, epci_type (METROPOLE, CU, CA ou CC),
    code_departement (celui de la région où l'EPCI a le plus d'habitants), departements (liste triée),
    population, population_region, est_soumis, est_a_cheval_departement, deborde_region, communes,
    communes_region (nombres de communes). Un EPCI y est dès qu'une de ses communes est dans la région.

    `departements` : code_departement, departement, ceux de la région. `france` a les colonnes de
    `communes`, moins en_region et plus code_region, pour toute la France.
    """

    millesime: int
    region: Region
    communes: pl.DataFrame
    epci: pl.DataFrame
    departements: pl.DataFrame
    soumis_infere: bool
    france: pl.DataFrame
    _anciennes: pl.DataFrame
    _noms_lus: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)

    @staticmethod
    def ouvrir(dossier: Path, millesime: int, region: str) -> "Territoires":
        """Rend les territoires du `millesime` lus dans le `dossier` du référentiel (gardés en mémoire).

        Lève `ErreurUsage` si la région ou le millésime n'existent pas, `DonneesRefusees` si un fichier
        manque ou est abîmé.
        """
        cle = (Path(dossier), millesime, region)
        if cle not in _OUVERTS:
            _OUVERTS[cle] = _ouvrir(*cle)
        return _OUVERTS[cle]

    @property
    def code_region(self) -> str:
        """Code INSEE de la région."""
        return self.region.code

    def nom(self, territoire_type: str, code: str) -> str:
        """Rend le nom officiel d'un territoire (« region », « departement », « epci » ou « commune »).

        Lève `ErreurUsage` si le type ou le code sont inconnus.
        """
        if territoire_type not in _NOMS:
            raise valeur_inconnue("le type de territoire", territoire_type, _NOMS)
        noms = self._noms(territoire_type)
        if code not in noms:
            raise code_inconnu(f"le code de type « {territoire_type} »", code, noms)
        return noms[code]

    def verifier_epci(self, siren: str) -> str:
        """Rend `siren` s'il désigne un EPCI de la région, sinon lève `ErreurUsage` avec les trois plus proches."""
        if siren not in self._noms("epci"):
            raise code_inconnu("l'EPCI", siren, self._noms("epci"))
        return siren

    def normaliser_commune(self, code: str) -> str:
        """Rend la commune du millésime qui porte ce code INSEE ou l'a repris.

        Les arrondissements de Marseille deviennent 13055, une commune déléguée, associée ou fusionnée
        devient celle qui l'a reprise. Lève `ErreurUsage` si le code n'a jamais désigné une commune.
        """
        if code in self._appartenance:
            return code
        if (reprise := self.reprise(code)) is not None:
            return reprise
        raise code_inconnu("la commune", code, self._noms("commune"))

    def reprise(self, code: str) -> str | None:
        """Rend la commune du millésime qui a repris un ancien code, ou rien si l'on n'en connaît pas."""
        return self._reprises.get(code)

    def normaliser_colonne(self, colonne: str) -> pl.Expr:
        """Rend l'expression qui ramène une colonne de codes aux communes du millésime ; l'inconnu reste tel quel."""
        return pl.col(colonne).replace(self._reprises)

    def epci_de_commune(self, code_commune: str) -> str:
        """Rend le SIREN de l'EPCI de la commune au millésime, partout en France.

        Lève `ErreurUsage` si la commune est inconnue ou n'est membre d'aucun EPCI.
        """
        commune = self.normaliser_commune(code_commune)
        siren = self._appartenance[commune]
        if siren is None:
            raise ErreurUsage(f"La commune « {commune} » n'est membre d'aucun EPCI en {self.millesime}.")
        return siren

    def verifier_nombre_soumis(self, attendu: int | None) -> None:
        """Lève `DonneesRefusees` si le nombre d'EPCI soumis n'est pas celui que déclare la collection."""
        compte = int(self.epci["est_soumis"].sum())
        if attendu is not None and compte != attendu:
            raise DonneesRefusees(
                f"« {FICHIER_SOUMIS} » compte {compte} EPCI soumis dans la région « {self.region.nom} » alors que "
                f"« nombre_epci_soumis » en annonce {attendu} dans collection.toml ; corrigez la liste ou le nombre."
            )

    def _noms(self, territoire_type: str) -> dict[str, str]:
        """Rend le nom de chaque code d'un type, et ne lit que celui-là : les communes de toute une France pèsent."""
        if territoire_type not in self._noms_lus:
            self._noms_lus[territoire_type] = _NOMS[territoire_type](self)
        return self._noms_lus[territoire_type]

    @cached_property
    def _appartenance(self) -> dict[str, str | None]:
        return dict(self.france.select("code_commune", "epci_siren").iter_rows())

    @cached_property
    def _reprises(self) -> dict[str, str]:
        actives = pl.col("code_commune").is_in(self.france["code_commune"].implode())
        encore_communes = pl.col("code_ancien").is_in(self.france["code_commune"].implode())
        return dict(
            self._anciennes.filter(actives & ~encore_communes).select("code_ancien", "code_commune").iter_rows()
        )


_OUVERTS: dict[tuple[Path, int, str], Territoires] = {}


def garder(dossier: Path, territoires: Territoires) -> None:
    """Fait que ce processus rende, pour ce `dossier`, des territoires déjà lus par un autre."""
    _OUVERTS[dossier, territoires.millesime, territoires.code_region] = territoires


_NOMS: dict[str, Callable[[Territoires], dict[str, str]]] = {
    "region": lambda t: {t.region.code: t.region.nom},
    "departement": lambda t: dict(t.departements.select("code_departement", "departement").iter_rows()),
    "epci": lambda t: dict(t.epci.select("epci_siren", "epci").iter_rows()),
    "commune": lambda t: dict(t.communes.select("code_commune", "commune").iter_rows()),
}


def verifier_region(dossier: Path, region: str) -> Region:
    """Rend la région de ce code INSEE ; lève `ErreurUsage` avec les trois plus proches s'il n'existe pas."""
    noms = dict(lire_csv(dossier / "regions.csv", ("code_region", "region")).iter_rows())
    if region not in noms:
        raise code_inconnu("la région", region, noms)
    return Region(region, noms[region])


def _ouvrir(dossier: Path, millesime: int, code: str) -> Territoires:
    region = verifier_region(dossier, code)
    france = _au_millesime(lire_parquet(dossier / "communes.parquet"), millesime)
    communes = _communes_de(france, code)
    noms = lire_csv(dossier / "epci.csv", ("epci_siren", "epci", "epci_type", "depuis", "jusqua"))
    noms = _au_millesime(noms.cast({"depuis": pl.Int64, "jusqua": pl.Int64}), millesime)
    soumis, infere = _soumis(dossier, communes, noms, millesime)
    courts = libelles_courts(dict(noms.select("epci_siren", "epci").iter_rows()), dossier)
    epci = (
        _resumer(communes)
        .join(noms, on="epci_siren", how="left")
        .with_columns(est_soumis=pl.col("epci_siren").is_in(soumis.implode()))
        .with_columns(epci_court=pl.col("epci_siren").replace_strict(courts))
        .select("epci_siren", "epci", "epci_court", "epci_type", "code_departement", "departements", "population",
                "population_region", "est_soumis", "est_a_cheval_departement", "deborde_region", "communes",
                "communes_region")
        .sort("epci_siren")
    )
    departements = lire_csv(dossier / "departements.csv", ("code_departement", "departement", "code_region"))
    return Territoires(
        millesime=millesime,
        region=region,
        communes=communes.drop("code_region").sort("code_commune"),
        epci=epci,
        departements=departements.filter(pl.col("code_region") == code).drop("code_region").sort("code_departement"),
        soumis_infere=infere,
        france=france,
        _anciennes=lire_csv(dossier / "communes_anciennes.csv", ("code_ancien", "code_commune")),
    )


def _au_millesime(table: pl.DataFrame, millesime: int) -> pl.DataFrame:
    """Garde les lignes valables au `millesime` ; lève `ErreurUsage` si aucune ne l'est."""
    valables = table.filter(pl.lit(millesime).is_between(pl.col("depuis"), pl.col("jusqua")))
    if valables.is_empty():
        annees = range(int(table["depuis"].min()), int(table["jusqua"].max()) + 1)  # type: ignore[arg-type]
        raise valeur_inconnue("le millésime", str(millesime), map(str, annees))
    return valables.drop("depuis", "jusqua")


def _communes_de(france: pl.DataFrame, region: str) -> pl.DataFrame:
    ici = pl.col("code_region") == region
    touchent = france.filter(ici)["epci_siren"].drop_nulls().unique()
    return france.filter(ici | pl.col("epci_siren").is_in(touchent.implode())).select(
        "code_commune", "commune", "code_departement", "epci_siren", "population", "code_region", en_region=ici
    )


def _resumer(communes: pl.DataFrame) -> pl.DataFrame:
    """Compte communes et habitants de chaque EPCI, en tout et dans la région."""
    ici = pl.col("en_region")
    return (
        communes.drop_nulls("epci_siren")
        .sort("code_departement")
        .with_columns(
            poids=pl.col("population").filter(ici).sum().over("epci_siren", "code_departement")
        )
        .group_by("epci_siren")
        .agg(
            code_departement=pl.col("code_departement").filter(ici).sort_by(
                pl.col("poids").filter(ici), descending=True, maintain_order=True
            ).first(),
            departements=pl.col("code_departement").unique().sort(),
            population=pl.col("population").sum(),
            population_region=pl.col("population").filter(ici).sum(),
            est_a_cheval_departement=pl.col("code_departement").n_unique() > 1,
            deborde_region=~ici.all(),
            communes=pl.len().cast(pl.Int64),
            communes_region=ici.sum().cast(pl.Int64),
        )
    )


def _soumis(dossier: Path, communes: pl.DataFrame, noms: pl.DataFrame, millesime: int) -> tuple[pl.Series, bool]:
    """Rend les SIREN soumis et si la liste est inférée : celle du fichier, ou la règle s'il ne dit rien d'ici."""
    liste = lire_soumis(dossier, noms["epci_siren"])
    d_ici = liste.filter(pl.col("epci_siren").is_in(communes["epci_siren"].implode()))
    if d_ici.is_empty():
        return deduire_soumis(communes, noms, Regles.ouvrir(dossier), date(millesime, 1, 1)), True
    return d_ici["epci_siren"], bool((d_ici["infere"] == "O").any())
