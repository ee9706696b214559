"""Mobilisation : qui était au COPIL, ce que le compte rendu déclare et ce que la liste donne (domaine, § 4.6)."""

import polars as pl

from bilan.figures.formes import Choroplethe, Points, Tableau
from bilan.figures.modele import Colonne, Figure
from bilan.figures.palettes import ABSENCES
from bilan.figures.sujets.contexte import Contexte
from bilan.figures.sujets.descriptions import decrire_carte, decrire_lignes, en_phrase
from bilan.figures.sujets.mesures import COLONNES_EPCI
from bilan.francais import compter, date_longue, enumerer, nombre
from bilan.tables.codes import ETATS_POINT

COPIL = "Compte rendu et liste des inscrits du COPIL régional"

CATEGORIES = {
    "INSCRITS": "Personnes inscrites",
    "ENSEMBLE": "Structures",
    "BAILLEUR": "Bailleurs",
    "EPCI": "EPCI",
    "COMMUNE": "Communes",
    "DEPARTEMENT": "Conseils départementaux",
    "AGENCE_URBANISME": "Agences d'urbanisme",
    "ETAT": "Services de l'État",
    "PILOTAGE": "Structures de pilotage",
}
"""Lignes de la participation, dans leur ordre ; PILOTAGE réunit SGAR, DREAL, AR Hlm, Action Logement et KPMG."""

PRESENCES = ("Inscrit et soumis à la réforme", "Inscrit, non soumis", "Soumis, non inscrit")


def participation(declare: pl.DataFrame, inscrits: pl.DataFrame) -> pl.DataFrame:
    """Rend, par catégorie, le nombre déclaré, celui que l'on compte, et le précédent que la variation implique.

    `declare` est la table copil_participation d'une séance, `inscrits` sa table copil_inscrits. Colonnes : categorie,
    libelle, declare, compte, variation, precedent.
    """
    structures = declare.select(
        "categorie", declare=pl.col("nb_structures"), variation=pl.col("variation_vs_precedent")
    )
    personnes = declare.filter(categorie="ENSEMBLE").select(
        categorie=pl.lit("INSCRITS"), declare=pl.col("nb_inscrits"), variation=pl.col("variation_inscrits")
    )
    comptes = pl.concat(
        [
            inscrits.group_by("categorie").agg(compte=pl.col("structure").n_unique().cast(pl.Int64)),
            inscrits.select(categorie=pl.lit("ENSEMBLE"), compte=pl.col("structure").n_unique().cast(pl.Int64)),
            inscrits.select(categorie=pl.lit("INSCRITS"), compte=pl.len().cast(pl.Int64)),
        ]
    ).unique("categorie", keep="first")
    lignes = pl.DataFrame({"categorie": list(CATEGORIES), "libelle": list(CATEGORIES.values())})
    return (
        lignes.join(pl.concat([personnes, structures]), on="categorie", how="left", maintain_order="left")
        .join(comptes, on="categorie", how="left", maintain_order="left")
        .filter(pl.any_horizontal(pl.col("declare", "compte").is_not_null()))
        .with_columns(precedent=pl.col("declare") - pl.col("variation"))
    )


def declare_et_compte(declare: pl.DataFrame, inscrits: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend la participation déclarée et comptée, par catégorie de structures ; aucune des deux n'est corrigée."""
    donnees = participation(declare, inscrits)
    total = donnees.row(by_predicate=pl.col("categorie") == "ENSEMBLE", named=True)
    personnes = donnees.row(by_predicate=pl.col("categorie") == "INSCRITS", named=True)
    structures = donnees.filter(pl.col("categorie") != "INSCRITS")
    parties = structures.filter(pl.col("categorie") != "ENSEMBLE")
    ecarts = parties.filter(pl.col("declare") != pl.col("compte"))
    return Figure(
        id="mobilisation-declare-compte",
        titre=(
            f"{nombre(personnes['compte'])} inscrits ; {nombre(total['declare'])} structures déclarées, "
            f"{nombre(total['compte'])} comptées dans la liste"
        ),
        sous_titre=f"Structures au COPIL du {date_longue(declare['date'][0])}, déclarées et comptées",
        forme=Points("libelle", "compte", "declare", "Compté dans la liste", "Déclaré au compte rendu", "nombre"),
        donnees=structures,
        colonnes=(
            Colonne("libelle", "Catégorie"),
            Colonne("declare", "Déclaré", "nombre"),
            Colonne("compte", "Compté", "nombre"),
            Colonne("variation", "Variation déclarée", "nombre"),
        ),
        lecture=f"Le compte rendu déclare {compter(total['declare'], 'structure')} ; la liste des inscrits en donne "
        f"{nombre(total['compte'])}.",
        champ="Structures inscrites au COPIL ; une structure compte une fois, quel que soit le nombre d'inscrits.",
        source=contexte.source(COPIL),
        alt=decrire_lignes(structures, "libelle", {"compte": "nombre", "declare": "nombre"}),
        note=(
            f"Les nombres déclarés par catégorie font {nombre(int(parties['declare'].sum()))}, pour un total de "
            f"{nombre(total['declare'])}. {_ecarts(ecarts['libelle'].to_list())} "
            "Les deux sont montrés, rien n'est corrigé."
        ),
    )


def _ecarts(libelles: list[str]) -> str:
    if not libelles:
        return "Dans chaque catégorie, le compte et le déclaré coïncident."
    return f"Le compte diffère du déclaré pour ces lignes : {enumerer([en_phrase(nom) for nom in libelles])}."


def evolution(declare: pl.DataFrame, inscrits: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend la participation déclarée à la séance et celle de la précédente, que la variation déclarée implique."""
    donnees = participation(declare, inscrits).filter(pl.col("variation").is_not_null())
    tete = donnees.row(0, named=True)
    quoi = "inscrit" if tete["categorie"] == "INSCRITS" else "structure"
    return Figure(
        id="mobilisation-evolution",
        titre=f"De {nombre(tete['precedent'])} à {compter(tete['declare'], quoi)} d'un COPIL au suivant",
        sous_titre="Nombres déclarés au COPIL et à celui qui l'a précédé",
        forme=Points("libelle", "declare", "precedent", "Ce COPIL", "COPIL précédent", "nombre"),
        donnees=donnees,
        colonnes=(
            Colonne("libelle", "Catégorie"),
            Colonne("precedent", "COPIL précédent", "nombre"),
            Colonne("declare", "Ce COPIL", "nombre"),
            Colonne("variation", "Variation déclarée", "nombre"),
        ),
        lecture=(
            f"Le COPIL a réuni {compter(tete['declare'], quoi)}, {nombre(abs(tete['variation']))} de "
            f"{'plus' if tete['variation'] >= 0 else 'moins'} que le précédent, qui en comptait donc "
            f"{nombre(tete['precedent'])}."
        ),
        champ="Catégories dont le compte rendu donne la variation.",
        source=contexte.source(COPIL),
        alt=decrire_lignes(donnees, "libelle", {"precedent": "nombre", "declare": "nombre"}),
        note="Le nombre du COPIL précédent est déduit : nombre déclaré moins variation déclarée.",
    )


def carte_presence(inscrits: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend la carte des EPCI inscrits au COPIL, soumis ou non à la réforme."""
    sirens = inscrits.filter(categorie="EPCI")["code_structure"].drop_nulls().unique()
    present, soumis = pl.col("epci_siren").is_in(sirens.implode()), pl.col("est_soumis")
    a_la_reforme, autre, absent = PRESENCES
    donnees = contexte.territoires.epci.sort("epci").select(
        "epci_siren",
        "epci",
        "code_departement",
        classe=pl.when(present & soumis)
        .then(pl.lit(a_la_reforme))
        .when(present)
        .then(pl.lit(autre))
        .when(soumis)
        .then(pl.lit(absent)),
        absence=pl.when(~present & ~soumis).then(pl.lit("sans_objet")),
    )
    comptes = {classe: donnees.filter(classe=classe).height for classe in PRESENCES}
    absents = donnees.filter(classe=absent)["epci"].to_list()
    reste = "aucun ne l'est sans y être soumis" if not comptes[autre] else f"{comptes[autre]} sans y être soumis"
    soumis_en_tout = comptes[a_la_reforme] + comptes[absent]
    return Figure(
        id="mobilisation-carte-epci",
        titre=f"{comptes[a_la_reforme]} des {soumis_en_tout} EPCI soumis étaient inscrits au COPIL",
        sous_titre="EPCI reconnus dans la liste des inscrits",
        forme=Choroplethe("epci_siren", "classe", "absence", PRESENCES, palette="avancement"),
        donnees=donnees,
        colonnes=(
            *COLONNES_EPCI,
            Colonne("classe", "Présence", absence="absence"),
        ),
        lecture=(
            f"Reconnus dans la liste : {compter(comptes[a_la_reforme], 'EPCI', 'EPCI')} soumis à la réforme, {reste}. "
            f"Soumis mais non inscrits : {enumerer(absents) or 'aucun'}."
        ),
        champ=contexte.champ_epci,
        source=contexte.source(COPIL),
        alt=decrire_carte(donnees, PRESENCES, ABSENCES | {"sans_objet": "ni inscrits ni soumis"}),
        note="Sans objet : ni inscrit, ni soumis. La liste des EPCI soumis est inférée de l'obligation de PLH.",
    )


def points_arbitres(points: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend les points arbitrés par le COPIL, avec leur responsable et leur échéance."""
    donnees = points.sort("copil_num", "numero").select(
        pl.col("numero").cast(pl.String),
        "sujet",
        "decision",
        "responsable",
        etat=pl.col("etat").replace(ETATS_POINT),
        echeance=pl.coalesce("echeance_libelle", pl.col("echeance").dt.to_string("%d/%m/%Y")),
    )
    premier = donnees.row(0, named=True)
    return Figure(
        id="mobilisation-points-arbitres",
        titre=f"{compter(donnees.height, 'point arbitré', 'points arbitrés')}, chacun avec son responsable",
        sous_titre=f"Décisions du relevé du {date_longue(points['date_arrete'].max())}",  # type: ignore[arg-type]
        forme=Tableau(),
        donnees=donnees,
        colonnes=(
            Colonne("numero", "N°"),
            Colonne("sujet", "Sujet"),
            Colonne("decision", "Décision"),
            Colonne("responsable", "Responsable"),
            Colonne("echeance", "Échéance"),
            Colonne("etat", "État"),
        ),
        lecture=f"Point {premier['numero']}, {en_phrase(premier['sujet'])} : responsable, {premier['responsable']} ; "
        f"échéance, {premier['echeance']}.",
        champ=f"Points arbitrés du COPIL de la région {contexte.region}.",
        source=contexte.source(COPIL),
        alt=decrire_lignes(donnees, "sujet", {"responsable": "texte", "echeance": "texte"}),
    )
