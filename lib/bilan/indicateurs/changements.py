"""Ce qui a changé entre deux états d'un jeu : statuts, conventions, livraisons, périmètres, valeurs, et pourquoi.

Chaque changement a une cause : un fait nouveau, une correction de ce que l'on savait, une règle, la géographie ou le
code. Les faits et les corrections se lisent dans les tables telles que connues à deux dates ; les autres causes, dans
les empreintes que l'édition publiée a gardées de ce dont elle venait.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from bilan.indicateurs.contexte import Tables
from bilan.indicateurs.registre import INDICATEURS
from bilan.referentiel.nomenclatures import ETATS_COTATION, RESERVATAIRES, STATUTS_CONVENTION, STATUTS_DOCUMENT
from bilan.tables.catalogue import REGISTRES

SCHEMA: dict[str, type[pl.DataType]] = {
    "genre": pl.String, "cause": pl.String, "territoire_type": pl.String, "territoire": pl.String,
    "objet": pl.String, "detail": pl.String, "periode": pl.String, "avant": pl.String, "apres": pl.String,
    "valeur_avant": pl.Float64, "valeur_apres": pl.Float64, "unite": pl.String, "jour": pl.Date,
}  # fmt: skip
"""Colonnes des changements. `avant` et `apres` se lisent ; les valeurs d'une mesure sont aussi gardées en nombres."""

CLE_MESURE = ("indicateur", "territoire_type", "territoire", "ventilation", "modalite", "periode")
_CLE_CONVENTION = (
    "bailleur_siren", "reservataire_categorie", "reservataire_id",
    "perimetre_type", "perimetre_code", "type_convention",
)  # fmt: skip
_SUIVIS: dict[str, tuple[str, Mapping[str, str]]] = {
    "cil_statut": ("Conférence intercommunale du logement", STATUTS_DOCUMENT),
    "document_cadre_date": ("Document-cadre adopté", {}),
    "cia_statut": ("Convention intercommunale d'attribution", STATUTS_DOCUMENT),
    "ppgdid_statut": ("Plan partenarial de gestion", STATUTS_DOCUMENT),
    "cotation_grille_adoptee": ("Grille de cotation adoptée", {"O": "Oui", "N": "Non"}),
    "etat_cotation": ("État de la cotation", ETATS_COTATION),
    "cotation_date_mise_en_service": ("Cotation mise en service", {}),
}
REGISTRES_COMPARES = ("epci_avancement", "conventions")
"""Tables que la comparaison de deux états lit en entier."""
_PRECISION = 1e-9


@dataclass(frozen=True)
class Etat:
    """État d'un jeu : ses registres et ses livraisons tels que connus au jour `connu_le`, et ses mesures.

    `mesures` est vide si rien n'en fut gardé. `livraisons` a les colonnes d'`EntrepotTables.livraisons`.
    """

    connu_le: date
    tables: Tables
    livraisons: pl.DataFrame
    mesures: pl.DataFrame


def comparer(avant: Etat, apres: Etat, changees: frozenset[str] = frozenset()) -> pl.DataFrame:
    """Rend les changements d'un état à l'autre, un par ligne (colonnes de `SCHEMA`), hors périmètres.

    `changees` dit lesquelles de « regle », « geographie », « correction » (déclarée) et « code » ne sont plus ce
    qu'elles étaient quand les mesures d'`avant` ont été calculées.
    """
    lots = [
        statuts(avant, apres),
        conventions(avant, apres),
        valeurs(avant, apres, changees),
        livraisons(avant.livraisons, apres.livraisons),
    ]
    return pl.concat([_au_schema(lot) for lot in lots])


def aucun() -> pl.DataFrame:
    """Rend des changements sans aucune ligne."""
    return pl.DataFrame(schema=SCHEMA)


def statuts(avant: Etat, apres: Etat) -> pl.DataFrame:
    """Rend les étapes d'EPCI dont le statut n'est plus le même au dernier arrêté connu.

    Un nouvel arrêté apporte un fait ; le même arrêté livré à nouveau est une correction.
    """
    ancien, nouveau = (_dernier_arrete(etat) for etat in (avant, apres))
    lignes = nouveau.join(ancien, on=["epci_siren", "etape"], suffix="_avant", how="left").filter(
        pl.col("statut").ne_missing(pl.col("statut_avant")) & pl.col("date_arrete_avant").is_not_null()
    )
    corrige = pl.col("date_arrete") == pl.col("date_arrete_avant")
    return lignes.sort("epci_siren", "rang").select(
        genre=pl.lit("statut"), cause=_selon(corrige), territoire_type=pl.lit("epci"), territoire="epci_siren",
        objet="libelle", avant="statut_avant", apres="statut", jour="date_arrete",
    )  # fmt: skip


def _dernier_arrete(etat: Etat) -> pl.DataFrame:
    registre = _table(etat, "epci_avancement")
    if registre.is_empty():
        return pl.DataFrame(schema={"epci_siren": pl.String, "etape": pl.String, "rang": pl.Int32, "libelle": pl.String,
                                    "statut": pl.String, "date_arrete": pl.Date})
    dernier = registre.sort("date_arrete").unique("epci_siren", keep="last", maintain_order=True)
    etapes = [
        dernier.select(
            "epci_siren", etape=pl.lit(colonne), rang=pl.lit(rang), libelle=pl.lit(libelle),
            statut=_lisible(dernier, colonne, libelles), date_arrete="date_arrete",
        )
        for rang, (colonne, (libelle, libelles)) in enumerate(_SUIVIS.items())
    ]  # fmt: skip
    return pl.concat(etapes)


def _lisible(table: pl.DataFrame, colonne: str, libelles: Mapping[str, str]) -> pl.Expr:
    if table.schema[colonne] == pl.Date:
        return pl.col(colonne).dt.strftime("%d/%m/%Y")
    return pl.col(colonne).replace(dict(libelles))


def conventions(avant: Etat, apres: Etat) -> pl.DataFrame:
    """Rend les conventions signées depuis, et celles qui ne le sont plus.

    Une signature d'avant le dernier arrêté de l'ancien état, que l'on ignorait alors, est une correction ; une
    signature retirée aussi. `objet` est le réservataire, `detail` le SIREN du bailleur.
    """
    cles = list(_CLE_CONVENTION)
    ancien, nouveau = (_dernieres_conventions(etat) for etat in (avant, apres))
    ancien = ancien.select(*cles, statut_avant="statut_convention", arrete_avant="date_arrete")
    ensemble = nouveau.join(ancien, on=cles, how="left", nulls_equal=True)
    signee, ne_l_etait_pas = pl.col("statut_convention") == "SIGNEE", pl.col("statut_avant").ne_missing("SIGNEE")
    etait = pl.col("statut_avant") == "SIGNEE"
    lignes = ensemble.filter((signee & ne_l_etait_pas) | (etait & ~signee))
    corrige = (pl.col("date_signature") <= pl.col("arrete_avant").fill_null(avant.connu_le)).fill_null(True)
    return lignes.sort(cles, nulls_last=True).select(
        genre=pl.lit("convention"), cause=_selon(corrige), territoire_type=pl.col("perimetre_type").str.to_lowercase(),
        territoire="perimetre_code", objet=pl.col("reservataire_categorie").replace(RESERVATAIRES),
        detail="bailleur_siren", avant=pl.col("statut_avant").replace(STATUTS_CONVENTION),
        apres=pl.col("statut_convention").replace(STATUTS_CONVENTION),
        jour=pl.coalesce("date_signature", "date_arrete"),
    )  # fmt: skip


def _dernieres_conventions(etat: Etat) -> pl.DataFrame:
    cles = list(_CLE_CONVENTION)
    lues = {"statut_convention": pl.String(), "date_signature": pl.Date(), "date_arrete": pl.Date()}
    registre = _table(etat, "conventions")
    if registre.is_empty():
        return pl.DataFrame(schema={**dict.fromkeys(cles, pl.String()), **lues})
    return registre.sort("date_arrete").unique(cles, keep="last", maintain_order=True).select(*cles, *lues)


def valeurs(avant: Etat, apres: Etat, changees: frozenset[str] = frozenset()) -> pl.DataFrame:
    """Rend les mesures déjà connues dont la valeur n'est plus la même, pour le même territoire et la même période.

    Une valeur provisoire que des faits complètent n'est pas révisée : elle n'est pas là.

    Un répondant de plus, ou un registre d'un nouvel arrêté, est un fait ; une livraison remplacée pour cette période
    est une correction. Sans l'un ni l'autre, c'est la géographie, la règle ou le code, s'ils ont changé.
    """
    if avant.mesures.is_empty() or apres.mesures.is_empty():
        return aucun()
    lues = ("valeur", "repondants")
    titres = {code: indicateur.titre for code, indicateur in INDICATEURS.items()}
    anciennes = avant.mesures.filter(statut="observe").select(*CLE_MESURE, *lues, "maturite")
    lignes = apres.mesures.filter(statut="observe").join(anciennes, on=CLE_MESURE, suffix="_avant").filter(
        (pl.col("valeur") - pl.col("valeur_avant")).abs() > _PRECISION
    )
    complete = (pl.col("maturite_avant") == "provisoire") & (pl.col("cause") == "fait")
    causees = lignes.with_columns(cause=_cause_d_une_valeur(avant, apres, changees)).filter(~complete)
    return causees.sort(CLE_MESURE).select(
        genre=pl.lit("valeur"), cause="cause", territoire_type="territoire_type",
        territoire="territoire",
        objet=pl.col("indicateur").replace(titres), detail=pl.format("{}|{}", "ventilation", "modalite"),
        periode="periode", valeur_avant="valeur_avant", valeur_apres="valeur", unite="unite",
    )  # fmt: skip


def _cause_d_une_valeur(avant: Etat, apres: Etat, changees: frozenset[str]) -> pl.Expr:
    neuves, remplacees = _periodes(avant.livraisons, apres.livraisons)
    annee = pl.col("periode").str.head(4)
    plus_de_repondants = (pl.col("repondants") > pl.col("repondants_avant")).fill_null(False)
    # Un registre vaut pour toutes les périodes qu'il n'a pas closes : ses arrêtés ne se rattachent pas à une année.
    amont = next((cause for cause in ("geographie", "regle", "correction", "code") if cause in changees), "fait")
    return (
        pl.when(plus_de_repondants).then(pl.lit("fait"))
        .when(annee.is_in(remplacees)).then(pl.lit("correction"))
        .when(annee.is_in(neuves)).then(pl.lit("fait"))
        .otherwise(pl.lit(amont))
    )  # fmt: skip


def _periodes(avant: pl.DataFrame, apres: pl.DataFrame) -> tuple[list[str], list[str]]:
    """Rend les années qui ont une livraison neuve, et celles dont une livraison a été remplacée ou retirée."""
    bougees = livraisons(avant, apres).with_columns(annee=pl.col("periode").str.head(4))
    neuves = bougees.filter(cause="fait")["annee"].unique().to_list()
    return neuves, bougees.filter(cause="correction")["annee"].unique().to_list()


def livraisons(avant: pl.DataFrame, apres: pl.DataFrame) -> pl.DataFrame:
    """Rend les livraisons nouvelles (un fait), remplacées ou retirées (une correction), par table, émetteur, période.

    `objet` est la table, `detail` l'émetteur.
    """
    # Un registre garde tous ses arrêtés ; ailleurs, une livraison d'un autre arrêté remplace celle de la période.
    arrete = pl.when(pl.col("table").is_in(list(REGISTRES))).then("date_arrete")
    place = ["table", "emetteur", "periode", "arrete"]
    ancien, nouveau = (
        lot.filter("retenue").with_columns(arrete=arrete).select(*place, "empreinte", "date_connue")
        for lot in (avant, apres)
    )
    ensemble = ancien.join(nouveau, on=place, how="full", suffix="_apres", coalesce=True, nulls_equal=True).filter(
        pl.col("empreinte").ne_missing(pl.col("empreinte_apres"))
    )
    nouvelle, retiree = pl.col("empreinte").is_null(), pl.col("empreinte_apres").is_null()
    dits = [pl.lit(mot) for mot in ("Nouvelle", "Retirée", "Remplacée")]
    sort = pl.when(nouvelle).then(dits[0]).when(retiree).then(dits[1]).otherwise(dits[2])
    return ensemble.sort(place).select(
        genre=pl.lit("livraison"), cause=_selon(~nouvelle), objet="table", detail="emetteur", periode="periode",
        apres=sort, jour=pl.coalesce("date_connue_apres", "date_connue"),
    )  # fmt: skip


def perimetres(changements: pl.DataFrame) -> pl.DataFrame:
    """Met au schéma les changements de périmètre de `referentiel.changements` ; leur cause est la géographie."""
    return _au_schema(
        changements.select(
            genre=pl.lit("perimetre"), cause=pl.lit("geographie"), territoire="code", objet="nature", detail="nom",
            avant="libelle_avant", apres="libelle_apres",
        )
    )


def marquer_les_revisees(mesures: pl.DataFrame, publiees: pl.DataFrame) -> pl.DataFrame:
    """Rend les mesures, maturité « révisé » pour celles qu'une édition a publiées définitives avec une autre valeur."""
    if publiees.is_empty():
        return mesures
    connues = publiees.filter(statut="observe", maturite="definitif").select(*CLE_MESURE, _publiee="valeur")
    revisee = (pl.col("valeur") - pl.col("_publiee")).abs() > _PRECISION
    marquees = mesures.join(connues, on=CLE_MESURE, how="left", maintain_order="left").with_columns(
        maturite=pl.when(revisee & (pl.col("maturite") == "definitif"))
        .then(pl.lit("revise"))
        .otherwise("maturite")
        .cast(mesures.schema["maturite"])
    )
    return marquees.drop("_publiee")


def _selon(corrige: pl.Expr) -> pl.Expr:
    return pl.when(corrige).then(pl.lit("correction")).otherwise(pl.lit("fait"))


def _table(etat: Etat, nom: str) -> pl.DataFrame:
    return etat.tables[nom].lazy().collect() if nom in etat.tables else pl.DataFrame()


def _au_schema(lignes: pl.DataFrame) -> pl.DataFrame:
    colonnes = [
        (pl.col(nom) if nom in lignes.columns else pl.lit(None)).cast(genre).alias(nom) for nom, genre in SCHEMA.items()
    ]
    return lignes.select(colonnes)
