"""From data to action: dialogues, recommendations, measures, goals, institutions and heat."""
