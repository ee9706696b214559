"""Un petit projet d'essai : deux éditions, des exécutions écrites à la main, des images de remplacement."""

import dataclasses
import io
import json
import shutil
import zipfile
from pathlib import Path

import polars as pl
import pytest

from bilan.editions.annuaire import Annuaire, Epci
from bilan.editions.atelier import Atelier
from bilan.editions.dessin import Dessin
from bilan.editions.imagerie import Imagerie
from bilan.editions.ouvriers import Ouvriers
from bilan.editions.site import construire
from bilan.editions.textes import Textes
from bilan.entrepot.runs import EntrepotRuns, Run
from bilan.figures import formes
from bilan.figures.modele import Colonne, Figure
from bilan.projet import Jeu, Projet

RACINE = Path(__file__).parents[2]

EPCI = (
    Epci("200054807", "Métropole d'Aix-Marseille-Provence", "Aix-Marseille-Provence", "Métropole", ("13", "83", "84"),
         True, ("Aix-en-Provence", "Marseille", "Pertuis")),
    Epci("200067825", "CA Gap-Tallard-Durance", "Gap-Tallard-Durance", "Communauté d'agglomération", ("05", "04"),
         True, ("Gap",)),
    Epci("200030195", "Métropole Nice Côte d'Azur", "Nice Côte d'Azur", "Métropole", ("06",), True, ("Nice", "Èze")),
    Epci("240400440", "CC Vallée de l'Ubaye Serre-Ponçon", "Ubaye Serre-Ponçon", "Communauté de communes", ("04",),
         False, ("Barcelonnette",)),
)


def figure(ident: str, forme: formes.Forme, donnees: dict, colonnes: tuple[Colonne, ...], **autres: object) -> Figure:
    """Rend une figure complète ; `autres` en change des champs."""
    textes = {
        "titre": "Quatre EPCI sur dix ont mis la cotation en service",
        "sous_titre": "Nombre d'EPCI, 31 décembre 2024",
        "lecture": "à Nice, 62,5\u202f% des attributions vont aux ménages désignés par l'État.",
        "champ": "EPCI soumis à la réforme, Provence-Alpes-Côte d'Azur.",
        "source": "DREAL, remontées des EPCI, extraction du 31/03/2025.",
        "alt": f"Diagramme de la figure {ident} : valeurs décrites dans le tableau qui suit.",
    }
    return Figure(ident, forme=forme, donnees=pl.DataFrame(donnees), colonnes=colonnes, **(textes | autres))


NOM = Colonne("nom", "EPCI")
TAUX = Colonne("taux", "Taux", "pourcent")


def chiffre(ident: str = "chiffre-cotation", **autres: object) -> Figure:
    """Rend un chiffre clé."""
    forme = formes.ChiffreCle("n", "EPCI ont une cotation en service", complement="sur 26 EPCI soumis")
    return figure(ident, forme, {"n": [12]}, (Colonne("n", "EPCI", "nombre"),), **autres)


def barres(ident: str = "flux-atteinte", **autres: object) -> Figure:
    """Rend un diagramme en barres de trois réservataires, dont un absent."""
    donnees = {"nom": ["État", "Action Logement", "Communes"], "taux": [91.2, 78.4, None]}
    return figure(ident, formes.Barres("nom", "taux", "pourcent"), donnees, (NOM, TAUX), **autres)


def carte(ident: str = "cotation-carte", **autres: object) -> Figure:
    """Rend la carte des quatre EPCI d'essai."""
    donnees = {
        "territoire": [e.siren for e in EPCI],
        "nom": [e.nom for e in EPCI],
        "classe": ["En service", "Prévue", "En service", None],
        "absence": [None, None, None, "sans_objet"],
    }
    forme = formes.Choroplethe("territoire", "classe", "absence", ("En service", "Prévue"), "avancement")
    colonnes = (NOM, Colonne("classe", "Cotation", absence="absence"))
    return figure(ident, forme, donnees, colonnes, **autres)


def tableau(ident: str = "mobilisation-structures", **autres: object) -> Figure:
    """Rend un tableau seul."""
    donnees = {"nom": ["Bailleurs", "EPCI"], "dit": [31, 24], "compte": [31, 25]}
    colonnes = (Colonne("nom", "Collège"), Colonne("dit", "Annoncé", "nombre"), Colonne("compte", "Compté", "nombre"))
    return figure(ident, formes.Tableau(), donnees, colonnes, **autres)


def image_d_essai(contenu: str, en_png: bool = False) -> Dessin:
    """Dessine sans moteur : un carré, un lien par EPCI si la figure est une carte."""
    fig = json.loads(contenu)
    sirens = [ligne["territoire"] for ligne in fig["donnees"] if "territoire" in ligne]
    liens = "".join(
        f'<a xlink:href="epci/{s}.html" tabindex="-1" aria-label="EPCI {s}"><path d="M{40 * n} 0h30v30h-30z"/></a>'
        for n, s in enumerate(sirens)
    )
    mention = "<text>Données fictives</text>" if fig["fictif"] else ""
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 720 90" '
        f'role="img" aria-label="{fig["alt"]}"><rect width="720" height="90" fill="#ddd"/>{liens}{mention}</svg>'
    )
    sans_lien = svg.replace(liens, "")
    return Dessin(svg, sans_lien, b"\x89PNG" + fig["id"].encode() if en_png else b"")


def _diaporama_d_essai() -> bytes:
    """Rend le plus petit fichier qui se marque comme un diaporama : une taille, une diapositive vide."""
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w") as paquet:
        paquet.writestr("ppt/presentation.xml", '<p:sldSz cx="9144000" cy="5143500"/>')
        paquet.writestr("ppt/slides/slide1.xml", "<p:sld><p:spTree><p:grpSpPr/></p:spTree></p:sld>")
    return tampon.getvalue()


DIAPORAMA_D_ESSAI = _diaporama_d_essai()
MOTEUR_D_ESSAI = b"window.vegaEmbed=null;\n"

FICHE = """# {titre}

Ce que montre la page, en une phrase.

**Entrées** : mesures E1 à E5.

| Paramètre | Sens |
|---|---|
| periode | trimestre |
"""


class Magasin:
    """Remplit le magasin d'exécutions d'un projet d'essai."""

    def __init__(self, projet: Projet) -> None:
        self.projet = projet

    def ecrire(self, jeu: Jeu, carnet: str, page: str, figures: list[Figure], **autres: object) -> Run:
        """Écrit une exécution : la fiche du carnet, une section, les figures, un texte et un contrôle."""
        fictives = [dataclasses.replace(f, fictif=jeu.est_fictif) for f in figures]
        titre = str(autres.pop("titre", page.capitalize()))
        blocs = [
            {"type": "markdown", "texte": FICHE.format(titre=titre)},
            {"type": "markdown", "texte": "## Où en est-on\n\nUn paragraphe de *prose*."},
            *({"type": "figure", "id": f.id} for f in fictives),
            {"type": "texte", "id": "constat", "texte": "**Douze** avancent.", "figures": [f.id for f in fictives]},
            {"type": "controle", "libelle": "Le total est celui des parties", "ok": True, "detail": "26 = 4 + 15 + 7"},
        ]
        champs = {
            "cle": f"{carnet}-{page.replace('/', '-')}-0f3a", "carnet": carnet, "page": page, "territoire": "",
            "jeu": jeu.value, "periode": "2024", "connu_le": "2025-03-31", "profil": "interne", "parametres": {},
            "titre": titre, "statut": "ok", "blocs": blocs, "version_code": "a1b2c3d",
        }
        run = Run(**(champs | autres))
        magasin = EntrepotRuns(self.projet.entrepot, jeu)
        dossier = magasin.dossier(run.cle) / "figures"
        dossier.mkdir(parents=True, exist_ok=True)
        for f in fictives:
            (dossier / f"{f.id}.json").write_text(json.dumps(f.en_json(), default=str), encoding="utf-8")
        magasin.enregistrer(run)
        return run

    def remplir(self) -> None:
        """Écrit deux éditions complètes : quatre pages régionales en réel, trois et deux fiches en démonstration."""
        self.ecrire(Jeu.REEL, "20_cotation", "cotation", [carte(), barres("cotation-barres")], titre="La cotation")
        self.ecrire(Jeu.REEL, "60_mobilisation", "mobilisation", [tableau()], titre="La mobilisation")
        self.ecrire(Jeu.DEMONSTRATION, "90_copil", "copil", [chiffre(), chiffre("chiffre-flux"), carte("copil-carte")],
                    titre="Synthèse pour le comité de pilotage")
        self.ecrire(Jeu.DEMONSTRATION, "30_flux", "flux", [barres()], titre="La gestion en flux")
        for epci in EPCI[:2]:
            self.ecrire(Jeu.DEMONSTRATION, "70_fiche_epci", f"epci/{epci.siren}", [barres("fiche-flux")],
                        territoire=epci.siren, titre=epci.nom)


def projet_neuf(racine: Path) -> Projet:
    """Rend un projet d'essai : la collection et les gabarits du vrai projet, aucun magasin."""
    (racine / "data" / "referentiel").mkdir(parents=True)
    shutil.copy(RACINE / "collection.toml", racine / "collection.toml")
    shutil.copytree(Projet(RACINE).gabarits_du_site, Projet(racine).gabarits_du_site)
    return Projet(racine)


def atelier_d_essai(projet: Projet) -> Atelier:
    """Rend un atelier sans référentiel ni moteur : quatre EPCI, des images de remplacement."""
    imageries = {
        jeu: Imagerie(projet.entrepot / jeu / "images", image_d_essai, "essai", Ouvriers(0)) for jeu in Jeu
    }
    textes = Textes.lire(projet.gabarits_du_site)
    annuaire = Annuaire("Provence-Alpes-Côte d'Azur", EPCI)
    return Atelier(
        annuaire, textes, imageries, lambda _edition, pages: dict.fromkeys(pages, DIAPORAMA_D_ESSAI),
        moteur=lambda: MOTEUR_D_ESSAI,
    )


@pytest.fixture
def projet(tmp_path: Path) -> Projet:
    """Projet d'essai sans exécution."""
    return projet_neuf(tmp_path / "projet")


@pytest.fixture
def magasin(projet: Projet) -> Magasin:
    """Magasin du projet d'essai, déjà rempli."""
    magasin = Magasin(projet)
    magasin.remplir()
    return magasin


@pytest.fixture
def atelier(projet: Projet) -> Atelier:
    """Atelier du projet d'essai."""
    return atelier_d_essai(projet)


@pytest.fixture(scope="session")
def site_intact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Site d'essai des deux éditions, construit une fois ; aucun test ne l'abîme."""
    projet = projet_neuf(tmp_path_factory.mktemp("editions") / "projet")
    Magasin(projet).remplir()
    construire(projet, [Jeu.REEL, Jeu.DEMONSTRATION], projet.racine / "site", atelier_d_essai(projet))
    return projet.racine / "site"


@pytest.fixture
def site(site_intact: Path, tmp_path: Path) -> Path:
    """Copie du site d'essai, que le test peut abîmer."""
    shutil.copytree(site_intact, tmp_path / "site")
    return tmp_path / "site"
