"""La publication : construire à côté, contrôler, puis basculer d'un coup ; la version précédente reste.

Rien de lourd ne s'importe tant qu'il n'y a rien à construire.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bilan.editions import bascule
from bilan.entrepot import fichiers
from bilan.entrepot.runs import EntrepotRuns
from bilan.erreurs import DonneesRefusees, PublicationRefusee, valeur_inconnue
from bilan.francais import compter
from bilan.projet import INTERNE, PROFILS, Jeu, Projet, nom_de_profil

if TYPE_CHECKING:
    from bilan.editions.atelier import Atelier

Dire = Callable[[str], object]
_CONSTATS_MONTRES = 10
_TRAVAIL, _PUBLIEE = "travail", "publiee"
_DU_CODE = ("editions", "figures", "francais", "secret")


@dataclass(frozen=True)
class Parution:
    """Ce qu'on met en place : le profil, le dossier qui reçoit `versions/` et `courant` (`reports/` si rien n'est dit).

    Un document de travail le dit sur toutes ses pages, ses diapositives et ses fiches, et dans le nom de sa version ;
    une édition publiée, nulle part. `atelier` remplace celui du projet.
    """

    profil: str = INTERNE
    dossier: Path | None = None
    document_de_travail: bool = False
    atelier: "Atelier | None" = None


def mettre_en_place(projet: Projet, dire: Dire, parution: Parution | None = None) -> Path:
    """Construit, contrôle et met en place le site de tous les jeux exécutés au profil dit ; rend sa page d'entrée.

    Une édition déjà publiée ne redevient pas un document de travail tant que rien de ce qu'elle lit n'a changé. Une
    édition fictive ne se met en place que dans `reports/`. Lève `PublicationRefusee` si un contrôle échoue (la version
    en place reste), `DonneesRefusees` si aucun carnet n'a été exécuté.
    """
    parution = parution or Parution()
    dossier, profil = parution.dossier or projet.reports, parution.profil
    jeux = _jeux_executes(projet, profil)
    refuser_le_fictif_ailleurs(projet, jeux, dossier)
    faites = _faites(projet, jeux, profil)
    nature = _TRAVAIL if parution.document_de_travail and faites.get(_PUBLIEE) not in versions(dossier) else _PUBLIEE
    version = faites.get(nature)
    if version is None or version not in versions(dossier):
        version, fait = _construire(projet, jeux, dossier, parution)
        dire(fait)
        fichiers.ecrire_json(_temoin(projet, profil), faites | {nature: version})
    if bascule.courante(dossier, profil) != version:
        bascule.basculer(dossier, version, profil)
        dire(f"{'Document de travail en place' if nature == _TRAVAIL else 'Site publié'} : version {version}.")
    return bascule.entree(dossier, profil)


def publier(projet: Projet, version: str, dire: Dire = lambda _: None) -> Path:
    """Publie une version gardée, au profil dont elle est, et rend sa page d'entrée.

    Une version déjà publiée est remise en place telle quelle. Un document de travail est reconstruit sans sa marque, si
    les carnets disent toujours ce qu'il disait. Lève `ErreurUsage` si la version est inconnue, `PublicationRefusee` si
    le document de travail n'est plus celui des carnets.
    """
    if version not in versions(projet.reports):
        raise valeur_inconnue("la version", version, versions(projet.reports))
    profil = profil_de(version)
    if not est_de_travail(version):
        bascule.basculer(projet.reports, version, profil)
        return bascule.entree(projet.reports, profil)
    if _faites(projet, _jeux_executes(projet, profil), profil).get(_TRAVAIL) != version:
        raise PublicationRefusee(
            f"La version « {version} » est un document de travail que les carnets, rejoués depuis, ne disent plus : "
            "« bilan publier » publie ce qu'ils disent aujourd'hui. La version en place reste."
        )
    return mettre_en_place(projet, dire, Parution(profil))


def est_publie(projet: Projet, profil: str = INTERNE) -> bool:
    """Vrai si ce que les carnets disent aujourd'hui a été publié : une pièce faite maintenant n'est plus de travail."""
    faites = _faites(projet, _jeux_executes(projet, profil), profil)
    return faites.get(_PUBLIEE) in versions(projet.reports)


def est_de_travail(version: str) -> bool:
    """Vrai pour la version d'un document de travail, que dit son nom."""
    return f"-{_TRAVAIL}" in version


def profil_de(version: str) -> str:
    """Rend le profil d'une version, que dit la fin de son nom."""
    return next((profil for profil in PROFILS if version.endswith(f"-{profil}")), INTERNE)


def retirer(projet: Projet, profil: str = INTERNE) -> str:
    """Retire le site publié et rend sa version, qui reste gardée ; lève `PublicationRefusee` s'il n'y en a pas."""
    version = bascule.courante(projet.reports, profil)
    if version is None:
        raise PublicationRefusee("Aucun site n'est publié : il n'y a rien à retirer.")
    bascule.retirer(projet.reports, profil)
    # Ce qui a été retiré n'est plus publié : la prochaine exécution refait un document de travail.
    _temoin(projet, profil).unlink(missing_ok=True)
    return version


def versions(dossier: Path) -> list[str]:
    """Rend les versions gardées dans `dossier`, par nom."""
    return sorted(d.name for d in (dossier / "versions").glob("*") if (d / "index.html").is_file())


def refuser_le_fictif_ailleurs(projet: Projet, jeux: Sequence[Jeu], dossier: Path) -> None:
    """Lève `PublicationRefusee` si une édition fictive devait se publier hors de `reports/`."""
    fictifs = [jeu.value for jeu in jeux if jeu.est_fictif]
    if fictifs and not dossier.resolve().is_relative_to(projet.reports.resolve()):
        raise PublicationRefusee(
            f"L'édition « {', '.join(fictifs)} » est fictive : elle ne se publie que dans « {projet.reports} », "
            f"pas dans « {dossier} »."
        )


def _jeux_executes(projet: Projet, profil: str) -> list[Jeu]:
    # Un carnet sorti de la collection n'est plus publié : ses exécutions gardées ne font pas une édition.
    carnets = {carnet.nom for carnet in projet.collection.carnets}
    runs = {jeu: EntrepotRuns(projet.entrepot, jeu, profil).derniers() for jeu in Jeu}
    jeux = [jeu for jeu in Jeu if any(run.carnet in carnets for run in runs[jeu])]
    if not jeux:
        option = "" if profil == INTERNE else f" --profil {profil}"
        raise DonneesRefusees(f"Aucun carnet n'a été exécuté : lancez « bilan executer{option} » avant de publier.")
    return jeux


def _construire(projet: Projet, jeux: Sequence[Jeu], dossier: Path, parution: Parution) -> tuple[str, str]:
    """Construit le site à côté, le contrôle, le range ; rend sa version et la phrase qui dit ce qui est fait."""
    from bilan.editions.atelier import Atelier
    from bilan.editions.controles import controler
    from bilan.editions.site import construire, figures_attendues

    with _chantier(dossier) as chantier:
        atelier = parution.atelier or Atelier.du_projet(projet, jeux, parution.profil)
        bilan = construire(projet, jeux, chantier, atelier, parution.document_de_travail)
        constats = controler(chantier, figures_attendues(projet, jeux, parution.profil))
        if constats:
            raise PublicationRefusee(_refus([str(c) for c in constats]))
        if parution.profil != INTERNE:
            from bilan.editions.sortie import attendu_du_site, refuser_les_fuites

            refuser_les_fuites(chantier, attendu_du_site(projet, jeux))
        jour = max(projet.collection.jeux[jeu].connu_le for jeu in jeux)
        nature = f"-{_TRAVAIL}" if parution.document_de_travail else ""
        version = nom_de_profil(f"{jour}-{_empreinte_du_site(chantier)[:8]}{nature}", parution.profil)
        if version not in versions(dossier):
            (dossier / "versions").mkdir(parents=True, exist_ok=True)
            chantier.replace(dossier / "versions" / version)
    pages = sum(bilan.pages.values())
    return version, (
        f"{compter(pages, 'page construite', 'pages construites')} et contrôlées, "
        f"{compter(bilan.images_dessinees, 'figure dessinée', 'figures dessinées')}."
    )


def _refus(constats: list[str]) -> str:
    reste = len(constats) - _CONSTATS_MONTRES
    suite = f" ; et {compter(reste, 'autre')}" if reste > 0 else ""
    return (
        f"Le site n'est pas publié, {compter(len(constats), 'contrôle')} en défaut : "
        f"{' ; '.join(constats[:_CONSTATS_MONTRES])}{suite}. La version en place reste."
    )


@contextmanager
def _chantier(dossier: Path) -> Iterator[Path]:
    """Donne un dossier neuf où construire, effacé s'il n'a pas été rangé."""
    (dossier / ".construction").mkdir(parents=True, exist_ok=True)
    chantier = Path(tempfile.mkdtemp(dir=dossier / ".construction"))
    # mkdtemp ferme le dossier aux autres comptes ; un site publié se lit.
    chantier.chmod(0o777 & ~_masque())
    try:
        yield chantier
    finally:
        shutil.rmtree(chantier, ignore_errors=True)


def _masque() -> int:
    masque = os.umask(0)
    os.umask(masque)
    return masque


def _empreinte_du_site(racine: Path) -> str:
    empreinte = hashlib.sha256()
    for chemin in sorted(p for p in racine.rglob("*") if p.is_file()):
        empreinte.update(f"{chemin.relative_to(racine).as_posix()}\n{fichiers.empreinte_fichier(chemin)}\n".encode())
    return empreinte.hexdigest()


def _temoin(projet: Projet, profil: str) -> Path:
    return projet.entrepot / f"{nom_de_profil('site', profil)}.json"


def _faites(projet: Projet, jeux: Sequence[Jeu], profil: str) -> dict[str, str]:
    """Rend les versions faites de ce qui se lit aujourd'hui (« travail », « publiee »), et l'empreinte de cela."""
    lu = _empreinte_de_ce_qui_est_lu(projet, jeux, profil)
    ancien: dict[str, str] = fichiers.lire_json(_temoin(projet, profil), {})
    return ancien if ancien.get("lu") == lu else {"lu": lu}


def _empreinte_de_ce_qui_est_lu(projet: Projet, jeux: Sequence[Jeu], profil: str) -> str:
    code = Path(__file__).parents[1]
    plans = (projet.racine / nom for nom in ("collection.toml", "copil.toml"))
    lus = [*(plan for plan in plans if plan.is_file()), *projet.commentaires]
    for racine in (projet.reports / "gabarits", *(code / nom for nom in _DU_CODE), projet.referentiel):
        lus += sorted(p for p in racine.rglob("*") if p.is_file() and p.suffix != ".pyc")
    empreintes = [fichiers.empreinte_fichier(chemin) for chemin in lus]
    for jeu in jeux:
        magasin = EntrepotRuns(projet.entrepot, jeu, profil)
        empreintes += [fichiers.empreinte_fichier(magasin.dossier(run.cle) / "page.json") for run in magasin.derniers()]
    return fichiers.empreinte(json.dumps([empreintes, [jeu.value for jeu in jeux]]).encode())
