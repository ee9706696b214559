"""La forme d'un message : les mêmes blocs en texte, pour tous, et en HTML sobre, pour qui le préfère.

Le HTML n'appelle rien : ni image, ni feuille de style, ni script. Il n'impose aucune couleur, se lit au lecteur d'écran
(langue, titres, tableau à en-têtes) et dit exactement ce que dit le texte.
"""

from dataclasses import dataclass
from html import escape

_PAGE = """\
<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="color-scheme" content="light dark">
<title>{titre}</title>
</head>
<body style="font-family: sans-serif; font-size: 16px; line-height: 1.5; max-width: 40em">
<main>
<h1 style="font-size: 1.3em">{titre}</h1>
{blocs}
</main>
</body>
</html>
"""
_SOUS_TITRE = '<h2 style="font-size: 1.1em; margin-bottom: 0">{titre}</h2>'
_TABLEAU = '<table style="border-collapse: collapse">\n{lignes}\n</table>'
_CELLULE = "border-bottom: 1px solid; padding: 4px 0; vertical-align: top"
_LIGNE = (
    f'<tr><th scope="row" style="{_CELLULE}; font-weight: normal; padding-right: 24px; text-align: left">{{titre}}</th>'
    f'<td style="{_CELLULE}; font-weight: bold; text-align: right">{{valeur}}</td></tr>'
)


@dataclass(frozen=True)
class Bloc:
    """Un passage du message : un titre, puis une phrase, des points ou des chiffres (libellé, valeur).

    `texte` se lit après le titre s'il y en a un ; s'il commence par « http », il est aussi un lien.
    """

    titre: str = ""
    texte: str = ""
    points: tuple[str, ...] = ()
    chiffres: tuple[tuple[str, str], ...] = ()

    def en_texte(self) -> str:
        """Rend le bloc en lignes de texte."""
        tete = " : ".join(morceau for morceau in (self.titre, self.texte) if morceau)
        suite = [*self.points, *(f"{libelle} : {valeur}" for libelle, valeur in self.chiffres)]
        return "\n".join([f"{tete} :", *(f"  - {ligne}" for ligne in suite)]) if suite else tete

    @property
    def _phrase(self) -> str:
        """Le texte là où son titre est à part : une phrase qui commence par une majuscule."""
        return self.texte[:1].upper() + self.texte[1:]

    def en_html(self) -> str:
        """Rend le bloc en HTML, tout échappé."""
        morceaux = [_SOUS_TITRE.format(titre=escape(self.titre))] if self.titre else []
        if self.texte:
            morceaux.append(f"<p>{_en_lien(self.texte) if _est_une_adresse(self.texte) else escape(self._phrase)}</p>")
        if self.points:
            morceaux.append("\n".join(["<ul>", *(f"<li>{escape(point)}</li>" for point in self.points), "</ul>"]))
        if self.chiffres:
            lignes = [_LIGNE.format(titre=escape(titre), valeur=escape(valeur)) for titre, valeur in self.chiffres]
            morceaux.append(_TABLEAU.format(lignes="\n".join(lignes)))
        return "\n".join(morceaux)


@dataclass(frozen=True)
class Message:
    """Un message à envoyer : son objet et ses blocs."""

    objet: str
    blocs: tuple[Bloc, ...]

    @property
    def sujet(self) -> str:
        """L'objet tel qu'il part : la boîte trie sur « [bilan] »."""
        return f"[bilan] {self.objet}"

    def en_texte(self) -> str:
        """Rend le corps en texte, un bloc par paragraphe."""
        return "\n\n".join(bloc.en_texte() for bloc in self.blocs) + "\n"

    def en_html(self) -> str:
        """Rend le corps en une page HTML qui se suffit."""
        blocs = "\n".join(bloc.en_html() for bloc in self.blocs)
        return _PAGE.format(titre=escape(self.objet), blocs=blocs)


def _est_une_adresse(texte: str) -> bool:
    return texte.startswith(("http://", "https://"))


def _en_lien(adresse: str) -> str:
    return f'<a href="{escape(adresse)}" style="color: inherit">{escape(adresse)}</a>'
