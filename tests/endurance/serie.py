"""Une série d'exécutions planifiées et de pannes : jamais un site à moitié, une livraison perdue ou une panne tue.

Usage : python -m tests.endurance.serie NOMBRE [GRAINE] [JOURNAL]

Le journal (par défaut `serie-GRAINE.jsonl`, au dossier temporaire) garde chaque exécution en une ligne JSON, aussitôt
finie : graine, panne, code, ce que la commande a écrit en dernier, ce qui l'a dit, verdict.

Un vrai serveur de courriel et un vrai serveur S3 écoutent sur la boucle locale ; le projet est sur un petit disque à
lui (tmpfs), que l'on remplit pour de vrai. Chaque exécution a quelque chose à faire (une livraison rectifiée) et subit
une panne tirée au sort ; après chacune, la série regarde ce qu'un lecteur, un analyste et l'équipe voient.
"""

import hashlib
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.decor import Decor, Issue
from tests.endurance.pannes import PANNES, Planification, changer_une_valeur
from tests.endurance.serveurs import Serveurs, ouvrir_les_serveurs

CARNETS = ("30_flux",)
_CELLULES = (0, 1, 2, 3, -1)
"""Cellules du carnet que joue la série : sa fiche, son ouverture, deux chiffres du flux, sa fin."""
_LIEN = re.compile(r'(?:href|src)="([^"#?:]+)["#?]')
_DISQUE = "400m"
_MONTE = "SERIE_SUR_SON_DISQUE"
_TUE = -9
_DERNIERS_CARACTERES = 4000


@dataclass
class Passage:
    """Ce qu'une exécution est devenue : panne, code de sortie, secondes, ce qui l'a dit, et ce qui n'allait pas.

    `dit` est la fin de sa sortie, `erreurs` celle de sa sortie d'erreur, `courriels` ceux qu'elle a envoyés, entiers.
    """

    panne: str
    code: int
    duree_s: float
    dit: str = ""
    erreurs: str = ""
    su: str = ""
    courriels: list[str] = field(default_factory=list)
    fautes: list[str] = field(default_factory=list)

    def ligne(self, rang: int) -> str:
        """Rend le passage en une ligne de tableau Markdown."""
        code = "tuée" if self.code == _TUE else str(self.code)
        fautes = " ".join(" ; ".join(self.fautes).split()) or "aucune"
        return f"| {rang} | {self.panne} | {code} | {self.duree_s:.0f} | {self.su} | {fautes} |"

    def consigner(self, journal: Path, graine: int, rang: int) -> None:
        """Ajoute le passage au journal, en une ligne JSON."""
        verdict = "faute" if self.fautes else "sain"
        ligne = {"graine": graine, "rang": rang, "verdict": verdict, **asdict(self)}
        with journal.open("a", encoding="utf-8") as ecrit:
            ecrit.write(json.dumps(ligne, ensure_ascii=False) + "\n")


class Serie:
    """La série et ses témoins : livraisons jamais perdues, site toujours entier, panne toujours dite."""

    def __init__(self, racine: Path, serveurs: Serveurs, graine: int) -> None:
        self._serveurs = serveurs
        decor = Decor.monter(racine, bailleurs=2, carnets=CARNETS)
        _abreger(racine / "notebooks" / f"{CARNETS[0]}.ipynb")
        provisoire = racine / "provisoire"
        provisoire.mkdir()
        decor.environnement |= {**serveurs.environnement, "TMPDIR": str(provisoire)}
        self.planification = Planification(decor, serveurs, random.Random(graine))
        self._connues: set[str] = set()

    def ouvrir(self) -> float:
        """Mène la première exécution, sans panne ; rend ses secondes."""
        passage = self.passer("aucune", None)
        assert passage.code == 0 and not passage.fautes, (passage.erreurs, passage.fautes)
        return passage.duree_s

    def passer(self, panne: str, rang: int | None) -> Passage:
        """Mène une exécution sous cette panne, après avoir rectifié une livraison (sauf si `rang` manque)."""
        if rang is not None:
            changer_une_valeur(self.planification, rang)
        recus = len(self._serveurs.courriels)
        depart = time.monotonic()
        issue = PANNES[panne](self.planification)
        passage = Passage(panne, issue.code, time.monotonic() - depart, _fin(issue.sortie), _fin(issue.erreurs))
        if issue.code == 0 and panne == "aucune":
            self.planification.duree_s = max(passage.duree_s, 1.0)
        passage.courriels = self._serveurs.courriels[recus:]
        passage.su = " ; ".join(f"courriel « {objet} »" for objet in self._serveurs.objets()[recus:])
        passage.fautes += [
            *self._livraisons_perdues(issue), *self._site_a_moitie(), *self._serveurs.copie_a_moitie(),
            *_mal_dit(panne, issue),
        ]  # fmt: skip
        if issue.code != 0 and not passage.su:
            self._chercher_dans_la_sante(passage)
        return passage

    def _livraisons_perdues(self, issue: Issue) -> list[str]:
        """Une livraison entrée ne ressort jamais ; après une réussite, toutes celles du dossier sont entrées."""
        manifeste = self.planification.decor.racine / "data/entrepot/demonstration/tables/manifeste.json"
        if not manifeste.is_file():
            return ["manifeste des tables absent"] if self._connues else []
        presentes = {entree["livraison"]["empreinte"] for entree in json.loads(manifeste.read_text())["livraisons"]}
        perdues = self._connues - presentes
        self._connues |= presentes
        if issue.code == 0:
            perdues |= {hashlib.sha256(c.read_bytes()).hexdigest() for c in self.planification.flux()} - presentes
        return [f"{len(perdues)} livraisons perdues"] if perdues else []

    def _site_a_moitie(self) -> list[str]:
        courant = self.planification.decor.racine / "reports" / "courant"
        return liens_rompus(courant) if courant.exists() else (["site disparu"] if self._connues else [])

    def _chercher_dans_la_sante(self, passage: Passage) -> None:
        sante = self.planification.decor.lancer("sante", "--libre-min", "0")
        alertes = [ligne[2:] for ligne in sante.sortie.splitlines() if ligne.startswith("✘ ")]
        passage.su = " ; ".join(f"sante : {alerte}" for alerte in alertes)
        if sante.code != 6:
            passage.fautes.append(f"panne ni notifiée ni vue par « bilan sante » : {passage.erreurs[-300:]}")


def _abreger(carnet: Path) -> None:
    contenu = json.loads(carnet.read_text(encoding="utf-8"))
    contenu["cells"] = [contenu["cells"][rang] for rang in _CELLULES]
    contenu["metadata"]["bilan"]["figures"] = []
    carnet.write_text(json.dumps(contenu), encoding="utf-8")


def _fin(texte: str) -> str:
    return texte.strip()[-_DERNIERS_CARACTERES:]


def _mal_dit(panne: str, issue: Issue) -> list[str]:
    """Une panne se dit en une phrase française, jamais par une pile d'appels ; un disque plein dit de faire place.

    Sans panne voulue, tout échec est une faute : sa cause est à trouver.
    """
    fautes = [f"pile d'appels montrée : {issue.erreurs[-300:]}"] if "Traceback" in issue.erreurs else []
    if panne == "aucune" and issue.code != 0:
        fautes.append(f"échec sans panne voulue : {issue.erreurs[-300:]}")
    if panne == "disque" and issue.code > 0 and "libérez de la place" not in issue.erreurs:
        fautes.append(f"disque plein mal dit : {issue.erreurs[-200:]}")
    return fautes


def liens_rompus(site: Path) -> list[str]:
    """Rend les liens locaux qui ne mènent à aucun fichier du site."""
    rompus = []
    for page in site.rglob("*.html"):
        texte = page.read_text(encoding="utf-8")
        if not texte.rstrip().endswith("</html>"):
            rompus.append(f"{page.name} tronquée")
        rompus += [f"{page.name} → {lien}" for lien in _LIEN.findall(texte) if not (page.parent / lien).exists()]
    return rompus


def mener(racine: Path, graine: int, journal: Path, pannes: Sequence[str]) -> list[Passage]:
    """Rend les passages d'une série sous ces pannes, puis d'un dernier sans panne ; chacun s'ajoute au journal."""
    with ouvrir_les_serveurs(avec_stockage=True) as serveurs:
        serie = Serie(racine, serveurs, graine)
        serie.ouvrir()
        passages = []
        print("| n° | panne | code | secondes | ce qui l'a dit | fautes |\n|---|---|---|---|---|---|", flush=True)
        for rang, panne in enumerate([*pannes, "aucune"]):
            passages.append(serie.passer(panne, rang))
            passages[-1].consigner(journal, graine, rang + 1)
            print(passages[-1].ligne(rang + 1), flush=True)
        return passages


def tirer(nombre: int, graine: int) -> list[str]:
    """Rend les pannes d'une série de `nombre` exécutions, tirées au sort ; la dernière exécution n'en a pas."""
    hasard = random.Random(graine)
    return [hasard.choice(list(PANNES)) for _ in range(nombre - 1)]


def main() -> None:
    """Mène la série demandée, en imprime le bilan, et sort avec 1 s'il y a une faute."""
    if not os.environ.get(_MONTE):
        os.environ[_MONTE] = "1"
        os.execvp("unshare", ["unshare", "--map-root-user", "--mount", *sys.orig_argv])
    nombre, graine = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 93
    journal = Path(sys.argv[3] if len(sys.argv) > 3 else f"{tempfile.gettempdir()}/serie-{graine}.jsonl").resolve()
    journal.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as dossier:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={_DISQUE}", "tmpfs", dossier], check=True)
        passages = mener(Path(dossier) / "projet", graine, journal, tirer(nombre, graine))
        subprocess.run(["umount", dossier], check=True)
    fautes = [faute for passage in passages for faute in passage.fautes]
    comptes = ", ".join(f"{nom} {combien}" for nom, combien in sorted(Counter(p.panne for p in passages).items()))
    reussis = sum(passage.code == 0 for passage in passages)
    print(f"\n{len(passages)} exécutions ({comptes}) : {reussis} réussies, {len(fautes)} fautes ; {journal}")
    sys.exit(bool(fautes) or passages[-1].code != 0)


if __name__ == "__main__":
    main()
