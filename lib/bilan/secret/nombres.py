"""Les nombres écrits dans un texte : où ils sont, ce qu'ils valent, et s'ils sont l'écriture d'une valeur permise."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# Ni un poids (« 3 ko »), ni « 40 autres lignes », ni un code de neuf chiffres ne sont des valeurs.
_NOMBRE = re.compile(
    r"(?<![\w.,])(?:\d{1,3}(?: \d{3})+|\d{1,8}(?! \d{3}(?!\d)))(?:[.,]\d+)?(?!\d)(?! ?[km]?o\b| autres? lignes?\b)"
)
_COMPTES = re.compile(r" ?%| (?:logements?|attributions?|baux|menages?|conventions?|propositions?|demandes?)\b")
_ANNEES = range(1990, 2101)
_SUITE = 16


@dataclass(frozen=True, slots=True)
class Nombre:
    """Nombre lu : sa place dans le texte, ce qu'il vaut, ses décimales, son écriture, et ce qui le suit."""

    debut: int
    fin: int
    valeur: float
    decimales: int
    ecrit: str
    suite: str = ""

    def est_l_un_de(self, valeurs: Iterable[float]) -> bool:
        """Vrai si une des valeurs, arrondie comme il est écrit, s'écrit ainsi, signe mis à part."""
        marge = 0.5 * 10.0**-self.decimales + 1e-9
        return any(abs(abs(v) - self.valeur) <= marge for v in valeurs)

    @property
    def est_une_annee(self) -> bool:
        """Vrai pour un entier de quatre chiffres qui peut être une année, et que ne suit pas ce qu'il compterait."""
        peut_l_etre = len(self.ecrit) == 4 and self.decimales == 0 and int(self.valeur) in _ANNEES
        return peut_l_etre and not _COMPTES.match(self.suite)


def nombres_de(texte: str) -> Iterator[Nombre]:
    """Rend les nombres d'un texte normalisé ; un chiffre collé à des lettres (« t2 », « f3c ») n'en est pas un."""
    for trouve in _NOMBRE.finditer(texte):
        ecrit = trouve[0].replace(" ", "").replace(",", ".")
        decimales = len(ecrit.partition(".")[2])
        suite = texte[trouve.end() : trouve.end() + _SUITE]
        yield Nombre(trouve.start(), trouve.end(), float(ecrit), decimales, trouve[0], suite)


def est_permis(nombre: Nombre, permises: Iterable[float]) -> bool:
    """Vrai si le nombre est une valeur permise, ou plusieurs écrites côte à côte (« 12 345 »)."""
    valeurs = list(permises)
    if nombre.est_l_un_de(valeurs):
        return True
    morceaux = nombre.ecrit.split(" ")
    coupes = ((" ".join(morceaux[:rang]), " ".join(morceaux[rang:])) for rang in range(1, len(morceaux)))
    return any(all(est_permis(n, valeurs) for partie in coupe for n in nombres_de(partie)) for coupe in coupes)
