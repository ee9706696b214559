"""La grammaire des phrases : elles naissent des nombres, s'accordent avec eux, et savent se taire."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from bilan.francais import INSECABLE, nombre, points, pourcent
from bilan.projet import Seuils


@dataclass(frozen=True, slots=True)
class Nom:
    """Nom que l'on compte : ses deux formes et son genre."""

    singulier: str
    pluriel: str
    feminin: bool = False

    def compte(self, quantite: float) -> str:
        """Rend « aucun EPCI », « 1 EPCI », « 12 EPCI »."""
        if quantite == 0:
            return f"{self._aucun} {self.singulier}"
        return f"{nombre(quantite)}{INSECABLE}{self.singulier if quantite < 2 else self.pluriel}"

    @property
    def _aucun(self) -> str:
        return "aucune" if self.feminin else "aucun"


@dataclass(frozen=True, slots=True)
class Solidite:
    """Ce qui autorise une phrase : la valeur est-elle là, sur quelle base, avec quelle couverture (de 0 à 1) ?"""

    statut: str
    base: float | None = None
    couverture: float | None = None
    maturite: str = "definitif"


EPCI = Nom("EPCI", "EPCI")
BAILLEURS = Nom("bailleur", "bailleurs")
CONVENTIONS = Nom("convention", "conventions", feminin=True)


def parmi(quantite: int, total: int, nom: Nom, verbe: tuple[str, str]) -> str:
    """Rend « 12 des 26 EPCI ont… », « aucun des 26 EPCI n'a… », « les 26 EPCI ont… », « un seul des 26… ».

    `verbe` donne la suite au singulier et au pluriel (« a signé », « ont signé »).
    """
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


def majuscule(phrase: str) -> str:
    """Rend la phrase avec une majuscule initiale, sans toucher au reste."""
    return phrase[:1].upper() + phrase[1:]


def evolution(ecart: float | None, unite: str = "point", decimales: int = 1) -> str:
    """Rend « en hausse de 3,2 points », « en baisse de 1 point », « stable » : le sens est un mot, jamais un signe."""
    if ecart is None or math.isnan(ecart):
        return "d'évolution inconnue"
    arrondi = round(ecart, decimales)
    if arrondi == 0:
        return "stable"
    quantite = points(abs(arrondi), decimales).removeprefix("+") if unite == "point" else (
        f"{nombre(abs(arrondi), decimales)}{INSECABLE}{unite if abs(arrondi) < 2 else unite + 's'}"
    )
    return f"en {'hausse' if arrondi > 0 else 'baisse'} de {quantite}"


def comparaison(valeur: float, repere: float, decimales: int = 1) -> str:
    """Rend où est un taux par rapport à son repère : « supérieur de 3,2 points », « égal », « inférieur de… »."""
    ecart = round(valeur - repere, decimales)
    if ecart == 0:
        return "égal"
    sens = "supérieur" if ecart > 0 else "inférieur"
    return f"{sens} de {points(abs(ecart), decimales).removeprefix('+')}"


def environ(valeur: float) -> str:
    """Rend un ordre de grandeur à deux chiffres : « près de 12 000 », « un peu plus de 12 000 », « 12 000 »."""
    if abs(valeur) < 100:
        return nombre(valeur)
    puissance = 10 ** (math.floor(math.log10(abs(valeur))) - 1)
    rond = round(valeur / puissance) * puissance
    if rond == valeur:
        return nombre(rond)
    return f"{'près' if rond > valeur else 'un peu plus'} de {nombre(rond)}"


def part(numerateur: float | None, denominateur: float | None) -> str:
    """Rend la part de l'un dans l'autre : « 45,7 % », « la totalité », « aucune part », « n.d. » sans dénominateur."""
    if numerateur is None or not denominateur:
        return pourcent(None)
    if numerateur == 0:
        return "aucune part"
    return "la totalité" if numerateur == denominateur else pourcent(100 * numerateur / denominateur)


def rang(valeurs: Mapping[str, float | None], cle: str, feminin: bool = False) -> str:
    """Rend le rang de `cle`, la valeur la plus haute d’abord : « 1re », « 3e ex æquo », « non classé »."""
    valeur = valeurs.get(cle)
    if valeur is None:
        return "non classée" if feminin else "non classé"
    presentes = [v for v in valeurs.values() if v is not None]
    place = 1 + sum(v > valeur for v in presentes)
    ordinal = ("1re" if feminin else "1er") if place == 1 else f"{place}e"
    return f"{ordinal} ex æquo" if presentes.count(valeur) > 1 else ordinal


def refus(mesure: Solidite, seuils: Seuils) -> str:
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


def reserves(mesure: Solidite, seuils: Seuils) -> tuple[str, ...]:
    """Rend les réserves à écrire à côté d'une valeur citée : couverture partielle, valeur provisoire ou révisée."""
    dites = []
    if mesure.couverture is not None and mesure.couverture < seuils.couverture_minimale:
        dites.append(f"couverture partielle : {pourcent(100 * mesure.couverture, 0)} du parc")
    mots = {"provisoire": "valeur provisoire (p)", "revise": "valeur révisée (r)"}
    return (*dites, mots[mesure.maturite]) if mesure.maturite in mots else tuple(dites)


def _sans_pas(verbe: str) -> str:
    return f"n'{verbe}" if verbe[:1] in "aeéêiouyh" else f"ne {verbe}"


def _nier(verbe: str) -> str:
    auxiliaire, _, suite = verbe.partition(" ")
    return f"{_sans_pas(auxiliaire)} pas {suite}".rstrip()
