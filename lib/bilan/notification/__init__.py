"""Prévenir : le courriel qui suit une exécution, et les alertes sur ce qui se tait."""
