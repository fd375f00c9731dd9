"""A model server that answers from scripts: the Anthropic Messages API and the OpenAI chat API."""
