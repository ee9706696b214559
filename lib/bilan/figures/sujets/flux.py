"""Flux : ce que reçoit chaque réservataire, rapporté à ce que promettent les conventions (domaine, § 5.1)."""

from dataclasses import dataclass

import polars as pl

from bilan.figures.formes import Barres, Courbe, Points, Reference
from bilan.figures.modele import Colonne, Figure, Maturite
from bilan.figures.sujets.contexte import Contexte
from bilan.figures.sujets.descriptions import decrire_lignes
from bilan.figures.sujets.mesures import (
    Ligne,
    colonnes_du_rapport,
    couverture,
    croiser,
    joindre,
    maturite,
    par_departement,
    par_modalite,
    repere_de_la_region,
    une,
)
from bilan.francais import au_plus, compter, nombre, pourcent
from bilan.francais.phrases import de_plus
from bilan.referentiel.nomenclatures import RESERVATAIRES, RESERVATAIRES_AVEC_CONVENTION

BILANS = "Bilans des bailleurs (CCH R.441-5-1) et objectifs des conventions"
RELOCATIONS = "Relocations dans le parc des bailleurs qui ont remis leur bilan ; premières mises en location exclues"

AVEC_CONVENTION = {code: RESERVATAIRES[code] for code in RESERVATAIRES_AVEC_CONVENTION}

_ATTEINT, _EN_DECA, _PETIT = "Atteint, à un logement près", "En deçà de l'objectif", "Objectif trop petit pour juger"
_INCONNU, _MASQUE = "Objectif inconnu", "Secret statistique"
_FORME_ATTEINTE = Barres(
    "libelle", "valeur", "pourcent", Reference(100.0, "Objectif"), "jugement", (_ATTEINT, _EN_DECA, _PETIT, _INCONNU)
)
_COLONNES_ATTEINTE = (
    Colonne("libelle", "Réservataire"),
    Colonne("numerateur", "Attribués", "nombre", "logements", absence="absence"),
    Colonne("denominateur", "Objectif", "decimal", "logements", absence="absence"),
    Colonne("ecart", "Écart", "decimal", "logements", absence="absence"),
    Colonne("valeur", "Objectif atteint", "pourcent", absence="absence"),
    Colonne("jugement", "Lecture"),
)
_MESURES = {"N1t": "Proposés", "N2t": "Attribués", "N3t": "Baux signés"}


def par_reservataire(mesures: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend le taux d'atteinte du flux de chaque réservataire (F1) et l'écart en logements (F2).

    Un logement d'écart est toléré avant de juger, et un objectif sous la base minimale n'est pas jugé.
    """
    donnees = atteinte(mesures, contexte)
    juges = donnees.filter(pl.col("jugement").is_in([_ATTEINT, _EN_DECA]))
    atteints = juges.filter(jugement=_ATTEINT).height
    quoi = compter(juges.height, "réservataire")
    ensemble = une(mesures, indicateur="F1", **contexte.en_region)
    presentation = PresentationAtteinte(
        id="flux-atteinte",
        titre=f"Objectif de flux : atteint, à un logement près, pour {atteints or 'aucun'} des {quoi}",
        ou=contexte.region,
        note="Objectif : taux de la convention appliqué aux logements libérés moins les soustraits, à défaut objectif "
        f"prévisionnel à date ; ou nombre de droits. Sous {contexte.seuils.base_minimale_logements} logements, "
        f"l'objectif est trop petit pour juger. {couverture(ensemble)}",
    )
    lues = mesures.filter(**contexte.en_region, indicateur="F1", ventilation="reservataire")
    exemple = donnees.filter(pl.col("absence").is_null()).row(0, named=True)
    return figure_de_l_atteinte(donnees, exemple, presentation, contexte, maturite(lues))


@dataclass(frozen=True)
class PresentationAtteinte:
    """Ce que la figure de l'atteinte dit de son territoire, nommé `ou`."""

    id: str
    titre: str
    ou: str
    note: str
    champ: str = ""


def figure_de_l_atteinte(
    donnees: pl.DataFrame, exemple: Ligne, presentation: PresentationAtteinte, contexte: Contexte, maturite_: Maturite
) -> Figure:
    """Rend l'atteinte de l'objectif par réservataire (lignes d'`atteinte`), dans la région comme sur une fiche."""
    return Figure(
        id=presentation.id,
        titre=presentation.titre,
        sous_titre=f"Logements attribués rapportés à l'objectif, {presentation.ou}, {contexte.periode.libelle}",
        forme=_FORME_ATTEINTE,
        donnees=donnees,
        colonnes=_COLONNES_ATTEINTE,
        lecture=f"{exemple['libelle']} : {compter(exemple['numerateur'], 'logement attribué', 'logements attribués')} "
        f"pour un objectif de {au_plus(exemple['denominateur'])}, soit {pourcent(exemple['valeur'])}.",
        champ=f"{RELOCATIONS} ; conventions qui ont un objectif{presentation.champ}.",
        source=contexte.source(BILANS),
        alt=decrire_lignes(donnees, "libelle", {"valeur": "pourcent"}),
        note=presentation.note,
        indicateurs=("F1", "F2"),
        maturite=maturite_,
    )


def atteinte(mesures: pl.DataFrame, contexte: Contexte, ou: dict[str, str] | None = None) -> pl.DataFrame:
    """Rend, par réservataire qui signe une convention : F1, `ecart` (F2) et `jugement` selon la tolérance.

    `ou` donne un autre territoire que la région : territoire_type, territoire et periode.
    """
    ici = {**(ou or contexte.en_region), "ventilation": "reservataire"}
    seuils = contexte.seuils
    donnees = par_modalite(mesures.filter(indicateur="F1"), AVEC_CONVENTION, **ici)
    return (
        joindre(donnees, mesures.filter(**ici, indicateur="F2"), "ecart")
        .with_columns(
            jugement=pl.when(pl.col("absence") == "secret")
            .then(pl.lit(_MASQUE))
            .when(pl.col("absence").is_not_null())
            .then(pl.lit(_INCONNU))
            .when(pl.col("denominateur") < seuils.base_minimale_logements)
            .then(pl.lit(_PETIT))
            .when(pl.col("ecart") >= -seuils.tolerance_logements)
            .then(pl.lit(_ATTEINT))
            .otherwise(pl.lit(_EN_DECA))
        )
        .select("libelle", "numerateur", "denominateur", "ecart", "valeur", "jugement", "absence")
    )


def parts_et_taux(mesures: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend la part effective de chaque réservataire (F3) face au taux moyen des conventions (F3c), et l'écart (F3e)."""
    ici = {**contexte.en_region, "ventilation": "reservataire"}
    donnees = croiser(mesures, RESERVATAIRES, "F3", {"F3c": "taux", "F3e": "ecart"}, **ici)
    compares = donnees.filter(pl.col("ecart").is_not_null()).sort(
        pl.col("ecart").abs(), "libelle", descending=[True, False]
    )
    ligne = compares.row(0, named=True) if compares.height else donnees.row(0, named=True)
    return Figure(
        id="flux-parts",
        titre=f"{ligne['libelle']} : {de_plus(ligne['ecart'])} que le taux promis, l'écart le plus fort",
        sous_titre=f"Part des attributions par réservataire et taux moyen des conventions, {contexte.periode.libelle}",
        forme=Points("libelle", "valeur", "taux", "Part effective", "Taux des conventions"),
        donnees=donnees,
        colonnes=(
            Colonne("libelle", "Réservataire"),
            *colonnes_du_rapport("Attribués", "Tous réservataires", "Part effective"),
            Colonne("taux", "Taux moyen des conventions", "pourcent"),
            Colonne("ecart", "Écart, à bailleurs comparables", "points"),
        ),
        lecture=f"{ligne['libelle']} : {nombre(ligne['numerateur'])} des {nombre(ligne['denominateur'])} logements "
        f"attribués, soit {pourcent(ligne['valeur'])}.",
        champ=f"{RELOCATIONS} ; tous réservataires, bailleur compris.",
        source=contexte.source(BILANS),
        alt=decrire_lignes(donnees, "libelle", {"valeur": "pourcent", "taux": "pourcent"}),
        note="Le taux moyen et l'écart portent sur les bailleurs dont le taux de département est connu ; un objectif "
        f"en nombre de droits n'a pas de taux. {couverture(une(mesures, indicateur='N2', **contexte.en_region))}",
        indicateurs=("F3", "F3c", "F3e"),
        maturite=maturite(mesures.filter(**ici, indicateur="F3")),
    )


def transformation(mesures: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend, par réservataire, les attributions pour cent propositions (F4) et les baux pour cent attributions (F4b)."""
    ici = {**contexte.en_region, "ventilation": "reservataire"}
    donnees = croiser(mesures, RESERVATAIRES, "F4", {"F4b": "baux"}, **ici)
    connus = donnees.drop_nulls("valeur")
    tete = (connus if connus.height else donnees).row(0, named=True)
    tous = une(mesures, indicateur="F4", **contexte.en_region)
    signes = une(mesures, indicateur="F4b", **contexte.en_region)
    return Figure(
        id="flux-transformation",
        titre=f"{pourcent(tous['valeur'])} des logements proposés sont attribués, et {pourcent(signes['valeur'])} des "
        "attributions ont leur bail",
        sous_titre=f"De la proposition à l'attribution, puis au bail, par réservataire, {contexte.periode.libelle}",
        forme=Points("libelle", "valeur", "baux", "Attribués / proposés", "Baux / attribués"),
        donnees=donnees,
        colonnes=(
            Colonne("libelle", "Réservataire"),
            Colonne("denominateur", "Proposés", "nombre", "logements", absence="absence"),
            Colonne("numerateur", "Attribués", "nombre", "logements", absence="absence"),
            Colonne("valeur", "Attribués / proposés", "pourcent", absence="absence"),
            Colonne("baux", "Baux / attribués", "pourcent"),
        ),
        lecture=f"{tete['libelle']} : sur {nombre(tete['denominateur'])} logements proposés, "
        f"{nombre(tete['numerateur'])} sont attribués.",
        champ=f"{RELOCATIONS}. Baux : seuls bilans qui les renseignent.",
        source=contexte.source(BILANS),
        alt=decrire_lignes(donnees, "libelle", {"valeur": "pourcent", "baux": "pourcent"}),
        note=f"On compte des logements, jamais des décisions par rang. {couverture(tous)}",
        indicateurs=("F4", "F4b"),
        maturite=maturite(mesures.filter(**ici)),
    )


def volumes(mesures: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend les logements proposés, attribués et les baux de chaque trimestre seul (N1t, N2t, N3t) dans la région."""
    return courbe_des_volumes(mesures, contexte, ("region", contexte.code_region), "flux-volumes")


def courbe_des_volumes(
    mesures: pl.DataFrame, contexte: Contexte, lieu: tuple[str, str], id: str, nom: str = ""
) -> Figure:
    """Rend les volumes trimestriels d'un territoire, donné par sa maille et son code, sur l'année du contexte.

    `nom` est celui d'un bailleur, que le référentiel des territoires ne connaît pas.
    """
    nom = nom or contexte.territoires.nom(*lieu)
    trimestres = {str(t): t.libelle_court for t in contexte.periode.trimestres}
    ici = mesures.filter(territoire_type=lieu[0], territoire=lieu[1], ventilation="ensemble")
    ici = ici.filter(pl.col("indicateur").is_in(list(_MESURES)), pl.col("periode").is_in(list(trimestres)))
    donnees = ici.sort("indicateur", "periode").select(
        mesure=pl.col("indicateur").replace_strict(_MESURES),
        trimestre=pl.col("periode").replace_strict(trimestres),
        valeur="valeur",
        absence=pl.when(pl.col("statut") != "observe").then("statut"),
        repondants="repondants",
        attendus="attendus",
    )
    attribues = donnees.filter(mesure=_MESURES["N2t"]).drop_nulls("valeur")
    pic: Ligne = attribues.sort("valeur", "trimestre").row(-1, named=True)
    return Figure(
        id=id,
        titre=f"{compter(pic['valeur'], 'logement attribué', 'logements attribués')} au {pic['trimestre']}, "
        "le trimestre le plus chargé",
        sous_titre=f"Logements proposés, attribués et baux signés par trimestre, {nom}",
        forme=Courbe("trimestre", "valeur", "mesure"),
        donnees=donnees,
        colonnes=(
            Colonne("trimestre", "Trimestre"),
            Colonne("mesure", "Mesure"),
            Colonne("valeur", "Logements", "nombre", absence="absence"),
            Colonne("repondants", "Bailleurs comptés", "nombre"),
            Colonne("attendus", "Bailleurs attendus", "nombre"),
        ),
        lecture=f"Au {pic['trimestre']}, {compter(pic['valeur'], 'logement attribué', 'logements attribués')}"
        f"{_d_apres(pic)}.",
        champ="Toutes offres, premières mises en location comprises ; bailleurs dont le trimestre est connu.",
        source=contexte.source(BILANS),
        alt=decrire_lignes(donnees, "mesure,trimestre", {"valeur": "nombre"}),
        note="Proposés, attribués et baux sont trois mesures, qui ne se mêlent pas. Le nombre de bailleurs comptés "
        "change d'un trimestre à l'autre.",
        indicateurs=tuple(_MESURES),
        maturite=maturite(ici),
    )


def _d_apres(mesure: Ligne) -> str:
    if (mesure["attendus"] or 0) < 2:  # la fiche d'un bailleur : il n'y a personne d'autre à attendre
        return ""
    return f", d'après {nombre(mesure['repondants'])} bailleurs sur {nombre(mesure['attendus'])}"


def mises_en_service(f7: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend la part des premières mises en location dans les attributions (F7), par département."""
    donnees = par_departement(f7.filter(ventilation="ensemble"), contexte).select(
        "departement", "numerateur", "denominateur", "valeur", "absence"
    )
    region = une(f7, indicateur="F7", **contexte.en_region)
    tete = donnees.sort("denominateur", "departement", descending=[True, False], nulls_last=True).row(0, named=True)
    return Figure(
        id="flux-mises-en-service",
        titre=f"{pourcent(region['valeur'])} des attributions de la région sont des premières mises en location",
        sous_titre=f"Part des premières mises en location dans les attributions, {contexte.periode.libelle}",
        forme=Barres("departement", "valeur", "pourcent", repere_de_la_region(region["valeur"])),
        donnees=donnees,
        colonnes=(
            Colonne("departement", "Département"),
            *colonnes_du_rapport("Mises en location", "Attributions", "Part"),
        ),
        lecture=f"{tete['departement']} : {nombre(tete['numerateur'])} des {nombre(tete['denominateur'])} attributions "
        "sont des premières mises en location.",
        champ="Toutes offres, bailleurs qui ont remis leur bilan.",
        source=contexte.source(BILANS),
        alt=decrire_lignes(donnees, "departement", {"valeur": "pourcent"}),
        note=f"Les premières mises en location sont hors flux. {couverture(region)}",
        indicateurs=("F7",),
        maturite=maturite(f7.filter(territoire_type="departement", periode=str(contexte.periode))),
    )
