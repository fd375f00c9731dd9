"""The model that the environment gives a key for."""

from __future__ import annotations

import os

from langchain_anthropic import ChatAnthropic
from langchain_core.language_models import BaseChatModel
from langchain_openai import ChatOpenAI


def chat_model() -> BaseChatModel:
    """Make the model. Keys and addresses are the providers' own variables: ANTHROPIC_API_KEY, OPENAI_BASE_URL, …"""
    if os.environ.get("ANTHROPIC_API_KEY"):
        return ChatAnthropic(model_name=os.environ.get("MODEL") or "claude-sonnet-5", timeout=None, stop=None)
    return ChatOpenAI(model=os.environ.get("MODEL") or "gpt-5-mini")
