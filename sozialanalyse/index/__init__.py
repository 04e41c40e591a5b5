"""The Sozialindex, one module per step."""
