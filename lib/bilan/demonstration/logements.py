"""Les logements de l'année : libérés, proposés, attribués, loués ; un par ligne, d'où sortent toutes les tables."""

import numpy as np
import numpy.typing as npt
import polars as pl

from bilan.demonstration.hasard import Entiers, Masque, Reels, courant, tirer, tirer_par_ligne
from bilan.demonstration.parametres import Flux, Parametres
from bilan.demonstration.terrain import Terrain

_PERIMETRE = {
    "COMMUNE": "code_commune",
    "EPCI": "epci_siren",
    "DEPARTEMENT": "code_departement",
    "REGION": "code_departement",
}
_MOBILITE_QPV, _MOBILITE_QPV_NEUF = 0.95, 0.3
_DISPERSION = 0.18


def simuler(terrain: Terrain, univers: pl.DataFrame, parametres: Parametres, graine: int) -> pl.DataFrame:
    """Rend les logements libérés ou mis en service de l'année, un par ligne.

    Colonnes : bailleur_siren, code_commune, code_departement, epci_siren, réservataire, axes du bilan, et les
    trimestres t_libere, t_propose, t_attribue, t_bail (1 à 4 dans l'année ; 0, 5 et 6 dans ses voisines ; nul si
    cela n'arrive pas) ; `soustraction` dit pourquoi un logement sort du flux, et n'est donc proposé à personne.
    """
    rng, flux = courant(graine, "logements"), parametres.flux
    proposes, soustraits = _volumes(terrain, parametres)
    rangs = rng.choice(terrain.cellules.height, size=proposes + soustraits, p=_poids(terrain, parametres))
    est_soustrait = np.arange(len(rangs)) >= proposes
    logements = _axes(rng, terrain.cellules[rangs], flux, est_soustrait)
    logements = logements.with_columns(
        pl.Series("reservataire_categorie", _reservataires(rng, logements, univers, flux))
    )
    categories = tirer(rng, parametres.soustractions, len(rangs))
    logements = logements.with_columns(
        reservataire_id=identifiant_reservataire(terrain.region),
        soustraction=pl.when(pl.Series(est_soustrait)).then(pl.Series(categories)),
    )
    return _devenir(rng, logements, flux)


def _volumes(terrain: Terrain, parametres: Parametres) -> tuple[int, int]:
    # Un cinquième trimestre, le dernier de l'année d'avant, donne à l'année ses reports d'ouverture.
    flux, publie = parametres.flux, sum(p.logements for p in parametres.parc.departements.values())
    part = int(terrain.cellules["logements"].sum()) / publie
    proposes = round(flux.propositions * part * (1 + flux.saison_pct[3] / 100))
    relocations = proposes * (1 - flux.part_mise_en_service_pct / 100)
    return proposes, round(relocations * flux.soustraits_pct / (100 - flux.soustraits_pct))


def _poids(terrain: Terrain, parametres: Parametres) -> Reels:
    # Parc × mobilité du département, puis la part de l'EPCI calé.
    mobilites = {code: publie.mobilite_pct for code, publie in parametres.parc.departements.items()}
    mobilite = terrain.cellules["code_departement"].replace_strict(mobilites, return_dtype=pl.Float64)
    poids: Reels = (terrain.cellules["logements"] * mobilite).to_numpy().copy()
    cale = parametres.flux.part_calee
    membres = (terrain.cellules["epci_siren"] == cale.epci).to_numpy()
    if membres.any():
        poids[membres] *= cale.pct / poids[membres].sum()
        poids[~membres] *= (100 - cale.pct) / poids[~membres].sum()
    poids /= poids.sum()
    return poids


def _axes(rng: np.random.Generator, cellules: pl.DataFrame, flux: Flux, est_soustrait: Masque) -> pl.DataFrame:
    nombre = cellules.height
    neuf = (rng.random(nombre) < flux.part_mise_en_service_pct / 100) & ~est_soustrait
    # On bouge un peu moins dans les quartiers prioritaires, et l'on y construit bien moins.
    mobilite = np.where(neuf, _MOBILITE_QPV_NEUF, _MOBILITE_QPV)
    en_qpv = rng.random(nombre) < cellules["part_qpv"].to_numpy() * mobilite
    financement = np.where(neuf, tirer(rng, flux.financement_neuf, nombre), tirer(rng, flux.financement, nombre))
    periode = np.where(neuf, ">=2020", tirer(rng, flux.periode_construction, nombre))
    return cellules.drop("logements", "part_qpv").with_columns(
        pl.Series("typologie", tirer(rng, flux.typologie, nombre)),
        pl.Series("financement", financement),
        pl.Series("qpv", np.where(en_qpv, "QPV", "HORS_QPV")),
        pl.Series("periode_construction", periode),
        pl.Series("type_offre", np.where(neuf, "MISE_EN_SERVICE", "RELOCATION")),
        pl.Series("mode_gestion", tirer(rng, flux.mode_gestion, nombre)),
    )


def _reservataires(
    rng: np.random.Generator, logements: pl.DataFrame, univers: pl.DataFrame, flux: Flux
) -> npt.NDArray[np.str_]:
    # Une collectivité sans convention attendue ne reçoit rien de ce bailleur sur ce périmètre.
    categories = list(flux.reservataires)
    poids = _poids_reservataires(rng, logements, flux)
    for categorie, perimetre in _PERIMETRE.items():
        attendus = univers.filter(reservataire_categorie=categorie).select(
            "bailleur_siren", pl.col("perimetre_code").alias(perimetre), presente=True
        )
        jointure = logements.join(attendus, on=["bailleur_siren", perimetre], how="left", maintain_order="left")
        poids[jointure["presente"].is_null().to_numpy(), categories.index(categorie)] = 0.0
    return np.array(categories)[tirer_par_ligne(rng, poids)]


def identifiant_reservataire(region: str) -> pl.Expr:
    """Rend l'identifiant de la collectivité qui réserve : celle du logement ; nul pour les autres réservataires."""
    categorie = pl.col("reservataire_categorie")
    return (
        pl.when(categorie == "COMMUNE").then(pl.col("code_commune"))
        .when(categorie == "EPCI").then(pl.col("epci_siren"))
        .when(categorie == "DEPARTEMENT").then(pl.col("code_departement"))
        .when(categorie == "REGION").then(pl.lit(region))
    )


def _poids_reservataires(rng: np.random.Generator, logements: pl.DataFrame, flux: Flux) -> Reels:
    # Chaque bailleur sert plus ou moins bien chaque réservataire, département par département.
    couples = logements.select("bailleur_siren", "code_departement").unique().sort(pl.all())
    aleas = rng.lognormal(0.0, _DISPERSION, (couples.height, len(flux.reservataires)))
    rangs = logements.join(couples.with_row_index("couple"), on=couples.columns, how="left", maintain_order="left")
    poids: Reels = np.array(list(flux.reservataires.values())) * aleas[rangs["couple"].to_numpy()]
    return poids


def _devenir(rng: np.random.Generator, logements: pl.DataFrame, flux: Flux) -> pl.DataFrame:
    nombre, saison = logements.height, np.array([flux.saison_pct[3], *flux.saison_pct])
    ouverture = rng.choice(5, size=nombre, p=saison / saison.sum())
    attribution = ouverture + (rng.random(nombre) < flux.attribues_trimestre_suivant_pct / 100)
    bail = attribution + (rng.random(nombre) < flux.bail_trimestre_suivant_pct / 100)
    attribue = rng.random(nombre) >= flux.non_attribues_pct / 100
    loue = attribue & (rng.random(nombre) >= flux.sans_bail_pct / 100)
    dans_flux, relocation = pl.col("soustraction").is_null(), pl.col("type_offre") == "RELOCATION"
    return logements.with_columns(
        t_libere=pl.when(relocation).then(_trimestres(ouverture)),
        t_propose=pl.when(dans_flux).then(_trimestres(ouverture)),
        t_attribue=pl.when(dans_flux & pl.Series(attribue)).then(_trimestres(attribution)),
        t_bail=pl.when(dans_flux & pl.Series(loue)).then(_trimestres(bail)),
        sans_candidat=dans_flux & ~pl.Series(attribue),
    )


def _trimestres(valeurs: Entiers) -> pl.Expr:
    return pl.lit(pl.Series(valeurs, dtype=pl.Int64))
