"""Le thème « etat » : refusé sans ses fichiers, posé avec eux, et jamais versé au dépôt."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import RACINE, Magasin

from bilan.editions import charte
from bilan.editions.atelier import Atelier
from bilan.editions.controles import controler
from bilan.editions.site import construire
from bilan.erreurs import CodeSortie, ErreurUsage
from bilan.projet import Jeu, Projet

ETAT = '\n[charte]\ntheme = "etat"\nintitule = ["Préfet", "de la région", "Exemple"]\n'


def demander(projet: Projet, texte: str = ETAT) -> Projet:
    """Ajoute la charte à la collection et rend le projet rouvert."""
    chemin = projet.racine / "collection.toml"
    chemin.write_text(chemin.read_text(encoding="utf-8") + texte, encoding="utf-8")
    return Projet(projet.racine)


def faux_paquet(dossier: Path) -> Path:
    """Écrit un paquet d'essai : des feuilles vides et des polices au chemin des vraies."""
    graisses = ("Regular", "Regular_Italic", "Medium", "Bold")
    for nom in (*charte.FEUILLES, *(f"fonts/Marianne-{graisse}.woff2" for graisse in graisses)):
        (dossier / nom).parent.mkdir(parents=True, exist_ok=True)
        (dossier / nom).write_text(":root{}" if nom.endswith("css") else "police", encoding="utf-8")
    return dossier


def test_sans_ses_fichiers_le_theme_etat_est_refuse_en_disant_sa_condition(
    magasin: Magasin, atelier: Atelier, tmp_path: Path
) -> None:
    with pytest.raises(ErreurUsage, match=r"\.gouv\.fr.*agrément.*bilan charte installer") as refus:
        construire(demander(magasin.projet), [Jeu.REEL], tmp_path / "site", atelier)
    assert refus.value.code_sortie == CodeSortie.USAGE
    assert not (tmp_path / "site").exists()


def test_le_theme_etat_exige_l_intitule_de_son_bloc_marque(projet: Projet, tmp_path: Path) -> None:
    charte.copier(faux_paquet(tmp_path / "dist"), projet.reports / charte.DOSSIER)
    with pytest.raises(ErreurUsage, match="intitule"):
        charte.ouvrir(demander(projet, '\n[charte]\ntheme = "etat"\n'))


def test_avec_ses_fichiers_le_theme_habille_chaque_page(magasin: Magasin, atelier: Atelier, tmp_path: Path) -> None:
    projet = demander(magasin.projet)
    charte.copier(faux_paquet(tmp_path / "dist"), projet.reports / charte.DOSSIER)
    construire(projet, [Jeu.REEL], tmp_path / "site", atelier)
    assert controler(tmp_path / "site") == []
    for page in (tmp_path / "site").rglob("*.html"):
        lu = page.read_text(encoding="utf-8")
        assert lu.count('class="fr-logo">Préfet<br>de la région<br>Exemple') == 1, page
        assert "assets/etat/core/core.main.min.css" in lu, page


def test_le_theme_sobre_ne_porte_aucune_marque(site: Path) -> None:
    assert not (site / "assets" / "etat").exists()
    assert all("fr-logo" not in page.read_text(encoding="utf-8") for page in site.rglob("*.html"))


def test_la_charte_est_epinglee_et_git_l_ignore() -> None:
    verrou = json.loads((RACINE / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    declaree = json.loads((RACINE / "package.json").read_text(encoding="utf-8"))["dependencies"][charte.PAQUET]
    assert verrou[f"node_modules/{charte.PAQUET}"]["version"] == declaree
    assert verrou[f"node_modules/{charte.PAQUET}"]["integrity"].startswith("sha512-")
    ignores = (RACINE / ".gitignore").read_text(encoding="utf-8").split()
    assert {f"reports/{charte.DOSSIER.as_posix()}/", "node_modules/"} <= set(ignores)


def test_npm_absent_dit_quoi_installer(projet: Projet) -> None:
    for nom in ("package.json", "package-lock.json"):
        shutil.copy(RACINE / nom, projet.racine)
    with pytest.raises(ErreurUsage, match="npm"):
        charte.installer(projet, npm="npm-qui-n-existe-pas")


@pytest.mark.registre
@pytest.mark.lent
def test_le_vrai_paquet_s_installe_et_habille_le_site(magasin: Magasin, atelier: Atelier, tmp_path: Path) -> None:
    if shutil.which("npm") is None:
        pytest.skip("npm n'est pas installé : sur Debian ou Ubuntu, installez le paquet « npm ».")
    accessible = subprocess.run(["npm", "view", charte.PAQUET, "version"], capture_output=True, check=False, timeout=60)
    if accessible.returncode:
        pytest.skip("Le registre npm ne répond pas.")
    projet = demander(magasin.projet)
    for nom in ("package.json", "package-lock.json"):
        shutil.copy(RACINE / nom, projet.racine)
    copies = charte.installer(projet)
    assert {c.suffix for c in copies} == {".css", ".woff2"}
    construire(projet, [Jeu.REEL], tmp_path / "site", atelier)
    assert controler(tmp_path / "site") == []
