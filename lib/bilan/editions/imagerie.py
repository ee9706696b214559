"""Les images des figures : dessinées une fois, dans des processus à part, gardées sous l'empreinte de leur contenu."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from pathlib import Path

import bilan
from bilan.editions.dessin import Dessin, dessiner
from bilan.editions.ouvriers import Ouvriers, Promesse
from bilan.entrepot import fichiers
from bilan.figures.formes import ChiffreCle, Tableau
from bilan.figures.modele import Figure
from bilan.projet import INTERNE, Jeu, Projet, nom_de_profil

_OUTILS = ("vl-convert-python", "pillow")
_SOURCES = ("editions/dessin.py", "editions/png.py", "editions/vectoriel.py", "editions/explorables.py")


Dessinateur = Callable[[str, bool], Dessin]
"""Rend le dessin d'une figure donnée par son JSON, complet ou pour la page ; doit passer d'un processus à l'autre."""


def se_dessine(figure: Figure) -> bool:
    """Vrai si la figure a une image : ni tableau, ni chiffre clé, ni table vide."""
    return not isinstance(figure.forme, Tableau | ChiffreCle) and not figure.donnees.is_empty()


@dataclass
class Imagerie:
    """Images des figures d'un jeu, gardées dans `dossier` d'une construction à l'autre.

    `version` change quand le code du dessin ou les fonds de carte changent : tout se redessine alors.
    """

    dossier: Path
    dessinateur: Dessinateur
    version: str
    ouvriers: Ouvriers = field(default_factory=Ouvriers)
    _servis: set[str] = field(default_factory=set)

    def preparer(self, figures: Iterable[Figure], completes: Iterable[Figure] = ()) -> int:
        """Dessine ce qui ne l'était pas, les images des `completes` au complet, et rend leur nombre."""
        with self.ouvriers:
            return self.commander(figures, completes)()

    def commander(self, figures: Iterable[Figure], completes: Iterable[Figure] = ()) -> Promesse[int]:
        """Met en route les dessins que `preparer` fait ; la promesse les garde et rend leur nombre."""
        voulues = [(texte, True) for texte in _textes(completes)]
        entieres = {texte for texte, _ in voulues}
        voulues += [(texte, False) for texte in _textes(figures) if texte not in entieres]
        manquants = [(texte, complet) for texte, complet in voulues if not self._gardee(texte, complet)]
        dessins = self.ouvriers.repartir(partial(_dessiner, self.dessinateur), manquants)
        return partial(self._recevoir, manquants, dessins)

    def dessin(self, figure: Figure, complet: bool = False) -> Dessin:
        """Rend le dessin d'une figure, en la dessinant si `preparer` ne l'a pas vue."""
        texte = _en_texte(figure)
        if not (cle := self._gardee(texte, complet)):
            self._recevoir([(texte, complet)], [partial(self.dessinateur, texte, complet)])
            cle = self._empreinte(texte, complet)
        self._servis.add(cle)
        page = self._chemin(cle, "page.svg").read_text(encoding="utf-8")
        if not complet:
            return Dessin(page)
        svg, png, exploration = (
            chemin.read_bytes() if (chemin := self._chemin(cle, suffixe)).is_file() else b""
            for suffixe in ("svg", "png", "json")
        )
        return Dessin(page, svg.decode(), png, exploration.decode())

    def garde(self, texte: str, suffixe: str) -> bool:
        """Vrai si `tirer` n'aurait rien à faire."""
        return self._chemin_tire(texte, suffixe).is_file()

    def tirer(self, texte: str, suffixe: str, faire: Callable[[], bytes]) -> bytes:
        """Rend le fichier gardé sous l'empreinte de `texte` et du code, fait une seule fois par `faire`."""
        chemin = self._chemin_tire(texte, suffixe)
        if not chemin.is_file():
            self.dossier.mkdir(parents=True, exist_ok=True)
            fichiers.ecrire(chemin, faire())
        self._servis.add(chemin.name.split(".")[0])
        return chemin.read_bytes()

    def promettre(self, texte: str, suffixe: str, faire: Callable[[], bytes]) -> Promesse[bytes]:
        """Met en route ce que `tirer` aurait à faire ; la promesse rend le fichier."""
        a_faire = faire if self.garde(texte, suffixe) else self.ouvriers.confier(faire)
        return partial(self.tirer, texte, suffixe, a_faire)

    def elaguer(self) -> None:
        """Efface les images que cette construction n'a pas servies."""
        for chemin in self.dossier.glob("*.*"):
            if chemin.name.split(".")[0] not in self._servis:
                chemin.unlink()

    def _recevoir(self, manquants: list[tuple[str, bool]], dessins: list[Promesse[Dessin]]) -> int:
        self.dossier.mkdir(parents=True, exist_ok=True)
        for (texte, complet), dessin in zip(manquants, dessins, strict=True):
            self._garder(self._empreinte(texte, complet), dessin())
        return len(manquants)

    def _gardee(self, texte: str, complet: bool) -> str:
        """Rend la clé du dessin gardé qui convient ; vide s'il n'y en a pas.

        Un dessin complet contient celui de la page : il sert aussi à qui ne demande que lui.
        """
        cles = [self._empreinte(texte, True)] + ([] if complet else [self._empreinte(texte, False)])
        return next((cle for cle in cles if self._chemin(cle, "page.svg").is_file()), "")

    def _empreinte(self, texte: str, complet: bool) -> str:
        return hashlib.sha256(f"{self.version}\n{complet}\n{texte}".encode()).hexdigest()[:24]

    def _chemin_tire(self, texte: str, suffixe: str) -> Path:
        return self._chemin(self._empreinte(f"{suffixe}\n{texte}", True), suffixe)

    def _chemin(self, cle: str, suffixe: str) -> Path:
        return self.dossier / f"{cle}.{suffixe}"

    def _garder(self, cle: str, dessin: Dessin) -> None:
        # L'image de la page en dernier : sa présence dit que tout y est.
        suite = (("svg", dessin.svg.encode()), ("png", dessin.png), ("json", dessin.exploration.encode()),
                 ("page.svg", dessin.page.encode()))
        for suffixe, contenu in suite:
            if contenu:
                fichiers.ecrire(self._chemin(cle, suffixe), contenu)


def imagerie_du_jeu(
    projet: Projet, jeu: Jeu, profil: str = INTERNE, ouvriers: Ouvriers | None = None
) -> Imagerie:
    """Rend l'imagerie d'un jeu, gardée dans `data/entrepot/<jeu>/images/`, à part pour le profil public."""
    dessinateur = partial(dessiner, referentiel=projet.referentiel, region=projet.collection.region)
    dossier = projet.entrepot / jeu / nom_de_profil("images", profil)
    return Imagerie(dossier, dessinateur, _version_du_dessin(projet), ouvriers or Ouvriers())


def _dessiner(dessinateur: Dessinateur, voulu: tuple[str, bool]) -> Dessin:
    return dessinateur(*voulu)


def _textes(figures: Iterable[Figure]) -> dict[str, None]:
    return dict.fromkeys(_en_texte(figure) for figure in figures if se_dessine(figure))


def _en_texte(figure: Figure) -> str:
    return json.dumps(figure.en_json(), ensure_ascii=False, sort_keys=True, default=str)


def _version_du_dessin(projet: Projet) -> str:
    paquet = Path(bilan.__file__).parent
    # Ce qui fait les figures n'y est pas : une figure changée est déjà un autre contenu.
    moteur = [p for p in (paquet / "figures").rglob("*.py") if "sujets" not in p.parts]
    sources = [*moteur, *(paquet / "francais").glob("*.py"), *(paquet / nom for nom in _SOURCES)]
    empreinte = hashlib.sha256("".join(map(version, _OUTILS)).encode())
    for chemin in sorted(sources) + sorted(p for p in projet.referentiel.rglob("*") if p.is_file()):
        empreinte.update(chemin.name.encode() + chemin.read_bytes())
    return empreinte.hexdigest()
