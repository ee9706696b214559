"""V1 à V5 : signature des conventions de flux, en nombre et pondérée par le parc ; retard ; remontée à la DREAL.

Le dénominateur est l'univers des conventions attendues, jamais celui des conventions reçues. L'état d'une
convention à une période est celui du dernier arrêté qui ne dépasse pas la fin de la période.
"""

import polars as pl

from bilan.indicateurs import echeances
from bilan.indicateurs.matiere import Matiere
from bilan.indicateurs.perimetres import PERIMETRE, lieux_des_perimetres
from bilan.indicateurs.rapports import (
    CLE,
    ENSEMBLE,
    PAR_BAILLEUR,
    PAR_RESERVATAIRE,
    TOUT,
    Axe,
    aucune_mesure,
    couvrir,
    mesurer,
    rapport,
    sur_grille,
    totaliser,
)
from bilan.referentiel.nomenclatures import RESERVATAIRES_ETAT

_CONVENTION = ("bailleur_siren", "reservataire_categorie", "reservataire_id", *PERIMETRE, "type_convention")
_NIVEAUX = ("region", "departement", "bailleur", "epci")
_DENSES = ("region", "departement")
_SIGNEE = pl.col("statut_convention") == "SIGNEE"
_PAR_TYPE = Axe("type_convention", ("type_convention",))
_SCHEMA_ETAT = {
    **dict.fromkeys(
        ("periode", *_CONVENTION, "statut_convention", "motif_non_signature", "code_departement", "epci_siren"),
        pl.String,
    ),
    "parc_concerne": pl.Int64,
    **dict.fromkeys(("date_signature", "date_transmission_dreal", "date_arrete", "fin"), pl.Date),
}


def etat_des_conventions(matiere: Matiere) -> pl.DataFrame:
    """Rend l'état de chaque convention attendue à chaque période, avec son département et son EPCI.

    Colonnes de `_SCHEMA_ETAT` : la clé de la convention, son statut, ses dates, le parc concerné, la fin de la période.
    """
    registre = matiere.table("conventions")
    if registre is None:
        return pl.DataFrame(schema=_SCHEMA_ETAT)
    connue = pl.min_horizontal("fin", pl.lit(matiere.contexte.connu_le))
    return (
        registre.join(matiere.contexte.calendrier.select("periode", "fin"), how="cross")
        .filter(pl.col("date_arrete") <= connue)
        .sort("date_arrete")
        .group_by("periode", *_CONVENTION)
        .last()
        .filter(pl.col("convention_attendue") == "O")
        .join(lieux_des_perimetres(matiere), on=list(PERIMETRE))
        .select(*_SCHEMA_ETAT)
    )


def _flux(matiere: Matiere) -> pl.DataFrame:
    return matiere.derive(etat_des_conventions).filter(pl.col("type_convention") == "FLUX")


def taux_de_signature(matiere: Matiere) -> pl.DataFrame:
    """V1 : conventions signées / attendues, en %.

    Ventilations : ensemble, reservataire, bailleur ; « statut » et « reservataire|statut » donnent la part de
    chaque état ; « motif » celle de chaque motif parmi les non signées ; « type_convention » le taux de signature
    de chaque type de convention (conversion des droits d'ALS comprise).
    """
    sommes = {"numerateur": _SIGNEE.sum(), "denominateur": pl.len()}
    tous_types = matiere.derive(etat_des_conventions)
    return pl.concat(
        [
            _signature(matiere, sommes),
            _mesurer(matiere, _totaliser(matiere, tous_types, _PAR_TYPE, sommes), _PAR_TYPE),
            _repartition(matiere, _flux(matiere), Axe("statut", ("statut_convention",)), TOUT),
            _repartition(
                matiere,
                _flux(matiere),
                Axe("reservataire|statut", ("reservataire_categorie", "statut_convention")),
                PAR_RESERVATAIRE,
            ),
            _repartition(
                matiere,
                _flux(matiere).filter(~_SIGNEE).with_columns(pl.col("motif_non_signature").fill_null("NR")),
                Axe("motif", ("motif_non_signature",)),
                TOUT,
            ),
        ]
    )


def taux_de_signature_pondere(matiere: Matiere) -> pl.DataFrame:
    """V2 : Σ parc des conventions signées / Σ parc des conventions attendues, en %.

    Une convention dont le parc n'est pas connu n'entre à aucun des deux termes.
    """
    parc = pl.col("parc_concerne")
    return _signature(matiere, {"numerateur": parc.filter(_SIGNEE).sum(), "denominateur": parc.sum()})


def _signature(matiere: Matiere, sommes: dict[str, pl.Expr]) -> pl.DataFrame:
    etat, lots = _flux(matiere), []
    for axe in (TOUT, PAR_RESERVATAIRE, PAR_BAILLEUR):
        totaux = _totaliser(matiere, etat, axe, sommes)
        if axe is not PAR_BAILLEUR:
            grille = matiere.grille(_DENSES, axe, "conventions")
            hors_grille = totaux.filter(~pl.col("territoire_type").is_in(_DENSES))
            totaux = pl.concat([sur_grille(totaux, grille), hors_grille.select(*CLE, *sommes)])
        lots.append(_mesurer(matiere, totaux, axe))
    return pl.concat(lots)


def _repartition(matiere: Matiere, etat: pl.DataFrame, axe: Axe, axe_du_tout: Axe) -> pl.DataFrame:
    parties = _totaliser(matiere, etat, axe, {"numerateur": pl.len()})
    tout = _totaliser(matiere, etat, axe_du_tout, {"denominateur": pl.len()}).drop("ventilation")
    cle = pl.col("modalite").str.split("|").list.first() if axe_du_tout.colonnes else pl.lit(ENSEMBLE)
    totaux = parties.with_columns(tout_=cle).join(
        tout.rename({"modalite": "tout_"}), on=["territoire_type", "territoire", "periode", "tout_"]
    )
    return _mesurer(matiere, totaux.drop("tout_"), axe)


def _totaliser(matiere: Matiere, etat: pl.DataFrame, axe: Axe, sommes: dict[str, pl.Expr]) -> pl.DataFrame:
    return totaliser(etat, _NIVEAUX, axe, matiere.contexte.code_region, **sommes)


def _mesurer(
    matiere: Matiere, totaux: pl.DataFrame, axe: Axe, forme: tuple[pl.Expr, pl.Expr] | None = None
) -> pl.DataFrame:
    presents = matiere.derive(etat_des_conventions).select("periode", "bailleur_siren").unique()
    return mesurer(couvrir(totaux, matiere.couverture_registre(presents), axe), forme or rapport())


def parc_couvert(matiere: Matiere) -> pl.DataFrame:
    """V3 : parc des bailleurs ayant au moins une convention de l'État signée / parc locatif social, en %.

    Le parc d'un bailleur compte dans chaque département où sa convention avec l'État est signée. Le
    dénominateur est le parc publié du territoire (RPLS), à défaut la somme du parc des bailleurs.
    """
    etat = _flux(matiere).filter(_SIGNEE & pl.col("reservataire_categorie").is_in(RESERVATAIRES_ETAT))
    signataires = etat.select("periode", "bailleur_siren", "code_departement").unique().with_columns(signe=pl.lit(True))
    marque = matiere.parc.join(signataires, on=["periode", "bailleur_siren", "code_departement"], how="left")
    totaux = totaliser(
        marque.with_columns(pl.col("signe").fill_null(False)),
        _DENSES,
        TOUT,
        matiere.contexte.code_region,
        numerateur=pl.col("parc").filter("signe").sum(),
        denominateur=pl.col("parc").sum(),
    )
    publie = matiere.parc_publie.rename({"parc": "publie"})
    lignes = (
        sur_grille(totaux, matiere.grille(_DENSES, TOUT, "conventions"))
        .join(publie, on=["territoire_type", "territoire", "periode"], how="left")
        .with_columns(denominateur=pl.coalesce("publie", "denominateur"))
        .drop("publie")
    )
    return _mesurer(matiere, lignes, TOUT)


def retard_de_signature(matiere: Matiere) -> pl.DataFrame:
    """V4 : jours de retard sur l'échéance de bascule en flux : médiane et maximum, par état de signature.

    Ventilation « signature|statistique » (et « reservataire|signature|statistique ») : SIGNEE compte jusqu'à la
    signature, NON_SIGNEE jusqu'à l'arrêté du registre. Une signature en avance a un retard nul.
    Le dénominateur est le nombre de conventions ; il n'y a pas de numérateur.
    """
    if _flux(matiere).is_empty():
        return aucune_mesure()
    bascule = echeances.bascule_en_flux(matiere.contexte.regles, matiere.contexte.connu_le)
    retard = (pl.coalesce("date_signature", "date_arrete") - pl.lit(bascule)).dt.total_days()
    etat = _flux(matiere).with_columns(
        retard=retard.clip(lower_bound=0).cast(pl.Float64),
        signature=pl.when(_SIGNEE).then(pl.lit("SIGNEE")).otherwise(pl.lit("NON_SIGNEE")),
    )
    statistiques = {"mediane": pl.col("retard").median(), "maximum": pl.col("retard").max()}
    lots = []
    for nom, statistique in statistiques.items():
        lot = etat.with_columns(statistique=pl.lit(nom))
        for prefixe in ((), ("reservataire_categorie",)):
            axe = Axe(
                "|".join((*(["reservataire"] if prefixe else []), "signature", "statistique")),
                (*prefixe, "signature", "statistique"),
            )
            sommes = {"valeur": statistique, "denominateur": pl.len(), "numerateur": pl.lit(None, pl.Float64).first()}
            totaux = _totaliser(matiere, lot, axe, sommes)
            lots.append(_mesurer(matiere, totaux, axe, (pl.col("valeur"), pl.lit("jours").alias("unite"))))
    return pl.concat(lots)


def remontee_a_la_dreal(matiere: Matiere) -> pl.DataFrame:
    """V5 : conventions signées remontées à la DREAL à l'échéance / conventions signées à l'échéance, en %.

    Avant l'échéance, c'est la fin de la période qui la remplace. Ventilation « transmission » / « a_ce_jour » :
    remontées, même tard, parmi les signées à la fin de la période.
    """
    if _flux(matiere).is_empty():
        return aucune_mesure()
    limite = echeances.remontee_des_conventions(matiere.contexte.regles, matiere.contexte.connu_le)
    signees = _flux(matiere).filter(_SIGNEE)
    a_l_echeance = signees.filter(pl.col("date_signature") <= limite)
    transmise = pl.col("date_transmission_dreal")
    a_temps = {"numerateur": (transmise <= pl.min_horizontal(pl.lit(limite), "fin")).sum(), "denominateur": pl.len()}
    a_ce_jour = {"numerateur": (transmise <= pl.col("fin")).sum(), "denominateur": pl.len()}
    axe = Axe("transmission", ("transmission",))
    toutes = _totaliser(matiere, signees.with_columns(transmission=pl.lit("a_ce_jour")), axe, a_ce_jour)
    return pl.concat(
        [
            _mesurer(matiere, _totaliser(matiere, a_l_echeance, TOUT, a_temps), TOUT),
            _mesurer(matiere, _totaliser(matiere, a_l_echeance, PAR_RESERVATAIRE, a_temps), PAR_RESERVATAIRE),
            _mesurer(matiere, toutes, axe),
        ]
    )
