"""Ce qu'un navigateur voit du vrai site : axe-core, débordements, exploration au clavier et appels hors de la machine.

`python -m benchmarks.audit_du_site` ouvre par double-clic, sans réseau, une page de chaque genre du site en place, à
1 280 et 320 pixels de large, chaque figure à explorer ouverte ; `--toutes` ouvre toutes les pages. Sort avec 1 au
premier défaut.
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bilan.projet import Projet

LARGEURS = (1280, 320)
_NAVIGATEURS = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
_OPTIONS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync"]
_ATTENTE_MS = 60_000
_FICHE = re.compile(r"/[0-9]+\.html$")


@dataclass
class Releve:
    """Ce que l'audit a vu : passages d'axe, figures explorées, défauts (page, largeur, quoi), appels sortis."""

    moteur: str = ""
    passages: int = 0
    regles: Counter[str] = field(default_factory=Counter)
    explorees: int = 0
    requetes: int = 0
    defauts: list[str] = field(default_factory=list)


def genres(site: Path) -> list[str]:
    """Rend une page de chaque genre par édition : les pages régionales, et par dossier la fiche la plus lourde."""
    pages = {p.relative_to(site).as_posix(): p.stat().st_size for p in sorted(site.rglob("*.html"))}
    fiches: dict[str, str] = {}
    for page in pages:
        if _FICHE.search(page):
            dossier = page.rpartition("/")[0]
            fiches[dossier] = max(page, fiches.get(dossier, page), key=lambda nom: pages[nom])
    return sorted([*(page for page in pages if not _FICHE.search(page)), *fiches.values()])


def auditer(site: Path, pages: list[str], largeurs: tuple[int, ...] = LARGEURS) -> Releve:
    """Ouvre les pages du site dans Chromium, coupé du réseau, et rend ce qu'il a vu."""
    from playwright.sync_api import sync_playwright

    releve = Releve()
    with sync_playwright() as lanceur:
        chemin = next(nom for nom in _NAVIGATEURS if Path(nom).exists())
        navigateur = lanceur.chromium.launch(executable_path=chemin, args=_OPTIONS)
        # axe s'inscrit dans la page, ce que la politique de contenu du site interdit à tout autre.
        onglet = navigateur.new_context(offline=True, bypass_csp=True).new_page()
        onglet.on("request", lambda requete: _noter(releve, requete.url))
        onglet.on("pageerror", lambda erreur: releve.defauts.append(f"{onglet.url} : {erreur}"))
        for page in pages:
            for largeur in largeurs:
                onglet.set_viewport_size({"width": largeur, "height": 900})
                onglet.goto((site / page).as_uri())
                releve.defauts += [f"{page} à {largeur} px : {quoi}" for quoi in _regarder(onglet, largeur, releve)]
        navigateur.close()
    return releve


def _noter(releve: Releve, adresse: str) -> None:
    releve.requetes += 1
    if not adresse.startswith(("file:", "data:", "blob:")):
        releve.defauts.append(f"appel hors de la machine : {adresse}")


def _regarder(onglet: Any, largeur: int, releve: Releve) -> Iterator[str]:
    yield from _axe(onglet, releve)
    if onglet.evaluate("document.documentElement.scrollWidth") > largeur:
        yield "la page défile en largeur"
    if onglet.locator(".explorer button").count():
        yield from _explorer(onglet, releve)
        yield from (f"figures explorées, {quoi}" for quoi in _axe(onglet, releve))


def _explorer(onglet: Any, releve: Releve) -> Iterator[str]:
    """Ouvre au clavier chaque figure à explorer, et y vise une valeur aux flèches."""
    for bouton in onglet.locator(".explorer button").all():
        ident = bouton.get_attribute("data-figure")
        bouton.focus()
        onglet.keyboard.press("Enter")
        scene = onglet.locator(f"#explorer-{ident} .scene")
        try:
            scene.locator("svg").first.wait_for(timeout=_ATTENTE_MS)
            scene.focus()
            onglet.wait_for_function(
                "id => !document.querySelector(`#explorer-${id} [role=status]`).textContent", arg=ident,
                timeout=_ATTENTE_MS,
            )
            onglet.keyboard.press("ArrowRight")
            dit = onglet.locator(f"#explorer-{ident} [role=status]").text_content()
        except Exception as erreur:  # un délai passé est un défaut de plus, pas la fin de l'audit
            yield f"{ident} : l'exploration ne s'ouvre pas ({str(erreur).splitlines()[0]})"
            continue
        if not dit:
            yield f"{ident} : la flèche ne dit aucune valeur"
        releve.explorees += 1


def _axe(onglet: Any, releve: Releve) -> Iterator[str]:
    onglet.evaluate(_script_d_axe())
    releve.moteur = onglet.evaluate("axe.version")
    passage = onglet.evaluate("axe.run(document, {resultTypes: ['violations']})")
    releve.passages += 1
    for violation in passage["violations"]:
        releve.regles[violation["id"]] += len(violation["nodes"])
        yield f"{violation['id']} ({len(violation['nodes'])}) {violation['nodes'][0]['html'][:160]}"


def _script_d_axe() -> str:
    paquet = find_spec("axe_playwright_python")
    assert paquet is not None and paquet.origin is not None
    return next(Path(paquet.origin).parent.rglob("axe.min.js")).read_text(encoding="utf-8")


def main() -> int:
    """Audite le site et rend 1 si un défaut est trouvé."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("site", nargs="?", type=Path, help="site construit ; reports/courant sinon")
    options.add_argument("--toutes", action="store_true", help="toutes les pages, pas une par genre")
    choix = options.parse_args()
    site = (choix.site or Projet.trouver().reports / "courant").resolve()
    pages = genres(site)
    if choix.toutes:
        pages = sorted(p.relative_to(site).as_posix() for p in site.rglob("*.html"))
    releve = auditer(site, pages)
    for defaut in releve.defauts:
        print(defaut)
    print(
        f"axe-core {releve.moteur} : {len(pages)} pages, {releve.passages} passages, {releve.explorees} figures "
        f"explorées, {releve.requetes} requêtes, {len(releve.defauts)} défauts {dict(releve.regles)}"
    )
    return int(bool(releve.defauts))


if __name__ == "__main__":
    sys.exit(main())
