"""Le bilan du flux : émetteur, période, ordre des mesures, parts invraisemblables."""

import polars as pl

from bilan.collecte.anomalies import Anomalie, Gravite
from bilan.collecte.controles.outils import Regle, sur_fichier, sur_lignes
from bilan.collecte.envoi import Envoi
from bilan.collecte.tableau import Tableau
from bilan.francais import pourcent
from bilan.periode import Periode

_AUTRE_EMETTEUR = Regle(
    Gravite.BLOQUANT, "autre_bailleur", "la ligne est du bailleur {bailleur_siren}, l'envoi de l'émetteur {emetteur}",
    "envoyez un fichier par bailleur, ou corrigez le SIREN",
)  # fmt: skip
_AUTRE_PERIODE = Regle(
    Gravite.BLOQUANT, "autre_periode", "la ligne est de la période {annee} {periode}, l'envoi de la période {attendue}",
    "n'envoyez que la période demandée, ou corrigez la ligne",
)  # fmt: skip
_DEUX_CUMULS = Regle(
    Gravite.BLOQUANT, "deux_cumuls", "le fichier mêle des chiffres du trimestre et des chiffres cumulés",
    "choisissez un seul mode pour tout le fichier",
)  # fmt: skip
_ATTRIBUES = Regle(
    Gravite.A_VERIFIER, "proposes_attribues",
    "plus de logements attribués ({logements_attribues}) que proposés ({logements_proposes})",
    "vérifiez la ligne ; c'est possible si des propositions datent de la période précédente",
)  # fmt: skip
_BAUX = Regle(
    Gravite.A_VERIFIER, "attribues_baux", "plus de baux signés ({baux_signes}) que de logements attribués "
    "({logements_attribues})", "vérifiez la ligne ; c'est possible si des attributions datent de la période précédente",
)  # fmt: skip
_PART = Regle(
    Gravite.A_VERIFIER, "part_invraisemblable", "« {quoi} » fait {part} des logements attribués, plus que les {seuil} "
    "plausibles", "vérifiez que les catégories n'ont pas été décalées",
)  # fmt: skip
_NON_RENSEIGNE = Regle(
    Gravite.A_VERIFIER, "non_renseigne", "« {axe} » n'est pas renseigné pour {part} des logements proposés",
    "complétez cet axe : le bilan annuel le demande (CCH R.441-5-1)",
)  # fmt: skip
_UNE_COMMUNE = Regle(
    Gravite.A_VERIFIER, "commune_du_siege", "tous les logements sont dans la commune {commune}, alors que le parc du "
    "bailleur est dans {communes} communes", "donnez la commune du logement, pas celle du siège",
)  # fmt: skip

_SEUILS = {"ETAT_FONC": 15.0, "ETAT_PRIO": 60.0, "ALS": 80.0}
_AXES = {"typologie": "Typologie", "financement": "Financement", "qpv": "Quartier prioritaire",
         "periode_construction": "Période de construction"}  # fmt: skip
_VOLUME_MIN = 20
_NR_MAX = 0.5


def controler_envoi(lignes: pl.DataFrame, tableau: Tableau, envoi: Envoi) -> list[Anomalie]:
    """Rend les lignes d'un autre bailleur ou d'une autre période que ceux de l'envoi."""
    anomalies: list[Anomalie] = []
    if envoi.emetteur.isdecimal():
        autres = lignes.filter(pl.col("bailleur_siren") != envoi.emetteur).with_columns(emetteur=pl.lit(envoi.emetteur))
        anomalies += sur_lignes(_AUTRE_EMETTEUR, autres, tableau, "bailleur_siren")
    attendue = Periode.lire(envoi.periode)
    code = f"T{attendue.trimestre}" if attendue.trimestre else "AN"
    hors = (pl.col("annee") != attendue.annee) | (pl.col("periode") != code)
    if attendue.est_annee:  # l'envoi de l'année peut détailler ses trimestres
        hors = pl.col("annee") != attendue.annee
    fautives = lignes.filter(hors).with_columns(attendue=pl.lit(str(attendue)))
    anomalies += sur_lignes(_AUTRE_PERIODE, fautives, tableau, "periode")
    if lignes["mode_cumul"].drop_nulls().n_unique() > 1:
        anomalies += sur_fichier(_DEUX_CUMULS, tableau.fichier)
    return anomalies


def controler_flux(lignes: pl.DataFrame, tableau: Tableau) -> list[Anomalie]:
    """Rend ce qui mérite une vérification : ordre des mesures, parts, axes non renseignés."""
    plus = lignes.filter(pl.col("logements_attribues") > pl.col("logements_proposes"))
    baux = lignes.filter(pl.col("baux_signes") > pl.col("logements_attribues"))
    anomalies = sur_lignes(_ATTRIBUES, plus, tableau, "logements_attribues")
    anomalies += sur_lignes(_BAUX, baux, tableau, "baux_signes")
    return anomalies + _parts(lignes, tableau) + _axes_vides(lignes, tableau)


def _parts(lignes: pl.DataFrame, tableau: Tableau) -> list[Anomalie]:
    total = int(lignes["logements_attribues"].sum())
    if total < _VOLUME_MIN:
        return []
    sommes = lignes.group_by("reservataire_categorie").agg(pl.col("logements_attribues").sum()).rows()
    anomalies: list[Anomalie] = []
    for code, somme in sorted(sommes, key=str):
        seuil = _SEUILS.get(code, 100.0)
        if 100 * somme / total > seuil:
            anomalies += sur_fichier(
                _PART, tableau.fichier, quoi=code, part=pourcent(100 * somme / total, 0), seuil=pourcent(seuil, 0)
            )
    return anomalies


def _axes_vides(lignes: pl.DataFrame, tableau: Tableau) -> list[Anomalie]:
    total = int(lignes["logements_proposes"].sum())
    if total < _VOLUME_MIN:
        return []
    anomalies: list[Anomalie] = []
    for axe, titre in _AXES.items():
        inconnus = int(lignes.filter(pl.col(axe) == "NR")["logements_proposes"].sum())
        if inconnus > _NR_MAX * total:
            anomalies += sur_fichier(
                _NON_RENSEIGNE, tableau.fichier, axe=titre, part=pourcent(100 * inconnus / total, 0)
            )
    return anomalies


def controler_siege(lignes: pl.DataFrame, tableau: Tableau, parc: pl.DataFrame) -> list[Anomalie]:
    """Rend une anomalie si tout est dans une seule commune alors que le parc attendu en couvre plusieurs."""
    communes = lignes["code_commune"].drop_nulls().unique()
    siren = lignes["bailleur_siren"].drop_nulls().unique().to_list()
    attendues = parc.filter(pl.col("bailleur_siren").is_in(siren))["code_commune"].n_unique()
    peu = int(lignes["logements_proposes"].sum()) < _VOLUME_MIN
    if peu or len(communes) != 1 or attendues < 3:
        return []
    return sur_fichier(_UNE_COMMUNE, tableau.fichier, commune=communes[0], communes=attendues)
