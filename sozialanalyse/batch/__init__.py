"""Running notebooks for many areas."""
