"""La trace de lecture : chaque case pleine du fichier est lue, ou écartée avec son motif. Aucune ne disparaît."""

from collections import Counter
from dataclasses import dataclass, field

MOTIFS = {
    "entete": "titres de colonnes",
    "hors_tableau": "textes au-dessus du tableau",
    "total": "ligne de total",
    "note": "note sous le tableau",
    "repetition": "titres répétés",
    "colonne_ignoree": "colonne que la correspondance écarte",
    "colonne_inconnue": "colonne non reconnue",
    "colonne_deduite": "colonne déduite, jamais lue",
    "feuille_non_lue": "feuille sans le tableau attendu",
    "sans_mesure": "ligne sans aucune mesure",
}
"""Motifs d'écart, et leur libellé."""


@dataclass(frozen=True, slots=True)
class Ecart:
    """Cases écartées : où, pourquoi, combien, et le début de ce qu'elles disaient."""

    feuille: str
    ligne: int | None
    motif: str
    cases: int
    apercu: str = ""


@dataclass
class Trace:
    """Compte des cases pleines d'un fichier : `lues` en tout, `retenues` dans le tableau, le reste dans `ecarts`."""

    lues: int = 0
    retenues: int = 0
    ecarts: list[Ecart] = field(default_factory=list)

    def ecarter(self, motif: str, feuille: str, ligne: int | None, cases: list[str]) -> None:
        """Note des cases écartées ; rien si elles sont toutes vides."""
        pleines = [case.strip() for case in cases if case.strip()]
        if pleines:
            self.ecarts.append(Ecart(feuille, ligne, motif, len(pleines), " | ".join(pleines)[:120]))

    def par_motif(self) -> dict[str, int]:
        """Rend le nombre de cases écartées par motif."""
        compte: Counter[str] = Counter()
        for ecart in self.ecarts:
            compte[ecart.motif] += ecart.cases
        return dict(compte)

    @property
    def perdues(self) -> int:
        """Cases ni retenues ni écartées : toujours 0, un test le prouve."""
        return self.lues - self.retenues - sum(ecart.cases for ecart in self.ecarts)
