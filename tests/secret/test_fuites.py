"""Les fuites : la vraie valeur d'une cellule masquée, plantée dans chaque genre de fichier et de plusieurs façons.

Les figures d'essai masquent trois lignes : « Provence Verte » (37 logements), la part de la commune à « Provence
Verte », et le réservataire « Région » ; ce qu'elles publient à côté a le droit d'être écrit.
"""

import io
import json
import re
import zipfile

import polars as pl
import pytest
import typst
import xlsxwriter
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from bilan.figures.altair.rendu import specification
from bilan.figures.formes import Barres
from bilan.figures.images import Rendu
from bilan.figures.modele import Colonne, Figure
from bilan.secret.attendu import CLE_DE_MESURE, Attendu, Endroit, ligne_publiee, lire_figures
from bilan.secret.barriere import verifier
from bilan.secret.profils import Profil

VRAIE = 37


def _colonne(nom, titre, format_="texte", unite="", absence=""):
    return {"nom": nom, "titre": titre, "format": format_, "unite": unite, "absence": absence}


VOLUMES = {
    "id": "flux-volumes-de-chaque-epci-de-la-region",
    "colonnes": [_colonne("nom", "EPCI"), _colonne("n", "Attribués", "nombre", "logements", "statut")],
    "donnees": [
        {"nom": "Provence Verte", "siren": "200068104", "n": None, "statut": "secret"},
        {"nom": "Pays de Grasse", "siren": "200039857", "n": 312, "statut": "observe"},
    ],
}
PARTS = {
    "id": "flux-parts",
    "colonnes": [
        _colonne("nom", "EPCI"), _colonne("r", "Réservataire"), _colonne("p", "Part", "pourcent", "%", "statut"),
        _colonne("d", "Région", "pourcent", "%"),
    ],
    "donnees": [
        {"nom": "Provence Verte", "r": "Commune", "p": None, "statut": "secret", "d": 11.1},
        {"nom": "Provence Verte", "r": "EPCI", "p": 8.5, "statut": "observe", "d": 3.4},
        {"nom": "Pays de Grasse", "r": "Commune", "p": 12.0, "statut": "observe", "d": 11.1},
        {"nom": "Pays de Grasse", "r": "EPCI", "p": 5.0, "statut": "observe", "d": 3.4},
    ],
}
RESERVATAIRES = {
    "id": "flux-reservataires",
    "colonnes": [_colonne("r", "Réservataire"), _colonne("n", "Attribués", "nombre", "logements", "statut")],
    "donnees": [
        {"r": "Région", "n": None, "statut": "secret"}, {"r": "Action Logement", "n": 7713, "statut": "observe"},
    ],
    "forme": {"genre": "Barres", "reference": {"libelle": "Moyenne", "valeur": 96.5}},
}  # fmt: skip
CODES = {
    "id": "flux-codes",
    "colonnes": [_colonne("siren", "SIREN"), _colonne("n", "Baux", "nombre", "logements", "statut")],
    "donnees": [{"siren": "200068104", "n": None, "statut": "secret"}],
}
MASQUEES, LIGNES = lire_figures([VOLUMES, PARTS, RESERVATAIRES, CODES])
PUBLIC = Attendu(Profil.PUBLIC, MASQUEES, lignes=LIGNES)


def _html(corps: str) -> bytes:
    return f"<html><body>{corps}</body></html>".encode()


def _xlsx(*rangees, feuille="Feuil1") -> bytes:
    tampon = io.BytesIO()
    classeur = xlsxwriter.Workbook(tampon)
    page = classeur.add_worksheet(feuille)
    for rang, rangee in enumerate(rangees):
        page.write_row(rang, 0, rangee)
    classeur.close()
    return tampon.getvalue()


def _parquet(**colonnes) -> bytes:
    tampon = io.BytesIO()
    pl.DataFrame(colonnes).write_parquet(tampon)
    return tampon.getvalue()


def _pptx(*morceaux: str, note: str = "") -> bytes:
    deck, tampon = Presentation(), io.BytesIO()
    page = deck.slides.add_slide(deck.slide_layouts[6])
    paragraphe = page.shapes.add_textbox(0, 0, Inches(3), Inches(1)).text_frame.paragraphs[0]
    for morceau in morceaux:
        paragraphe.add_run().text = morceau
    page.notes_slide.notes_text_frame.text = note
    deck.save(tampon)
    return tampon.getvalue()


def _graphique(series: dict[str, list], categories: list[str], sans: str = "") -> bytes:
    """Rend un diaporama d'un graphique natif ; `sans` en ôte le classeur incorporé ou ce que garde le graphique."""
    donnees, deck, tampon = CategoryChartData(), Presentation(), io.BytesIO()
    donnees.categories = categories
    for nom, valeurs in series.items():
        donnees.add_series(nom, valeurs)
    page = deck.slides.add_slide(deck.slide_layouts[6])
    page.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, Inches(3), Inches(3), donnees)
    deck.save(tampon)
    reste = io.BytesIO()
    with zipfile.ZipFile(tampon) as source, zipfile.ZipFile(reste, "w") as cible:
        for membre in source.namelist():
            if not (sans and sans in membre):
                cible.writestr(membre, source.read(membre))
    return reste.getvalue()


def _pdf(corps: str) -> bytes:
    return typst.compile(corps.encode(), format="pdf")


def _barre(nom: str, nombre: object) -> str:
    """Rend une image où rien ne lie le nom de la barre au nombre écrit à son bout, que leur hauteur."""
    return (
        f'<svg><g transform="translate(74.7,2)"><g><text transform="translate(-8,16)">{nom}</text></g>'
        f'<g><text transform="translate(-8,40)">Pays de Grasse</text></g></g><g transform="translate(74.7,1)">'
        f'<text x="120" y="16">{nombre}</text><text transform="translate(310,40)">312</text></g></svg>'
    )


def _ipynb(**sortie) -> bytes:
    return json.dumps({"cells": [{"cell_type": "code", "source": [], "outputs": [sortie]}]}).encode()


_NOMS = ["Provence Verte", "Pays de Grasse"]
_AVANT = "Ce paragraphe dit tout ce que la page doit dire, longuement et sans jamais finir, " * 40
_VUE = {"output_type": "display_data", "data": {"application/vnd.bilan.figure+json": {"id": "x", "donnees": [
    {"nom": "Provence Verte", "n": VRAIE}]}}}  # fmt: skip

PLANTEES = {
    "nom-seul-et-gras.html": _html(f"<p><strong>Provence Verte</strong> : <em>{VRAIE}</em> logements</p>"),
    "definition.html": _html(f"<dl><dt>Provence Verte</dt><dd>{VRAIE}</dd></dl>"),
    "table-sans-titres.html": _html(f"<table><tr><td>Provence Verte</td><td>{VRAIE}</td></tr></table>"),
    "titre-autre.html": _html(f"<table><tr><th>Lieu<th>Nb</tr><tr><td>Provence Verte<td>{VRAIE}</tr></table>"),
    "nom-de-maille.html": _html(f"<p>Région : {VRAIE}</p>"),
    "maille-et-titre.html": _html(f"<p>Région, attribués : {VRAIE}</p>"),
    "code-seul.html": _html(f"<p>200068104 : {VRAIE}</p>"),
    "phrase-longue.html": _html(f"<p>{_AVANT}à Provence Verte, {VRAIE} logements, {_AVANT}</p>"),
    "remplacement.html": _html(f'<img alt="Carte. Provence Verte : {VRAIE} logements.">'),
    "image.svg": f'<svg><text>Provence Verte : <tspan>{VRAIE}</tspan></text></svg>'.encode(),
    "flux-parts.svg": f'<svg aria-label="Provence Verte, Commune : {VRAIE}"></svg>'.encode(),
    "champ-renomme.js": f'window.d = [{{"nom": "Provence Verte", "x": {VRAIE}}}]'.encode(),
    "tableau.js": f'window.d = [["Provence Verte", {VRAIE}]]'.encode(),
    "litteral.js": f'window.d = [{{nom: "Provence Verte", v: {VRAIE}}}]'.encode(),
    "dit.js": f'window.d = [{{"dit": "Provence Verte – Réservataire : Commune ; Part : {VRAIE}"}}]'.encode(),
    "code.csv": f"territoire;valeur\n200068104;{VRAIE}\n".encode(),
    "nom.csv": f"Provence Verte;{VRAIE}\n".encode(),
    "croisee.csv": f"EPCI;Commune;EPCI\nProvence Verte;{VRAIE};8,5\n".encode(),
    "nom.parquet": _parquet(lieu=["Provence Verte"], v=[VRAIE]),
    "nom.xlsx": _xlsx(("Lieu", "Nb"), ("Provence Verte", VRAIE)),
    "feuille.xlsx": _xlsx(("EPCI", "Attribués (logements)"), ("Provence Verte", 312), feuille=VOLUMES["id"][:31]),
    "texte.pptx": _pptx("Provence Verte", " : ", str(VRAIE)),
    "notes.pptx": _pptx("Titre", note=f"Provence Verte : {VRAIE}"),
    "classeur.pptx": _graphique({"Nb": [VRAIE, 312]}, _NOMS, sans="charts/chart"),
    "graphique.pptx": _graphique({"Nb": [VRAIE, 312]}, _NOMS, sans=".xlsx"),
    "fraction.pptx": _graphique({"Commune": [VRAIE / 100, 0.12], "EPCI": [0.085, 0.05]}, _NOMS),
    "phrase.pdf": _pdf(f"Provence Verte : {VRAIE} logements."),
    "table.pdf": _pdf(f"#table(columns: 3, [EPCI], [Réservataire], [Part], [Provence Verte], [Commune], [{VRAIE} %])"),
    "communes.html": _html(f"<p>Provence Verte : {VRAIE} communes</p>"),
    "rangees-de-suite.pdf": _pdf(f"Provence Verte #h(4cm) {VRAIE} #h(4cm) EPCI"),
    "annee-deux-points.html": _html("<p>Provence Verte : 2024</p>"),
    "annee-comptee.html": _html("<p>À Provence Verte, 2024 logements attribués.</p>"),
    "annee.csv": b"territoire;valeur\n200068104;2024\n",
    "annee.xlsx": _xlsx(("Lieu", "Nb"), ("Provence Verte", "2024")),
    "egale-sous-son-titre.html": _html("<p>Provence Verte, Commune, Part : 11,1 %</p>"),
    "egale-sous-son-titre.csv": b"Lieu;R;Part (%)\nProvence Verte;Commune;11,1\n",
    "egale-sous-son-nom.parquet": _parquet(lieu=["Provence Verte"], r=["Commune"], p=[11.1]),
    "bout-de-barre.svg": _barre("Provence Verte", VRAIE).encode(),
    "bout-de-barre.html": _html(_barre("Provence Verte", VRAIE)),
    "sortie.ipynb": _ipynb(output_type="stream", text=[f"Provence Verte : {VRAIE}\n"]),
    "figure.ipynb": _ipynb(**_VUE),
}


@pytest.mark.parametrize("nom", PLANTEES)
def test_la_vraie_valeur_d_une_cellule_masquee_est_refusee_ou_qu_elle_soit(tmp_path, nom):
    (tmp_path / nom).write_bytes(PLANTEES[nom])
    constats = verifier(tmp_path, PUBLIC)
    assert constats and {c.fichier for c in constats} == {nom}
    assert any("figure flux-" in c.message for c in constats), "le constat nomme la cellule"
    assert all(str(VRAIE) not in c.message for c in constats), "le constat ne redit pas la valeur"


PERMISES = {
    "publie.html": _html("<p>Pays de Grasse : 312 logements ; Provence Verte : s</p>"),
    "colonne.html": _html("<p>Action Logement : 7 713 attributions ; Région, 11,1 %.</p>"),
    "maille.html": _html("<p>52 EPCI : 26 soumis. Partie hors de la région (6). Région : 96,5 % du parc.</p>"),
    "base.html": _html("<p>Provence Verte, Commune : s des 7 713 attributions ; et 40 autres lignes ici.</p>"),
    "compte.html": _html("<p>Provence Verte compte 28 communes et 58 300 habitants, c'est l'un des 52 EPCI.</p>"),
    "poids.html": _html('<a title="Données CSV, Provence Verte : s, 3 ko">CSV</a>'),
    "annee.html": _html("<p>Provence Verte, en 2024 : s</p>"),
    "voisin.html": _html("<p>De s (Provence Verte) à 312 (Pays de Grasse)</p>"),
    "rangees.html": _html(
        "<p>Provence Verte, EPCI : 8,5 % ; Provence Verte, Commune : s ; Pays de Grasse, Commune : 12 %</p>"
    ),
    "croisee.csv": b"EPCI;Commune;EPCI\nProvence Verte;s;8,5\nPays de Grasse;12;5\n",
    "fraction.pptx": _graphique({"Commune": [None, 0.12], "EPCI": [0.085, 0.05]}, _NOMS),
    "legende.js": 'window.d = [{"nom": "Provence Verte", "statut": "Adopté", "periode": "T1 2024"}]'.encode(),
    "annuaire.csv": "EPCI;Département;SIREN\nProvence Verte;83;200068104\n".encode(),
    "bout-de-barre.svg": _barre("Provence Verte", "s").encode(),
    "meme-ligne-autre-titre.html": _html("<p>Provence Verte, Commune, Région : 11,1 % ; Part : s, en 2024</p>"),
    "meme-ligne-autre-titre.csv": b"Lieu;R;Part;Region\nProvence Verte;Commune;s;11,1\n",
}


@pytest.mark.parametrize("nom", PERMISES)
def test_ce_que_les_figures_publient_a_le_droit_d_etre_ecrit(tmp_path, nom):
    """Chacun de ces textes a été refusé à tort par une barrière d'avant, sur l'édition de démonstration."""
    annuaire = ligne_publiee(("200068104", "Provence Verte", "83", 28, 58300, 52))
    permis = {"statut": frozenset({"ADOPTE"}), "nom": None}
    attendu = Attendu(Profil.PUBLIC, MASQUEES, vocabulaires=permis, lignes=(*LIGNES, annuaire))
    (tmp_path / nom).write_bytes(PERMISES[nom])
    assert verifier(tmp_path, attendu) == []


@pytest.mark.parametrize("genre", ["csv", "parquet"])
def test_une_mesure_masquee_n_a_ni_valeur_ni_termes_dans_les_donnees_ouvertes(tmp_path, genre):
    cle = ("N2", "epci", "200068104", "reservataire", "COMMUNE", "2024")
    attendu = Attendu(Profil.PUBLIC, mesures=frozenset({cle}))
    for numerateur, valeur, constats in ((None, None, 0), (None, float(VRAIE), 1), (float(VRAIE), None, 1)):
        ligne = dict(zip(CLE_DE_MESURE, cle, strict=True)) | {"numerateur": numerateur, "valeur": valeur}
        table = pl.DataFrame([ligne], schema_overrides={"numerateur": pl.Float64, "valeur": pl.Float64})
        chemin = tmp_path / f"mesures.{genre}"
        table.write_csv(chemin) if genre == "csv" else table.write_parquet(chemin)
        vus = [str(c) for c in verifier(tmp_path, attendu)]
        assert len(vus) == constats and all("N2, epci, 200068104" in vu and genre in vu for vu in vus)


@pytest.mark.parametrize(("n", "statut"), [(None, "secret"), (VRAIE, "observe")])
def test_le_dessin_d_une_valeur_masquee_est_refuse_dans_l_image_et_dans_le_pdf(tmp_path, n, statut):
    """Le vrai dessin, sans ses textes de remplacement : rien n'y lie plus un nom à son nombre que leur place."""
    colonnes = tuple(Colonne(**colonne) for colonne in VOLUMES["colonnes"])
    lignes = [VOLUMES["donnees"][0] | {"n": n, "statut": statut}, VOLUMES["donnees"][1]]
    textes = dict.fromkeys(("titre", "sous_titre", "lecture", "champ", "source", "alt"), "Deux EPCI.")
    barres = Figure(VOLUMES["id"], forme=Barres("nom", "n"), donnees=pl.DataFrame(lignes),
                    colonnes=colonnes, **textes)  # fmt: skip
    muet = re.sub(r' aria-(?:label|roledescription)="[^"]*"', "", Rendu().svg(specification(barres)))
    (tmp_path / "edition").mkdir()
    (tmp_path / "edition" / "image.svg").write_text(muet, encoding="utf-8")
    (tmp_path / "page.typ").write_text('#image("edition/image.svg", width: 100%)', encoding="utf-8")
    typst.compile(tmp_path / "page.typ", output=tmp_path / "edition" / "page.pdf")
    refuses = ["image.svg", "page.pdf"] if n == VRAIE else []
    assert [c.fichier for c in verifier(tmp_path / "edition", PUBLIC)] == refuses


def test_une_image_sans_son_dessin_ne_se_relit_pas(tmp_path):
    (tmp_path / "carte.png").write_bytes(b"\x89PNG")
    assert [c.fichier for c in verifier(tmp_path, PUBLIC)] == ["carte.png"]
    (tmp_path / "carte.svg").write_text("<svg></svg>", encoding="utf-8")
    assert verifier(tmp_path, PUBLIC) == []


def test_la_cellule_d_une_fiche_se_cherche_chez_elle_et_dans_les_fichiers_communs(tmp_path):
    """La page d'un autre territoire peut dire le même nombre : le réservataire n'y désigne pas cette cellule."""
    fiches = [
        lire_figures([RESERVATAIRES], Endroit(f"demonstration/epci/{code}", (code, nom)))
        for code, nom in (("200068104", "Provence Verte"), ("200039857", "Pays de Grasse"))
    ]
    attendu = Attendu(Profil.PUBLIC, fiches[0][0], lignes=(*fiches[0][1], *fiches[1][1]))
    dossier = tmp_path / "demonstration"
    (dossier / "telechargements" / "epci" / "200068104").mkdir(parents=True)
    (dossier / "epci").mkdir()
    dite = f"Réservataire;Logements\nRégion;{VRAIE}\n"
    (dossier / "epci" / "200039857.csv").write_text(dite)
    (dossier / "index.csv").write_text(f"EPCI;{dite.replace('Région', 'Pays de Grasse;Région')}")
    assert verifier(tmp_path, attendu) == []
    (dossier / "telechargements" / "epci" / "200068104" / "flux-reservataires.csv").write_text(dite)
    (dossier / "annexe.csv").write_text(f"EPCI;{dite.replace('Région', 'Provence Verte;Région')}")
    vus = [c.fichier for c in verifier(tmp_path, attendu)]
    assert vus == ["demonstration/annexe.csv", "demonstration/telechargements/epci/200068104/flux-reservataires.csv"]
