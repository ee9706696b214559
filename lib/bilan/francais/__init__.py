"""Le français des chiffres : nombres, dates, articles et phrases, par une seule porte.

Trois étages, à prendre tels quels : `nombres` (écrire un nombre et ce qui s'accorde avec lui, rendu aussi d'ici),
`articles` (« du Var », « dans la CA… ») et `phrases` (dire ce qu'un nombre veut dire, ou refuser de le dire).

Un nombre que l'on écrit :

>>> nombre(12098), pourcent(60.9), points(-3.2), compter(2, "logement")
('12\\u202f098', '60,9\\u202f%', '−3,2\\xa0points', '2\\xa0logements')

Un territoire que l'on nomme :

>>> from bilan.francais import articles
>>> articles.de_departement("Bouches-du-Rhône"), articles.dans_departement("Vaucluse")
('des Bouches-du-Rhône', 'en Vaucluse')
>>> articles.d_epci("CA de Sophia Antipolis"), articles.dans_epci("Bordeaux Métropole")
('de la CA de Sophia Antipolis', 'à Bordeaux Métropole')

Une lecture, qui s'accorde avec ses nombres et n'écrit jamais un signe devant un nombre :

>>> from bilan.francais import phrases
>>> phrases.parmi(0, 26, phrases.EPCI, ("a signé", "ont signé"))
"aucun des 26\\xa0EPCI n'a signé"
>>> phrases.dont(7540, 3448, phrases.LOGEMENTS, "en quartier prioritaire")
'7\\u202f540\\xa0logements, dont 3\\u202f448 en quartier prioritaire'
>>> phrases.part_des(3448, 7540, phrases.LOGEMENTS)
'45,7\\u202f% des 7\\u202f540\\xa0logements'
>>> phrases.comparaison(28.2, 25, feminin=True), phrases.evolution(-1.0), phrases.environ(11980)
('supérieure de 3,2\\xa0points', 'en baisse de 1,0\\xa0point', 'près de 12\\u202f000')
>>> phrases.rang({"Var": 9.0, "Gard": 5.0, "Ain": 5.0}, "Ain")
'2e ex æquo'

Une phrase se dit d'une mesure assez solide ; `dire` refuse, ou ajoute les réserves. La phrase est une fonction :
elle n'est écrite que si elle peut l'être.

>>> from dataclasses import dataclass
>>> @dataclass(frozen=True)
... class Regles:
...     base_minimale_logements: int = 20
...     couverture_minimale: float = 0.8
>>> fragile = phrases.Solidite("observe", base=7540, couverture=0.5, maturite="provisoire")
>>> phrases.dire(lambda: "le taux est de 45,7 %", Regles(), fragile)
'Le taux est de 45,7 % (couverture partielle : 50\\u202f% du parc ; valeur provisoire).'
>>> phrases.dire(lambda: "le taux est de 45,7 %", Regles(), phrases.Solidite("secret"))
'La valeur est masquée par le secret statistique.'
"""

from bilan.francais.nombres import (
    FINE_INSECABLE,
    INSECABLE,
    MOINS,
    SIGNES,
    accord,
    au_plus,
    compter,
    date_courte,
    date_longue,
    enumerer,
    nombre,
    points,
    pourcent,
)

__all__ = [
    "FINE_INSECABLE",
    "INSECABLE",
    "MOINS",
    "SIGNES",
    "accord",
    "au_plus",
    "compter",
    "date_courte",
    "date_longue",
    "enumerer",
    "nombre",
    "points",
    "pourcent",
]
