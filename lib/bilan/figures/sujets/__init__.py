"""Les sujets du bilan : des mesures entrent, des figures sortent.

Un module par sujet. Chaque fonction publique prend des mesures (colonnes de `tables.mesure.Mesure`) ou une table
canonique, et un `Contexte` ; elle rend une `Figure` dont le titre porte le message, tiré des données.
"""

from bilan.figures.sujets.contexte import Contexte
from bilan.figures.sujets.mesures import disponible, font_cent

__all__ = ["Contexte", "disponible", "font_cent"]
