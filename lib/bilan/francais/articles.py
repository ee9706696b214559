"""Les articles des territoires : « des Bouches-du-Rhône », « du Var », « en Vaucluse », « dans la métropole… »."""

import unicodedata

_PLURIELS = frozenset({
    "Alpes-de-Haute-Provence", "Hautes-Alpes", "Alpes-Maritimes", "Ardennes", "Bouches-du-Rhône", "Côtes-d'Armor",
    "Hauts-de-Seine", "Landes", "Pyrénées-Atlantiques", "Hautes-Pyrénées", "Pyrénées-Orientales", "Deux-Sèvres",
    "Vosges", "Yvelines",
})  # fmt: skip
_SANS_ARTICLE = frozenset({
    "Eure-et-Loir", "Ille-et-Vilaine", "Indre-et-Loire", "Loir-et-Cher", "Lot-et-Garonne", "Maine-et-Loire", "Mayotte",
    "Meurthe-et-Moselle", "Paris", "Seine-et-Marne", "Tarn-et-Garonne", "Vaucluse", "La Réunion",
})  # fmt: skip
_MASCULINS = frozenset({
    "Calvados", "Cantal", "Cher", "Doubs", "Finistère", "Gard", "Gers", "Jura", "Loiret", "Lot", "Morbihan", "Nord",
    "Pas-de-Calais", "Puy-de-Dôme", "Rhône", "Bas-Rhin", "Haut-Rhin", "Tarn", "Territoire de Belfort", "Val-d'Oise",
    "Val-de-Marne", "Var",
})  # fmt: skip
_ILES_ET_VILLES = frozenset({"Paris", "Mayotte", "La Réunion"})
_H_ASPIRES = ("Haut", "Havre", "Hague", "Haye")
_FEMININS = ("CA ", "CC ", "CU ", "Métropole ", "Communauté ")


def elide(mot: str) -> bool:
    """Vrai si l'article s'élide devant `mot` : une voyelle, ou un h qui n'est pas aspiré."""
    base = unicodedata.normalize("NFKD", mot)[:1].lower()
    return base in "aeiouyœ" or (base == "h" and not mot.startswith(_H_ASPIRES))


def de(nom: str) -> str:
    """Rend « de Marseille », « d'Avignon »."""
    return f"d'{nom}" if elide(nom) else f"de {nom}"


def que(groupe: str) -> str:
    """Rend « que la région », « qu'aucun EPCI », « qu'en Vaucluse »."""
    return f"qu'{groupe}" if elide(groupe) else f"que {groupe}"


def departement(nom: str) -> str:
    """Rend le nom du département avec son article : « les Bouches-du-Rhône », « le Var », « Vaucluse », « l'Ain »."""
    if nom in _SANS_ARTICLE:
        return nom
    if nom in _PLURIELS:
        return f"les {nom}"
    if elide(nom):
        return f"l'{nom}"
    return f"le {nom}" if nom in _MASCULINS else f"la {nom}"


def epci(nom: str) -> str:
    """Rend le nom officiel d'un EPCI avec son article : « la CA du Pays de Grasse », « la métropole Nice… »."""
    if not nom.startswith(_FEMININS):
        return nom
    # Le nom de genre perd sa majuscule dans une phrase, pas le sigle.
    return f"la {nom}" if nom[:2] in ("CA", "CC", "CU") else f"la {nom[0].lower()}{nom[1:]}"


def contracter(groupe: str) -> str:
    """Rend « de » suivi d'un groupe qui porte son article : « des Alpes-Maritimes », « du Var », « de la CA… »."""
    for article, contracte in (("les ", "des "), ("le ", "du ")):
        if groupe.startswith(article):
            return contracte + groupe.removeprefix(article)
    return f"de {groupe}" if groupe.startswith(("la ", "l'")) else de(groupe)


def de_departement(nom: str) -> str:
    """Rend « des Bouches-du-Rhône », « du Var », « de Vaucluse », « de l'Ain »."""
    return contracter(departement(nom))


def d_epci(nom: str) -> str:
    """Rend « de la CA de Sophia Antipolis », « de la métropole d'Aix-Marseille-Provence »."""
    return contracter(epci(nom))


def dans_departement(nom: str) -> str:
    """Rend « dans les Bouches-du-Rhône », « dans l'Ain », « en Vaucluse », « à Paris »."""
    if nom in _ILES_ET_VILLES:
        return f"à {nom}"
    return f"en {nom}" if nom in _SANS_ARTICLE else f"dans {departement(nom)}"


def dans_epci(nom: str) -> str:
    """Rend « dans la CA de Sophia Antipolis », « à Bordeaux Métropole »."""
    groupe = epci(nom)
    return f"à {nom}" if groupe == nom else f"dans {groupe}"
