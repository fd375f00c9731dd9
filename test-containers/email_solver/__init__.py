"""Answers the letters of a paragliding school: ingest, classify, retrieve context, draft, review and send."""
