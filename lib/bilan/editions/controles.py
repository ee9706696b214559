"""Les contrôles d'un site construit, avant toute publication : liens, textes de remplacement, tables, mentions."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote, urldefrag

from bilan.editions.gabarits import POLITIQUE
from bilan.editions.lecture_html import Element, PageLue
from bilan.francais import INSECABLE, nombre
from bilan.projet import Jeu

POIDS_DE_PAGE = 300_000
"""Poids d'une page, en octets, au-delà duquel elle n'est pas publiée (conventions, § 2.1)."""

POIDS_DU_SITE = 30_000_000
"""Poids du site entier, téléchargements et moteur compris, au-delà duquel il n'est pas publié."""

MOTEUR = "assets/vega.js"
"""Moteur de l'exploration : il sait appeler l'extérieur, et la politique de contenu l'en empêche."""

_ADRESSES = ("href", "src", "srcset", "action", "data", "poster", "xlink:href")
_EXTERNE = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|//)", re.I)
_ADRESSE_DE_STYLE = re.compile(r"url\(\s*['\"]?(?!#|data:)([^'\")]+)|@import")
_APPEL_DE_SCRIPT = re.compile(r"\b(?:fetch|XMLHttpRequest|importScripts)\b|https?://|\bimport\s*\(")
_RESTES = re.compile(r"\b(?:None|NaN|nan|null|undefined|Infinity)\b")
_MENTION = "données fictives"

Attendues = Mapping[str, frozenset[str]]
"""Identifiants des figures que chaque page doit montrer, par chemin de page dans le site."""


@dataclass(frozen=True, slots=True, order=True)
class Constat:
    """Manquement trouvé : la page (chemin dans le site) et ce qui ne va pas, en une phrase."""

    page: str
    message: str

    def __str__(self) -> str:
        return f"{self.page} : {self.message}"


@dataclass
class SiteLu:
    """Site construit dans `racine`, lu une fois pour tous les contrôles."""

    racine: Path
    pages: dict[str, PageLue] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for chemin in sorted(self.racine.rglob("*.html")):
            self.pages[self.nom(chemin)] = PageLue.lire(chemin.read_text(encoding="utf-8"))

    def nom(self, chemin: Path) -> str:
        """Rend le chemin d'un fichier dans le site."""
        return chemin.relative_to(self.racine).as_posix()

    @cached_property
    def fichiers(self) -> frozenset[str]:
        """Chemins de tous les fichiers du site."""
        return frozenset(self.nom(chemin) for chemin in self.racine.rglob("*") if chemin.is_file())


    @cached_property
    def poids(self) -> int:
        """Poids du site, en octets."""
        return sum((self.racine / nom).stat().st_size for nom in self.fichiers)

    @property
    def page_la_plus_lourde(self) -> tuple[int, str]:
        """Poids, en octets, et chemin de la page la plus lourde."""
        return max(((self.racine / nom).stat().st_size, nom) for nom in self.pages)


def mega(octets: int) -> str:
    """Rend un poids en mégaoctets : « 21,4 Mo »."""
    return f"{nombre(octets / 1_000_000, 1)}{INSECABLE}Mo"


def controler(racine: Path, attendues: Attendues | None = None) -> list[Constat]:
    """Rend les manquements du site construit dans `racine`, triés ; vide s'il peut être publié."""
    site = SiteLu(racine)
    constats = [constat for regle in _REGLES for constat in regle(site)]
    return sorted({*constats, *_figures_absentes(site, attendues or {})})


def liens(site: SiteLu) -> Iterator[Constat]:
    """Rend les liens rompus, vers l'extérieur ou sans intitulé."""
    ancres = {nom: frozenset(page.identifiants) for nom, page in site.pages.items()}
    for nom, page in site.pages.items():
        for adresse in sorted({adresse for e in page.elements for adresse in _adresses(e)}):
            if probleme := _lien_rompu(nom, adresse, site.fichiers, ancres):
                yield Constat(nom, probleme)
        for lien in page.tous("a"):
            if not lien.nom:
                yield Constat(nom, f"le lien vers « {lien.attributs.get('href', '')} » n'a pas d'intitulé")


def structure(site: SiteLu) -> Iterator[Constat]:
    """Rend les défauts de langue, de titre, de niveaux, d'identifiants et de politique de contenu."""
    titres: dict[str, str] = {}
    for nom, page in site.pages.items():
        if any(e.attributs.get("lang") != "fr" for e in page.tous("html")):
            yield Constat(nom, "la langue de la page n'est pas « fr »")
        if not page.titre or page.titre in titres:
            yield Constat(nom, f"le titre « {page.titre} » est vide ou déjà celui de « {titres.get(page.titre, '')} »")
        titres[page.titre] = nom
        if page.niveaux.count(1) != 1:
            yield Constat(nom, "la page n'a pas exactement un titre de niveau 1")
        for avant, apres in zip(page.niveaux, page.niveaux[1:], strict=False):
            if apres > avant + 1:
                yield Constat(nom, f"un titre de niveau {apres} suit un titre de niveau {avant}")
        for double in {i for i in page.identifiants if page.identifiants.count(i) > 1}:
            yield Constat(nom, f"l'identifiant « {double} » est répété")
        politiques = [e for e in page.tous("meta") if e.attributs.get("http-equiv") == "Content-Security-Policy"]
        if [e.attributs.get("content") for e in politiques] != [POLITIQUE]:
            yield Constat(nom, "la politique de contenu manque")


def images(site: SiteLu) -> Iterator[Constat]:
    """Rend les images sans texte de remplacement (RGAA 1.1) et celles dont les liens sont muets."""
    for nom, page in site.pages.items():
        for image in page.tous("svg"):
            attendu = "group" if image.dedans("a") else "img"
            if image.attributs.get("role") != attendu or not image.attributs.get("aria-label", "").strip():
                yield Constat(nom, f"une image n'a pas de texte de remplacement ou n'est pas « role={attendu} »")
        for image in page.tous("img"):
            if "alt" not in image.attributs:
                yield Constat(nom, "une image n'a pas d'attribut alt")


def tables(site: SiteLu) -> Iterator[Constat]:
    """Rend les figures sans table et les tables sans légende, sans en-têtes ou à cellules illisibles."""
    for nom, page in site.pages.items():
        for figure in _figures(page):
            if len(figure.dedans("table")) != 1 and not _renvoie(figure):
                yield Constat(nom, f"la figure « {figure.attributs.get('id', '')} » n'a pas sa table")
        de_prose = {id(t) for e in page.tous("div") if "prose" in e.attributs.get("class", "") for t in e.contient}
        for table in page.tous("table"):
            yield from (Constat(nom, defaut) for defaut in _defauts_de_table(table, id(table) in de_prose))


def formulaires(site: SiteLu) -> Iterator[Constat]:
    """Rend les champs sans étiquette (RGAA 11.1)."""
    for nom, page in site.pages.items():
        etiquettes = {e.attributs.get("for") for e in page.tous("label")}
        for champ in page.tous("input", "select", "textarea"):
            if champ.attributs.get("id") not in etiquettes and "aria-label" not in champ.attributs:
                yield Constat(nom, "un champ n'a pas d'étiquette")


def mentions(site: SiteLu) -> Iterator[Constat]:
    """Rend les pages et figures fictives qui ne le disent pas, et les réelles qui le diraient à tort."""
    for nom, page in site.pages.items():
        jeu = nom.split("/")[0]
        if jeu == Jeu.DEMONSTRATION:
            if not any("bandeau-fictif" in e.attributs.get("class", "") for e in page.tous("p")):
                yield Constat(nom, "le bandeau « données fictives » manque")
            for figure in _figures(page):
                if _MENTION not in figure.texte.lower():
                    yield Constat(nom, f"la figure « {figure.attributs.get('id', '')} » ne se dit pas fictive")
        elif jeu == Jeu.REEL and any(_MENTION in e.texte.lower() for e in page.tous("figure", "li")):
            yield Constat(nom, "une figure réelle se dit fictive")
    yield from (
        Constat(nom, "l'image ne dit pas que ses données sont fictives")
        for nom in sorted(site.fichiers)
        if nom.startswith(f"{Jeu.DEMONSTRATION}/") and nom.endswith(".svg")
        and "fictives" not in (site.racine / nom).read_text(encoding="utf-8")
    )


def poids_et_ressources(site: SiteLu) -> Iterator[Constat]:
    """Rend les pages trop lourdes, les scripts inscrits dans une page et ce qui appellerait l'extérieur."""
    if site.poids > POIDS_DU_SITE:
        yield Constat("index.html", f"le site pèse {mega(site.poids)}, au-delà de {mega(POIDS_DU_SITE)}")
    for nom in sorted(site.fichiers):
        if nom.endswith(".html") and (poids := (site.racine / nom).stat().st_size) > POIDS_DE_PAGE:
            yield Constat(nom, f"la page pèse {poids // 1000} ko, au-delà de {POIDS_DE_PAGE // 1000} ko")
        # La charte de l'État appelle ses polices et ses icônes, toutes par un chemin relatif.
        est_feuille = nom.endswith(".css") and not nom.startswith("assets/etat/")
        if est_feuille and _ADRESSE_DE_STYLE.search((site.racine / nom).read_text(encoding="utf-8")):
            yield Constat(nom, "la feuille de style appelle une autre ressource")
        est_script = nom.startswith("assets/") and nom.endswith(".js") and nom != MOTEUR
        if est_script and (appel := _APPEL_DE_SCRIPT.search((site.racine / nom).read_text(encoding="utf-8"))):
            yield Constat(nom, f"le script appelle « {appel[0]} »")
    for nom, page in site.pages.items():
        if any("src" not in e.attributs or e.attributs.get("type") == "module" for e in page.tous("script")):
            yield Constat(nom, "un script est inscrit dans la page ou chargé comme module")


_REGLES: tuple[Callable[[SiteLu], Iterator[Constat]], ...] = (
    liens, structure, images, tables, formulaires, mentions, poids_et_ressources,
)


def _adresses(element: Element) -> Iterator[str]:
    for nom in _ADRESSES:
        adresse = element.attributs.get(nom)
        if adresse is not None and adresse != "data:,":
            yield adresse


def _lien_rompu(page: str, adresse: str, fichiers: frozenset[str], ancres: Mapping[str, frozenset[str]]) -> str | None:
    if _EXTERNE.match(adresse):
        return None if adresse.startswith("mailto:") else f"l'adresse « {adresse} » sort du site"
    chemin, ancre = urldefrag(adresse)
    cible = _normaliser(page, unquote(chemin)) if chemin else page
    if cible not in fichiers:
        return f"le lien « {adresse} » ne mène à aucun fichier"
    if ancre and cible in ancres and ancre not in ancres[cible]:
        return f"le lien « {adresse} » vise une ancre absente"
    return None


def _normaliser(page: str, chemin: str) -> str | None:
    segments = page.split("/")[:-1]
    for segment in chemin.split("/"):
        if segment == "..":
            if not segments:
                return None
            segments.pop()
        elif segment != ".":
            segments.append(segment)
    return "/".join(segments)


def _figures(page: PageLue) -> list[Element]:
    """Rend les figures de la page, chiffres clés compris."""
    return [e for e in page.tous("figure", "li") if e.balise == "figure" or e.attributs.get("class") == "chiffre"]


def _defauts_de_table(table: Element, de_prose: bool) -> Iterator[str]:
    legende = " ".join(e.texte.strip() for e in table.dedans("caption"))
    if not legende and not de_prose:
        yield "une table n'a pas de légende"
    entetes = table.dedans("th")
    if not entetes or any(e.attributs.get("scope") not in ("col", "row") for e in entetes):
        yield f"la table « {legende} » a des en-têtes sans portée"
    for cellule in table.dedans("td"):
        if _RESTES.fullmatch(cellule.texte.strip()):
            yield f"la table « {legende} » a une cellule « {cellule.texte.strip()} »"


def _renvoie(chiffre: Element) -> bool:
    """Vrai pour un chiffre clé d'accueil, qui renvoie à la page où sont sa lecture et sa table."""
    return any("#fig-" in e.attributs.get("href", "") for e in chiffre.dedans("a"))


def _figures_absentes(site: SiteLu, attendues: Attendues) -> Iterator[Constat]:
    for nom, figures in attendues.items():
        presentes = set(site.pages[nom].identifiants) if nom in site.pages else set()
        for ident in sorted(figures):
            if f"fig-{ident}" not in presentes:
                yield Constat(nom, f"la figure « {ident} » manque")
