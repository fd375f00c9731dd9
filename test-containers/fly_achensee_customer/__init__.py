"""Answers the customers of a tandem paragliding school: a governor and three specialists."""
