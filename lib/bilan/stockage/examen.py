"""L'examen du stockage : tout relire, et dire ce que l'on peut reprendre."""

from collections.abc import Callable

from bilan.erreurs import StockageIndisponible
from bilan.francais import compter
from bilan.projet import PUBLIC, Projet
from bilan.stockage import etat, site
from bilan.stockage.emprunt import ouvrir
from bilan.stockage.miroir import Index

_MONTRES = 10


def examiner(projet: Projet, dire: Callable[[str], object]) -> list[str]:
    """Relit chaque contenu de l'état qui vaut et rend les lignes qui décrivent le stockage.

    Lève `StockageIndisponible`, après l'avoir dit, si un contenu manque ou a été altéré.
    """
    depot = ouvrir(projet)
    index = Index.lire(depot)
    if not index.manifeste:
        return ["Rien n'a encore été déposé à cette adresse."]
    noms = depot.lire_manifeste(index.manifeste)
    if alteres := set(depot.alteres(set(noms.values()))):
        mauvais = [nom for nom, empreinte in noms.items() if empreinte in alteres]
        for nom in mauvais[:_MONTRES]:
            dire(f"✘ {nom}")
        raise StockageIndisponible(
            f"{compter(len(mauvais), 'fichier manque ou est altéré', 'fichiers manquent ou sont altérés')} au stockage "
            f"« {depot.adresse} » ; reprenez un état d'avant (bilan stockage recuperer --etat), ou déposez une "
            "machine saine (bilan stockage deposer --remplacer)."
        )
    accord = "est" if etat.lire(projet).manifeste == index.manifeste else "n'est pas"
    return [
        f"{compter(len(noms), 'fichier relu', 'fichiers relus')}, tous entiers ; cette machine {accord} à cet état.",
        f"Site en place : {site.en_place(depot) or 'aucun'} ; public : {site.en_place(depot, PUBLIC) or 'aucun'}.",
        *(f"État {manifeste[:12]}, déposé le {quand}" for manifeste, quand in index.etats()),
    ]
