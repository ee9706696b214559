"""Conventions, le suivi : retard, motifs de non-signature, remontée à la DREAL, faits établis par le COPIL."""

import polars as pl

from bilan.figures.formes import Barres, Tableau
from bilan.figures.modele import Colonne, Figure
from bilan.figures.sujets.contexte import Contexte
from bilan.figures.sujets.conventions import REGISTRE
from bilan.figures.sujets.descriptions import decrire_lignes, en_phrase
from bilan.figures.sujets.flux import AVEC_CONVENTION
from bilan.figures.sujets.mesures import colonnes_du_rapport, maturite, par_modalite, une
from bilan.francais import articles, compter, nombre, pourcent
from bilan.francais.phrases import majuscule
from bilan.referentiel.nomenclatures import MOTIFS_NON_SIGNATURE

_STATISTIQUES = ("mediane", "maximum")

_FAITS = {
    "bailleurs_passes_au_flux_pct": "Bailleurs passés au flux au 1er janvier 2024, conventions signées ou non",
    "conversion_droits_als_pct": "Conventions préliminaires d'Action Logement Services : droits de suite convertis",
    "conventions_en_attente_bailleurs": "Bailleurs dont les conventions attendent la signature du préfet",
    "conventions_en_attente_part_parc_pct": "Part du parc de ces bailleurs",
}


def retard(v4: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend le retard de signature de chaque réservataire sur l'échéance : médiane et maximum, en jours (V4)."""
    lues = v4.filter(**contexte.en_region, ventilation="reservataire|signature|statistique").with_columns(
        pl.col("modalite").str.split_exact("|", 2).struct.rename_fields(["code", "signature", "statistique"]).alias("m")
    )
    signees = lues.unnest("m").filter(signature="SIGNEE")
    larges = signees.select("code", "statistique", "valeur", "denominateur").pivot(
        "statistique", index=["code", "denominateur"], values="valeur"
    )
    colonnes = [pl.col(nom) if nom in larges.columns else pl.lit(None, pl.Float64).alias(nom) for nom in _STATISTIQUES]
    donnees = (
        larges.select("code", pl.col("denominateur").alias("conventions"), *colonnes)
        .filter(pl.col("code").is_in(list(AVEC_CONVENTION)))
        .with_columns(libelle=pl.col("code").replace(AVEC_CONVENTION))
        .sort("mediane", "libelle", descending=[True, False])
        .select("libelle", "conventions", *_STATISTIQUES)
    )
    region = une(v4, **{**contexte.en_region, "ventilation": "signature|statistique"}, modalite="SIGNEE|mediane")
    tete = donnees.row(0, named=True)
    return Figure(
        id="conventions-retard",
        titre=f"Une convention sur deux est signée plus de {compter(region['valeur'] or 0, 'jour')} après l'échéance",
        sous_titre=f"Retard médian des conventions signées sur l'échéance du flux, {contexte.periode.libelle}",
        forme=Barres("libelle", "mediane", "jours"),
        donnees=donnees,
        colonnes=(
            Colonne("libelle", "Réservataire"),
            Colonne("conventions", "Conventions signées", "nombre"),
            Colonne("mediane", "Retard médian", "jours"),
            Colonne("maximum", "Retard maximal", "jours"),
        ),
        lecture=f"{tete['libelle']} : sur {compter(tete['conventions'], 'convention signée', 'conventions signées')}, "
        f"la moitié l'ont été plus de {compter(tete['mediane'] or 0, 'jour')} après l'échéance.",
        champ="Conventions de gestion en flux signées.",
        source=contexte.source(REGISTRE),
        alt=decrire_lignes(donnees, "libelle", {"mediane": "jours", "maximum": "jours"}),
        note="Échéance : 24 novembre 2023 (loi 3DS, art. 22). Une signature en avance a un retard nul.",
        indicateurs=("V4",),
        maturite=maturite(lues),
    )


def motifs(v1: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend les motifs de non-signature, en nombre de conventions (V1 par « motif »)."""
    libelles = MOTIFS_NON_SIGNATURE | {"NR": "Motif non renseigné"}
    donnees = (
        v1.filter(**contexte.en_region, ventilation="motif")
        .select(motif=pl.col("modalite").replace(libelles), conventions="numerateur", part="valeur")
        .drop_nulls("conventions")
        .sort("conventions", "motif", descending=[True, False])
    )
    tete, total = donnees.row(0, named=True), float(donnees["conventions"].sum())
    return Figure(
        id="conventions-motifs",
        titre=f"Premier motif de non-signature : {en_phrase(tete['motif'])}, {pourcent(tete['part'])} des cas",
        sous_titre=f"Conventions attendues et non signées, par motif, {contexte.periode.libelle}",
        forme=Barres("motif", "conventions", "nombre"),
        donnees=donnees,
        colonnes=(
            Colonne("motif", "Motif"),
            Colonne("conventions", "Conventions", "nombre"),
            Colonne("part", "Part des non signées", "pourcent"),
        ),
        lecture=f"{compter(total, 'convention non signée', 'conventions non signées')}, dont "
        f"{nombre(tete['conventions'])} ont pour motif « {en_phrase(tete['motif'])} ».",
        champ="Conventions de gestion en flux attendues et non signées.",
        source=contexte.source(REGISTRE),
        alt=decrire_lignes(donnees, "motif", {"conventions": "nombre"}),
        note="Le COPIL a demandé le motif de chaque convention non signée.",
        indicateurs=("V1",),
        maturite=maturite(v1.filter(**contexte.en_region, ventilation="motif")),
    )


def remontee(v5: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend les conventions signées remontées à temps à la DREAL, par réservataire (V5)."""
    ici = {**contexte.en_region, "ventilation": "reservataire"}
    donnees = par_modalite(v5, AVEC_CONVENTION, **ici).filter(pl.col("denominateur").is_not_null())
    donnees = donnees.select("libelle", "numerateur", "denominateur", "valeur", "absence")
    region = une(v5, indicateur="V5", **contexte.en_region)
    plus_tard = une(v5, **{**contexte.en_region, "ventilation": "transmission"}, modalite="a_ce_jour")
    return Figure(
        id="conventions-remontee",
        titre=f"{pourcent(region['valeur'])} des conventions signées à l'échéance ont été remontées à temps à la DREAL",
        sous_titre="Conventions signées puis transmises avant l'échéance, par réservataire",
        forme=Barres("libelle", "valeur", "pourcent"),
        donnees=donnees,
        colonnes=(
            Colonne("libelle", "Réservataire"),
            *colonnes_du_rapport("Remontées à temps", "Signées à l'échéance", "Remontées à temps", "conventions"),
        ),
        lecture=f"{nombre(region['numerateur'])} conventions remontées à temps sur "
        f"{nombre(region['denominateur'])} signées à l'échéance.",
        champ="Conventions de gestion en flux signées au 31 mars 2024 (COPIL du 8 février 2024).",
        source=contexte.source(REGISTRE),
        alt=decrire_lignes(donnees, "libelle", {"valeur": "pourcent"}),
        note=f"À la fin de la période, {pourcent(plus_tard['valeur'])} des conventions signées sont remontées.",
        indicateurs=("V5",),
        maturite=maturite(v5.filter(**contexte.en_region)),
    )


def faits_du_copil(reperes: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend ce que le compte rendu du COPIL établit sur les conventions : quatre faits, avec leur territoire."""
    donnees = (
        reperes.filter(pl.col("indicateur").is_in(list(_FAITS)))
        .sort(pl.col("indicateur").replace_strict({code: rang for rang, code in enumerate(_FAITS)}))
        .select(
            fait=pl.col("indicateur").replace(_FAITS),
            zone="zone",
            valeur=pl.struct("valeur", "unite").map_elements(_valeur_ecrite, return_dtype=pl.String),
        )
    )
    attente = {ligne["indicateur"]: ligne for ligne in reperes.iter_rows(named=True)}
    bailleurs, part = (attente[code] for code in list(_FAITS)[2:])
    return Figure(
        id="conventions-faits",
        titre=f"{bailleurs['zone']} : les conventions de {nombre(bailleurs['valeur'])} bailleurs, "
        f"{pourcent(part['valeur'], 0)} du parc, attendent la signature du préfet",
        sous_titre="Ce que le compte rendu du COPIL du 8 février 2024 établit",
        forme=Tableau(),
        donnees=donnees,
        colonnes=(Colonne("fait", "Fait"), Colonne("zone", "Territoire"), Colonne("valeur", "Valeur")),
        lecture=f"{majuscule(articles.dans_departement(bailleurs['zone']))}, {nombre(bailleurs['valeur'])} bailleurs "
        f"font {pourcent(part['valeur'], 0)} du parc : un taux de signature en nombre ne dit pas tout.",
        champ=f"Région {contexte.region}, au 8 février 2024.",
        source=contexte.source("Compte rendu du COPIL régional du 8 février 2024"),
        alt=decrire_lignes(donnees, "fait,zone", {"valeur": "texte"}),
    )


def _valeur_ecrite(fait: dict[str, object]) -> str:
    valeur, unite = float(str(fait["valeur"])), str(fait["unite"])
    return pourcent(valeur, 0) if unite == "%" else compter(valeur, unite.removesuffix("s"))
