"""La clé suit exactement ce qui est lu : rien de plus que la tranche, rien de moins."""

import datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from maquette_carnets import EPCI, OUVRIR_FICHE, PARAMETRES, Maquette, carnet_minimal, mesures

from bilan.carnets.cles_de_lecture import CATALOGUE, Lecture, LectureMesures, LectureTable, lire_nom
from bilan.carnets.fraicheur import Donnees, empreintes_lues
from bilan.entrepot.mesures import EntrepotMesures
from bilan.entrepot.tables import EntrepotTables, Livraison
from bilan.erreurs import ErreurUsage
from bilan.projet import Jeu, Projet
from bilan.tables import catalogue

JOUR = datetime.date(2025, 1, 31)
# Par émetteur, ses inscriptions : (séance, structure). Peu de valeurs, pour que les tranches se croisent souvent.
INSCRITS = st.dictionaries(
    st.sampled_from(["un", "deux", "trois"]),
    st.lists(st.tuples(st.integers(1, 2), st.sampled_from([*sorted(EPCI)[:2], "13", None])), min_size=1, max_size=3),
)
Inscrits = dict[str, list[tuple[int, str | None]]]


def _charger(projet: Projet, inscrits: Inscrits) -> EntrepotTables:
    tables = EntrepotTables(projet.entrepot, Jeu.DEMONSTRATION)
    types = {nom: col.dtype for nom, col in catalogue.CATALOGUE["copil_inscrits"].columns().items()}
    for emetteur, lignes in inscrits.items():
        trame = pl.DataFrame([
            dict.fromkeys(types, "x") | {
                "copil_num": seance, "rang": rang, "categorie": "EPCI", "code_structure": structure,
                "date_arrete": JOUR,
            } for rang, (seance, structure) in enumerate(lignes, start=1)
        ], schema=types)
        empreinte = sha256(f"{emetteur}{lignes}".encode()).hexdigest()
        livraison = Livraison(emetteur, "2024", JOUR, JOUR, "f.csv", empreinte)
        tables.charger("copil_inscrits", trame, livraison)
    return tables


def _attendu(inscrits: Inscrits, lecture: LectureTable) -> object:
    """Rend ce que la lecture contient, filtré à la main : par livraison et par groupe de lignes."""
    if lecture.valeurs_de:
        return sorted({seance for lignes in inscrits.values() for seance, _structure in lignes})
    groupes: dict[tuple[object, ...], list[int]] = {}
    for emetteur, lignes in inscrits.items():
        for rang, (seance, structure) in enumerate(lignes, start=1):
            ligne = {"copil_num": str(seance), "code_structure": structure}
            if all(ligne[colonne] in valeurs for colonne, valeurs in lecture.choix.items()):
                groupes.setdefault((emetteur, seance, structure), []).append(rang)
    return sorted((seance, str(structure), rangs) for (_emetteur, seance, structure), rangs in groupes.items())


def _cle(inscrits: Inscrits, lecture: LectureTable) -> str:
    with TemporaryDirectory() as dossier:
        tables = _charger(projet := Projet(Path(dossier)), inscrits)
        if lecture.choix:
            lues = tables.tranche(lecture.table, lecture.choix, JOUR).select("copil_num", "code_structure", "rang")
            attendues = [(s, c, r) for s, c, rangs in _attendu(inscrits, lecture) for r in rangs]
            assert sorted((s, str(c), r) for s, c, r in lues.rows()) == sorted(attendues)
        return Donnees(projet, Jeu.DEMONSTRATION).empreinte_table(lecture, JOUR)


LECTURES = st.sampled_from([
    LectureTable.tranche("copil_inscrits", {"code_structure": "200000001"}),
    LectureTable.tranche("copil_inscrits", {"code_structure": ["200000001", "13"], "copil_num": "2"}),
    LectureTable.tranche("copil_inscrits", {"copil_num": []}),
    LectureTable("copil_inscrits", valeurs_de="copil_num"),
])


@settings(max_examples=40, deadline=None)
@given(avant=INSCRITS, apres=INSCRITS, lecture=LECTURES)
def test_la_cle_d_une_tranche_change_si_et_seulement_si_ses_lignes_changent(
    avant: Inscrits, apres: Inscrits, lecture: LectureTable
) -> None:
    memes_lignes = _attendu(avant, lecture) == _attendu(apres, lecture)
    assert memes_lignes == (_cle(avant, lecture) == _cle(apres, lecture))


VALEURS = st.lists(st.sampled_from([10.0, 10.04, 11.0]), min_size=6, max_size=6)
LECTURES_MESURES = st.builds(
    LectureMesures, st.just("F3"), st.sampled_from(["", "region", "epci"]),
    st.sampled_from(["", "93", "200000001", "200000001,200000002"]),
    st.sampled_from(["", "2024", "2023"]), st.booleans(),
)


def _mesures(valeurs: list[float]) -> pl.DataFrame:
    lieux = [("region", "93"), ("epci", "200000001"), ("epci", "200000002")]
    places = [(*lieu, periode) for lieu in lieux for periode in ("2023", "2024")]
    return pl.concat([
        mesures({territoire: valeur}).with_columns(territoire_type=pl.lit(maille), periode=pl.lit(periode))
        for (maille, territoire, periode), valeur in zip(places, valeurs, strict=True)
    ])


@settings(max_examples=60, deadline=None)
@given(avant=VALEURS, apres=VALEURS, lecture=LECTURES_MESURES)
def test_la_cle_de_mesures_lues_change_si_et_seulement_si_elles_changent(
    avant: list[float], apres: list[float], lecture: LectureMesures
) -> None:
    vues = []
    with TemporaryDirectory() as dossier:
        projet = Projet(Path(dossier))
        entrepot = EntrepotMesures(projet.entrepot, Jeu.DEMONSTRATION)
        for valeurs in (avant, apres):
            entrepot.ecrire(_mesures(valeurs))
            choix = {n: getattr(lecture, n) or None for n in ("indicateur", "territoire_type", "territoire", "periode")}
            choix["territoire"] = lecture.territoire.split(",") if lecture.territoire else None
            lues = entrepot.lire_reperes(**choix) if lecture.repere else entrepot.lire(**choix)
            vues.append((lues.rows(), Donnees(projet, Jeu.DEMONSTRATION).empreinte_mesures(lecture)))
    assert (vues[0][0] == vues[1][0]) == (vues[0][1] == vues[1][1])


@pytest.mark.parametrize("lecture", [
    LectureMesures("F3"), LectureMesures("F3", "epci", "200000001,200000002"),
    LectureMesures("F3", "epci", "200000001", "2024T3", repere=True),
    LectureTable("conventions"), LectureTable("copil_inscrits", valeurs_de="copil_num"),
    LectureTable.tranche("parc_rpls", {"niveau": "epci", "code": ["b", "a"]}),
    LectureTable.tranche("copil_inscrits", {"copil_num": []}),
])
def test_le_nom_d_une_lecture_se_relit(lecture: Lecture) -> None:
    assert lire_nom(lecture.nom) == lecture


def test_un_journal_d_une_autre_version_se_lit_sans_erreur_et_fait_rejouer(maquette: Maquette) -> None:
    assert lire_nom(CATALOGUE) is None and lire_nom("mesures:F3/epci/200000001") is None
    donnees = Donnees(maquette.projet, Jeu.DEMONSTRATION)
    anciennes = ["mesures:F3/epci/200000001", 'table:conventions {"commune":["13055"]}', "table:conventions epci"]
    assert set(empreintes_lues(anciennes, donnees, JOUR).values()) == {""}


@pytest.fixture
def fiches(maquette: Maquette) -> Maquette:
    """Une fiche par EPCI, qui lit ses inscriptions et la dernière séance connue."""
    lire = (
        'seances = carnet.valeurs("copil_inscrits", "copil_num")\n'
        'siennes = carnet.table("copil_inscrits", code_structure=epci)\n'
        'carnet.texte("inscrits", f"{siennes.height} sur {seances}")'
    )
    maquette.ecrire("70_fiche", carnet_minimal(
        OUVRIR_FICHE, lire, "carnet.terminer()", contrat={"tables": ["copil_inscrits"]},
        parametres={**PARAMETRES, "epci": ("epci", "200000001")},
    ))
    maquette.declarer("70_fiche", par="epci", page="epci/{territoire}")
    return maquette


@pytest.mark.parametrize("de_qui", [*EPCI, "13", None])
def test_un_fichier_change_seules_les_fiches_dont_les_lignes_bougent_sont_rejouees(
    fiches: Maquette, de_qui: str | None
) -> None:
    depart = [(1, "13"), (1, "200000001")]
    _charger(fiches.projet, {"un": depart, "deux": depart})
    fiches.jouer()
    assert fiches.jouer().executions == ()
    _charger(fiches.projet, {"un": [*depart, (1, de_qui)]})
    rejouees = {e.tache.rsplit("/", 1)[1] for e in fiches.jouer().executions}
    assert rejouees == ({de_qui} & EPCI.keys())


def test_une_tranche_d_une_table_non_declaree_est_refusee(fiches: Maquette) -> None:
    chemin = fiches.projet.notebooks / "70_fiche.ipynb"
    fiche = nbformat.read(chemin, as_version=4)
    fiche.metadata.bilan.tables = []
    nbformat.write(fiche, chemin)
    _charger(fiches.projet, {"un": [(1, "13")]})
    echecs = fiches.jouer().echecs
    assert len(echecs) == 3 and "lit « copil_inscrits » sans le déclarer" in echecs[0].message


def test_une_colonne_qui_ne_decoupe_pas_la_table_est_refusee(maquette: Maquette) -> None:
    tables = EntrepotTables(maquette.projet.entrepot, Jeu.DEMONSTRATION)
    with pytest.raises(ErreurUsage, match=r"« reperes » ne se découpe pas par « zone » .* aucune colonne"):
        tables.tranche("reperes", {"zone": ["PACA"]})
