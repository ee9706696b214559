"""Les gabarits : un classeur prérempli par émetteur, écrit d'après le seul catalogue des tables."""
