"""Les notes de l'orateur : ce que dit la figure, d'où elle vient, et ce qui avait été calculé.

Les notes gardent le titre calculé : c'est à lui que l'actualisation compare le titre de la diapositive pour savoir
si quelqu'un l'a récrit.
"""

from typing import Any

from bilan.editions.diaporama.objets import PREFIXE, nom, police
from bilan.editions.executions import Execution
from bilan.figures.modele import Figure

SOURCES = "sources"
_FIN = "Exécution"
_CHAMPS = ("Titre calculé", "Sous-titre", "Lecture", "Note", "Champ", "Source", "Commentaire", _FIN)


def bloc(figure: Figure, execution: Execution, commentaire: str = "") -> list[str]:
    """Rend les lignes de notes d'une figure, de son nom d'objet à l'exécution qui l'a faite, commentaires compris."""
    run = execution.run
    valeurs = (
        figure.titre, figure.sous_titre, figure.lecture, figure.note, figure.champ, figure.source,
        commentaire, f"{run.carnet}, jeu {run.jeu}, clé {run.cle}, données connues le {run.connu_le}",
    )
    lignes = [f"{champ} : {_ligne(valeur)}" for champ, valeur in zip(_CHAMPS, valeurs, strict=True) if valeur]
    return [nom(figure.id), *lignes]


def bloc_sources(textes: list[str], jeu: str) -> list[str]:
    """Rend les lignes de notes de la diapositive des sources."""
    return [nom(SOURCES), f"Source : {' ; '.join(_ligne(t) for t in textes)}", f"{_FIN} : jeu {jeu}"]


def pied(source: str, champ: str) -> str:
    """Rend le pied de la diapositive : la source, puis le champ."""
    return f"Source : {_ligne(source).rstrip('.')}. Champ : {_ligne(champ).rstrip('.')}."


def pied_commun(sources: list[str]) -> str:
    """Rend le pied d'une diapositive de plusieurs chiffres : leurs sources, une fois chacune."""
    uniques = dict.fromkeys(_ligne(s).rstrip(".") for s in sources)
    return f"Sources : {' ; '.join(uniques)}."


def ecrire(diapositive: Any, blocs: list[list[str]]) -> None:
    """Écrit les notes d'une diapositive qui vient d'être faite, en français."""
    cadre = diapositive.notes_slide.notes_text_frame
    cadre.text = "\n".join("\n".join(b) for b in blocs)
    _en_francais(cadre)


def lire(diapositive: Any) -> dict[str, dict[str, str]]:
    """Rend, par identifiant de figure, les champs gardés dans les notes ; rien si les notes ont été vidées."""
    lus: dict[str, dict[str, str]] = {}
    courant: dict[str, str] | None = None
    for ligne in _lignes(diapositive):
        if ligne.startswith(PREFIXE):
            courant = lus.setdefault(ligne.removeprefix(PREFIXE).strip(), {})
        elif courant is not None:
            champ, separateur, valeur = ligne.partition(" : ")
            if separateur and champ in _CHAMPS:
                courant[champ] = valeur
            if champ == _FIN:
                courant = None
    return lus


def remplacer(diapositive: Any, ident: str, lignes: list[str]) -> None:
    """Remplace le bloc d'une figure dans les notes, ou l'ajoute à la fin ; ce que les gens ont écrit reste."""
    anciennes = _lignes(diapositive)
    debut = next((r for r, ligne in enumerate(anciennes) if ligne.strip() == nom(ident)), None)
    if debut is None:
        nouvelles = [*anciennes, *lignes] if any(anciennes) else lignes
    else:
        fin = debut + 1
        while fin < len(anciennes) and anciennes[fin].partition(" : ")[0] in _CHAMPS:
            fin += 1
        nouvelles = [*anciennes[:debut], *lignes, *anciennes[fin:]]
    if nouvelles != anciennes:
        cadre = diapositive.notes_slide.notes_text_frame
        cadre.text = "\n".join(nouvelles)
        _en_francais(cadre)


def _lignes(diapositive: Any) -> list[str]:
    if not diapositive.has_notes_slide or diapositive.notes_slide.notes_text_frame is None:
        return []
    return [str(p.text) for p in diapositive.notes_slide.notes_text_frame.paragraphs]


def _en_francais(cadre: Any) -> None:
    for paragraphe in cadre.paragraphs:
        for morceau in paragraphe.runs:
            police(morceau.font)


def _ligne(texte: str) -> str:
    return " ".join(texte.split("\n"))
