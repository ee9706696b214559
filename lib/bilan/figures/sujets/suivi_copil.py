"""Le suivi des points arbitrés par le COPIL : ce qui a été décidé, et ce que les registres en disent aujourd'hui."""

from dataclasses import dataclass

import polars as pl

from bilan.figures.formes import Tableau
from bilan.figures.modele import Colonne, Figure
from bilan.figures.sujets.contexte import Contexte
from bilan.figures.sujets.descriptions import decrire_lignes, en_phrase
from bilan.figures.sujets.mesures import Ligne, maturite, une
from bilan.figures.sujets.mobilisation import COPIL
from bilan.francais import date_longue, nombre
from bilan.francais.phrases import Nom, majuscule, parmi
from bilan.tables.codes import ETATS_POINT


@dataclass(frozen=True, slots=True)
class _Registre:
    """Mesure qui dit où en est un point : `suite` complète « 9 sur 26 », `filtres` choisissent la ventilation."""

    indicateur: str
    suite: str
    filtres: tuple[tuple[str, str], ...] = ()


_EN_SERVICE = _Registre("E5", "EPCI soumis ont leur cotation en service")
_IMMINENTE = _Registre(
    "E5",
    "EPCI soumis ont une cotation effective ou imminente",
    (("ventilation", "etat_cotation"), ("modalite", "EFFECTIVE_OU_IMMINENTE")),
)
_SIGNEES = _Registre("V1", "conventions attendues sont signées")
_EXAMENS = _Registre("C1", "occupations à examiner l'ont été")
_BILANS = _Registre("B1", "bailleurs ont remis leur bilan")
_REGISTRES: tuple[tuple[str, tuple[_Registre, ...]], ...] = (
    ("référentiel", ()),
    ("cotation", (_EN_SERVICE, _IMMINENTE)),
    ("caleol", (_EXAMENS,)),
    ("flux", (_SIGNEES,)),
    ("chantiers", (_BILANS, _EXAMENS)),
)
"""Mot du sujet d'un point, et les mesures qui en répondent, la première connue d'abord ; parfois aucune."""

INDICATEURS = ("B1", "C1", "E5", "V1")
"""Mesures que lit le suivi."""

_POINTS = Nom("point arbitré", "points arbitrés")
_MESURES = ("se mesure dans un registre", "se mesurent dans un registre")


def suivi(points: pl.DataFrame, mesures: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend les points arbitrés du dernier COPIL : décision, responsable, échéance, état déclaré et état mesuré."""
    derniers = points.filter(pl.col("copil_num") == pl.col("copil_num").max()).sort("numero")
    donnees = pl.DataFrame(
        [_point(point, mesures, contexte) for point in derniers.iter_rows(named=True)],
        schema=dict.fromkeys(
            ("numero", "sujet", "decision", "responsable", "echeance", "delai", "declare", "mesure"), pl.String
        ),
    )
    mesures_ = donnees.drop_nulls("mesure")
    tete: Ligne = (mesures_ if mesures_.height else donnees).row(0, named=True)
    return Figure(
        id="copil-suivi",
        titre=majuscule(parmi(mesures_.height, donnees.height, _POINTS, _MESURES)),
        sous_titre=f"Suivi des points arbitrés le {date_longue(derniers['date_arrete'].max())}, au "  # type: ignore[arg-type]
        f"{date_longue(contexte.connu_le)}",
        forme=Tableau(),
        donnees=donnees,
        colonnes=(
            Colonne("numero", "N°"),
            Colonne("sujet", "Sujet"),
            Colonne("decision", "Décision"),
            Colonne("responsable", "Responsable"),
            Colonne("echeance", "Échéance"),
            Colonne("delai", "Délai"),
            Colonne("declare", "État déclaré"),
            Colonne("mesure", "Ce que disent les registres"),
        ),
        lecture=f"Point {tete['numero']}, {en_phrase(tete['sujet'])} : "
        f"{tete['mesure'] or 'aucun registre ne le mesure'}.",
        champ=f"Points arbitrés du dernier COPIL de la région {contexte.region}.",
        source=contexte.source(COPIL),
        alt=decrire_lignes(donnees, "sujet", {"responsable": "texte", "mesure": "texte"}),
        note="L'état déclaré est celui du relevé ; les registres disent où l'on en est à la date de la page. n.d. : "
        "aucun registre ne mesure ce point, ou rien n'est encore transmis.",
        indicateurs=INDICATEURS,
        maturite=maturite(mesures.filter(**contexte.en_region)),
    )


def _point(point: Ligne, mesures: pl.DataFrame, contexte: Contexte) -> Ligne:
    echeance = point["echeance"]
    ecrite = point["echeance_libelle"] or (echeance and date_longue(echeance))
    delai = "sans date" if echeance is None else "échu" if echeance < contexte.connu_le else "court encore"
    return {
        "numero": str(point["numero"]),
        "sujet": point["sujet"],
        "decision": point["decision"],
        "responsable": point["responsable"],
        "echeance": ecrite,
        "delai": delai,
        "declare": ETATS_POINT[point["etat"]],
        "mesure": _mesure(point["sujet"], mesures, contexte),
    }


def _mesure(sujet: str, mesures: pl.DataFrame, contexte: Contexte) -> str | None:
    registres = next((lus for mot, lus in _REGISTRES if mot in sujet.lower()), ())
    for registre in registres:
        filtres = {"ventilation": "ensemble", **dict(registre.filtres)}
        lue = une(mesures, indicateur=registre.indicateur, **contexte.en_region, **filtres)
        if lue["statut"] == "observe":
            return f"{nombre(lue['numerateur'])} sur {nombre(lue['denominateur'])} {registre.suite}"
    return None
