"""Les pages des révisions : chaque valeur révisée, son territoire, avant, après, la cause et la date."""

import dataclasses
import re
from pathlib import Path

import polars as pl
import pytest
from conftest import RACINE, Magasin, barres

from bilan.editions import revisions
from bilan.editions.atelier import Atelier
from bilan.editions.controles import controler
from bilan.editions.executions import lire_edition
from bilan.editions.revisions import Revisions, lire_revisions
from bilan.editions.site import construire
from bilan.entrepot.changements import Comparaison, EntrepotChangements
from bilan.figures import tableau
from bilan.indicateurs.changements import SCHEMA
from bilan.projet import PUBLIC, Jeu, Projet

DEMO = Jeu.DEMONSTRATION


def revisee(territoire: tuple[str, str], detail: str, cause: str = "correction") -> dict[str, object]:
    return {
        "genre": "valeur", "cause": cause, "territoire_type": territoire[0], "territoire": territoire[1],
        "objet": "Conventions signées", "detail": detail, "periode": "2024", "valeur_avant": 52.4, "valeur_apres": 71.0,
        "unite": "%",
    }  # fmt: skip


LIGNES = [
    revisee(("region", "93"), "ensemble|ensemble"),
    revisee(("departement", "83"), "reservataire|statut|ALS|SIGNEE", "regle"),
    revisee(("epci", "200030195"), "reservataire|COMMUNE", "geographie"),
    {"genre": "statut", "cause": "fait", "territoire_type": "epci", "territoire": "200030195", "objet": "CIA"},
]


@pytest.fixture
def compare(projet: Projet, magasin: Magasin) -> Projet:
    """Projet d'essai au vrai référentiel, dont l'édition fictive se compare à un état et a trois valeurs révisées."""
    projet.referentiel.rmdir()
    projet.referentiel.symlink_to(RACINE / "data" / "referentiel", target_is_directory=True)
    magasin.ecrire(DEMO, "80_ce_qui_a_change", "changements", [barres("changements-causes")], titre="Ce qui a changé")
    lignes = pl.DataFrame(LIGNES, schema=SCHEMA)
    EntrepotChangements(projet.entrepot, DEMO).ecrire(lignes, Comparaison("2024-12-31", publiee=True))
    return projet


def test_chaque_valeur_revisee_se_lit_en_francais_avec_sa_cause_et_sa_date(compare: Projet) -> None:
    region, epci = lire_revisions(compare, lire_edition(compare, DEMO))
    assert (region.page, epci.page) == ("revisions", "revisions-epci")
    connu_le = lire_edition(compare, DEMO).declaration.connu_le
    jour = f"{connu_le:%d/%m/%Y}"
    nature = "Conventions signées"
    assert tableau.lignes(region.figure) == [
        ("Provence-Alpes-Côte d'Azur", nature, "Ensemble", "2024", "52,4", "71,0", "%", "Correction", jour),
        ("Var", nature, "Action Logement Services, Signée", "2024", "52,4", "71,0", "%", "Règle", jour),
    ]
    assert tableau.lignes(epci.figure)[0][0] == "Métropole Nice Côte d'Azur"
    assert tableau.lignes(epci.figure)[0][7] == "Géographie"
    assert region.figure.fictif and region.figure.maturite == "revise"


def test_sans_etat_a_comparer_ou_au_profil_public_il_n_y_a_pas_de_revisions(compare: Projet) -> None:
    edition = lire_edition(compare, DEMO)
    assert lire_revisions(compare, dataclasses.replace(edition, profil=PUBLIC)) == ()
    EntrepotChangements(compare.entrepot, DEMO).ecrire(pl.DataFrame(schema=SCHEMA), Comparaison())
    assert lire_revisions(compare, edition) == ()


def test_sans_la_page_de_ce_qui_a_change_il_n_y_a_pas_de_revisions(compare: Projet) -> None:
    edition = lire_edition(compare, DEMO)
    ailleurs = tuple(e for e in edition.executions if e.page != "changements")
    assert lire_revisions(compare, dataclasses.replace(edition, executions=ailleurs)) == ()


def test_une_edition_sans_valeur_revisee_le_dit(compare: Projet) -> None:
    EntrepotChangements(compare.entrepot, DEMO).ecrire(pl.DataFrame(schema=SCHEMA), Comparaison("2024-12-31"))
    (seule,) = lire_revisions(compare, lire_edition(compare, DEMO))
    assert "Aucune valeur n'a été révisée depuis l'état connu le 31 décembre 2024" in seule.figure.vide


def test_la_page_en_montre_les_premieres_et_le_fichier_toutes(
    compare: Projet, atelier: Atelier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bilan.editions.site.LIGNES_PAR_PAGE", 1)
    faites: tuple[Revisions, ...] = revisions.lire_revisions(compare, lire_edition(compare, DEMO))
    site = tmp_path / "site"
    construire(compare, [DEMO], site, dataclasses.replace(atelier, revisions=lambda _edition: faites))
    page = (site / "demonstration" / "revisions.html").read_text(encoding="utf-8")
    assert len(re.findall(r"<tr><th scope=\"row\"", page)) == 1
    assert "1\u00a0autre est dans le fichier CSV" in page
    csv = (site / "demonstration" / "telechargements" / "revisions" / "revisions.csv").read_text(encoding="utf-8")
    assert csv.count("Conventions signées") == 2
    assert 'href="revisions.html"' in (site / "demonstration" / "changements.html").read_text(encoding="utf-8")
    assert controler(site) == []
