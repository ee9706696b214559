"""Le grand volume du banc d'essai : des lignes de `flux_bilan` sur autant d'EPCI de France qu'on veut."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
from stdnum import luhn

from bilan.demonstration.hasard import Entiers, courant
from bilan.demonstration.logements import identifiant_reservataire
from bilan.demonstration.parametres import Parametres, Volume
from bilan.erreurs import ErreurUsage
from bilan.periode import Periode
from bilan.projet import Projet
from bilan.referentiel import nomenclatures
from bilan.referentiel.lecture import lire_parquet
from bilan.tables.flux_bilan import FluxBilan

_TRIMESTRES = ("T1", "T2", "T3", "T4")
_AXES: dict[str, tuple[str, ...]] = {
    "typologie": tuple(nomenclatures.TYPOLOGIES),
    "financement": tuple(nomenclatures.FINANCEMENTS),
    "qpv": tuple(nomenclatures.QPV),
    "periode_construction": tuple(nomenclatures.PERIODES_CONSTRUCTION),
    "type_offre": tuple(nomenclatures.TYPES_OFFRE),
    "mode_gestion": tuple(nomenclatures.MODES_GESTION),
    "reservataire_categorie": tuple(nomenclatures.RESERVATAIRES),
    "periode": _TRIMESTRES,
}
_PAS = 2_147_483_647
"""Nombre premier : avancer de ce pas, modulo le nombre de combinaisons, n'en repasse jamais deux fois par la même."""


def engendrer_volume(projet: Projet, nb_epci: int = 52, facteur: float = 1, graine: int | None = None) -> pl.DataFrame:
    """Rend `facteur` années régionales de lignes conformes à `flux_bilan`, partagées entre `nb_epci` EPCI de France.

    Au facteur 100, cinq millions de lignes. Les EPCI de la région de la collection viennent d'abord. Lève
    `ErreurUsage` si la France n'a pas autant d'EPCI.
    """
    return pl.concat(volume_par_lots(projet, nb_epci, facteur, graine))


def ecrire_volume(
    projet: Projet, dossier: Path, nb_epci: int = 52, facteur: float = 1, graine: int | None = None
) -> list[Path]:
    """Écrit le même volume, un fichier Parquet par lot d'EPCI, et rend leurs chemins.

    La mémoire reste celle d'un lot.
    """
    dossier.mkdir(parents=True, exist_ok=True)
    chemins = []
    for rang, lot in enumerate(volume_par_lots(projet, nb_epci, facteur, graine)):
        chemins.append(dossier / f"flux_bilan_{rang:03d}.parquet")
        lot.write_parquet(chemins[-1])
    return chemins


def volume_par_lots(projet: Projet, nb_epci: int, facteur: float, graine: int | None) -> Iterator[pl.DataFrame]:
    """Rend le volume par lots d'EPCI entiers."""
    parametres = Parametres.lire(projet.demonstration)
    volume = parametres.volume
    communes = _communes(projet, nb_epci)
    lignes = _lignes_par_epci(round(volume.lignes * facteur), nb_epci)
    sirens = _bailleurs(volume)
    rng = courant(parametres.graine if graine is None else graine, "volume")
    for debut in range(0, nb_epci, volume.epci_par_lot):
        rangs = np.arange(debut, min(nb_epci, debut + volume.epci_par_lot))
        lot = _lot(communes, np.repeat(rangs, lignes[rangs]), sirens, volume)
        yield _finir(lot, rng, parametres, projet.collection.region)


def _communes(projet: Projet, nb_epci: int) -> pl.DataFrame:
    """Rend un EPCI par ligne : epci_siren, codes de ses communes et de leurs départements."""
    collection = projet.collection
    france = lire_parquet(projet.referentiel / "communes.parquet").filter(
        pl.lit(collection.millesime).is_between(pl.col("depuis"), pl.col("jusqua")), pl.col("epci_siren").is_not_null()
    )
    ici = (pl.col("code_region") == collection.region).any()
    epci = (
        france.sort("code_commune")
        .group_by("epci_siren")
        .agg("code_commune", "code_departement", ici=ici)
        .sort(pl.col("ici"), "epci_siren", descending=[True, False])
    )
    if not 1 <= nb_epci <= epci.height:
        raise ErreurUsage(
            f"Le nombre d'EPCI « {nb_epci} » n'est pas possible : la France en a {epci.height} ; donnez un nombre de "
            f"1 à {epci.height}."
        )
    return epci.head(nb_epci)


def _lignes_par_epci(total: int, nb_epci: int) -> Entiers:
    bornes: Entiers = np.linspace(0, total, nb_epci + 1).round().astype(np.int64)
    return bornes[1:] - bornes[:-1]


def _bailleurs(volume: Volume) -> pl.Series:
    racines = [f"9991{rang:04d}" for rang in range(volume.bailleurs)]
    return pl.Series([racine + luhn.calc_check_digit(racine) for racine in racines])


def _lot(communes: pl.DataFrame, epci: Entiers, sirens: pl.Series, volume: Volume) -> pl.DataFrame:
    """Rend une ligne par élément de `epci` (rangs d'EPCI, triés) ; aucune clé n'y est deux fois."""
    membres = communes["code_commune"].list.len().to_numpy().astype(np.int64)
    axes = int(np.prod([len(valeurs) for valeurs in _AXES.values()]))
    rang_dans_epci = np.arange(len(epci)) - _debuts(np.bincount(epci, minlength=len(membres)))[epci]
    combinaison = rang_dans_epci * _PAS % (axes * membres[epci] * volume.bailleurs_par_epci)
    colonnes: dict[str, pl.Series] = {}
    for axe, valeurs in _AXES.items():
        combinaison, rang = np.divmod(combinaison, len(valeurs))
        colonnes[axe] = pl.Series(valeurs)[rang]
    commune, bailleur = np.divmod(combinaison, volume.bailleurs_par_epci)
    codes = communes.explode("code_commune", "code_departement")[_debuts(membres)[epci] + commune]
    return pl.DataFrame(colonnes).with_columns(
        *codes.select("code_commune", "code_departement", "epci_siren"),
        sirens[(epci * volume.bailleurs // len(membres) + bailleur) % volume.bailleurs].alias("bailleur_siren"),
    )


def _debuts(nombres: Entiers) -> Entiers:
    return np.cumsum(nombres) - nombres


def _finir(lignes: pl.DataFrame, rng: np.random.Generator, parametres: Parametres, region: str) -> pl.DataFrame:
    proposes = 1 + rng.poisson(0.25, lignes.height)
    attribues = rng.binomial(proposes, 1 - parametres.flux.non_attribues_pct / 100)
    annee = Periode(parametres.annee)
    arretes = {f"T{trimestre.trimestre}": trimestre.fin for trimestre in annee.trimestres}
    completes = lignes.with_columns(
        pl.Series("logements_liberes", proposes),
        pl.Series("logements_proposes", proposes),
        pl.Series("logements_attribues", attribues),
        pl.Series("baux_signes", rng.binomial(attribues, 1 - parametres.flux.sans_bail_pct / 100)),
        annee=pl.lit(annee.annee),
        mode_cumul=pl.lit("TRIMESTRE"),
        reservataire_id=identifiant_reservataire(region),
        qpv_millesime=pl.lit(parametres.millesime_qpv),
        date_arrete=pl.col("periode").replace_strict(arretes, return_dtype=pl.Date),
    )
    absentes = [pl.lit(None).alias(nom) for nom in FluxBilan.column_names() if nom not in completes.columns]
    return FluxBilan.cast(completes.with_columns(absentes))
