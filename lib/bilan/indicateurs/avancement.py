"""E1 à E5 : CIL, document-cadre, CIA, PPGDID et cotation en service, sur les seuls EPCI soumis (domaine, § 3).

L'état d'un EPCI à une période est celui du dernier arrêté qui ne dépasse pas la fin de la période. Chaque
EPCI compte une fois, dans son département principal.
"""

from dataclasses import dataclass

import polars as pl

from bilan.indicateurs.matiere import Matiere
from bilan.indicateurs.rapports import ENSEMBLE, TOUT, Axe, mesurer, rapport, totaliser
from bilan.referentiel.nomenclatures import ETATS_COTATION

_SOMMES = ("region", "departement")
PAR_PONDERATION = Axe("ponderation", ("ponderation",))
_REPERES_COTATION = {
    "EFFECTIVE_OU_IMMINENTE": "cotation_effective_ou_imminente",
    "PREVUE": "cotation_prevue",
    "DELAI_PLUS_LONG": "cotation_delai_plus_long",
}


@dataclass(frozen=True)
class Jalon:
    """Étape de la réforme : colonnes du registre qui disent sa date, son statut et son expiration."""

    date: str
    statut: str | None = None
    fin: str | None = None

    @property
    def atteint(self) -> pl.Expr:
        """Vrai si l'étape est franchie et encore valide à la fin de la période ; un document expiré ne compte plus.

        La date fait foi ; sans date, un statut « adopté » ou « signé » suffit.
        """
        franchi = (pl.col(self.date) <= pl.col("fin")).fill_null(False)
        if self.statut is not None:
            sans_date = pl.col(self.date).is_null() & pl.col(self.statut).is_in(["ADOPTE", "SIGNE"])
            franchi = (franchi | sans_date.fill_null(False)) & (pl.col(self.statut) != "EXPIRE").fill_null(True)
        if self.fin is not None:
            franchi = franchi & (pl.col(self.fin) >= pl.col("fin")).fill_null(True)
        return franchi


CIL = Jalon("cil_date_installation", "cil_statut")
DOCUMENT_CADRE = Jalon("document_cadre_date")
CIA = Jalon("cia_date_signature", "cia_statut", "cia_date_fin")
PPGDID = Jalon("ppgdid_date_adoption", "ppgdid_statut", "ppgdid_date_fin")
COTATION = Jalon("cotation_date_mise_en_service")


def etat_des_epci(matiere: Matiere) -> pl.DataFrame:
    """Rend tous les EPCI à chaque période, avec leur dernier état connu (vide s'il n'y en a pas).

    Colonnes : periode, fin, epci_siren, est_soumis, code_departement, population, parc, connu (bool), et celles
    du registre.
    """
    contexte = matiere.contexte
    calendrier = matiere.calendrier("epci_avancement").select("periode", "fin")
    epci = contexte.epci.select(
        "epci_siren", "est_soumis", "code_departement", pl.col("population_region").cast(pl.Float64).alias("population")
    )
    registre = matiere.table("epci_avancement")
    if registre is None:
        registre = pl.DataFrame(schema={"epci_siren": pl.String, **_colonnes_du_registre()})
    dernier = (
        registre.select("epci_siren", *_colonnes_du_registre())
        .join(calendrier, how="cross")
        .filter(pl.col("date_arrete") <= pl.min_horizontal("fin", pl.lit(contexte.connu_le)))
        .sort("date_arrete")
        .group_by("periode", "epci_siren")
        .last()
        .drop("fin")
    )
    parc = matiere.parc_publie.filter(pl.col("territoire_type") == "epci").select(
        "periode", pl.col("territoire").alias("epci_siren"), pl.col("parc").cast(pl.Float64)
    )
    return (
        epci.join(calendrier, how="cross")
        .join(dernier, on=["periode", "epci_siren"], how="left")
        .join(parc, on=["periode", "epci_siren"], how="left")
        .with_columns(connu=pl.col("date_arrete").is_not_null())
    )


def _colonnes_du_registre() -> dict[str, type[pl.DataType]]:
    jalons = (CIL, DOCUMENT_CADRE, CIA, PPGDID, COTATION)
    dates = [nom for jalon in jalons for nom in (jalon.date, jalon.fin) if nom]
    statuts = [jalon.statut for jalon in jalons if jalon.statut]
    return {**dict.fromkeys([*dates, "date_arrete"], pl.Date), **dict.fromkeys([*statuts, "etat_cotation"], pl.String)}


def cil(matiere: Matiere) -> pl.DataFrame:
    """E1 : EPCI soumis dont la conférence intercommunale du logement est installée, en %."""
    return _avancement(matiere, CIL)


def document_cadre(matiere: Matiere) -> pl.DataFrame:
    """E2 : EPCI soumis dont le document-cadre d'orientations est adopté, en %."""
    return _avancement(matiere, DOCUMENT_CADRE)


def cia(matiere: Matiere) -> pl.DataFrame:
    """E3 : EPCI soumis dont la convention intercommunale d'attribution est signée et court encore, en %."""
    return _avancement(matiere, CIA)


def ppgdid(matiere: Matiere) -> pl.DataFrame:
    """E4 : EPCI soumis dont le plan partenarial de gestion de la demande est adopté et court encore, en %."""
    return _avancement(matiere, PPGDID)


def cotation(matiere: Matiere) -> pl.DataFrame:
    """E5 : EPCI soumis dont la cotation est en service, en % ; « etat_cotation » répartit les soumis entre les trois
    groupes de la DREAL (une ligne par EPCI à l'échelle de l'EPCI), par le registre, à défaut par les repères publiés.
    """
    etats = _repartition(matiere, Axe("etat_cotation", ("etat_cotation",)))
    return pl.concat([_avancement(matiere, COTATION), etats, _etats_publies(matiere, etats)])


def _avancement(matiere: Matiere, jalon: Jalon) -> pl.DataFrame:
    epci = matiere.derive(etat_des_epci).with_columns(atteint=jalon.atteint, unite_=pl.lit(1.0))
    lots = [compter_epci(matiere, epci.filter("est_soumis"), TOUT, "unite_"), _par_epci(epci)]
    for poids in ("parc", "population"):
        lots.append(
            compter_epci(
                matiere, epci.filter("est_soumis").with_columns(ponderation=pl.lit(poids)), PAR_PONDERATION, poids
            )
        )
    if jalon.statut is not None:
        lots.append(_repartition(matiere, Axe("statut", (jalon.statut,))))
    return pl.concat(lots)


def compter_epci(matiere: Matiere, epci: pl.DataFrame, axe: Axe, poids: str) -> pl.DataFrame:
    """Rend Σ poids des EPCI soumis où `atteint` est vrai / Σ poids des soumis, en % ; nul si un poids manque.

    `epci` : une ligne par EPCI soumis et période, avec code_departement, atteint, connu et la colonne `poids`.
    """
    connus = pl.col(poids).is_not_null().all()
    totaux = totaliser(
        epci,
        _SOMMES,
        axe,
        matiere.contexte.code_region,
        numerateur=pl.when(connus).then(pl.col(poids).filter("atteint").sum()),
        denominateur=pl.when(connus).then(pl.col(poids).sum()),
        **_transmission(),
    )
    return mesurer(_couvrir(totaux), rapport())


def _par_epci(epci: pl.DataFrame) -> pl.DataFrame:
    lignes = epci.select(
        pl.lit("epci").alias("territoire_type"),
        pl.col("epci_siren").alias("territoire"),
        pl.lit(ENSEMBLE).alias("ventilation"),
        pl.lit(ENSEMBLE).alias("modalite"),
        "periode",
        numerateur=pl.when("connu").then(pl.col("atteint").cast(pl.Float64)),
        denominateur=pl.when("connu").then(pl.lit(1.0)),
        repondants=pl.col("connu").cast(pl.Int64),
        attendus=pl.lit(1, pl.Int64),
        sans_objet=~pl.col("est_soumis"),
    )
    return mesurer(_couvrir(lignes), rapport())


def _repartition(matiere: Matiere, axe: Axe) -> pl.DataFrame:
    """Part de chaque état parmi les soumis ; à l'échelle de l'EPCI, une ligne dont la modalité est l'état."""
    etat = axe.colonnes[0]
    epci = matiere.derive(etat_des_epci).with_columns(pl.col(etat).fill_null("NR"))
    soumis = epci.filter("est_soumis")
    region = matiere.contexte.code_region
    cle = ["territoire_type", "territoire", "periode"]
    tout = totaliser(soumis, _SOMMES, TOUT, region, denominateur=pl.len(), **_transmission())
    parties = totaliser(soumis.filter("connu"), _SOMMES, axe, region, numerateur=pl.len())
    sommes = parties.join(tout.drop("ventilation", "modalite"), on=cle)
    un_epci = epci.select(
        pl.lit("epci").alias("territoire_type"),
        pl.col("epci_siren").alias("territoire"),
        pl.lit(axe.nom).alias("ventilation"),
        pl.when("est_soumis").then(pl.col(etat)).otherwise(pl.lit("SANS_OBJET")).alias("modalite"),
        "periode",
        numerateur=pl.when(pl.col(etat) != "NR").then(pl.lit(1.0)),
        denominateur=pl.lit(1.0),
        repondants=pl.col("connu").cast(pl.Int64),
        attendus=pl.lit(1, pl.Int64),
        sans_objet=~pl.col("est_soumis"),
    )
    return pl.concat([mesurer(_couvrir(sommes), rapport()), mesurer(_couvrir(un_epci), rapport())])


def _etats_publies(matiere: Matiere, du_registre: pl.DataFrame) -> pl.DataFrame:
    """Répartition régionale publiée par la DREAL, pour les périodes où aucun registre n'est connu.

    Le chiffre publié ne nomme pas les EPCI : rien n'en est déduit à leur échelle.
    """
    reperes = matiere.table("reperes")
    vides = du_registre.clear()
    if reperes is None:
        return vides
    contexte = matiere.contexte
    connus = du_registre.filter(pl.col("territoire_type") == "region")["periode"].unique().to_list()
    publies = (
        reperes.filter(pl.col("zone") == contexte.nom_region)
        .join(contexte.calendrier.select("periode", "fin"), how="cross")
        .filter(pl.col("date_arrete") <= pl.min_horizontal("fin", pl.lit(contexte.connu_le)))
        .filter(~pl.col("periode").is_in(connus))
        .sort("date_arrete")
        .group_by("periode", "indicateur")
        .agg(pl.col("valeur").last())
    )
    soumis = publies.filter(pl.col("indicateur") == "epci_soumis").select(
        "periode", pl.col("valeur").alias("denominateur")
    )
    codes = {repere: etat for etat, repere in _REPERES_COTATION.items() if etat in ETATS_COTATION}
    lignes = (
        publies.filter(pl.col("indicateur").is_in(list(codes)))
        .join(soumis, on="periode")
        .select(
            pl.lit("region").alias("territoire_type"),
            pl.lit(contexte.code_region).alias("territoire"),
            pl.lit("etat_cotation").alias("ventilation"),
            pl.col("indicateur").replace_strict(codes).alias("modalite"),
            "periode",
            numerateur="valeur",
            denominateur="denominateur",
            repondants=pl.col("denominateur").cast(pl.Int64),
            attendus=pl.col("denominateur").cast(pl.Int64),
        )
    )
    return mesurer(_couvrir(lignes), rapport())


def _transmission() -> dict[str, pl.Expr]:
    return {"repondants": pl.col("connu").sum().cast(pl.Int64), "attendus": pl.len().cast(pl.Int64)}


def _couvrir(totaux: pl.DataFrame) -> pl.DataFrame:
    """La couverture du registre est la part des EPCI soumis dont l'état est connu."""
    return totaux.with_columns(
        couverture=pl.col("repondants") / pl.col("attendus"), complete=pl.col("repondants") == pl.col("attendus")
    )
