"""Fiche d'un EPCI, le flux et les conventions : ce qu'il reçoit, comparé à son département et à la région."""

import polars as pl

from bilan.figures.formes import Barres, Points, Reference, Tableau
from bilan.figures.modele import Colonne, Figure
from bilan.figures.sujets.contexte import Contexte
from bilan.figures.sujets.conventions import ATTENDUES, COLONNES_SIGNATURE, REGISTRE
from bilan.figures.sujets.descriptions import decrire_lignes
from bilan.figures.sujets.fiche import lieu_de
from bilan.figures.sujets.flux import AVEC_CONVENTION, BILANS, RELOCATIONS, courbe_des_volumes
from bilan.figures.sujets.mesures import Ligne, colonnes_du_rapport, couverture, joindre, maturite, par_modalite, une
from bilan.francais import accord, au_plus, nombre, pourcent
from bilan.referentiel.nomenclatures import RESERVATAIRES


def parts(f3: pl.DataFrame, epci: str, contexte: Contexte) -> Figure:
    """Rend la part de chaque réservataire dans l'EPCI, face à son département principal et à la région (F3)."""
    lieu, periode = lieu_de(epci, contexte), str(contexte.periode)
    ici = {"ventilation": "reservataire", "periode": periode}
    donnees = par_modalite(f3, RESERVATAIRES, **ici, territoire_type="epci", territoire=epci)
    for maille, code in (("departement", lieu["code_departement"]), ("region", contexte.code_region)):
        donnees = joindre(donnees, f3.filter(**ici, territoire_type=maille, territoire=code), maille)
    donnees = donnees.with_columns(ecart=pl.col("valeur") - pl.col("region"))
    donnees = donnees.select(
        "libelle", "numerateur", "denominateur", "valeur", "departement", "region", "ecart", "absence"
    )
    # Le même réservataire en tête d'une fiche à l'autre : sur quelques logements, le plus fort écart est du bruit.
    tete: Ligne = donnees.row(0, named=True)
    departement = contexte.territoires.nom("departement", lieu["code_departement"])
    mesure = une(f3, **ici, territoire_type="epci", territoire=epci)
    return Figure(
        id="fiche-parts",
        titre=f"{tete['libelle']} : {pourcent(tete['valeur'])} des attributions ; région, {pourcent(tete['region'])}",
        sous_titre=f"Part de chaque réservataire dans les attributions, {contexte.periode.libelle}",
        forme=Points("libelle", "valeur", "region", "EPCI", "Région"),
        donnees=donnees,
        colonnes=(
            Colonne("libelle", "Réservataire"),
            *colonnes_du_rapport("Attribués", "Tous réservataires", "EPCI"),
            Colonne("departement", departement, "pourcent"),
            Colonne("region", "Région", "pourcent"),
            Colonne("ecart", "Écart à la région", "points"),
        ),
        lecture=f"{tete['libelle']} : {nombre(tete['numerateur'])} des {nombre(tete['denominateur'])} logements "
        "attribués dans l'EPCI.",
        champ=f"{RELOCATIONS} ; {lieu['epci']}.",
        source=contexte.source(BILANS),
        alt=decrire_lignes(donnees, "libelle", {"valeur": "pourcent", "departement": "pourcent", "region": "pourcent"}),
        note=f"Un EPCI n'a pas d'objectif de flux : sa part se compare, elle ne se juge pas. {couverture(mesure)}",
        indicateurs=("F3",),
        maturite=maturite(f3.filter(**ici, territoire_type="epci", territoire=epci)),
    )


def repere(f1e: pl.DataFrame, epci: str, contexte: Contexte) -> Figure:
    """Rend le repère de flux de chaque réservataire dans l'EPCI (F1e), non opposable."""
    ici = {
        "ventilation": "reservataire",
        "periode": str(contexte.periode),
        "territoire_type": "epci",
        "territoire": epci,
    }
    donnees = par_modalite(f1e, AVEC_CONVENTION, **ici).select(
        "libelle",
        "numerateur",
        "denominateur",
        "valeur",
        "absence",
        ecart=pl.col("numerateur") - pl.col("denominateur"),
    )
    donnees = donnees.filter(pl.col("absence").is_null() | (pl.col("absence") != "non_transmis"))
    connus = donnees.drop_nulls("valeur").sort("denominateur", "libelle", descending=[True, False])
    tete: Ligne = connus.row(0, named=True)
    lieu = lieu_de(epci, contexte)
    return Figure(
        id="fiche-repere",
        titre=f"{tete['libelle']} : {nombre(tete['numerateur'])} logements attribués pour un repère de "
        f"{au_plus(tete['denominateur'])}",
        sous_titre=f"Attributions rapportées au repère de flux, non opposable, {contexte.periode.libelle}",
        forme=Barres("libelle", "valeur", "pourcent", Reference(100.0, "Repère")),
        donnees=donnees,
        colonnes=(
            Colonne("libelle", "Réservataire"),
            Colonne("numerateur", "Attribués", "nombre", "logements", absence="absence"),
            Colonne("denominateur", "Repère", "decimal", "logements", absence="absence"),
            Colonne("ecart", "Écart", "decimal", "logements", absence="absence"),
            Colonne("valeur", "Attribués / repère", "pourcent", absence="absence"),
        ),
        lecture=f"{tete['libelle']} : {nombre(tete['numerateur'])} logements attribués, soit "
        f"{pourcent(tete['valeur'])} de ce que donneraient les taux des bailleurs dans le département.",
        champ=f"{RELOCATIONS} ; {lieu['epci']} ; bailleurs dont le taux est connu.",
        source=contexte.source(BILANS),
        alt=decrire_lignes(donnees, "libelle", {"valeur": "pourcent"}),
        note="Repère, non opposable : un EPCI n'a pas d'objectif. Un écart de moins d'un logement ne dit rien. Sans "
        "objet : objectif en nombre de droits, qui n'a pas de taux.",
        indicateurs=("F1e",),
        maturite=maturite(f1e.filter(**ici)),
    )


def volumes(mesures: pl.DataFrame, epci: str, contexte: Contexte) -> Figure:
    """Rend les logements proposés, attribués et les baux de chaque trimestre dans l'EPCI."""
    return courbe_des_volumes(mesures, contexte, ("epci", epci), "fiche-volumes")


def conventions(mesures: pl.DataFrame, epci: str, contexte: Contexte) -> Figure:
    """Rend les conventions qui concernent l'EPCI : celles de son territoire, et celles de son département (V1, V2)."""
    lieu = lieu_de(epci, contexte)
    departement = contexte.territoires.nom("departement", lieu["code_departement"])
    lieux = (
        ("Territoire de l'EPCI et de ses communes", "epci", epci),
        (f"Toutes les conventions, {departement}", "departement", lieu["code_departement"]),
        (f"Toutes les conventions, {contexte.region}", "region", contexte.code_region),
    )
    lignes = []
    for nom, maille, code in lieux:
        ici = {"territoire_type": maille, "territoire": code, "periode": str(contexte.periode)}
        signees, parc = (une(mesures, indicateur=v, **ici) for v in ("V1", "V2"))
        chiffres = {n: signees[n] for n in ("numerateur", "denominateur", "valeur")}
        absence = None if signees["statut"] == "observe" else signees["statut"]
        lignes.append({"perimetre": nom, **chiffres, "parc": parc["valeur"], "absence": absence})
    genres = dict.fromkeys(("numerateur", "denominateur", "valeur", "parc"), pl.Float64)
    donnees = pl.DataFrame(lignes, schema={"perimetre": pl.String, **genres, "absence": pl.String})
    la, ailleurs = lignes[0], lignes[1]
    return Figure(
        id="fiche-conventions",
        titre=_titre_des_conventions(la, ailleurs),
        sous_titre=f"Conventions de gestion en flux signées, {contexte.periode.libelle}",
        forme=Tableau(),
        donnees=donnees,
        colonnes=(
            Colonne("perimetre", "Périmètre"),
            *COLONNES_SIGNATURE,
        ),
        lecture=f"{departement} : {nombre(ailleurs['numerateur'])} conventions signées sur "
        f"{nombre(ailleurs['denominateur'])} attendues.",
        champ=f"{ATTENDUES}.",
        source=contexte.source(REGISTRE),
        alt=decrire_lignes(donnees, "perimetre", {"numerateur": "nombre", "denominateur": "nombre"}),
        note="Les conventions de l'État, d'Action Logement et du département se signent à l'échelle du département ; "
        "celles des communes et de l'EPCI, à celle de leur territoire.",
        indicateurs=("V1", "V2"),
        maturite=maturite(mesures.filter(territoire_type="epci", territoire=epci, periode=str(contexte.periode))),
    )


def _titre_des_conventions(la: Ligne, ailleurs: Ligne) -> str:
    """Sous le secret, on ne dit pas qu'il n'y a rien : on dit ce qui se publie, à l'échelle du département."""
    if la["denominateur"]:
        return (
            f"Sur son territoire, {nombre(la['numerateur'])} des {nombre(la['denominateur'])} conventions attendues "
            f"{accord(la['numerateur'], 'est signée', 'sont signées')}"
        )
    departement = f"{pourcent(ailleurs['valeur'])} des conventions attendues sont signées dans le département"
    if la["absence"] == "secret":
        return departement
    return f"Pas de convention attendue sur son seul territoire ; {departement}"
