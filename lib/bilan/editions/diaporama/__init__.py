"""Le diaporama du comité de pilotage : des objets natifs que l'on reprend à la main, et que l'on actualise."""
