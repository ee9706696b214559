# `make bilan` fait tout ; `make test` vérifie tout. Les autres cibles servent à l'équipe.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLE := $(VENV)/.installe

# Sans code compilé gardé, chacun des processus lancés recompilerait polars, geopandas et papermill.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := aide
.PHONY: aide bilan test qualite audit bench verrou lab nettoyer

aide:
	@echo "make bilan    construit le bilan régional dans reports/courant/"
	@echo "make test     lance toute la suite de tests"
	@echo "make qualite  style, types et contrats d'import"
	@echo "make audit    cherche les failles connues des paquets du verrou (il faut le réseau)"
	@echo "make bench    mesure le moteur à côté de papermill et de ses voisins"
	@echo "make lab      ouvre JupyterLab, en français, sur le carnet d'exploration"
	@echo "make verrou   recompile requirements.lock d'après pyproject.toml"

$(INSTALLE): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Il faut Python 3.11 ou plus récent ; « $(PYTHON) » est trop ancien : donnez-en un autre par PYTHON=…" >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "L'environnement n'a pas pu être créé : sur Debian ou Ubuntu, installez « python3-venv » puis relancez." >&2; exit 2; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade uv
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

bilan: $(INSTALLE)
	@$(BIN)/bilan executer

test: $(INSTALLE)
	@$(BIN)/python -m pytest -n 2

qualite: $(INSTALLE)
	$(BIN)/ruff check lib tests notebooks
	$(BIN)/mypy
	$(BIN)/lint-imports

audit: $(INSTALLE)
	@$(BIN)/python .ci/audit

bench: $(INSTALLE)
	$(BIN)/python -m benchmarks.moteur

lab: $(INSTALLE)
	@JUPYTER_CONFIG_PATH=$(CURDIR)/.jupyterlab IPYTHONDIR=$(CURDIR)/.jupyterlab/ipython $(BIN)/jupyter lab

verrou: $(INSTALLE)
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --all-extras --python-version 3.11 pyproject.toml --output-file requirements.lock

nettoyer:
	rm -rf data/entrepot data/demonstration/livraisons reports/versions reports/courant reports/.construction
