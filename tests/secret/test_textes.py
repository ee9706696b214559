"""Les textes libres : chaque colonne de texte du catalogue est rangée, et une approbation dit qui, quand et quoi."""

from datetime import date

import polars as pl
import pytest

from bilan.erreurs import DonneesRefusees, ErreurUsage
from bilan.projet import Projet
from bilan.secret.textes import NOMS_ET_CITATIONS, TEXTES_LIBRES, Approbations, empreinte
from bilan.tables.catalogue import CATALOGUE
from bilan.tables.colonne import fiche_de

_CODES = ("_siren", "_id", "_code", "code_", "code")


def test_chaque_colonne_de_texte_est_une_nomenclature_un_nom_un_code_ou_un_texte_libre():
    """Une colonne neuve fait échouer ce test tant que personne n'a décidé ce que le public peut en lire."""
    for nom, schema in CATALOGUE.items():
        for colonne, genre in schema.columns().items():
            if genre.dtype == pl.String and not fiche_de(genre).valeurs:
                rangee = colonne in NOMS_ET_CITATIONS or colonne in TEXTES_LIBRES.get(nom, ())
                assert rangee or any(code in colonne for code in _CODES), f"{nom}.{colonne}"


def test_une_approbation_se_relit_et_ne_vaut_que_pour_son_texte(tmp_path):
    chemin = tmp_path / "approbations.csv"
    avis = "Un avis ;\nde deux lignes"
    approbations = Approbations.lire(chemin).avec([avis], "chargée de mission", date(2025, 3, 31))
    chemin.write_bytes(approbations.en_csv())
    relues = Approbations.lire(chemin)
    assert relues.lignes == approbations.lignes
    assert relues.retenus(["Un avis ; de deux lignes", "Un autre", " "]) == ["Un autre"]
    assert relues.lignes[empreinte("Un avis ; de deux lignes")]["approuve_par"] == "chargée de mission"


@pytest.mark.parametrize(
    ("ancien", "nouveau", "attendu"),
    [
        ("Un avis", "Un avis retouché", "n'est pas celui"),
        ("2025-03-31", "hier", "n'est pas une date"),
        ("chargée de mission", "", "il faut"),
        ("chargée de mission", "camille@exemple.fr", "un rôle, jamais un nom"),
    ],
)
def test_une_approbation_mal_remplie_est_refusee_a_sa_ligne(tmp_path, ancien, nouveau, attendu):
    chemin = tmp_path / "approbations.csv"
    contenu = Approbations.lire(chemin).avec(["Un avis"], "chargée de mission", date(2025, 3, 31)).en_csv()
    chemin.write_bytes(contenu.replace(ancien.encode(), nouveau.encode()))
    with pytest.raises(DonneesRefusees, match=f"ligne 2.*{attendu}"):
        Approbations.lire(chemin)


def test_une_adresse_n_est_pas_un_role(tmp_path):
    with pytest.raises(ErreurUsage, match="n'est pas un rôle"):
        Approbations.lire(tmp_path / "a.csv").avec(["Un avis"], "camille@exemple.fr", date(2025, 3, 31))


def test_les_textes_deja_publies_du_depot_sont_approuves():
    projet = Projet.trouver()
    approbations = Approbations.lire(projet.racine / "data" / "approbations.csv")
    for nom in ("chronologie", "points_arbitres_2024"):
        table = pl.read_csv(projet.publie / f"{nom}.csv", separator=";", infer_schema=False)
        colonnes = TEXTES_LIBRES[nom.removesuffix("_2024")]
        assert approbations.retenus(t for c in colonnes for t in table[c].drop_nulls()) == []
