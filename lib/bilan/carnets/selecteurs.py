"""Les sélecteurs de l'exploration : quatre listes, un bouton, et la vue qui suit (JupyterLab ou VS Code)."""

from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets
from IPython.display import DisplayHandle, display

from bilan.figures.apercu import paquet_vegalite

if TYPE_CHECKING:
    from bilan.carnets.exploration import Choix, Exploration, Vue

_TOUTE_LA_REGION = ""
_STYLE = {"description_width": "7em"}
_LARGEUR = {"width": "34em"}


class Selecteurs:
    """Panneau des sélecteurs ; `montrer` l'affiche, et chaque changement redessine la vue déjà affichée."""

    def __init__(self, exploration: "Exploration", choix: "Choix") -> None:
        self._exploration, self.choix = exploration, exploration.regler(choix)
        self._occupe = False
        self._listes = {
            "indicateur": _liste("Indicateur"), "periode": _liste("Période"),
            "reservataire": _liste("Réservataire"), "epci": _liste("Territoire"),
        }  # fmt: skip
        self._bouton = ipywidgets.Button(description="Exporter la vue", icon="download")
        self._retour = ipywidgets.HTML()
        self._remplir()
        for nom, liste in self._listes.items():
            liste.observe(lambda changement, nom=nom: self._changer(nom, changement["new"]), names="value")
        self._bouton.on_click(lambda _: self._exporter())
        self._vue = exploration.vue(self.choix)
        self._affichage = DisplayHandle()
        self.panneau = ipywidgets.VBox([*self._listes.values(), self._bouton, self._retour])

    def montrer(self) -> None:
        """Affiche le panneau, puis la vue ; sans listes dans le navigateur, la vue reste."""
        display(self.panneau)
        self._affichage.display(_paquet(self._vue), raw=True)

    def _remplir(self) -> None:
        """Met dans les listes ce que les données permettent, sans redessiner à chacune."""
        e, c = self._exploration, self.choix
        options = {
            "indicateur": {libelle: code for code, libelle in e.indicateurs.items()},
            "periode": {periode: periode for periode in e.periodes(c.indicateur)},
            "reservataire": {libelle: code for code, libelle in e.reservataires(c.indicateur).items()},
            "epci": {"Toute la région": _TOUTE_LA_REGION, **{nom: siren for siren, nom in e.epci.items()}},
        }
        self._occupe = True
        for nom, liste in self._listes.items():
            if dict(liste.options) != options[nom]:
                liste.options = list(options[nom].items())
            liste.value = getattr(c, nom) or _TOUTE_LA_REGION
        self._occupe = False

    def _changer(self, nom: str, valeur: str) -> None:
        if self._occupe:
            return
        from bilan.carnets.exploration import Choix

        self.choix = self._exploration.regler(Choix(**{**vars(self.choix), nom: valeur or None}))
        self._remplir()
        self._vue = self._exploration.vue(self.choix)
        self._affichage.update(_paquet(self._vue), raw=True)
        self._retour.value = ""

    def _exporter(self) -> None:
        ecrits = self._exploration.exporter(self._vue)
        dossier = ecrits[0].parent.relative_to(self._exploration.carnet.projet.racine)
        noms = "<br>".join(escape(chemin.name) for chemin in ecrits)
        self._retour.value = f"Écrit dans {escape(dossier.as_posix())} :<br>{noms}"


def _liste(titre: str) -> ipywidgets.Dropdown:
    return ipywidgets.Dropdown(description=titre, style=_STYLE, layout=_LARGEUR)


def _paquet(vue: "Vue") -> dict[str, Any]:
    """Rend la vue liée, seule : JupyterLab préférerait une table HTML au dessin."""
    return {"text/plain": vue.carte.titre, **paquet_vegalite(vue.dessin)}
