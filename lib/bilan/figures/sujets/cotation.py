"""Cotation : CIL, document-cadre, CIA, PPGDID et cotation dans les EPCI soumis (domaine, § 3 et 4.3)."""

import polars as pl

from bilan.figures.formes import Barres, BarresEmpilees
from bilan.figures.modele import Colonne, Figure
from bilan.figures.sujets.contexte import Contexte
from bilan.figures.sujets.descriptions import decrire_lignes
from bilan.figures.sujets.mesures import Ligne, couverture, maturite, par_departement, par_modalite, une
from bilan.francais import compter, nombre, pourcent
from bilan.referentiel.nomenclatures import ETATS_COTATION

REGISTRE = "Registre d'avancement des EPCI (DDETS, DREAL)"
SOUMIS = "EPCI soumis à la réforme (liste inférée de l'obligation de programme local de l'habitat)"

JALONS = {
    "E1": "Conférence intercommunale du logement (CIL)",
    "E2": "Document-cadre d'orientations",
    "E3": "Convention intercommunale d'attribution (CIA)",
    "E4": "Plan partenarial de gestion de la demande (PPGDID)",
    "E5": "Cotation en service",
}
"""Étapes de la réforme dans un EPCI, dans leur ordre."""

ETAPES = ("Adopté ou signé", "En cours ou avis rendu", "Non engagé ou non renseigné", "Expiré")
_ETAPE_DU_STATUT = {
    "ADOPTE": ETAPES[0],
    "SIGNE": ETAPES[0],
    "EN_COURS": ETAPES[1],
    "AVIS_CIL": ETAPES[1],
    "NON_ENGAGE": ETAPES[2],
    "NR": ETAPES[2],
    "EXPIRE": ETAPES[3],
}
GROUPES = tuple(ETATS_COTATION.values())
"""Les trois groupes de la DREAL, du plus avancé au moins avancé."""


def jalons(mesures: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend la part des EPCI soumis qui ont franchi chaque étape (E1 à E5), en nombre, en parc et en population."""
    lignes: list[Ligne] = []
    for code, libelle in JALONS.items():
        ici = {"indicateur": code, **contexte.en_region}
        mesure = une(mesures, **ici)
        pondere = {**ici, "ventilation": "ponderation"}
        poids = {nom: une(mesures, **pondere, modalite=nom)["valeur"] for nom in ("parc", "population")}
        lignes.append({"jalon": libelle, **{n: mesure[n] for n in ("numerateur", "denominateur", "valeur")}, **poids})
    donnees = pl.DataFrame(lignes, schema_overrides={n: pl.Float64 for n in lignes[0] if n != "jalon"})
    cil, service = lignes[0], lignes[-1]
    ensemble = une(mesures, indicateur="E5", **contexte.en_region)
    return Figure(
        id="cotation-jalons",
        titre=f"La cotation est en service dans {compter(service['numerateur'], 'EPCI', 'EPCI')} soumis "
        f"sur {nombre(service['denominateur'])}",
        sous_titre=f"Part des EPCI soumis qui ont franchi chaque étape, {contexte.periode.libelle}",
        forme=Barres("jalon", "valeur", "pourcent"),
        donnees=donnees,
        colonnes=(
            Colonne("jalon", "Étape"),
            Colonne("numerateur", "EPCI", "nombre"),
            Colonne("denominateur", "EPCI soumis", "nombre"),
            Colonne("valeur", "Part des EPCI", "pourcent"),
            Colonne("population", "Part de la population", "pourcent"),
        ),
        lecture=f"{nombre(cil['numerateur'])} EPCI soumis sur {nombre(cil['denominateur'])} ont une CIL, soit "
        f"{pourcent(cil['valeur'])}, qui réunissent {pourcent(cil['population'])} de leur population.",
        champ=f"{SOUMIS}.",
        source=contexte.source(REGISTRE),
        alt=decrire_lignes(donnees, "jalon", {"valeur": "pourcent"}),
        note="En service : les demandeurs voient leur note ; une grille seulement adoptée ne suffit pas. "
        f"Un document expiré ne compte plus. {_connus(ensemble)}",
        indicateurs=tuple(JALONS),
        maturite=maturite(mesures.filter(**contexte.en_region)),
    )


def statuts(mesures: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend l'avancement de la CIL, de la CIA et du PPGDID : les EPCI soumis par statut (E1, E3, E4 par « statut »)."""
    documents = {code: JALONS[code] for code in ("E1", "E3", "E4")}
    donnees = (
        mesures.filter(**contexte.en_region, ventilation="statut")
        .filter(pl.col("indicateur").is_in(list(documents)), pl.col("numerateur").is_not_null())
        .group_by("indicateur", etape=pl.col("modalite").replace_strict(_ETAPE_DU_STATUT))
        .agg(pl.col("numerateur").sum().alias("epci"))
        .with_columns(
            document=pl.col("indicateur").replace_strict(documents),
            rang=pl.col("etape").replace_strict({etape: rang for rang, etape in enumerate(ETAPES)}),
        )
        .sort("indicateur", "rang")
        .select("document", "etape", "epci")
    )
    adoptes = donnees.filter(etape=ETAPES[0])
    premier: Ligne = adoptes.row(0, named=True) if adoptes.height else {"document": JALONS["E1"], "epci": 0.0}
    expires = donnees.filter(etape=ETAPES[3])["epci"].sum()
    return Figure(
        id="cotation-statuts",
        titre="Documents des EPCI soumis : "
        + ", ".join(f"{nombre(ligne['epci'])} {_sigle(ligne['document'])}" for ligne in adoptes.iter_rows(named=True))
        + " adoptés ou signés",
        sous_titre=f"EPCI soumis selon l'avancement de chaque document, {contexte.periode.libelle}",
        forme=BarresEmpilees("document", "etape", "epci", ETAPES, palette="categoriel"),
        donnees=donnees,
        colonnes=(Colonne("document", "Document"), Colonne("etape", "Avancement"), Colonne("epci", "EPCI", "nombre")),
        lecture=f"{premier['document']} : {compter(premier['epci'], 'EPCI', 'EPCI')} en « {ETAPES[0].lower()} ».",
        champ=f"{SOUMIS}.",
        source=contexte.source(REGISTRE),
        alt=decrire_lignes(donnees, "document,etape", {"epci": "nombre"}),
        note=f"{compter(float(expires), 'document est arrivé', 'documents sont arrivés')} au terme de six ans."
        if expires
        else "Aucun document n'est arrivé à son terme.",
        indicateurs=tuple(documents),
        maturite=maturite(mesures.filter(**contexte.en_region, ventilation="statut")),
    )


def _sigle(document: str) -> str:
    return document.rsplit("(", 1)[-1].rstrip(")")


def groupes(e5: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend les EPCI soumis dans les trois groupes de la DREAL (E5 par « etat_cotation »)."""
    donnees = par_modalite(e5, ETATS_COTATION, **contexte.en_region, ventilation="etat_cotation").select(
        "libelle", "numerateur", "denominateur", "valeur", "absence"
    )
    effective, prevue, long = donnees["numerateur"]
    return Figure(
        id="cotation-groupes",
        titre=f"Cotation effective ou imminente dans {nombre(effective)} EPCI, prévue dans {nombre(prevue)}, plus "
        f"tardive dans {nombre(long)}",
        sous_titre=f"EPCI soumis selon l'état de leur cotation, {contexte.periode.libelle}",
        forme=Barres("libelle", "numerateur", "nombre"),
        donnees=donnees,
        colonnes=(
            Colonne("libelle", "État de la cotation"),
            Colonne("numerateur", "EPCI", "nombre", absence="absence"),
            Colonne("valeur", "Part des EPCI soumis", "pourcent", absence="absence"),
        ),
        lecture=f"Sur {nombre(donnees['denominateur'].max())} EPCI soumis, "  # type: ignore[arg-type]
        f"{nombre(effective)} ont une cotation effective ou imminente.",
        champ=f"{SOUMIS}.",
        source=contexte.source(
            REGISTRE
            if not e5.filter(territoire_type="epci", statut="observe").is_empty()
            else "DREAL, « Une réforme des attributions bien avancée en PACA » (2024)"
        ),
        alt=decrire_lignes(donnees, "libelle", {"numerateur": "nombre"}),
        note="Les trois groupes sont ceux que publie la DREAL.",
        indicateurs=("E5",),
        maturite=maturite(e5.filter(**contexte.en_region, ventilation="etat_cotation")),
    )


def par_departement_et_etat(e5: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend, par département, les EPCI soumis selon l'état de leur cotation."""
    donnees = (
        par_departement(e5.filter(ventilation="etat_cotation"), contexte)
        .filter(pl.col("numerateur").is_not_null())
        .select(
            "departement",
            etat=pl.col("modalite").replace_strict(ETATS_COTATION, default="Non renseigné"),
            epci="numerateur",
        )
    )
    premier = donnees.filter(etat=GROUPES[0]).sort("epci", descending=True)
    tete: Ligne = premier.row(0, named=True) if premier.height else {"departement": "Aucun département", "epci": 0.0}
    return Figure(
        id="cotation-departements",
        titre=f"{tete['departement']} : {compter(tete['epci'], 'cotation effective', 'cotations effectives')} ou "
        f"{'imminente' if tete['epci'] < 2 else 'imminentes'}, le plus de la région",
        sous_titre=f"EPCI soumis par département pilote et état de la cotation, {contexte.periode.libelle}",
        forme=BarresEmpilees("departement", "etat", "epci", GROUPES, palette="avancement"),
        donnees=donnees,
        colonnes=(
            Colonne("departement", "Département"),
            Colonne("etat", "État de la cotation"),
            Colonne("epci", "EPCI", "nombre"),
        ),
        lecture=f"{tete['departement']} : {compter(tete['epci'], 'EPCI', 'EPCI')} en « {GROUPES[0].lower()} ».",
        champ=f"{SOUMIS} ; chacun compte dans son département principal.",
        source=contexte.source(REGISTRE),
        alt=decrire_lignes(donnees, "departement,etat", {"epci": "nombre"}),
        indicateurs=("E5",),
        maturite=maturite(e5.filter(territoire_type="departement", periode=str(contexte.periode))),
    )


def _connus(mesure: Ligne) -> str:
    return couverture({**mesure, "couverture": None}, "EPCI soumis")  # la part connue n'est pas une part du parc
