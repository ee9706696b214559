"""Ce qui désigne une personne ou un bailleur : adresses, téléphones, numéros de sécurité sociale, termes interdits."""

import re
from collections.abc import Iterator

from bilan.secret.attendu import Attendu, normaliser
from bilan.secret.lecture import Lecture

_COURRIEL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# Des chiffres collés à des lettres sont ceux d'une empreinte, pas d'une personne.
_TELEPHONE = re.compile(r"(?<![\w.,+])(?:\+33[ .]?|0)[1-9](?:[ .-]?\d{2}){4}(?![\d.,]?\d|\w)")
_NIR = re.compile(
    r"(?<![\w.,])[12] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3}(?: ?(\d{2}))?(?![\w.,])"
)
_LONGUEUR_DE_CODE = 300_000


def personnes(lecture: Lecture, attendu: Attendu, nom: str) -> Iterator[str]:
    """Rend, une phrase chacun, ce qui désigne une personne ou un bailleur dans le fichier ou dans son nom."""
    for phrase in dict.fromkeys((*lecture.phrases, *lecture.code, nom)):
        if any(courriel not in attendu.courriels for courriel in _COURRIEL.findall(phrase)):
            yield "une adresse électronique y est écrite ; seules les boîtes fonctionnelles déclarées le peuvent"
        # La bibliothèque de tracé est du code : ses suites de chiffres ne sont celles de personne.
        prose = len(phrase) <= _LONGUEUR_DE_CODE
        if prose and _TELEPHONE.search(phrase):
            yield "un numéro de téléphone y est écrit ; retirez-le"
        if prose and any(_est_nir(trouve) for trouve in _NIR.finditer(phrase)):
            yield "un numéro de sécurité sociale y est écrit ; retirez-le"
        if attendu.interdits is not None and (trouve := attendu.interdits.search(normaliser(phrase))):
            yield f"« {trouve[0]} » y est écrit et ne doit pas sortir du profil {attendu.profil}"


def _est_nir(trouve: re.Match[str]) -> bool:
    """Vrai pour treize chiffres plausibles, ou quinze dont la clé est juste : une coordonnée n'en est pas un."""
    cle = trouve[1]
    chiffres = re.sub(r"\s", "", trouve[0])
    if cle is None:
        return len(chiffres) == 13
    corps = chiffres[:-2].replace("2A", "19").replace("2B", "18")
    return int(cle) == 97 - int(corps) % 97
