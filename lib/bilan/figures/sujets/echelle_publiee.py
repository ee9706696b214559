"""L'échelle publiée : parc, attributions, mobilité ; ce que l'on sait du volume avant d'avoir un seul bilan."""

import polars as pl

from bilan.figures.formes import Barres, ChiffreCle
from bilan.figures.modele import Colonne, Figure
from bilan.figures.sujets.contexte import Contexte
from bilan.figures.sujets.descriptions import decrire_lignes
from bilan.figures.sujets.mesures import ABSENCE, repere_de_la_region, une
from bilan.francais import compter, nombre, pourcent

RPLS = "DREAL, répertoire du parc locatif social (RPLS)"
SNE = "DREAL, bilan de l'Infocentre du système national d'enregistrement (SNE)"


def attributions(reperes: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend les attributions de la région publiées par le SNE, année par année, et celles des villes citées."""
    lues = reperes.filter(indicateur="attributions_sne").sort("annee", (pl.col("zone") != contexte.region), "zone")
    donnees = lues.select(nom=pl.format("{}, {}", "zone", "annee"), zone="zone", annee="annee", valeur="valeur")
    region = donnees.filter(zone=contexte.region)
    derniere, avant = region.row(-1, named=True), region.row(-2, named=True)
    evolution = 100 * (derniere["valeur"] - avant["valeur"]) / avant["valeur"]
    sens = "de moins" if evolution < 0 else "de plus"
    return Figure(
        id="echelle-attributions",
        titre=f"{nombre(derniere['valeur'])} attributions dans la région en {derniere['annee']}, "
        f"{pourcent(abs(evolution))} {sens} qu'en {avant['annee']}",
        sous_titre="Attributions de logements sociaux enregistrées dans le SNE",
        forme=Barres("nom", "valeur", "nombre"),
        donnees=donnees,
        colonnes=(
            Colonne("zone", "Zone"),
            Colonne("annee", "Année", "texte"),
            Colonne("valeur", "Attributions", "nombre", "logements"),
        ),
        lecture=f"En {derniere['annee']}, le SNE compte {compter(derniere['valeur'], 'attribution')} dans la région.",
        champ="Attributions enregistrées dans le SNE, relocations et premières mises en location.",
        source=contexte.source(SNE),
        alt=decrire_lignes(donnees, "nom", {"valeur": "nombre"}),
        note="2020 est l'année du premier confinement. Tout bilan loin de cet ordre de grandeur est faux ou partiel.",
    )


def parc(rpls: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend le parc locatif social publié par département, au dernier 1er janvier connu."""
    publies = rpls.filter(niveau="departement")
    annee = int(publies["annee"].max())  # type: ignore[arg-type]
    noms = contexte.territoires.departements.select("departement", code="code_departement")
    donnees = (
        publies.filter(annee=annee)
        .join(noms, on="code")
        .sort("nb_logements", descending=True)
        .select("departement", "nb_logements", "part_qpv_pct")
    )
    total, tete = int(donnees["nb_logements"].sum()), donnees.row(0, named=True)
    return Figure(
        id="echelle-parc",
        titre=f"{nombre(total)} logements sociaux dans la région, dont "
        f"{pourcent(100 * tete['nb_logements'] / total)} dans un seul département, {tete['departement']}",
        sous_titre=f"Parc locatif social au 1er janvier {annee}",
        forme=Barres("departement", "nb_logements", "nombre"),
        donnees=donnees,
        colonnes=(
            Colonne("departement", "Département"),
            Colonne("nb_logements", "Parc", "nombre", "logements"),
            Colonne("part_qpv_pct", "En quartier prioritaire", "pourcent"),
        ),
        lecture=f"{tete['departement']} : {nombre(tete['nb_logements'])} logements sociaux, dont "
        f"{pourcent(tete['part_qpv_pct'])} en quartier prioritaire.",
        champ="Logements ordinaires du parc locatif social ; ni foyers ni résidences sociales.",
        source=contexte.source(RPLS),
        alt=decrire_lignes(donnees, "departement", {"nb_logements": "nombre"}),
    )


def mobilite(t2: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend le taux de mobilité publié par département (T2), à la dernière année connue."""
    observees = t2.filter(statut="observe", ventilation="ensemble")
    annee = str(observees["periode"].max())
    noms = contexte.territoires.departements.select("departement", territoire="code_departement")
    donnees = (
        observees.filter(territoire_type="departement", periode=annee)
        .join(noms, on="territoire")
        .sort("valeur", "departement", descending=[True, False])
        .select("departement", "valeur", annee="periode", absence=ABSENCE)
    )
    region: float | None = une(observees, territoire_type="region", periode=annee)["valeur"]
    tete, queue = donnees.row(0, named=True), donnees.row(-1, named=True)
    return Figure(
        id="echelle-mobilite",
        titre=f"La mobilité va de {pourcent(queue['valeur'])} ({queue['departement']}) à {pourcent(tete['valeur'])} "
        f"({tete['departement']})",
        sous_titre=f"Emménagements rapportés aux logements loués ou proposés depuis plus d'un an, {annee}",
        forme=Barres("departement", "valeur", "pourcent", repere_de_la_region(region)),
        donnees=donnees,
        colonnes=(
            Colonne("departement", "Département"),
            Colonne("annee", "Année"),
            Colonne("valeur", "Mobilité", "pourcent", absence="absence"),
        ),
        lecture=f"{tete['departement']} : {pourcent(tete['valeur'])} des logements loués ou proposés depuis un an "
        f"ou plus ont changé d'occupant en {annee}.",
        champ="Parc locatif social, logements loués ou proposés à la location depuis plus d'un an.",
        source=contexte.source(RPLS),
        alt=decrire_lignes(donnees, "departement", {"valeur": "pourcent"}),
        indicateurs=("T2",),
    )


def pression(t1: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend les demandes en attente pour une attribution (T1), à la dernière année connue de chaque territoire."""
    observees = t1.filter(statut="observe", ventilation="ensemble")
    noms = contexte.territoires.departements.select("departement", territoire="code_departement")
    region = pl.DataFrame({"departement": [contexte.region], "territoire": [contexte.code_region]})
    annee = str(observees.filter(pl.col("periode") <= str(contexte.periode.annee))["periode"].max())
    donnees = (
        pl.concat([region, noms])
        .join(observees.filter(periode=annee), on="territoire", maintain_order="left")
        .select("departement", "numerateur", "denominateur", "valeur", annee="periode", absence=ABSENCE)
    )
    tete = donnees.row(0, named=True)
    return Figure(
        id="echelle-pression",
        titre=f"{tete['departement']} : {nombre(tete['valeur'], 1)} demandes pour une attribution en {annee}",
        sous_titre=f"Demandes en fin d'année rapportées aux attributions de l'année, {annee}",
        forme=Barres("departement", "valeur", "decimal")
        if donnees.height > 1
        else ChiffreCle(
            "valeur", "demandes en attente pour une attribution", "decimal", f"{tete['departement']}, {annee}"
        ),
        donnees=donnees,
        colonnes=(
            Colonne("departement", "Territoire"),
            Colonne("annee", "Année"),
            Colonne("numerateur", "Demandes", "nombre"),
            Colonne("denominateur", "Attributions", "nombre"),
            Colonne("valeur", "Demandes par attribution", "decimal", absence="absence"),
        ),
        lecture=f"{tete['departement']} : {nombre(tete['numerateur'])} demandes en attente fin {annee}, pour "
        f"{nombre(tete['denominateur'])} attributions dans l'année.",
        champ="Demandes actives, mutations comprises.",
        source=contexte.source(SNE),
        alt=decrire_lignes(donnees, "departement", {"valeur": "decimal"}),
        note="Le numéro unique est départemental : un ménage peut être compté dans plusieurs départements.",
        indicateurs=("T1",),
    )


def phrase_du_parc(parc: pl.DataFrame) -> str:
    """Rend le parc publié d'un territoire à sa dernière année : lignes de parc_rpls de ce territoire."""
    dernier = parc.sort("annee").row(-1, named=True)
    qpv = dernier["part_qpv_pct"]
    suite = "" if qpv is None else f", dont {pourcent(qpv)} en quartier prioritaire"
    logements = compter(dernier["nb_logements"], "logement")
    return f"Parc locatif social au 1er janvier {dernier['annee']} : {logements}{suite}."
