"""Bilan régional de la réforme des attributions HLM : cotation et gestion en flux par EPCI."""
