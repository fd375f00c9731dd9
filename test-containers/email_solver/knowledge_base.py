"""What the school knows: a folder of short texts, searched by their words."""

from __future__ import annotations

import re
from pathlib import Path

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

KNOWLEDGE = Path(__file__).parent / "knowledge"


class KnowledgeBase(BaseRetriever):
    """Finds the texts that share the most words with a question."""

    folder: Path = KNOWLEDGE
    most: int = 2

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:  # noqa: ARG002
        asked = _words(query)
        texts = {path.name: path.read_text("utf-8") for path in sorted(self.folder.glob("*.md"))}
        shared = {name: len(asked & _words(text)) for name, text in texts.items()}
        best = sorted((name for name in texts if shared[name]), key=lambda name: (-shared[name], name))
        return [Document(texts[name], metadata={"source": name}) for name in best[: self.most]]


def _words(text: str) -> set[str]:
    """The words that say something: those of four letters and more."""
    return set(re.findall(r"\w{4,}", text.lower()))
