"""Les images publiées : accessibles, sans anglais ni adresse externe, légères, et les mêmes octet pour octet."""

import json
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import exemples
import pytest

from bilan.figures import formes
from bilan.figures.altair.rendu import Mise, page_et_habillage, specification
from bilan.figures.images import Rendu
from bilan.figures.svg import assainir, habiller

RENDU = Rendu()
SVG = "{http://www.w3.org/2000/svg}"


def _svg(figure) -> str:
    carte = isinstance(figure.forme, formes.Carte)
    return RENDU.svg(specification(figure, exemples.fonds() if carte else None, "../"))


@pytest.mark.parametrize("faire", exemples.TOUTES, ids=lambda f: f.__name__)
def test_chaque_image_est_accessible_et_sans_anglais(faire) -> None:
    svg = _svg(faire())
    racine = ElementTree.fromstring(svg)
    assert racine.get("role") == "img"
    assert racine.get("aria-label") == "Douze EPCI sur vingt-six."
    assert racine.get("viewBox") and racine.get("width") is None
    assert "max-width" in racine.get("style", "")
    espaces = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert set(re.findall(r"https?://[^\s\"']+", svg)) <= espaces
    for anglais in ("aria-roledescription", "axis", "mark", "NaN", "undefined", "null"):
        assert anglais not in svg


def _ecritures(svg: str) -> list[tuple[str, float, float, str]]:
    """Rend chaque ligne écrite dans l'image, sa place absolue et sa couleur, d'où qu'elles viennent."""
    trouvees = []

    def parcourir(element: ElementTree.Element, x: float, y: float, couleur: str) -> None:
        dx, dy = re.findall(r"-?[\d.]+", element.get("transform", "translate(0,0)"))[:2]
        x, y = x + float(dx), y + float(dy)
        couleur = (element.get("fill") or couleur).lower()
        if element.tag in (f"{SVG}text", f"{SVG}tspan"):
            x, y = x + float(element.get("x", 0)), y + float(element.get("y", 0)) + float(element.get("dy", 0))
            if element.text:
                trouvees.append((element.text, round(x), round(y), couleur))
        for enfant in element:
            parcourir(enfant, x, y, couleur)
            if enfant.tag == f"{SVG}tspan":  # les lignes d'un texte descendent l'une sous l'autre
                y += float(enfant.get("dy", 0))

    parcourir(ElementTree.fromstring(svg), 0, 0, "")
    return sorted(trouvees)


@pytest.mark.parametrize("faire", exemples.TOUTES, ids=lambda f: f.__name__)
def test_l_image_de_la_page_habillee_est_celle_que_vega_dessinerait_entiere(faire) -> None:
    figure = faire()
    for nom, valeur in {"fictif": True, "maturite": "provisoire", "note": "Une note assez longue. " * 12}.items():
        object.__setattr__(figure, nom, valeur)
    fonds = exemples.fonds() if isinstance(figure.forme, formes.Carte) else None
    entiere = RENDU.svg(specification(figure, fonds, mise=Mise(autonome=True)))
    page, habillage = page_et_habillage(figure, fonds)
    habillee = habiller(RENDU.svg(page), habillage)
    cadres = [[float(n) for n in ElementTree.fromstring(svg).get("viewBox", "").split()] for svg in (habillee, entiere)]
    assert cadres[0] == pytest.approx(cadres[1], abs=0.3)
    ecrites, attendues = _ecritures(habillee), _ecritures(entiere)
    assert [(texte, couleur) for texte, _x, _y, couleur in ecrites] == [(t, c) for t, _x, _y, c in attendues]
    for (texte, x, y, _c), (_t, voulu_x, voulu_y, _d) in zip(ecrites, attendues, strict=True):
        assert abs(x - voulu_x) <= 1 and abs(y - voulu_y) <= 1, texte


def test_la_meme_figure_donne_les_memes_octets() -> None:
    assert _svg(exemples.carte()) == _svg(exemples.carte())


def test_la_carte_est_legere_et_cliquable() -> None:
    svg = _svg(exemples.carte())
    assert len(svg.encode()) < 120_000
    liens = ElementTree.fromstring(svg).findall(f".//{SVG}a")
    assert {a.get("tabindex") for a in liens} == {"-1"}
    assert {a.get("{http://www.w3.org/1999/xlink}href")[:8] for a in liens} == {"../epci/"}
    assert all(a.find(f".//{SVG}title").text for a in liens)


def test_les_identifiants_portent_celui_de_la_figure() -> None:
    assert set(re.findall(r'\bid="([^"]+)"', _svg(exemples.barres()))) == {"barres-image"}


def test_un_chemin_recrit_en_pas_relatifs_reste_au_meme_endroit() -> None:
    chemin = '<path d="M1.04,2L3.06,-4.5L0,0ZM9,9L8,8"/>'
    svg = assainir(f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">{chemin}</svg>', "alt", "f")
    assert 'd="m1,2l2.1-6.5l-3.1,4.5zm8,7l-1-1"' in svg


def test_le_png_en_est_un() -> None:
    assert RENDU.png(specification(exemples.chiffre())).startswith(b"\x89PNG")


def test_l_apercu_de_jupyterlab_ne_met_aucun_moteur_en_route() -> None:
    from bilan.figures.apercu import MIME_VEGALITE, apercu

    paquet = apercu(exemples.carte(), exemples.fonds())
    assert paquet[MIME_VEGALITE]["usermeta"]["embedOptions"] == {"actions": False}


def test_l_apercu_est_d_un_type_que_jupyterlab_sait_dessiner() -> None:
    """JupyterLab 4.6 annonce « Vega-Lite 3 to 5 » : un type v6 ne montrerait que la table."""
    from bilan.figures.apercu import apercu

    (mime,) = apercu(exemples.carte(), exemples.fonds())
    moteurs = (Path(sys.prefix) / "share" / "jupyter" / "lab" / "static").glob("jlab_core.*.js")
    assert any(f'"{mime}"' in moteur.read_text(encoding="utf-8") for moteur in moteurs)


def test_l_apercu_d_une_carte_n_a_pas_de_lien_mort() -> None:
    from bilan.figures.apercu import apercu

    assert "epci/" not in json.dumps(apercu(exemples.carte(), exemples.fonds()))
