"""Conventions : en nombre et en parc, les motifs, et les faits du compte rendu (domaine, § 1.2)."""

from collections.abc import Callable

import polars as pl

from bilan.figures.sujets import Contexte, conventions, conventions_suivi, copil, fiche_flux

Mesurer = Callable[..., pl.DataFrame]


def test_le_titre_dit_le_nombre_puis_le_parc(mesurer: Mesurer, contexte: Contexte) -> None:
    etat = {"ventilation": "reservataire", "modalite": "ETAT_PRIO"}
    mesures = mesurer(
        {"indicateur": "V1", "numerateur": 6, "denominateur": 8, "repondants": 4, "attendus": 4, "couverture": 1.0},
        {"indicateur": "V2", "numerateur": 950, "denominateur": 1000},
        etat | {"indicateur": "V1", "numerateur": 3, "denominateur": 4},
        etat | {"indicateur": "V2", "numerateur": 95, "denominateur": 100},
    )
    figure = conventions.par_reservataire(mesures, contexte)
    assert figure.titre == "75,0\u202f% des conventions attendues sont signées, 95,0\u202f% du parc concerné"
    ligne = figure.donnees.row(0, named=True)
    assert (ligne["libelle"], ligne["valeur"], ligne["parc"]) == ("État – publics prioritaires", 75.0, 95.0)
    assert figure.donnees.filter(libelle="Commune")["absence"].item() == "non_transmis"


def test_l_avancement_regroupe_les_statuts_en_quatre_etapes(mesurer: Mesurer, contexte: Contexte) -> None:
    ici = {"indicateur": "V1", "ventilation": "reservataire|statut", "denominateur": 10}
    v1 = mesurer(
        ici | {"modalite": "COMMUNE|SIGNEE", "numerateur": 4},
        ici | {"modalite": "COMMUNE|TRANSMISE", "numerateur": 2},
        ici | {"modalite": "COMMUNE|EN_SIGNATURE", "numerateur": 1},
        ici | {"modalite": "COMMUNE|REFUSEE", "numerateur": 3},
    )
    figure = conventions.avancement(v1, contexte)
    assert dict(figure.donnees.select("etape", "conventions").iter_rows()) == {
        "Signée": 4,
        "Transmise ou en signature": 3,
        "Non engagée ou refusée": 3,
    }
    assert figure.titre == "6\u00a0conventions à signer, dont 6 pour le réservataire « Commune »"


def test_les_faits_du_copil_disent_6_bailleurs_et_95_pour_cent_du_parc(
    publie: Callable[[str], pl.DataFrame], contexte: Contexte
) -> None:
    figure = conventions_suivi.faits_du_copil(publie("reperes_copil_2024.csv"), contexte)
    assert figure.donnees.height == 4
    assert figure.titre.startswith("Vaucluse : les conventions de 6 bailleurs, 95\u202f% du parc")


def test_le_retard_lit_la_mediane_de_la_region(mesurer: Mesurer, contexte: Contexte) -> None:
    jours = {"indicateur": "V4", "unite": "jours", "denominateur": 5}
    v4 = mesurer(
        jours | {"ventilation": "signature|statistique", "modalite": "SIGNEE|mediane", "valeur": 128},
        *(
            jours
            | {"ventilation": "reservataire|signature|statistique", "modalite": f"ALS|SIGNEE|{nom}", "valeur": valeur}
            for nom, valeur in (("mediane", 90), ("maximum", 300))
        ),
    )
    figure = conventions_suivi.retard(v4, contexte)
    assert "128\u00a0jours" in figure.titre
    assert figure.donnees.row(0) == ("Action Logement Services", 5.0, 90.0, 300.0)


def test_sans_convention_sur_son_territoire_la_fiche_renvoie_au_departement(
    mesurer: Mesurer, contexte: Contexte
) -> None:
    mesures = mesurer(
        {"indicateur": "V1", "territoire_type": "departement", "territoire": "05", "numerateur": 3, "denominateur": 4},
        {"indicateur": "V1", "numerateur": 6, "denominateur": 8},
    )
    figure = fiche_flux.conventions(mesures, "200067825", contexte)
    assert figure.titre.startswith("Pas de convention attendue") and "75,0\u202f%" in figure.titre
    secret = {"indicateur": "V1", "territoire_type": "epci", "territoire": "200067825", "statut": "secret"}
    masquee = fiche_flux.conventions(pl.concat([mesures, mesurer(secret)]), "200067825", contexte)
    assert masquee.titre == "75,0\u202f% des conventions attendues sont signées dans le département"


def test_le_tableau_de_bord_garde_les_deux_termes_et_laisse_voir_ce_qui_manque(
    mesurer: Mesurer, contexte: Contexte
) -> None:
    mesures = mesurer({"indicateur": "P1", "periode": "2023", "numerateur": 6698, "denominateur": 11000})
    figure = copil.tableau_de_bord(mesures, contexte)
    production = figure.donnees.row(-1, named=True)
    assert (production["periode"], production["rapport"]) == ("2023", "6\u202f698 / 11\u202f000")
    assert figure.donnees["valeur"].null_count() == figure.donnees.height - 1
    assert figure.titre.startswith("1\u00a0indicateur connu sur 11")
