"""Cotation : ce qui ne se pose pas, ce qui n'est pas transmis et ce qui vaut zéro sont trois choses."""

from collections.abc import Callable
from datetime import date

import polars as pl
import pytest

from bilan.figures.sujets import Contexte, calendrier, chiffres, cotation, cotation_cartes, fiche

Mesurer = Callable[..., pl.DataFrame]
GAP, CASA, PAILLONS = "200067825", "240600585", "240600593"


def _etat(modalite: str, nombre: int) -> dict[str, object]:
    etat = {"indicateur": "E5", "ventilation": "etat_cotation", "modalite": modalite}
    return etat | {"numerateur": nombre, "denominateur": 26}


@pytest.fixture
def publies(mesurer: Mesurer) -> pl.DataFrame:
    return mesurer(_etat("EFFECTIVE_OU_IMMINENTE", 4), _etat("PREVUE", 15), _etat("DELAI_PLUS_LONG", 7))


def test_les_groupes_publies_font_26(publies: pl.DataFrame, contexte: Contexte) -> None:
    figure = cotation.groupes(publies, contexte)
    assert figure.donnees["numerateur"].to_list() == [4, 15, 7]
    assert "DREAL" in figure.source and "4 EPCI, prévue dans 15" in figure.titre


def test_sans_registre_la_carte_dit_26_sans_objet_et_26_non_transmis(publies: pl.DataFrame, contexte: Contexte) -> None:
    figure = cotation_cartes.carte_etats(publies, contexte)
    assert dict(figure.donnees.group_by("absence").len().iter_rows()) == {"sans_objet": 26, "non_transmis": 26}
    assert figure.donnees["classe"].null_count() == 52
    assert figure.alt == "Carte des 52 EPCI : 26 sans objet et 26 non transmis."


def test_un_epci_soumis_sans_document_vaut_zero_et_se_colorie(mesurer: Mesurer, contexte: Contexte) -> None:
    epci = {"territoire_type": "epci", "territoire": CASA, "denominateur": 1}
    lignes = [epci | {"indicateur": code, "numerateur": 0} for code in ("E1", "E2", "E3", "E4")]
    lignes += [
        {"territoire_type": "epci", "territoire": PAILLONS, "indicateur": code, "statut": "sans_objet"}
        for code in ("E1", "E2", "E3", "E4")
    ]
    figure = cotation_cartes.carte_documents(mesurer(*lignes), contexte)
    par_siren = {ligne["epci_siren"]: ligne for ligne in figure.donnees.iter_rows(named=True)}
    assert (par_siren[CASA]["documents"], par_siren[CASA]["classe"], par_siren[CASA]["absence"]) == (
        0,
        "Un ou aucun",
        None,
    )
    assert (par_siren[PAILLONS]["classe"], par_siren[PAILLONS]["absence"]) == (None, "sans_objet")
    assert par_siren[GAP]["absence"] == "non_transmis"


def test_les_jalons_disent_le_nombre_et_la_population(mesurer: Mesurer, contexte: Contexte) -> None:
    lignes = []
    for code, faits in zip(cotation.JALONS, (23, 20, 19, 19, 9), strict=True):
        lignes.append({"indicateur": code, "numerateur": faits, "denominateur": 26, "repondants": 26, "attendus": 26})
        for poids, part in (("population", 80), ("parc", 70)):
            ici = {"indicateur": code, "ventilation": "ponderation", "modalite": poids}
            lignes.append(ici | {"numerateur": part, "denominateur": 100})
    figure = cotation.jalons(mesurer(*lignes), contexte)
    assert figure.titre == "La cotation est en service dans 9\u00a0EPCI soumis sur 26"
    assert figure.donnees["population"].to_list() == [80] * 5
    assert "26 sur 26 EPCI soumis ont répondu" in figure.note


_ANNONCES = {
    GAP: [(date(2024, 6, 30), None, date(2025, 1, 1)), (date(2024, 12, 31), None, date(2025, 6, 1))],
    CASA: [(date(2024, 6, 30), None, date(2024, 10, 1)), (date(2024, 12, 31), date(2024, 10, 2), None)],
}


@pytest.fixture
def registre() -> pl.DataFrame:
    lignes = [
        {
            "epci_siren": siren,
            "date_arrete": arrete,
            "cotation_date_mise_en_service": faite,
            "date_prevue_cotation": prevue,
        }
        for siren, arretes in _ANNONCES.items()
        for arrete, faite, prevue in arretes
    ]
    dates = dict.fromkeys(("date_arrete", "cotation_date_mise_en_service", "date_prevue_cotation"), pl.Date)
    return pl.DataFrame(lignes, schema={"epci_siren": pl.String, **dates})


def test_un_calendrier_repousse_a_glisse(registre: pl.DataFrame, contexte: Contexte) -> None:
    figure = calendrier.calendrier(registre, contexte)
    lus = {ligne["epci"]: ligne for ligne in figure.donnees.iter_rows(named=True)}
    gap, casa = lus["CA Gap-Tallard-Durance"], lus["CA de Sophia Antipolis"]
    assert (gap["statut"], gap["jour"], gap["avant"]) == ("glissé", date(2025, 6, 1), date(2025, 1, 1))
    assert (casa["statut"], casa["jour"]) == ("fait", date(2024, 10, 2))
    assert figure.titre.startswith("1\u00a0calendrier a glissé")
    assert gap["quand"] == "01/06/2025"


def test_la_fiche_d_un_epci_ne_demande_pas_de_date_a_ce_qui_est_fait(contexte: Contexte) -> None:
    colonnes = (
        "cil_statut",
        "cil_date_installation",
        "document_cadre_date",
        "cia_statut",
        "cia_date_signature",
        "ppgdid_statut",
        "ppgdid_date_adoption",
        "cotation_date_mise_en_service",
        "date_prevue_cil",
        "date_prevue_cia",
        "date_prevue_ppgdid",
        "date_prevue_cotation",
    )
    ligne = dict.fromkeys(colonnes) | {
        "epci_siren": GAP,
        "date_arrete": date(2024, 12, 31),
        "cil_statut": "ADOPTE",
        "cil_date_installation": date(2020, 5, 1),
        "date_prevue_cotation": date(2025, 3, 1),
    }
    figure = fiche.etapes(pl.DataFrame([ligne]), GAP, contexte)
    cil, service = figure.donnees.row(0, named=True), figure.donnees.row(-1, named=True)
    assert (cil["statut"], cil["deja"], service["statut"], service["pas_encore"]) == (
        "Adopté",
        "sans_objet",
        "À faire",
        "sans_objet",
    )
    assert figure.lecture == "La mise en service de la cotation est annoncée pour le 1er mars 2025."


@pytest.mark.parametrize(("combien", "titre", "libelle"), [
    (0, "Aucun des 26\u00a0EPCI soumis n'a sa cotation en service", "EPCI soumis sur 26 a sa cotation en service"),
    (1, "1 EPCI soumis sur 26 a sa cotation en service", "EPCI soumis sur 26 a sa cotation en service"),
    (9, "9 EPCI soumis sur 26 ont leur cotation en service", "EPCI soumis sur 26 ont leur cotation en service"),
])  # fmt: skip
def test_le_chiffre_cle_s_accorde_avec_ce_qu_il_compte(
    mesurer: Mesurer, contexte: Contexte, combien: int, titre: str, libelle: str
) -> None:
    figure = chiffres.chiffre(mesurer({"indicateur": "E5", "numerateur": combien, "denominateur": 26}), "E5", contexte)
    assert (figure.titre, figure.forme.libelle) == (titre, libelle)
