"""The dataset of a city: its form, the only reader of its files, its checks and the sample data."""
