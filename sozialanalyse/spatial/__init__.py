"""Neighbourhood of areas and spatial statistics."""
