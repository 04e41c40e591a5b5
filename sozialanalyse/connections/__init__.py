"""Connections between the domains, at the level of areas."""
