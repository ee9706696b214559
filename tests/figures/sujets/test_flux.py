"""Flux : tolérance d'un logement, base trop petite, repère non opposable, et rien d'inventé sans bilan."""

from collections.abc import Callable

import polars as pl
import pytest

from bilan.erreurs import ErreurUsage
from bilan.figures import palettes
from bilan.figures.sujets import Contexte, bilans, disponible, flux, flux_cartes
from bilan.figures.sujets.echelles import REPERE, Echelle

Mesurer = Callable[..., pl.DataFrame]


def _atteinte(reservataire: str, attribues: float, objectif: float) -> list[dict[str, object]]:
    ici = {"ventilation": "reservataire", "modalite": reservataire, "numerateur": attribues, "denominateur": objectif}
    return [
        ici | {"indicateur": "F1"},
        ici | {"indicateur": "F2", "valeur": attribues - objectif, "unite": "logements"},
    ]


def test_un_logement_d_ecart_est_tolere_et_une_petite_base_n_est_pas_jugee(
    mesurer: Mesurer, contexte: Contexte
) -> None:
    mesures = mesurer(
        *_atteinte("ETAT_PRIO", 29.2, 30.0),
        *_atteinte("ALS", 25.0, 30.0),
        *_atteinte("REGION", 0.0, 4.0),
        {
            "indicateur": "F1",
            "numerateur": 54.2,
            "denominateur": 64.0,
            "repondants": 3,
            "attendus": 4,
            "couverture": 0.9,
        },
    )
    figure = flux.par_reservataire(mesures, contexte)
    jugements = dict(figure.donnees.select("libelle", "jugement").iter_rows())
    assert jugements["État – publics prioritaires"] == "Atteint, à un logement près"
    assert jugements["Action Logement Services"] == "En deçà de l'objectif"
    assert jugements["Région"] == "Objectif trop petit pour juger"
    assert jugements["Commune"] == "Objectif inconnu"
    assert figure.titre == "Objectif de flux : atteint, à un logement près, pour 1 des 2\u00a0réservataires"
    assert "3 sur 4 bailleurs ont répondu, soit 90,0\u202f% du parc" in figure.note


def test_sous_le_secret_l_objectif_n_est_pas_dit_inconnu_et_les_couleurs_restent(
    mesurer: Mesurer, contexte: Contexte
) -> None:
    secret = {"indicateur": "F1", "ventilation": "reservataire", "modalite": "ETAT_PRIO", "statut": "secret"}
    figure = flux.par_reservataire(mesurer(secret, *_atteinte("ALS", 30.0, 30.0)), contexte)
    masquee = figure.donnees.row(by_predicate=pl.col("absence") == "secret", named=True)
    assert masquee["jugement"] == "Secret statistique"
    jugements = figure.donnees["jugement"].to_list()
    teintes = palettes.teintes(jugements, figure.donnees["valeur"].to_list(), figure.forme.modalites)
    assert teintes == {"Atteint, à un logement près": palettes.couleurs("categoriel", 4)[0]}


def test_le_bailleur_qui_ne_signe_avec_personne_n_a_pas_d_objectif(mesurer: Mesurer, contexte: Contexte) -> None:
    figure = flux.par_reservataire(mesurer(*_atteinte("ALS", 30.0, 30.0)), contexte)
    assert "Bailleur (non réservé)" not in figure.donnees["libelle"]


def test_a_un_logement_pres_un_epci_est_a_son_repere(mesurer: Mesurer, contexte: Contexte) -> None:
    ici = {"indicateur": "F1e", "ventilation": "reservataire", "modalite": "ETAT_PRIO", "territoire_type": "epci"}
    f1e = mesurer(
        ici | {"territoire": "200067825", "numerateur": 2, "denominateur": 3},
        ici | {"territoire": "240600585", "numerateur": 66, "denominateur": 100},
        ici | {"territoire": "200030195", "statut": "non_transmis"},
    )
    figure = flux_cartes.carte_repere(f1e, "ETAT_PRIO", contexte)
    classes = dict(figure.donnees.select("epci_siren", "classe").iter_rows())
    assert classes["200067825"] == REPERE.classes[2] and classes["240600585"] == REPERE.classes[4]
    assert classes["200030195"] is None
    assert "non opposable" in figure.sous_titre and "objectif" in figure.note
    assert figure.donnees["absence"].value_counts().filter(absence="non_transmis")["count"].item() == 50


def test_les_parts_se_comparent_cote_a_cote_et_qui_n_a_rien_n_a_pas_de_carte(
    mesurer: Mesurer, contexte: Contexte
) -> None:
    ici = {"indicateur": "F3", "ventilation": "reservataire", "denominateur": 100}
    lignes = [{"territoire_type": "epci", "territoire": siren} for siren in ("200054807", "200030195")]
    f3 = mesurer(
        *(ici | ligne | {"modalite": "ALS", "numerateur": 33} for ligne in lignes),
        ici | lignes[0] | {"modalite": "COMMUNE", "numerateur": 9},
        ici | lignes[1] | {"modalite": "COMMUNE", "denominateur": None, "statut": "secret"},
        ici | {"modalite": "ALS", "numerateur": 66, "denominateur": 200},
        ici | {"modalite": "COMMUNE", "numerateur": 9, "denominateur": 200},
    )
    figure = flux_cartes.cartes_des_parts(f3, contexte)
    assert [p.titre for p in figure.forme.panneaux] == ["Action Logement Services", "Commune"]
    assert figure.titre.startswith("De 4,5\u202f% (Commune) à 33,0\u202f% (Action Logement Services)")
    nice = figure.donnees.row(by_predicate=pl.col("epci_siren") == "200030195", named=True)
    assert (nice["attribues"], nice["part_als"], nice["classe_als"]) == (100, 33, "30\u202f% et plus")
    assert (nice["part_commune"], nice["classe_commune"], nice["absence_commune"]) == (None, None, "secret")


def test_la_lecture_cite_un_nombre_de_la_table(mesurer: Mesurer, contexte: Contexte) -> None:
    ici = {"indicateur": "N2", "territoire_type": "epci", "unite": "logements"}
    n2 = mesurer(
        {"indicateur": "N2", "numerateur": 200, "valeur": 200, "unite": "logements"},
        ici | {"territoire": "200054807", "numerateur": 90, "valeur": 90},
        ici | {"territoire": "200030195", "numerateur": 30, "valeur": 30},
    )
    figure = flux_cartes.cercles(n2, contexte)
    assert figure.titre == "Métropole d'Aix-Marseille-Provence : 45,0\u202f% des 200\u00a0logements attribués"
    assert "90" in figure.lecture


def test_sans_bilan_la_figure_reste_vide_et_le_dit(mesurer: Mesurer, contexte: Contexte) -> None:
    b1 = mesurer({"indicateur": "B1", "statut": "non_transmis"})
    figure = bilans.par_periode(b1, contexte)
    assert not disponible(b1)
    assert figure.donnees.is_empty() and figure.vide.startswith("Aucun bilan")


def test_la_couverture_se_lit_avant_le_flux(mesurer: Mesurer, contexte: Contexte) -> None:
    ici = {"indicateur": "B1", "attendus": 30, "denominateur": 30, "maturite": "provisoire"}
    b1 = mesurer(
        ici | {"periode": "2024T1", "numerateur": 29, "repondants": 29, "couverture": 0.99},
        ici | {"numerateur": 27, "repondants": 27, "couverture": 0.965},
    )
    figure = bilans.par_periode(b1, contexte)
    assert figure.titre == "27 bailleurs sur 30 ont remis leur bilan de l'année : 96,5\u202f% du parc"
    assert figure.donnees["periode"].to_list() == ["T1 2024", "Année 2024"]
    assert figure.maturite == "provisoire"


def test_les_classes_d_une_echelle_ont_des_bornes_fixes() -> None:
    echelle = Echelle((15, 25, 35), "sequentiel")
    lues = pl.DataFrame({"v": [0.0, 15.0, 24.9, 35.0, None]}).with_columns(echelle.classer("v"))["classe"].to_list()
    assert lues == [echelle.classes[0], echelle.classes[1], echelle.classes[1], echelle.classes[3], None]


def test_des_bornes_qui_ne_croissent_pas_sont_refusees() -> None:
    with pytest.raises(ErreurUsage, match="croître"):
        Echelle((25, 15), "sequentiel")
