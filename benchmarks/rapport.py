"""Le compte rendu du banc du moteur : reports/bench.json, docs/performance.md et sa courbe."""

import json
import os
import platform
import statistics
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import croissance
from benchmarks.croissance import FICHES, Mesure
from benchmarks.fraicheur import Bailleur
from benchmarks.voies import Voie
from bilan.francais import nombre


@dataclass(frozen=True)
class Passages:
    """Passages d'une voie : secondes et secondes de calcul par fiche, un élément par passage."""

    secondes: tuple[float, ...]
    calcul: tuple[float, ...]

    @property
    def mediane(self) -> float:
        """Secondes par fiche, médiane des passages."""
        return statistics.median(self.secondes)

    @property
    def calcul_median(self) -> float:
        """Secondes de calcul par fiche (tous les processus), médiane des passages."""
        return statistics.median(self.calcul)


@dataclass(frozen=True)
class Resultats:
    """Tout ce que le banc a mesuré dans un passage ; `charge` est la charge de la machine au début et à la fin."""

    voies: Mapping[str, Passages]
    noms: Sequence[Voie]
    sans_changement: Sequence[float]
    froide: Mapping[str, Sequence[float]]
    bailleur: Bailleur
    croissance: Sequence[Mesure]
    charge: tuple[float, float] = (0.0, 0.0)


def machine() -> str:
    """Rend la description de la machine : cœurs, mémoire, système, Python."""
    pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return (
        f"{os.cpu_count()} cœurs, {nombre(pages / 1e9)} Go de mémoire, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}"
    )


def cles(resultats: Resultats) -> dict[str, Any]:
    """Rend le contenu de reports/bench.json."""
    m = {cle: passages.mediane for cle, passages in resultats.voies.items()}
    c = {cle: passages.calcul_median for cle, passages in resultats.voies.items()}
    dessin = m["chaine_2"] - m["moteur_2"]
    froide = {nom: statistics.median(valeurs) for nom, valeurs in resultats.froide.items()}
    return {
        "ratio_boucle_papermill": _arrondi(m["commande_pages"] / m["chaine_2"]),
        "ratio_boucle_memes_sorties": _arrondi((m["commande"] + dessin) / m["chaine_2"]),
        "ratio_boucle_sans_grammaire": _arrondi(m["commande_pages_sans_grammaire"] / m["chaine_2"]),
        "ratio_boucle_un_ouvrier": _arrondi(m["commande_pages"] / m["chaine_1"]),
        "ratio_carnets_seuls": _arrondi(m["commande"] / m["moteur_2"]),
        "ratio_deux_papermill": _arrondi(m["deux_papermill"] / m["moteur_2"]),
        "ratio_deux_papermill_images_comprises": _arrondi((m["deux_papermill"] + dessin) / m["chaine_2"]),
        "ratio_ploomber": _arrondi(m["ploomber"] / m["moteur_1"]),
        "surcout_moteur_cpu_s": round(c["moteur_1"] - c["sans_moteur"], 3),
        "dessin_et_pages_cpu_s": round(c["chaine_1"] - c["moteur_1"], 3),
        **croissance.cles(resultats.croissance),
        "sans_changement_s": round(statistics.median(resultats.sans_changement), 2),
        "territoires_rejoues_un_bailleur": len(resultats.bailleur.rejoues),
        "territoires_attendus_un_bailleur": len(resultats.bailleur.territoires),
        "feuille_froide_sur_standard": round(froide["office"] / froide["standard"], 2),
        "secondes_par_fiche": {cle: round(valeur, 4) for cle, valeur in m.items()},
        "passages": len(next(iter(resultats.voies.values())).secondes),
        "machine": machine(),
        "charge": [round(valeur, 2) for valeur in resultats.charge],
    }


def ecrire(racine: Path, resultats: Resultats) -> None:
    """Écrit les trois fichiers du compte rendu."""
    contenu = cles(resultats)
    textes = {
        "reports/bench.json": json.dumps(contenu, ensure_ascii=False, indent=2) + "\n",
        "docs/images/croissance.svg": courbe(resultats.croissance),
        "docs/performance.md": document(resultats, contenu),
    }
    for chemin, texte in textes.items():
        (racine / chemin).write_text(texte, encoding="utf-8")


def document(resultats: Resultats, contenu: Mapping[str, Any]) -> str:
    """Rend docs/performance.md."""
    base = resultats.voies["commande_pages"].mediane
    voies = [_ligne(voie, resultats.voies[voie.cle], base) for voie in resultats.noms]
    parties = [
        "# Coût du moteur",
        _plier(_CONDITIONS.format_map({**contenu, "charge": " puis ".join(nombre(v, 1) for v in resultats.charge)})),
        "## Les 52 fiches d'EPCI de la démonstration",
        _plier(_VOIES),
        "\n".join([_TETE_VOIES, "|---|--:|---|--:|--:|--:|", *voies]),
        "\n".join(_plier(f"- {phrase}") for phrase in _phrases(contenu)),
        "## Quand le volume grandit",
        _plier(_CROISSANCE),
        "![Secondes par fiche selon le nombre d'EPCI](images/croissance.svg)",
        "\n".join([_TETE_CROISSANCE, "|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|", *map(_taille, resultats.croissance)]),
        _plier(_phrase_de_croissance(contenu)),
    ]
    return "\n\n".join(parties) + "\n"


_CONDITIONS = (
    "Mesuré par `make bench` : {machine}\u00a0; charge de la machine {charge}\u00a0; médianes de {passages} passages, "
    "les voies se suivant dans chaque passage. Tous les chiffres sont dans `reports/bench.json`."
)
_VOIES = (
    "Même verrou, mêmes carnets, mêmes mesures. Les voies lentes jouent un échantillon qui tourne à chaque passage, "
    "les autres les 52 fiches. « Graphiques et pages » va jusqu'à une page lisible, chacun à sa façon : la boucle "
    "garde les graphiques dans le carnet, que nbconvert met en page ; `bilan executer`, sur une collection réduite à "
    "ces fiches, redessine toutes leurs images, bâtit leurs pages et l'accueil, contrôle le site et le met en place ; "
    "le diaporama et l'annexe, que la boucle ne fait pas, y sont déjà faits."
)
_TETE_VOIES = (
    "| voie | secondes par fiche | étendue | calcul par fiche (s) | pour 52 fiches (s) | la première voie vaut |"
)
_CROISSANCE = (
    "Une France fictive : les EPCI de la région d'abord, puis d'autres. Deux ouvriers, préchauffage compris ; la "
    "mémoire est celle de toute la commande, enfants compris (PSS), la plus haute de toutes les étapes. Le calcul est "
    "celui de tous les processus : la charge de la machine ne le déforme pas."
)
_TETE_CROISSANCE = (
    "| EPCI | lignes de flux | charger (s) | mesurer (s) | jouer les fiches (s) | par fiche (s) | "
    "calcul par fiche (s) | sans le préchauffage (s) | dessin par fiche (s) | pic (Mo) |"
)


def courbe(croissance: Sequence[Mesure]) -> str:
    """Rend le graphique de la croissance, en SVG."""
    import altair as alt
    import vl_convert

    donnees = [
        {"x": f"{nombre(m.taille.epci)} EPCI, {nombre(m.taille.lignes)} lignes", "s": m.par_fiche_s, "rang": rang}
        for rang, m in enumerate(croissance)
    ]
    base = alt.Chart(alt.Data(values=donnees)).encode(
        y=alt.Y("x:N", sort=alt.EncodingSortField("rang"), title=None, axis=alt.Axis(labelLimit=300)),
        x=alt.X("s:Q", title="secondes par fiche", axis=alt.Axis(format=".2f")),
    )
    dessin = base.mark_bar(color="#000091", height=14) + base.mark_text(align="left", dx=4).encode(
        text=alt.Text("s:Q", format=".3f")
    )
    locale = {"decimal": ",", "thousands": "\u202f", "grouping": [3], "currency": ["", "\u202f€"]}
    complet = dessin.properties(width=420).configure(font="Liberation Sans", locale={"number": locale})
    return str(vl_convert.vegalite_to_svg(complet.to_dict())) + "\n"


def _ligne(voie: Voie, passages: Passages, base: float) -> str:
    etendue = f"{nombre(min(passages.secondes), 3)} à {nombre(max(passages.secondes), 3)}"
    return (
        f"| {voie.nom} | {nombre(passages.mediane, 3)} | {etendue} | {nombre(passages.calcul_median, 3)} | "
        f"{nombre(passages.mediane * FICHES, 1)} | {nombre(base / passages.mediane, 1)} × |"
    )


def _taille(mesure: Mesure) -> str:
    etapes = " | ".join(nombre(mesure.couts[etape].duree_s, 1) for etape in ("charger", "mesurer", "jouer"))
    return (
        f"| {nombre(mesure.taille.epci)} | {nombre(mesure.taille.lignes)} | {etapes} | "
        f"{nombre(mesure.par_fiche_s, 3)} | {nombre(mesure.calcul_par_fiche_s, 3)} | "
        f"{nombre(mesure.calcul_marginal_s, 3)} | {nombre(mesure.dessin_par_fiche_s, 2)} | {nombre(mesure.pic_mo)} |"
    )


def _phrase_de_croissance(contenu: Mapping[str, Any]) -> str:
    c = {nom: nombre(valeur, 2) for nom, valeur in contenu.items() if "1253_sur_52" in nom}
    return (
        f"En calcul, une fiche parmi 1 253 coûte {c['cout_1253_sur_52']} fois une fiche parmi 52, "
        f"{c['cout_1253_sur_52_sans_prechauffage']} fois sans le préchauffage, qui se partage entre plus de fiches ; à "
        f"l'horloge, {c['cout_1253_sur_52_duree']} fois. Le dessin, compté à part : {c['dessin_1253_sur_52']} fois ; "
        "la carte de situation montre tous les EPCI."
    )


def _phrases(contenu: Mapping[str, Any]) -> list[str]:
    c = contenu
    return [
        f"Graphiques et pages compris, à deux ouvriers, `bilan executer` va {_fois(c, 'ratio_boucle_papermill')} plus "
        f"vite que la commande papermill en boucle, {_fois(c, 'ratio_boucle_sans_grammaire')} sans la grammaire ; à "
        f"un ouvrier, {_fois(c, 'ratio_boucle_un_ouvrier')}. Si la boucle, sans ses graphiques, devait produire nos "
        f"images et nos pages au prix où nous les produisons : {_fois(c, 'ratio_boucle_memes_sorties')}.",
        f"Carnets seuls, mêmes sorties : {_fois(c, 'ratio_carnets_seuls')} plus vite que la boucle, "
        f"{_fois(c, 'ratio_deux_papermill')} que deux papermill sans grammaire et à arrêt immédiat (images et pages "
        f"ajoutées des deux côtés : {_fois(c, 'ratio_deux_papermill_images_comprises')}), "
        f"{_fois(c, 'ratio_ploomber')}, à un ouvrier, que ploomber-engine.",
        f"Le moteur coûte {nombre(c['surcout_moteur_cpu_s'], 3)} seconde de calcul par carnet de plus que les mêmes "
        f"cellules dans un seul processus ; les images et les pages, {nombre(c['dessin_et_pages_cpu_s'], 3)}.",
        f"Rien n'a changé : {nombre(c['sans_changement_s'], 2)} secondes pour toute la collection.",
        f"Un bailleur ajoute un logement à son bilan : {c['territoires_rejoues_un_bailleur']} fiches d'EPCI rejouées "
        f"d'après le journal, pour {c['territoires_attendus_un_bailleur']} EPCI où il a du flux ; une fiche de plus "
        "est celle qui montre à côté d'elle un département ou un pair dont le chiffre affiché a bougé.",
        f"Une fiche seule, préchauffage compris : {nombre(c['feuille_froide_sur_standard'], 2)} fois le moteur "
        "standard.",
    ]


def _plier(texte: str) -> str:
    """Rend le paragraphe en lignes de 120 signes au plus ; l'espace insécable ne se coupe pas."""
    return "\n".join(textwrap.wrap(texte, 118, subsequent_indent="  " if texte.startswith("- ") else ""))


def _fois(contenu: Mapping[str, Any], cle: str) -> str:
    return f"{nombre(contenu[cle], 1)} fois"


def _arrondi(valeur: float) -> float:
    return round(valeur, 1)
