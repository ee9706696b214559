"""La grammaire des phrases : elles naissent des nombres, s'accordent avec eux, et savent se taire.

Les règles de refus tiennent en une porte, `dire` : valeur masquée, sans objet, non transmise ou de trop petite base,
on dit pourquoi on se tait ; couverture partielle, valeur provisoire ou révisée, on le dit à côté.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self

from bilan.erreurs import ErreurUsage
from bilan.francais.nombres import FINE_INSECABLE, INSECABLE, accord, enumerer, nombre, points, pourcent

_RANG_MINIMAL = 3


@dataclass(frozen=True, slots=True)
class Nom:
    """Nom que l'on compte : ses deux formes et son genre."""

    singulier: str
    pluriel: str
    feminin: bool = False

    def compte(self, quantite: float) -> str:
        """Rend « aucun EPCI », « 1 EPCI », « 12 EPCI »."""
        if quantite == 0:
            return f"{self.aucun} {self.singulier}"
        return f"{nombre(quantite)}{INSECABLE}{accord(quantite, self.singulier, self.pluriel)}"

    def accorde(self, quantite: float, masculin: str) -> str:
        """Rend l'adjectif régulier accordé : « signé », « signée », « signés », « signées »."""
        return accord(quantite, masculin + "e" if self.feminin else masculin)

    @property
    def aucun(self) -> str:
        """« aucun » ou « aucune »."""
        return "aucune" if self.feminin else "aucun"

    @property
    def tous(self) -> str:
        """« tous » ou « toutes »."""
        return "toutes" if self.feminin else "tous"


EPCI = Nom("EPCI", "EPCI")
BAILLEURS = Nom("bailleur", "bailleurs")
CONVENTIONS = Nom("convention", "conventions", feminin=True)
LOGEMENTS = Nom("logement", "logements")


class SeuilsDeLecture(Protocol):
    """Ce qu'il faut à une valeur pour être citée : une base, en logements, et une couverture (de 0 à 1)."""

    @property
    def base_minimale_logements(self) -> int:
        """Base sous laquelle un taux ne se commente pas."""

    @property
    def couverture_minimale(self) -> float:
        """Couverture sous laquelle on prévient."""


@dataclass(frozen=True, slots=True)
class Solidite:
    """Ce qui autorise une phrase : la valeur est-elle là, sur quelle base, avec quelle couverture (de 0 à 1) ?"""

    statut: str
    base: float | None = None
    couverture: float | None = None
    maturite: str = "definitif"

    @classmethod
    def de_mesure(cls, mesure: Mapping[str, Any], *, base: str = "") -> Self:
        """Rend la solidité d'une ligne de mesures ; `base` nomme la colonne qui compte ses logements, s'il y en a une.

        >>> Solidite.de_mesure({"statut": "observe", "denominateur": 12.0}, base="denominateur").base
        12.0
        """
        maturite = mesure.get("maturite") or "definitif"
        return cls(mesure["statut"], mesure[base] if base else None, mesure.get("couverture"), maturite)


def dire(phrase: Callable[[], str], seuils: SeuilsDeLecture, *mesures: Solidite) -> str:
    """Rend la phrase, sa majuscule, ses réserves et son point ; ou pourquoi une des `mesures` ne se commente pas."""
    for mesure in mesures:
        if tu := refus(mesure, seuils):
            return tu
    dites = dict.fromkeys(dite for mesure in mesures for dite in reserves(mesure, seuils))
    entre_parentheses = f" ({' ; '.join(dites)})" if dites else ""
    return f"{majuscule(phrase()).removesuffix('.')}{entre_parentheses}."


def refus(mesure: Solidite, seuils: SeuilsDeLecture) -> str:
    """Rend pourquoi aucune phrase ne peut citer cette valeur, ou une chaîne vide si elle le peut."""
    absences = {
        "secret": "La valeur est masquée par le secret statistique.",
        "sans_objet": "La question ne se pose pas pour ce territoire.",
        "non_transmis": "La valeur n'a pas été transmise.",
    }
    if mesure.statut in absences:
        return absences[mesure.statut]
    if mesure.base is not None and mesure.base < seuils.base_minimale_logements:
        base = f"{nombre(mesure.base)} pour un minimum de {nombre(seuils.base_minimale_logements)}"
        return f"La base est trop petite pour commenter un taux ({base})."
    return ""


def reserves(mesure: Solidite, seuils: SeuilsDeLecture) -> tuple[str, ...]:
    """Rend les réserves à écrire à côté d'une valeur citée : couverture partielle, valeur provisoire ou révisée."""
    dites = []
    if mesure.couverture is not None and mesure.couverture < seuils.couverture_minimale:
        dites.append(f"couverture partielle : {pourcent(100 * mesure.couverture, 0)} du parc")
    mots = {"provisoire": "valeur provisoire", "revise": "valeur révisée"}
    return (*dites, mots[mesure.maturite]) if mesure.maturite in mots else tuple(dites)


def majuscule(phrase: str) -> str:
    """Rend la phrase avec une majuscule initiale, sans toucher au reste."""
    return phrase[:1].upper() + phrase[1:]


def parmi(quantite: int, total: int, nom: Nom, verbe: tuple[str, str]) -> str:
    """Rend « 12 des 26 EPCI ont… », « aucun des 26 EPCI n'a… », « les 26 EPCI ont… », « un seul des 26… ».

    `verbe` donne la suite au singulier et au pluriel (« a signé », « ont signé »). Lève `ErreurUsage` si `quantite`
    n'est pas entre 0 et `total`.
    """
    _verifier(quantite, total, nom)
    singulier, pluriel = verbe
    e = "e" if nom.feminin else ""
    if total == 0:
        return f"aucun{e} {nom.singulier} n'est concerné{e}"
    if total == 1:
        article = "la" if nom.feminin else "le"
        return f"{article} seul{e} {nom.singulier} {_nier(singulier) if quantite == 0 else singulier}"
    tous = f"{nombre(total)}{INSECABLE}{nom.pluriel}"
    if quantite == 0:
        return f"aucun{e} des {tous} {_sans_pas(singulier)}"
    if quantite == total:
        return f"les {tous} {pluriel}"
    return f"un{e} seul{e} des {tous} {singulier}" if quantite == 1 else f"{nombre(quantite)} des {tous} {pluriel}"


def dont(total: int, partie: int | None, nom: Nom, suite: str) -> str:
    """Rend un tout et sa partie : « 12 logements, dont 3 en QPV », « …, tous en QPV », « …, dont aucun en QPV ».

    Une partie inconnue (None) le dit. Lève `ErreurUsage` si la partie n'est pas entre 0 et `total`.
    """
    if total == 0:
        return nom.compte(0)
    if partie is None:
        return f"{nom.compte(total)}, dont un nombre inconnu {suite}"
    _verifier(partie, total, nom)
    if partie == 0:
        return f"{nom.compte(total)}, dont {nom.aucun} {suite}"
    if partie == total:
        return f"{nom.compte(total)}, {nom.tous + ' ' if total > 1 else ''}{suite}"
    return f"{nom.compte(total)}, dont {nombre(partie)} {suite}"


def part(numerateur: float | None, denominateur: float | None) -> str:
    """Rend la part de l'un dans l'autre : « 45,7 % », « la totalité », « aucune part », « n.d. » sans dénominateur.

    Un arrondi ne fait jamais ni rien, ni tout : « moins de 0,1 % », « plus de 99,9 % ».
    """
    if numerateur is None or not denominateur:
        return pourcent(None)
    if numerateur == 0:
        return "aucune part"
    if numerateur == denominateur:
        return "la totalité"
    taux = 100 * numerateur / denominateur
    if 0 < taux < 0.05:
        return f"moins de 0,1{FINE_INSECABLE}%"
    return f"plus de 99,9{FINE_INSECABLE}%" if 99.95 <= taux < 100 else pourcent(taux)


def part_des(numerateur: int | None, denominateur: int | None, nom: Nom) -> str:
    """Rend la part et ce dont elle est la part : « 45,7 % des 7 540 logements », « aucun des 26 EPCI »."""
    if numerateur is None or not denominateur:
        return f"une part inconnue des {nom.pluriel}"
    if denominateur == 1:
        seul = "la seule" if nom.feminin else "le seul"
        return f"{seul if numerateur else nom.aucun} {nom.singulier}"
    tous = f"{nombre(denominateur)}{INSECABLE}{nom.pluriel}"
    return f"{nom.aucun} des {tous}" if numerateur == 0 else f"{part(numerateur, denominateur)} des {tous}"


def evolution(ecart: float | None, unite: str = "point", decimales: int = 1) -> str:
    """Rend « en hausse de 3,2 points », « en baisse de 1 point », « stable » : le sens est un mot, jamais un signe."""
    if ecart is None or math.isnan(ecart):
        return "d'évolution inconnue"
    arrondi = round(ecart, decimales)
    if arrondi == 0:
        return "stable"
    return f"en {'hausse' if arrondi > 0 else 'baisse'} de {_quantite(arrondi, unite, decimales)}"


def comparaison(valeur: float | None, repere: float | None, decimales: int = 1, *, feminin: bool = False) -> str:
    """Rend où est un taux par rapport à son repère : « supérieur de 3,2 points », « égal », « inférieur de… ».

    La suite s'écrit « à » : « supérieure de 3,2 points à la cible ». Une valeur qui manque : « non comparable ».
    """
    e = "e" if feminin else ""
    if valeur is None or repere is None or math.isnan(valeur - repere):
        return "non comparable"
    ecart = round(valeur - repere, decimales)
    if ecart == 0:
        return f"égal{e}"
    return f"{'supérieur' if ecart > 0 else 'inférieur'}{e} de {_quantite(ecart, 'point', decimales)}"


def de_plus(ecart: float | None, unite: str = "point", decimales: int = 1) -> str:
    """Rend « 3,2 points de plus », « 12 logements de moins », « autant » : la suite commence par « que »."""
    if ecart is None or math.isnan(ecart):
        return "un écart inconnu"
    arrondi = round(ecart, decimales)
    if arrondi == 0:
        return "autant"
    return f"{_quantite(arrondi, unite, decimales)} de {'plus' if arrondi > 0 else 'moins'}"


def environ(valeur: float) -> str:
    """Rend un ordre de grandeur à deux chiffres : « près de 12 000 », « un peu plus de 12 000 », « 12 000 ».

    Une valeur négative se compare en grandeur : −11 980 est « près de −12 000 ».
    """
    if abs(valeur) < 100:
        return nombre(valeur)
    puissance = 10 ** (math.floor(math.log10(abs(valeur))) - 1)
    rond = round(valeur / puissance) * puissance
    if rond == valeur:
        return nombre(rond)
    return f"{'près' if abs(rond) > abs(valeur) else 'un peu plus'} de {nombre(rond)}"


def rang(valeurs: Mapping[str, float | None], cle: str, feminin: bool = False) -> str:
    """Rend le rang de `cle`, la valeur la plus haute d'abord : « 1re », « 3e ex æquo », « non classé ».

    Moins de trois valeurs ne font pas un classement, ni une valeur qui manque un rang.
    """
    valeur = valeurs.get(cle)
    presentes = [v for v in valeurs.values() if v is not None]
    if valeur is None or len(presentes) < _RANG_MINIMAL:
        return "non classée" if feminin else "non classé"
    place = 1 + sum(v > valeur for v in presentes)
    ordinal = ("1re" if feminin else "1er") if place == 1 else f"{place}e"
    return f"{ordinal} ex æquo" if presentes.count(valeur) > 1 else ordinal


def en_tete(valeurs: Mapping[str, float | None]) -> str:
    """Rend qui a la valeur la plus haute : « le Var », « le Var et le Gard, ex æquo » ; rien s'il n'y a pas à classer.

    Les clés sont les noms tels qu'ils s'écrivent. Toutes égales, ou moins de trois : chaîne vide.
    """
    presentes = {nom: v for nom, v in valeurs.items() if v is not None}
    if len(presentes) < _RANG_MINIMAL or len(set(presentes.values())) == 1:
        return ""
    premiers = [nom for nom, v in presentes.items() if v == max(presentes.values())]
    return premiers[0] if len(premiers) == 1 else f"{enumerer(premiers)}, ex æquo"


def _quantite(ecart: float, unite: str, decimales: int) -> str:
    """Écrit un écart sans signe, son unité accordée."""
    grandeur = abs(ecart)
    if unite == "point":
        return points(grandeur, decimales).removeprefix("+")
    return f"{nombre(grandeur, decimales)}{INSECABLE}{accord(grandeur, unite)}"


def _verifier(partie: int, total: int, nom: Nom) -> None:
    if not 0 <= partie <= total:
        raise ErreurUsage(f"On ne compte pas {partie} {nom.pluriel} parmi {total} : donnez une partie de 0 au tout.")


def _sans_pas(verbe: str) -> str:
    return f"n'{verbe}" if verbe[:1] in "aeéêiouyh" else f"ne {verbe}"


def _nier(verbe: str) -> str:
    auxiliaire, _, suite = verbe.partition(" ")
    return f"{_sans_pas(auxiliaire)} pas {suite}".rstrip()
