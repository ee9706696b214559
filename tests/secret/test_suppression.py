"""La suppression : des tables faites à la main, où l'on sait ce qu'il faut masquer, et l'année de démonstration."""

import re
from datetime import date

import numpy as np
import polars as pl
import pytest
from auditeur import Audit, Edition, cellule_nue, cellules, cle_de_cellule, edition, lieux_de, successives
from scipy import sparse
from tests import jouet

from bilan.indicateurs.calcul import calculer
from bilan.indicateurs.contributions import SCHEMA_CONTRIBUTIONS, contributions
from bilan.indicateurs.registre import INDICATEURS
from bilan.projet import Projet, SeuilsSecret
from bilan.secret.cellules import CLE_CELLULE
from bilan.secret.grandeurs import NON_DIFFUSES, REGLES
from bilan.secret.histoire import Anterieure
from bilan.secret.masquage import masquer
from bilan.secret.profils import ecarter_les_bailleurs
from bilan.secret.suppression import Probleme, proteger
from bilan.tables.mesure import COLONNES_MESURE

_DU_FLUX = ("N1", "N1t", "N2", "N2t", "N3", "N3t", "F1", "F1e", "F2", "F3", "F3c", "F3e", "F4", "F4b", "F7")


def _tableau(valeurs: list[list[float]]) -> tuple[sparse.csr_matrix, np.ndarray]:
    """Rend les additions d'un tableau à deux dimensions, marges comprises, et ses valeurs à plat."""
    complet = np.array(valeurs, dtype=float)
    complet = np.vstack([complet, complet.sum(axis=0)])
    complet = np.hstack([complet, complet.sum(axis=1, keepdims=True)])
    lignes, colonnes = complet.shape
    relations = []
    for i in range(lignes):
        relations.append([(i * colonnes + j, -1 if j < colonnes - 1 else 1) for j in range(colonnes)])
    for j in range(colonnes):
        relations.append([(i * colonnes + j, -1 if i < lignes - 1 else 1) for i in range(lignes)])
    matrice = sparse.lil_matrix((len(relations), complet.size))
    for rang, relation in enumerate(relations):
        for cellule, coefficient in relation:
            matrice[rang, cellule] = coefficient
    return matrice.tocsr(), complet.ravel()


def _probleme(valeurs: list[list[float]], seuil: float = 5) -> Probleme:
    relations, plates = _tableau(valeurs)
    lignes, colonnes = len(valeurs) + 1, len(valeurs[0]) + 1
    interieur = np.zeros((lignes, colonnes), dtype=bool)
    interieur[:-1, :-1] = True
    sensibles = (plates > 0) & (plates < seuil) & interieur.ravel()
    cout = np.where(plates > 0, plates + np.where(interieur.ravel(), 0, 1e6), np.inf)
    return Probleme(relations, plates, np.zeros(plates.size, dtype=bool), sensibles, np.full(plates.size, 4.0), cout)


def test_une_petite_cellule_ne_se_masque_jamais_seule():
    masquees = proteger(_probleme([[3, 20, 30], [25, 22, 31], [28, 35, 40]])).reshape(4, 4)
    assert masquees[0, 0]
    assert masquees[:3, :3].sum() >= 4, "il faut un rectangle : la ligne et la colonne rendraient sinon la cellule"
    assert not masquees[3].any() and not masquees[:, 3].any(), "aucune marge n'a besoin d'être masquée"


def test_sans_petite_cellule_rien_ne_se_masque():
    assert not proteger(_probleme([[30, 20], [25, 22]])).any()


def test_un_zero_ne_sert_pas_de_complement():
    masquees = proteger(_probleme([[2, 0, 30], [0, 40, 22], [28, 35, 40]]))
    assert not masquees[_tableau([[2, 0, 30], [0, 40, 22], [28, 35, 40]])[1] == 0].any()


def test_la_suppression_est_la_meme_deux_fois():
    valeurs = [[3, 20, 4], [25, 2, 31], [1, 35, 40]]
    assert (proteger(_probleme(valeurs)) == proteger(_probleme(valeurs))).all()


def test_chaque_indicateur_a_sa_regle_ou_la_raison_de_ne_pas_sortir():
    """Un indicateur neuf fait échouer ce test tant que personne n'a décidé ce que le public en lit."""
    diffuses = {code for code, _ in REGLES}
    assert diffuses | set(NON_DIFFUSES) == set(INDICATEURS)
    assert not diffuses & set(NON_DIFFUSES), "un indicateur est à la fois diffusé et retenu"
    doc = (Projet.trouver().racine / "docs" / "secret.md").read_text(encoding="utf-8")
    absents = [code for code in INDICATEURS if not re.search(rf"(?<!\w){code}(?!\w)", doc)]
    assert not absents, f"docs/secret.md ne dit pas la règle de {absents}"


def test_un_indicateur_sans_regle_ne_sort_pas():
    assert {code for code, _ in REGLES} <= set(INDICATEURS), "une règle porte sur un indicateur qui n'existe plus"
    cles = ("indicateur", "ventilation", "territoire_type")
    lignes = [("A3", "ensemble", "epci"), ("N2", "bailleur", "epci"), ("N2", "ensemble", "bailleur")]
    lignes.append(("N2", "ensemble", "epci"))
    restantes = ecarter_les_bailleurs(pl.DataFrame(lignes, schema=cles, orient="row"))
    assert restantes.rows() == [("N2", "ensemble", "epci")]


def test_l_objectif_d_une_annee_sans_agrements_reste_public():
    lignes = [("P1n", "region", 13508.0), ("A1", "region", 40.0), ("N2", "epci", 40.0)]
    mesures = pl.DataFrame(
        [
            dict.fromkeys(COLONNES_MESURE)
            | {"indicateur": code, "territoire_type": maille, "territoire": "93", "ventilation": "ensemble",
               "modalite": "ensemble", "periode": "2017", "denominateur": terme, "statut": "non_transmis"}
            for code, maille, terme in lignes
        ],
        schema_overrides=dict.fromkeys(("numerateur", "denominateur", "valeur"), pl.Float64),
    )  # fmt: skip
    schema = dict.fromkeys(CLE_CELLULE, pl.String) | {"valeur": pl.Float64, "unites": pl.Int64, "part_max": pl.Float64}
    publiques = masquer(mesures, pl.DataFrame(schema=schema), SeuilsSecret()).mesures
    assert dict(publiques.select("indicateur", "denominateur").iter_rows()) == {"P1n": 13508.0, "N2": None}


@pytest.mark.lent
def test_aucun_bailleur_ni_aucune_petite_valeur_dans_les_mesures_publiques(demonstration):
    _, masquage, _ = demonstration
    publiques = masquage.mesures
    assert "bailleur" not in publiques["territoire_type"].unique().to_list()
    assert not publiques["ventilation"].str.contains("bailleur").any()
    volumes = publiques.filter(pl.col("indicateur").str.contains("^N") & (pl.col("statut") == "observe"))
    assert volumes.filter((pl.col("valeur") > 0) & (pl.col("valeur") < 5)).is_empty()
    secretes = publiques.filter(pl.col("statut") == "secret")
    assert secretes.height > 1000
    assert secretes.select(pl.col("numerateur", "denominateur", "valeur").is_null().all()).row(0) == (True,) * 3


@pytest.mark.lent
def test_la_diffusion_publique_reste_utile(demonstration):
    publiques = demonstration[1].mesures.filter(pl.col("periode") == "2024")
    region = publiques.filter((pl.col("territoire_type") == "region") & pl.col("indicateur").is_in(["N2", "F3", "E5"]))
    assert (region["statut"] == "secret").mean() < 0.1
    epci = publiques.filter((pl.col("territoire_type") == "epci") & (pl.col("indicateur") == "N2"))
    assert (epci.filter(pl.col("ventilation") == "ensemble")["statut"] == "secret").mean() < 0.25


@pytest.mark.lent
def test_un_curieux_ne_retrouve_aucune_cellule_masquee(demonstration):
    """Programmation linéaire sur toutes les cellules publiées ensemble : toutes les cellules masquées, une à une."""
    mesures, masquage, lieux = demonstration
    audit = Audit([edition(mesures, masquage)], lieux)
    assert len(audit.candidates) > 5000
    familles = {cle[0] for cle in audit.candidates}
    assert {"proposes", "attribues", "baux", "attribues_objectif", "objectif", "attendus_taux", "tous_taux"} <= familles
    assert audit.retrouvees(SeuilsSecret().largeur_minimale) == []


@pytest.mark.lent
def test_dans_la_region_jouet_ni_une_edition_ni_deux_ne_rendent_une_cellule_sensible():
    """La seconde édition connaît la première : ce qui s'y lisait ne peut plus rien cacher.

    Seule, elle ne rend aucune cellule masquée. Avec la première, un complément que la seconde n'a pas repris peut se
    retrouver ; une cellule de la règle primaire, jamais.
    """
    seuils = SeuilsSecret(seuil_unites=2, dominance=1.0)
    editions, anterieures, primaires = [], [], set()
    mesures, qui = calculer(jouet.tables(), jouet.contexte(), _DU_FLUX), contributions(jouet.tables(), jouet.contexte())
    for connues in (pl.col("periode") != "2024T2", pl.lit(True)):
        masquage = masquer(mesures.filter(connues), qui.filter(connues), seuils, anterieures)
        editions.append(edition(mesures.filter(connues), masquage))
        anterieures = [Anterieure(masquage.mesures, qui.filter(connues))]
        sensibles = masquage.cellules.filter("primaire").select(CLE_CELLULE)
        primaires.update(cle_de_cellule(*cle) for cle in sensibles.iter_rows())
    lieux = {"900000001": ["13", "84"], "900000002": ["13"], **{f"90000000{rang}": ["84"] for rang in (3, 4, 5)}}
    seule, ensemble = Audit(editions[1:], lieux), Audit(editions, lieux)
    assert len(seule.candidates) > 150 and len(primaires) > 100
    assert not {cle for cle in primaires if ensemble.publiees.get(cle)}, "une cellule sensible se lit quelque part"
    assert seule.retrouvees(seuils.largeur_minimale) == []
    assert not primaires & {cle for cle, _, _ in ensemble.retrouvees(seuils.largeur_minimale)}


@pytest.mark.lent
def test_deux_coupes_successives_de_l_annee_ne_rendent_aucune_cellule_sensible(annee_mesuree):
    """Après deux trimestres, puis après trois, bilans tardifs arrivés entre-temps : l'une aide à lire l'autre."""
    editions, primaires = successives(
        annee_mesuree, [date(2024, 7, 31), date(2024, 10, 31)], ("N2", "N2t", "N3", "N3t", "F3")
    )
    audit = Audit(editions, lieux_de(annee_mesuree))
    trouvees = audit.retrouvees(SeuilsSecret().largeur_minimale)
    assert len(primaires) > 100 and len(audit.candidates) > 300
    assert [cle for cle, _, _ in trouvees if cellule_nue(cle) in primaires] == []
    assert len(trouvees) < len(audit.candidates) / 100, "des compléments révisés, et très peu"


def test_l_audit_retrouve_ce_qui_est_mal_masque():
    """Une seule cellule masquée dans un tout publié se retrouve ; deux, non."""
    lignes = pl.DataFrame({
        "modalite": ["ensemble", "ALS", "EPCI", "REGION"], "numerateur": [30.0, 20.0, 6.0, 4.0],
        "ventilation": ["ensemble", *["reservataire"] * 3],
    }).with_columns(
        indicateur=pl.lit("N2"), territoire_type=pl.lit("region"), territoire=pl.lit("93"), periode=pl.lit("2024"),
        denominateur=pl.lit(None), statut=pl.lit("observe"),
    )  # fmt: skip
    for masquees, combien in ((["REGION"], 1), (["REGION", "EPCI"], 0)):
        masquee = pl.col("modalite").is_in(masquees)
        publiees = lignes.with_columns(statut=pl.when(masquee).then(pl.lit("secret")).otherwise("statut"))
        cles = frozenset(("attribues", "region", "93", "reservataire", m, "2024") for m in masquees)
        audit = Audit([Edition(cellules(publiees), cellules(lignes), cles)], {})
        assert len(audit.retrouvees(4.0)) == combien


def test_un_reservataire_trop_petit_fait_taire_tous_les_comptes_de_conventions_de_la_maille():
    axes = [("ensemble", "ensemble", 9), ("reservataire", "ALS", 9), ("reservataire", "EPCI", 2)]
    expectees = pl.DataFrame(
        [("conventions", "region", "93", axe, modalite, "2024", 9.0, unites, 0.2) for axe, modalite, unites in axes],
        schema=SCHEMA_CONTRIBUTIONS,
        orient="row",
    )
    lignes = [
        dict.fromkeys(COLONNES_MESURE)
        | {"indicateur": code, "territoire_type": "region", "territoire": "93", "attendus": 9, "ventilation": axe,
           "modalite": modalite, "periode": "2024", "statut": "observe", "numerateur": 2.0, "denominateur": 4.0}
        for code in ("V1", "V5") for axe, modalite, _ in axes
    ]  # fmt: skip
    mesures = pl.DataFrame(lignes, schema_overrides=dict.fromkeys(("numerateur", "denominateur", "valeur"), pl.Float64))
    masquage = masquer(mesures, expectees, SeuilsSecret())
    par_axe = masquage.mesures.group_by("ventilation").agg(pl.col("statut").unique()).sort("ventilation").rows()
    assert par_axe == [("ensemble", ["observe"]), ("reservataire", ["secret"])]
