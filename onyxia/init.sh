#!/usr/bin/env bash
# Prépare un service Jupyter d'Onyxia (SSP Cloud) : le projet, son environnement, son noyau, l'interface en français,
# et l'édition de démonstration. Aucune donnée réelle : l'entrepôt ne reçoit que l'année fictive.
#
# Usage : init.sh [--essai] ADRESSE_DU_DEPOT [BRANCHE]
# Se relance sans risque : ce qui est fait ne se refait pas. --essai dit ce qui serait fait, sans rien faire.
set -euo pipefail

essai=non
if [ "${1:-}" = "--essai" ]; then
    essai=oui
    shift
fi
depot=${1:-${BILAN_DEPOT:-}}
branche=${2:-main}
dossier=${BILAN_DOSSIER:-${WORKSPACE_DIR:-$HOME/work}/bilan}

if [ -z "$depot" ]; then
    echo "Il manque l'adresse du dépôt : donnez-la dans « init.personalInitArgs », ou dans BILAN_DEPOT." >&2
    exit 2
fi

faire() {
    echo "+ $*"
    [ "$essai" = oui ] || "$@"
}

# Un service ouvert à tous n'a à connaître ni stockage ni messagerie du service qui exploite.
unset BILAN_STOCKAGE BILAN_SMTP BILAN_SMTP_MOT_DE_PASSE BILAN_MESSAGERIE BILAN_MESSAGERIE_FICHIER

if [ -d "$dossier/.git" ]; then
    faire git -C "$dossier" pull --quiet --ff-only
else
    faire mkdir -p "$(dirname "$dossier")"
    faire git clone --quiet --branch "$branche" "$depot" "$dossier"
fi

# L'environnement est celui du verrou, empreintes comprises.
faire make --silent -C "$dossier" .venv/.installe
faire "$dossier/.venv/bin/python" -m ipykernel install --user --name bilan --display-name "Bilan"

# Le JupyterLab qui tourne est celui du service, pas le nôtre : sa langue se règle chez lui.
reglage="$HOME/.jupyter/lab/user-settings/@jupyterlab/translation-extension/plugin.jupyterlab-settings"
if [ ! -f "$reglage" ]; then
    faire mkdir -p "$(dirname "$reglage")"
    faire cp "$dossier/onyxia/langue.json" "$reglage"
fi
if command -v jupyter >/dev/null; then
    langue=$(sed -n 's/^\(jupyterlab-language-pack-fr-fr==[^ ;\\]*\).*/\1/p' "$dossier/requirements.lock" 2>/dev/null || true)
    faire python3 -m pip install --quiet --disable-pip-version-check "${langue:-jupyterlab-language-pack-fr-fr}" ||
        echo "Le français de JupyterLab n'a pas pu s'installer ; le reste fonctionne." >&2
fi

faire "$dossier/.venv/bin/bilan" executer --jeu demonstration
echo "Prêt : ouvrez $dossier/notebooks/exploration/explorer.ipynb, ou $dossier/reports/courant/index.html"
