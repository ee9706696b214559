"""Fichiers hostiles : une phrase en français, code 3, vite, sans mémoire, et rien d'écrit."""

import io
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.collecte.ole import ecrire_ole, enregistrements

from bilan.collecte.campagne import Campagne, controler, verifier
from bilan.collecte.lecture.borne import LecteurBorne
from bilan.collecte.lecture.ouvrir import ouvrir
from bilan.collecte.reception import Guichet
from bilan.erreurs import DonneesRefusees
from bilan.projet import Jeu, Projet

_ENTITES = '<!DOCTYPE a [<!ENTITY x "lol"><!ENTITY y "&x;&x;&x;&x;&x;&x;">]>'
_EXTERNE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


def _classeur() -> bytes:
    tampon = io.BytesIO()
    with xlsxwriter.Workbook(tampon, {"in_memory": True}) as classeur:
        classeur.add_worksheet("Données").write(0, 0, "bonjour")
    return tampon.getvalue()


def _remplacer(chemin: Path, membre: str, contenu: bytes) -> None:
    with (
        zipfile.ZipFile(io.BytesIO(_classeur())) as source,
        zipfile.ZipFile(chemin, "w", zipfile.ZIP_DEFLATED) as cible,
    ):
        for nom in source.namelist():
            cible.writestr(nom, contenu if nom == membre else source.read(nom))


def _feuille(cellules: str, entete: str = "") -> bytes:
    espace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    xml = f'<?xml version="1.0"?>{entete}<worksheet xmlns="{espace}"><sheetData>{cellules}</sheetData></worksheet>'
    return xml.encode()


def _cellule_perdue(chemin: Path) -> None:
    _remplacer(
        chemin, "xl/worksheets/sheet1.xml", _feuille('<row r="1048576"><c s="0" r="XFD1048576"><v>1</v></c></row>')
    )


def _million_de_lignes(chemin: Path) -> None:
    lignes = "".join(
        f'<row r="{rang}"><c r="A{rang}" s="1"/><c r="J{rang}" s="1"/></row>' for rang in range(1, 1_048_577)
    )
    _remplacer(chemin, "xl/worksheets/sheet1.xml", _feuille(lignes))


def _bombe(chemin: Path) -> None:
    _remplacer(chemin, "xl/worksheets/sheet1.xml", b" " * 300_000_000)


def _bombe_discrete(chemin: Path) -> None:
    _remplacer(chemin, "xl/sharedStrings.xml", b"<sst>" + b"<si><t>a</t></si>" * 3_000_000 + b"</sst>")


def _tronque(chemin: Path) -> None:
    chemin.write_bytes(_classeur()[:-400])


def _feuille_tronquee(chemin: Path) -> None:
    octets = bytearray(_classeur())
    octets[200:400] = b"\x00" * 200
    chemin.write_bytes(octets)


def _gros_csv(chemin: Path) -> None:
    lignes = b"2024;T1;TRIMESTRE;999000011;ETAT_PRIO;06;06088;T3;PLUS;QPV;12;10\n"
    with chemin.open("wb") as flux:
        for _ in range(300):
            flux.write((lignes * (1_000_000 // len(lignes) + 1))[:1_000_000])


def _ods_repete(chemin: Path) -> None:
    cellule = '<table:table-cell office:value-type="float" table:number-columns-repeated="16384"/>'
    contenu = (
        '<?xml version="1.0"?><office:document-content xmlns:office="o" xmlns:table="t"><table:table>'
        f'<table:table-row table:number-rows-repeated="1000000">{cellule}</table:table-row>'
        "</table:table></office:document-content>"
    )
    with zipfile.ZipFile(chemin, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", contenu)


def _ods_entites(chemin: Path) -> None:
    with zipfile.ZipFile(chemin, "w") as archive:
        archive.writestr("content.xml", f'<?xml version="1.0"?>{_ENTITES}<a>&y;</a>')


def _xml(entete: str) -> Callable[[Path], None]:
    return lambda chemin: _remplacer(chemin, "xl/worksheets/sheet1.xml", _feuille("", entete))


def _octets(octets: bytes) -> Callable[[Path], None]:
    return lambda chemin: chemin.write_bytes(octets) and None


_DEBUT_CLASSEUR = (0x0809, bytes.fromhex("0006050000000000"))
_DEBUT_FEUILLE = (0x0809, bytes.fromhex("0006100000000000"))


def _ole(flux: str, *suite: tuple[int, bytes]) -> Callable[[Path], None]:
    return lambda chemin: ecrire_ole(chemin, flux, enregistrements(*suite)) and None


def _xls_perdu(chemin: Path) -> None:
    perdue = (0x0203, struct.pack("<HHHd", 65_535, 255, 0, 1.0))
    ecrire_ole(chemin, "Workbook", enregistrements(_DEBUT_CLASSEUR, _DEBUT_FEUILLE, perdue))


def _ods_protege(chemin: Path) -> None:
    with zipfile.ZipFile(chemin, "w") as archive:
        archive.writestr("META-INF/manifest.xml", "<manifest><encryption-data/></manifest>")
        archive.writestr("content.xml", bytes(range(256)))


HOSTILES: list[tuple[str, Callable[[Path], None], str]] = [
    ("cellule_perdue.xlsx", _cellule_perdue, "supprimez les lignes"),
    ("million_de_lignes.xlsx", _million_de_lignes, "supprimez les lignes"),
    ("bombe.xlsx", _bombe, "démesuré"),
    ("bombe_discrete.xlsx", _bombe_discrete, "démesuré"),
    ("xxe.xlsx", _xml(_EXTERNE), "entité"),
    ("milliard_de_rires.xlsx", _xml(_ENTITES), "entité"),
    ("xxe.ods", _ods_entites, "entité"),
    ("repetition.ods", _ods_repete, "supprimez les lignes"),
    ("tronque.xlsx", _tronque, "abîmé"),
    ("feuille_tronquee.xlsx", _feuille_tronquee, "abîmé"),
    ("texte.xlsx", _octets(b"annee;periode\n2024;T1\n"), "enregistrez-le de nouveau"),
    ("page.csv", _octets(b"<html><body><table></table></body></html>"), "page web"),
    ("rapport.xlsx", _octets(b"%PDF-1.7 ..."), "PDF"),
    ("classeur.csv", _octets(_classeur()), "classeur Excel"),
    ("protege.xlsx", _ole("EncryptedPackage"), "mot de passe"),
    ("protege.xls", _ole("Workbook", _DEBUT_CLASSEUR, (0x2F, bytes(54))), "mot de passe"),
    ("protege.ods", _ods_protege, "mot de passe"),
    ("perdu.xls", _xls_perdu, "supprimez les lignes"),
    ("texte.xls", _ole("WordDocument"), "pas un tableau"),
    ("ole.xls", _octets(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le") + bytes(600)), "abîmé"),
    ("vide.xlsx", _octets(b""), "vide"),
    ("gros.csv", _gros_csv, "300 Mo"),
    ("colonne_sans_fin.csv", _octets(b"a\n" * 9_500_000), "supprimez les lignes"),
    ("points_virgules.csv", _octets((b";" * 200 + b"\n") * 95_000), "supprimez les lignes"),
    ("ligne_sans_fin.csv", _octets(b"a;" * 9_500_000), "supprimez les lignes"),
    ("case_sans_fin.csv", _octets(b"a" * 19_000_000), "trop longue"),
    ("nuls.csv", _octets(b"annee;periode\n2024;T1" + bytes(10_000)), "pas un tableau"),
    ("programme.exe", _octets(b"MZ"), ".xlsx"),
    ("<script>alert(1)</script>.csv", _octets(b"a;b\n1;2\n"), "gabarit"),
]


@pytest.mark.parametrize(("nom", "fabriquer", "attendu"), HOSTILES, ids=[nom for nom, _, _ in HOSTILES])
def test_un_fichier_hostile_est_refuse_en_francais(
    projet: Projet, tmp_path: Path, nom: str, fabriquer: Callable[[Path], None], attendu: str
) -> None:
    chemin = tmp_path / "hostiles" / nom.replace("/", "⁄")
    chemin.parent.mkdir()
    fabriquer(chemin)
    issues = controler(projet, Jeu.REEL, Campagne([chemin], integrer=True, retours=tmp_path / "retours"))
    chemin.unlink()
    (anomalie, *_) = issues[0].reception.anomalies
    assert attendu in f"{anomalie.constat} ; {anomalie.correction}"
    with pytest.raises(DonneesRefusees) as refus:
        verifier(issues)
    assert refus.value.code_sortie == 3
    assert not list(projet.entrepot.rglob("*.parquet"))
    assert all(retour.resolve().is_relative_to((tmp_path / "retours").resolve()) for retour in issues[0].retours)


def _dense(chemin: Path) -> None:
    """Classeur honnête au bord du permis : il passe la garde, et coûte le plus cher à lire."""
    lignes = []
    for rang in range(1, 100_001):
        cases = [f'<c r="{lettre}{rang}"><v>{rang * 7 % 99_991}</v></c>' for lettre in "ABCDEFGHIJ"]
        lignes.append(f'<row r="{rang}">{"".join(cases)}</row>')
    _remplacer(chemin, "xl/worksheets/sheet1.xml", _feuille("".join(lignes)))


def _csv_dense(chemin: Path) -> None:
    chemin.write_bytes(b"bonjour\n" * 990_000)


@pytest.mark.lent
@pytest.mark.skipif(sys.platform != "linux", reason="la mémoire d'un processus se lit dans /proc, sous Linux")
def test_aucun_fichier_hostile_ne_prend_un_gigaoctet_ni_trente_secondes(projet: Projet, tmp_path: Path) -> None:
    dossier = tmp_path / "hostiles"
    dossier.mkdir()
    fabriques = [*HOSTILES, ("dense.xlsx", _dense, ""), ("dense.csv", _csv_dense, "")]
    for nom, fabriquer, _ in fabriques:
        fabriquer(dossier / nom.replace("/", "⁄"))
    fichiers = [str(dossier / nom.replace("/", "⁄")) for nom, _, _ in fabriques]
    commande = [sys.executable, "-m", "tests.collecte.pic", str(projet.racine), *fichiers]
    fini = subprocess.run(commande, cwd=Projet.trouver().racine, capture_output=True, text=True, check=True)
    shutil.rmtree(dossier)
    mesures = [json.loads(ligne) for ligne in fini.stdout.splitlines()]
    assert len(mesures) == len(fabriques)
    foule = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))  # les secondes d'une machine libre
    for mesure in mesures:
        assert not mesure["accepte"]
        assert mesure["pic_mo"] < 1000, mesure
        assert mesure["cpu_s"] < 30, mesure
        assert mesure["duree_s"] < 30 * foule, mesure


def test_un_classeur_qui_fait_tomber_le_lecteur_n_emporte_que_lui(tmp_path: Path) -> None:
    bon, mauvais = tmp_path / "bon.xlsx", tmp_path / "mauvais.xlsx"
    bon.write_bytes(_classeur())
    _cellule_perdue(mauvais)
    with LecteurBorne() as lecteur:
        with pytest.raises(DonneesRefusees, match=r"abîmé|mémoire"):
            lecteur.lire(mauvais)
        assert lecteur.lire(bon)[0].lignes == [["bonjour"]]


def test_une_formule_recue_reste_un_texte_dans_le_retour(projet: Projet, tmp_path: Path) -> None:
    import openpyxl

    chemin = tmp_path / "formule.csv"
    chemin.write_text(
        'annee;periode;code_commune;typologie\n2024;T1;=HYPERLINK("http://x");@SUM(1)\n', encoding="utf-8"
    )
    (issue,) = controler(projet, Jeu.REEL, Campagne([chemin], retours=tmp_path / "retours"))
    classeur = openpyxl.load_workbook(issue.retours[0])
    genres = {case.data_type for onglet in classeur for ligne in onglet.iter_rows() for case in ligne if case.value}
    assert "f" not in genres


@pytest.fixture(scope="module")
def lecteur() -> Iterator[LecteurBorne]:
    with LecteurBorne() as ouvert:
        yield ouvert


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(graine=st.integers(0, 2**32), longueur=st.integers(1, 60), octets=st.binary(min_size=1, max_size=60))
def test_un_classeur_brouille_est_lu_ou_refuse_jamais_pire(
    lecteur: LecteurBorne, tmp_path: Path, graine: int, longueur: int, octets: bytes
) -> None:
    contenu = bytearray(_classeur())
    debut = graine % len(contenu)
    contenu[debut : debut + longueur] = octets
    chemin = tmp_path / f"brouille_{os.getpid()}.xlsx"
    chemin.write_bytes(contenu)
    _ouvrir_ou_refuser(chemin, lecteur)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(octets=st.binary(max_size=400), extension=st.sampled_from([".csv", ".xlsx", ".ods", ".xls", ".xlsb"]))
def test_des_octets_quelconques_sont_lus_ou_refuses(
    lecteur: LecteurBorne, tmp_path: Path, octets: bytes, extension: str
) -> None:
    chemin = tmp_path / f"octets{extension}"
    chemin.write_bytes(octets)
    _ouvrir_ou_refuser(chemin, lecteur)


def _ouvrir_ou_refuser(chemin: Path, lecteur: LecteurBorne) -> None:
    try:
        ouvrir(chemin, lecteur)
    except DonneesRefusees as refus:
        assert "Rien n'a été écrit" in refus.message


_cases = st.text(alphabet=st.characters(codec="utf-8", exclude_characters='\x00\r\n"'), max_size=12)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(lignes=st.lists(st.lists(_cases, min_size=15, max_size=15), max_size=12))
def test_des_cases_quelconques_sont_retenues_ou_ecartees_aucune_ne_se_perd(
    tmp_path: Path, guichet: Guichet, lignes: list[list[str]]
) -> None:
    from tests.collecte.corpus import TITRES

    chemin = tmp_path / "cases.csv"
    textes = [list(TITRES.values()), *[[case.replace(";", ",") for case in ligne] for ligne in lignes]]
    chemin.write_text("\n".join(";".join(ligne) for ligne in textes), encoding="utf-8")
    reception = guichet.recevoir(chemin)
    assert reception.trace.perdues == 0
    if reception.feuilles:
        assert reception.trace.lues == sum(feuille.cases_pleines for feuille in reception.feuilles)


@pytest.fixture(scope="module")
def guichet() -> Iterator[Guichet]:
    with Guichet(Projet.trouver()) as ouvert:
        yield ouvert


@pytest.mark.lent
@pytest.mark.skipif(find_spec("atheris") is None, reason="atheris ne s'installe que sous Linux, avant Python 3.14")
def test_le_brouilleur_guide_par_la_couverture_ne_fait_rien_tomber() -> None:
    commande = [sys.executable, "-m", "tests.collecte.brouilleur", "5"]
    fini = subprocess.run(
        commande, cwd=Projet.trouver().racine, capture_output=True, text=True, timeout=60, check=False
    )
    assert fini.returncode == 0, fini.stderr[-2000:]
    assert re.search(r"Done [1-9]\d+ runs", fini.stderr), fini.stderr[-500:]
