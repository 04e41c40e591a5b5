"""Disclosure control: the rules, what they hide, and the only maker of tables that may be shown."""
