"""Le terrain de la démonstration : communes réelles, bailleurs fictifs, et le parc de chacun dans chacune."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from bilan.demonstration.hasard import Entiers, Masque, Reels, courant, repartir
from bilan.demonstration.parametres import FICHIER_PARAMETRES, Parametres, ParcPublie
from bilan.erreurs import DonneesRefusees
from bilan.referentiel.territoires import Territoires

PART_QPV_MAXIMALE = 0.9


@dataclass(frozen=True)
class Terrain:
    """Où la démonstration se passe.

    - `region` : code INSEE ;
    - `communes` : code_commune, commune, code_departement, epci_siren, population, population_departement,
      parc (logements), part_qpv (de 0 à 1) ;
    - `epci` : ceux du référentiel qui ont une commune retenue ;
    - `bailleurs` : voir `parametres.lire_bailleurs` ;
    - `cellules` : bailleur_siren, code_commune, code_departement, epci_siren, logements (> 0), part_qpv.
    """

    region: str
    communes: pl.DataFrame
    epci: pl.DataFrame
    bailleurs: pl.DataFrame
    cellules: pl.DataFrame


def poser(territoires: Territoires, bailleurs: pl.DataFrame, parametres: Parametres, graine: int) -> Terrain:
    """Rend le terrain de toute la région, son parc calé sur les totaux publiés.

    Lève `DonneesRefusees` si le calage n'est pas celui de cette région.
    """
    departements = territoires.departements["code_departement"].to_list()
    if set(departements) != set(parametres.parc.departements):
        raise DonneesRefusees(
            f"Le calage de la démonstration donne le parc des départements {', '.join(parametres.parc.departements)}, "
            f"mais la région « {territoires.code_region} » a {', '.join(departements)} ; complétez "
            f"« {FICHIER_PARAMETRES} » pour cette région."
        )
    communes = _parc_par_commune(territoires.communes.filter("en_region"), parametres, graine)
    cellules = _parc_par_bailleur(communes, bailleurs, graine)
    return Terrain(territoires.code_region, communes, territoires.epci, bailleurs, cellules)


def restreindre(terrain: Terrain, parametres: Parametres, graine: int) -> Terrain:
    """Rend la petite démonstration : quelques EPCI, entiers, et les bailleurs marqués `petite`."""
    garder = pl.col("epci_siren").is_in(parametres.petite_epci)
    communes, bailleurs = terrain.communes.filter(garder), terrain.bailleurs.filter("petite")
    cellules = _parc_par_bailleur(communes, bailleurs, graine)
    return Terrain(terrain.region, communes, terrain.epci.filter(garder), bailleurs, cellules)


def _parc_par_commune(communes: pl.DataFrame, parametres: Parametres, graine: int) -> pl.DataFrame:
    # Les EPCI publiés d'abord, toutes communes comprises ; puis le reste de chaque département.
    rng, parc = courant(graine, "parc_par_commune"), parametres.parc
    habitants = pl.col("population").sum().over("code_departement")
    communes = communes.sort("code_commune").with_columns(population_departement=habitants)
    population = communes["population"].to_numpy().astype(np.float64)
    poids = np.where(population >= parc.population_minimale, population**parc.exposant_population, 0.0)
    poids *= rng.lognormal(0.0, parc.alea, len(poids))
    epci, departements = communes["epci_siren"].to_numpy(), communes["code_departement"].to_numpy()
    peut_qpv = population >= parc.population_minimale_qpv
    logements = np.zeros(len(poids), dtype=np.int64)
    qpv = np.zeros(len(poids))
    publies = np.isin(epci, list(parc.epci))

    def placer(membres: Masque, cible: ParcPublie) -> None:
        logements[membres] = repartir(cible.logements, poids[membres])
        qpv[membres] = _en_qpv(logements[membres], peut_qpv[membres], cible)

    for siren, publie in parc.epci.items():
        placer(epci == siren, publie)
    for code, publie in parc.departements.items():
        ici = departements == code
        placer(ici & ~publies, _reste(publie, logements[ici & publies], qpv[ici & publies]))
    part_qpv = np.divide(qpv, logements, out=np.zeros(len(qpv)), where=logements > 0)
    return communes.with_columns(pl.Series("parc", logements), pl.Series("part_qpv", part_qpv))


def _reste(publie: ParcPublie, logements: Entiers, qpv: Reels) -> ParcPublie:
    # Ce qui reste du département une fois ôté le parc déjà placé dans ses EPCI publiés.
    reste = publie.logements - int(logements.sum())
    en_qpv = publie.logements * publie.qpv_pct / 100 - float(qpv.sum())
    return ParcPublie(logements=reste, qpv_pct=max(0.0, 100 * en_qpv / reste))


def _en_qpv(logements: Entiers, peut_qpv: Masque, publie: ParcPublie) -> Reels:
    # Part uniforme des communes assez grandes, écrêtée : le surplus passe aux autres grandes communes.
    vise = publie.logements * publie.qpv_pct / 100
    base: Reels = np.where(peut_qpv, logements, 0).astype(np.float64)
    if base.sum() == 0:
        return base
    base *= min(PART_QPV_MAXIMALE, vise / base.sum())
    return base


def _parc_par_bailleur(communes: pl.DataFrame, bailleurs: pl.DataFrame, graine: int) -> pl.DataFrame:
    rng = courant(graine, "parc_par_bailleur")
    departements = sorted(communes["code_departement"].unique())
    presence = _poids_par_departement(bailleurs, departements)
    rang_departement = np.searchsorted(departements, communes["code_departement"].to_numpy())
    parc = communes["parc"].to_numpy()
    poids = presence[rang_departement] * rng.gamma(0.8, size=(len(parc), bailleurs.height))
    # Une petite commune n'a qu'un ou deux bailleurs, une grande ville presque tous ceux du département.
    nombre = np.maximum(1, np.ceil(np.log2(np.maximum(parc, 1) / 30))).astype(np.int64)
    seuil = np.sort(poids, axis=1)[np.arange(len(parc)), -np.minimum(nombre, bailleurs.height)]
    poids = np.where(poids >= seuil[:, None], poids, 0.0)
    matrice = np.array([repartir(int(total), ligne) for total, ligne in zip(parc, poids, strict=True)])
    ou, qui = np.nonzero(matrice)
    colonnes = ("code_commune", "code_departement", "epci_siren", "part_qpv")
    return communes.select(colonnes)[ou].with_columns(
        pl.Series("bailleur_siren", bailleurs["siren"].to_numpy()[qui]), pl.Series("logements", matrice[ou, qui])
    ).sort("bailleur_siren", "code_commune")


def _poids_par_departement(bailleurs: pl.DataFrame, departements: list[str]) -> Reels:
    # Lignes : départements ; colonnes : bailleurs. Un département sans bailleur va à tous (petite démonstration).
    poids = np.zeros((len(departements), bailleurs.height))
    for colonne, texte in enumerate(bailleurs["poids_par_departement"]):
        for departement, valeur in (paire.split(":") for paire in texte.split("|")):
            if departement in departements:
                poids[departements.index(departement), colonne] = float(valeur)
    poids[poids.sum(axis=1) == 0] = 1.0
    return poids
