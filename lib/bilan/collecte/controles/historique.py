"""Confronter un envoi à ce que le même émetteur a déjà donné : double envoi, rupture, cumul pris pour un trimestre."""

from dataclasses import dataclass

import polars as pl

from bilan.collecte.anomalies import Anomalie, Gravite
from bilan.collecte.controles.outils import Regle, sur_fichier
from bilan.collecte.envoi import Envoi
from bilan.francais import nombre, pourcent
from bilan.periode import Periode

_IDENTIQUE = Regle(
    Gravite.A_VERIFIER, "memes_chiffres", "les chiffres sont exactement ceux de la période {autre}",
    "vérifiez que ce n'est pas l'envoi précédent, renommé",
)  # fmt: skip
_RUPTURE = Regle(
    Gravite.A_VERIFIER, "rupture", "« {mesure} » passe de {avant} ({autre}) à {apres}, soit {ecart}",
    "confirmez ce changement, ou corrigez le fichier",
)  # fmt: skip
_CUMUL = Regle(
    Gravite.A_VERIFIER, "cumul_pour_trimestre", "les chiffres, donnés pour le trimestre seul, dépassent partout "
    "ceux de la période {autre} ({avant} puis {apres}) : ils semblent cumulés",
    "si ce sont des cumuls, écrivez CUMUL dans « mode_cumul »",
)  # fmt: skip
_BAISSE = Regle(
    Gravite.A_VERIFIER, "cumul_en_baisse", "le cumul de « {mesure} » baisse de {avant} ({autre}) à {apres}",
    "un cumul ne baisse pas : vérifiez le mode de cumul, ou dites quelles lignes ont été corrigées",
)  # fmt: skip
_ANNEE = Regle(
    Gravite.A_VERIFIER, "annee_et_trimestres",
    "l'année compte {apres} logements proposés, ses quatre trimestres {avant}",
    "vérifiez l'année, ou renvoyez les trimestres rectifiés",
)  # fmt: skip

_MESURES = {"logements_proposes": "Logements proposés", "logements_attribues": "Logements attribués"}
_ECART_MAX = 0.5
_VOLUME_MIN = 20
_CROISSANTES = 0.9
_CELLULES_MIN = 5


@dataclass(frozen=True)
class Passe:
    """Ce que l'émetteur avait donné pour une autre période : la période et ses lignes."""

    periode: Periode
    lignes: pl.DataFrame


def controler_historique(lignes: pl.DataFrame, fichier: str, envoi: Envoi, connues: pl.DataFrame) -> list[Anomalie]:
    """Rend ce que les livraisons `connues` du même émetteur font soupçonner (table flux_bilan)."""
    periode = Periode.lire(envoi.periode)
    siennes = connues.filter(pl.col("emetteur") == envoi.emetteur)
    if periode.est_annee:
        return _annee_et_trimestres(lignes, fichier, periode, siennes)
    precedente = periode.precedente
    avant = siennes.filter(pl.col("periode_livraison") == str(precedente))
    if avant.is_empty():
        return []
    passe = Passe(precedente, avant)
    if _memes_chiffres(lignes, avant):
        return sur_fichier(_IDENTIQUE, fichier, autre=str(precedente))
    cumul, cumul_avant = _mode(lignes), _mode(avant)
    if cumul == "CUMUL" and cumul_avant == "CUMUL" and precedente.annee == periode.annee:
        return _baisses(lignes, fichier, passe)
    if cumul != cumul_avant:
        return []
    return _soupcon_de_cumul(lignes, fichier, passe) or _ruptures(lignes, fichier, passe)


def _mode(lignes: pl.DataFrame) -> str:
    return str(lignes["mode_cumul"].drop_nulls().first())


def _somme(lignes: pl.DataFrame, mesure: str) -> int:
    return int(lignes[mesure].sum())


def _memes_chiffres(lignes: pl.DataFrame, avant: pl.DataFrame) -> bool:
    comparees = ["reservataire_categorie", "code_commune", "typologie", "financement", "qpv", "periode_construction",
                 "type_offre", *_MESURES]  # fmt: skip
    gauche, droite = lignes.select(comparees), avant.select(comparees)
    return gauche.height > 2 and gauche.sort(comparees).equals(droite.sort(comparees))


def _par_cellule(lignes: pl.DataFrame) -> pl.DataFrame:
    return lignes.group_by("reservataire_categorie", "code_commune").agg(pl.col("logements_proposes").sum())


def _soupcon_de_cumul(lignes: pl.DataFrame, fichier: str, passe: Passe) -> list[Anomalie]:
    if _mode(lignes) != "TRIMESTRE" or passe.periode.trimestre == 4:
        return []
    cellules = (
        _par_cellule(passe.lignes)
        .filter(pl.col("logements_proposes") > 0)
        .join(_par_cellule(lignes), on=["reservataire_categorie", "code_commune"], how="left", suffix="_apres")
    )
    if cellules.height < _CELLULES_MIN:
        return []
    croissantes = (cellules["logements_proposes_apres"].fill_null(0) >= cellules["logements_proposes"]).mean()
    avant, apres = _somme(passe.lignes, "logements_proposes"), _somme(lignes, "logements_proposes")
    attendu = 1 + 0.6 / passe.periode.trimestre
    if croissantes is None or float(str(croissantes)) < _CROISSANTES or apres < attendu * avant:
        return []
    return sur_fichier(_CUMUL, fichier, autre=str(passe.periode), avant=nombre(avant), apres=nombre(apres))


def _ruptures(lignes: pl.DataFrame, fichier: str, passe: Passe) -> list[Anomalie]:
    anomalies: list[Anomalie] = []
    for mesure, titre in _MESURES.items():
        avant, apres = _somme(passe.lignes, mesure), _somme(lignes, mesure)
        if avant >= _VOLUME_MIN and abs(apres - avant) > _ECART_MAX * avant:
            ecart = f"{'+' if apres > avant else ''}{pourcent(100 * (apres - avant) / avant, 0)}"
            anomalies += sur_fichier(
                _RUPTURE,
                fichier,
                mesure=titre,
                autre=str(passe.periode),
                avant=nombre(avant),
                apres=nombre(apres),
                ecart=ecart,
            )
    return anomalies


def _baisses(lignes: pl.DataFrame, fichier: str, passe: Passe) -> list[Anomalie]:
    anomalies: list[Anomalie] = []
    for mesure, titre in _MESURES.items():
        avant, apres = _somme(passe.lignes, mesure), _somme(lignes, mesure)
        if apres < avant:
            anomalies += sur_fichier(
                _BAISSE, fichier, mesure=titre, autre=str(passe.periode), avant=nombre(avant), apres=nombre(apres)
            )
    return anomalies


def _annee_et_trimestres(lignes: pl.DataFrame, fichier: str, periode: Periode, siennes: pl.DataFrame) -> list[Anomalie]:
    trimestres = siennes.filter(
        pl.col("periode_livraison").is_in([str(t) for t in periode.trimestres]) & (pl.col("mode_cumul") == "TRIMESTRE")
    )
    if trimestres["periode_livraison"].n_unique() < 4:
        return []
    avant = _somme(trimestres, "logements_proposes")
    apres = _somme(lignes.filter(pl.col("periode") == "AN"), "logements_proposes")
    if avant == apres or lignes.filter(pl.col("periode") == "AN").is_empty():
        return []
    return sur_fichier(_ANNEE, fichier, avant=nombre(avant), apres=nombre(apres))
