"""Les indicateurs : des tables canoniques entrent, des mesures sortent (domaine, § 5.1)."""
