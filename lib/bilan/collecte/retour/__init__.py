"""Le retour à l'émetteur : un classeur annoté, un texte prêt à envoyer, un JSON pour les machines."""
