"""Indicators: values, intervals, aggregation over levels, comparison, inequality and trend."""
