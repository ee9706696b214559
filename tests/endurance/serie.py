"""Une série d'exécutions planifiées et de pannes : jamais un site à moitié, une livraison perdue ou une panne tue.

Usage : python -m tests.endurance.serie NOMBRE [GRAINE]

Un vrai serveur de courriel et un vrai serveur S3 écoutent sur la boucle locale. Chaque exécution a quelque chose à
faire (une livraison rectifiée) et subit une panne tirée au sort ; après chacune, la série regarde ce qu'un lecteur, un
analyste et l'équipe voient.
"""

import json
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.decor import Decor
from tests.endurance.pannes import PANNES, Planification, changer_une_valeur
from tests.endurance.serveurs import Serveurs, ouvrir_les_serveurs

CARNETS = ("30_flux",)
_LIEN = re.compile(r'(?:href|src)="([^"#?:]+)["#?]')


@dataclass
class Passage:
    """Ce qu'une exécution est devenue : sa panne, son code de sortie, ses secondes, et ce qui n'allait pas."""

    panne: str
    code: int
    duree_s: float
    dit: str = ""
    fautes: list[str] = field(default_factory=list)


class Serie:
    """La série et ses témoins : livraisons jamais perdues, site toujours entier, panne toujours dite."""

    def __init__(self, racine: Path, serveurs: Serveurs, graine: int) -> None:
        self._serveurs = serveurs
        self._hasard = random.Random(graine)
        decor = Decor.monter(racine, bailleurs=2, carnets=CARNETS)
        decor.environnement.update(serveurs.environnement)
        self.planification = Planification(decor, self._hasard)
        self._connues: set[str] = set()

    def ouvrir(self) -> float:
        """Mène la première exécution, sans panne ; rend ses secondes."""
        passage = self.passer("aucune", None)
        assert passage.code == 0 and not passage.fautes, (passage.dit, passage.fautes)
        return passage.duree_s

    def passer(self, panne: str, rang: int | None) -> Passage:
        """Mène une exécution sous cette panne, après avoir rectifié une livraison (sauf si `rang` manque)."""
        if rang is not None:
            changer_une_valeur(self.planification, rang)
        recus = len(self._serveurs.courriels)
        depart = time.monotonic()
        issue = PANNES[panne](self.planification)
        passage = Passage(panne, issue.code, time.monotonic() - depart, (issue.erreurs or issue.sortie).strip()[-300:])
        if issue.code == 0 and panne == "aucune":
            self.planification.duree_s = max(passage.duree_s, 1.0)
        passage.fautes += [*self._livraisons_perdues(), *self._site_a_moitie(), *self._copie_a_moitie()]
        if issue.code != 0 and len(self._serveurs.courriels) == recus:
            passage.fautes += self._panne_tue(issue.erreurs)
        return passage

    def _livraisons_perdues(self) -> list[str]:
        manifeste = self.planification.decor.racine / "data/entrepot/demonstration/tables/manifeste.json"
        if not manifeste.is_file():
            return ["manifeste des tables absent"] if self._connues else []
        presentes = {livraison["livraison_id"] for livraison in json.loads(manifeste.read_text())["livraisons"]}
        perdues = self._connues - presentes
        self._connues |= presentes
        return [f"{len(perdues)} livraisons perdues"] if perdues else []

    def _site_a_moitie(self) -> list[str]:
        courant = self.planification.decor.racine / "reports" / "courant"
        return liens_rompus(courant) if courant.exists() else (["site disparu"] if self._connues else [])

    def _copie_a_moitie(self) -> list[str]:
        return self._serveurs.copie_a_moitie()

    def _panne_tue(self, erreurs: str) -> list[str]:
        sante = self.planification.decor.lancer("sante")
        return [] if sante.code == 6 else [f"panne ni notifiée ni vue par « bilan sante » : {erreurs[-200:]}"]


def liens_rompus(site: Path) -> list[str]:
    """Rend les liens locaux qui ne mènent à aucun fichier du site."""
    rompus = []
    for page in site.rglob("*.html"):
        texte = page.read_text(encoding="utf-8")
        if not texte.rstrip().endswith("</html>"):
            rompus.append(f"{page.name} tronquée")
        rompus += [f"{page.name} → {lien}" for lien in _LIEN.findall(texte) if not (page.parent / lien).exists()]
    return rompus


def mener(racine: Path, nombre: int, graine: int, pannes: Sequence[str] = ()) -> list[Passage]:
    """Rend les passages d'une série : pannes données, ou tirées au sort ; le dernier est sans panne et réussit."""
    with ouvrir_les_serveurs(avec_stockage=True) as serveurs:
        serie = Serie(racine, serveurs, graine)
        serie.ouvrir()
        hasard = random.Random(graine)
        tirees = list(pannes) or [hasard.choice(list(PANNES)) for _ in range(nombre - 1)]
        passages = []
        for rang, panne in enumerate([*tirees, "aucune"]):
            passages.append(serie.passer(panne, rang))
            dernier = passages[-1]
            print(f"{rang + 1:>3} {dernier.panne:<9} code {dernier.code:>3} {dernier.duree_s:>6.1f} s  {dernier.dit}")
            print(
                *(f"    FAUTE {faute}" for faute in dernier.fautes),
                sep="\n",
                end="" if not dernier.fautes else "\n",
                flush=True,
            )
        return passages


def main() -> None:
    """Mène la série demandée, en imprime le bilan, et sort avec 1 s'il y a une faute."""
    nombre, graine = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 93
    with tempfile.TemporaryDirectory() as dossier:
        passages = mener(Path(dossier), nombre, graine)
    fautes = [faute for passage in passages for faute in passage.fautes]
    comptes = ", ".join(f"{nom} {combien}" for nom, combien in sorted(Counter(p.panne for p in passages).items()))
    reussis = sum(passage.code == 0 for passage in passages)
    print(f"{len(passages)} exécutions ({comptes}) : {reussis} réussies, {len(fautes)} fautes")
    sys.exit(bool(fautes) or passages[-1].code != 0)


if __name__ == "__main__":
    main()
