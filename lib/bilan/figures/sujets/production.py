"""Production : les agréments de logements sociaux et leurs objectifs, toujours à la même date (domaine, § 4.5)."""

from datetime import date

import polars as pl

from bilan.figures.formes import Barres, Points, Reference, Tableau
from bilan.figures.modele import Colonne, Figure
from bilan.figures.sujets.contexte import Contexte
from bilan.figures.sujets.descriptions import decrire_lignes
from bilan.figures.sujets.mesures import ABSENCE, maturite
from bilan.francais import compter, date_courte, date_longue, nombre, pourcent

AGREMENTS = "Agréments de logements locatifs sociaux (DREAL, presse et AR Hlm)"
CHAMP = "Logements PLAI, PLUS et PLS agréés depuis le 1er janvier ; ni PLI ni PSLA."
SAISON = "Les agréments se concentrent en fin d'année : on compare à la même date, on ne prolonge jamais une courbe."


def par_annee(p1n: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend les agréments et l'objectif de la région, année par année (mesure P1n : le dénominateur est l'objectif)."""
    donnees = _annees_de_la_region(p1n, contexte)
    derniere = donnees.filter(pl.col("taux").is_not_null()).tail(1).to_dicts() or donnees.tail(1).to_dicts()
    annee, agrees, objectif, taux = (derniere[0][nom] for nom in ("annee", "agrees", "objectif", "taux"))
    return Figure(
        id="production-annees",
        titre=f"{nombre(agrees)} logements agréés en {annee}, {pourcent(taux)} de l'objectif",
        sous_titre=f"Logements agréés et objectif de l'année, {contexte.region}",
        forme=Points("annee", "agrees", "objectif", "Agréés", "Objectif", "nombre"),
        donnees=donnees,
        colonnes=(
            Colonne("annee", "Année"),
            Colonne("agrees", "Agréés", "nombre", "logements"),
            Colonne("objectif", "Objectif", "nombre", "logements"),
            Colonne("taux", "Objectif atteint", "pourcent"),
        ),
        lecture=f"En {annee}, {nombre(agrees)} logements ont été agréés pour un objectif de {nombre(objectif)}, "
        f"soit {pourcent(taux)}.",
        champ=CHAMP,
        source=contexte.source(AGREMENTS),
        alt=decrire_lignes(donnees, "annee", {"agrees": "nombre", "objectif": "nombre"}),
        note="n.d. : nombre d'agréments ou objectif non publié pour cette année.",
        indicateurs=("P1", "P1n"),
        maturite=maturite(p1n.filter(pl.col("periode") == annee, territoire_type="region")),
    )


def _annees_de_la_region(p1n: pl.DataFrame, contexte: Contexte) -> pl.DataFrame:
    annuelles = (pl.col("periode").str.len_chars() == 4) & (pl.col("periode") <= str(contexte.periode.annee))
    return (
        p1n.filter(annuelles, territoire_type="region", ventilation="ensemble")
        .select(
            annee=pl.col("periode"),
            agrees=pl.col("numerateur"),
            objectif=pl.col("denominateur"),
            taux=100 * pl.col("numerateur") / pl.col("denominateur"),
        )
        .sort("annee")
    )


def par_territoire(p1: pl.DataFrame, annee: int, contexte: Contexte) -> Figure:
    """Rend la part de l'objectif atteinte par territoire de gestion des aides à la pierre (mesure P1 de l'année).

    L'identifiant dit l'année par rapport à celle du contexte : « n », « n1 » pour la précédente.
    """
    donnees = territoires_de_gestion(p1, annee, contexte)
    recul = contexte.periode.annee - annee
    bas, haut = donnees.row(-1, named=True), donnees.row(0, named=True)
    return Figure(
        id=f"production-territoires-n{recul or ''}",
        titre=f"En {annee}, de {pourcent(bas['taux'])} de l'objectif ({bas['territoire']}) à {pourcent(haut['taux'])} "
        f"({haut['territoire']})",
        sous_titre="Logements agréés rapportés à l'objectif, par territoire de gestion",
        forme=Barres("territoire", "taux", "pourcent", Reference(100.0, "Objectif")),
        donnees=donnees,
        colonnes=(
            Colonne("territoire", "Territoire de gestion"),
            Colonne("agrees", "Agréés", "nombre", "logements"),
            Colonne("objectif", "Objectif", "nombre", "logements"),
            Colonne("taux", "Objectif atteint", "pourcent", absence="absence"),
        ),
        lecture=f"{bas['territoire']} : {nombre(bas['agrees'])} logements agréés pour un objectif de "
        f"{nombre(bas['objectif'])}, soit {pourcent(bas['taux'])}.",
        champ=f"{CHAMP} Territoires de gestion dont le chiffre est connu : délégataires, ou reste du département.",
        source=contexte.source(AGREMENTS),
        alt=decrire_lignes(donnees, "territoire", {"taux": "pourcent"}),
        note="Ces territoires ne sont pas les EPCI de la réforme.",
        indicateurs=("P1",),
        maturite=maturite(p1.filter(territoire_type="territoire_gestion", periode=str(annee))),
    )


def territoires_de_gestion(p1: pl.DataFrame, annee: int, contexte: Contexte) -> pl.DataFrame:
    """Rend les territoires dont P1 est connu en `annee`, du plus haut taux au plus bas : code, territoire, agrees,
    objectif, taux, absence.
    """
    noms = dict(contexte.territoires.epci.select("epci_siren", "epci").iter_rows())
    departements = contexte.territoires.departements.select("code_departement", "departement").iter_rows()
    noms |= {code: f"{nom} hors délégataires" for code, nom in departements}
    return (
        p1.filter(territoire_type="territoire_gestion", ventilation="ensemble", periode=str(annee), statut="observe")
        .select(
            code="territoire",
            territoire=pl.col("territoire").replace(noms),
            agrees=pl.col("numerateur"),
            objectif=pl.col("denominateur"),
            taux=pl.col("valeur"),
            absence=ABSENCE,
        )
        .sort("taux", "territoire", descending=[True, False])
    )


def a_meme_date(agrements: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend les agréments de la région à chaque date connue, rapportés à l'objectif : la saison se voit.

    `agrements` est la table canonique ; la région est sa ligne publiée, à défaut la somme des territoires.
    """
    donnees = _arretes_de_la_region(agrements, contexte)
    return Figure(
        id="production-meme-date",
        titre=_titre_de_la_saison(donnees),
        sous_titre=f"Agréments depuis le 1er janvier, à chaque date connue, {contexte.region}",
        forme=Tableau(),
        donnees=donnees,
        colonnes=(
            Colonne("annee", "Année"),
            Colonne("date", "Au"),
            Colonne("agrees", "Agréés", "nombre", "logements"),
            Colonne("objectif", "Objectif de l'année", "nombre", "logements"),
            Colonne("taux", "Objectif atteint", "pourcent"),
        ),
        lecture=_lecture_de_la_saison(donnees),
        champ=CHAMP,
        source=contexte.source(AGREMENTS),
        alt=decrire_lignes(donnees, "date", {"agrees": "nombre", "taux": "pourcent"}),
        note=SAISON,
        indicateurs=("P1n",),
    )


def _arretes_de_la_region(agrements: pl.DataFrame, contexte: Contexte) -> pl.DataFrame:
    region = pl.col("type_gestion") == "REGION"
    cle = ["annee", "date_arrete"]
    sommes = agrements.filter(~region).join(agrements.filter(region), on=cle, how="anti")
    # Une somme de territoires ne vaut la région que si chacun y est : on le voit à ce que chacun a son objectif.
    entieres = (
        sommes.group_by(cle)
        .agg(pl.col("nb_agrees").sum(), pl.when(pl.col("objectif").is_not_null().all()).then(pl.col("objectif").sum()))
        .filter(pl.lit(agrements.filter(region).is_empty()))
    )
    publiees = agrements.filter(region).select(*cle, "nb_agrees", "objectif")
    return (
        pl.concat([publiees, entieres.select(publiees.columns)])
        .filter(pl.col("nb_agrees").is_not_null(), pl.col("date_arrete") <= contexte.connu_le)
        .sort("date_arrete")
        .with_columns(objectif=pl.col("objectif").fill_null(pl.col("objectif").max().over("annee")))
        .select(
            pl.col("annee").cast(pl.String),
            jour=pl.col("date_arrete"),
            date=pl.col("date_arrete").map_elements(date_courte, return_dtype=pl.String),
            agrees=pl.col("nb_agrees"),
            objectif=pl.col("objectif"),
            taux=100 * pl.col("nb_agrees") / pl.col("objectif"),
        )
    )


def _titre_de_la_saison(donnees: pl.DataFrame) -> str:
    """Le dernier arrêté d'avant décembre et son jumeau de l'année d'avant, s'il existe."""
    points: dict[date, float] = dict(donnees.select("jour", "agrees").iter_rows())
    en_cours_d_annee = [jour for jour in points if jour.month < 12]
    if not en_cours_d_annee:
        return "Les agréments connus sont ceux de fin d'année"
    jour = max(en_cours_d_annee)
    jumeau = points.get(jour.replace(year=jour.year - 1))
    avant = "" if jumeau is None else f", contre {nombre(jumeau)} un an plus tôt"
    return f"Au {date_longue(jour)}, {compter(points[jour], 'logement agréé', 'logements agréés')}{avant}"


def _lecture_de_la_saison(donnees: pl.DataFrame) -> str:
    annee = donnees.group_by("annee").len().sort("len", "annee")["annee"][-1]
    points = donnees.filter(annee=annee)
    suite = [f"{nombre(ligne['agrees'])} au {date_longue(ligne['jour'])}" for ligne in points.iter_rows(named=True)]
    return f"En {annee}, les agréments étaient {', puis '.join(suite)}."
