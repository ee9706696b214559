"""Le référentiel : territoires datés, fonds de carte, nomenclatures, acteurs et règles de droit."""
