"""A tokenizer for the embedded model, made for the tools and prompts of given scenarios."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from rewardlang.training import chat
from rewardlang.training.chat import Message, Tool
from rewardlang.training.skeleton import Shapes, common_stretches, frequent, remainder
from rewardlang_runtime.observations import FAILED

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

# What may become one entry: tags, timestamps, and words with the single spaces between them, so
# that a name that occurs often is one token, with the same number of tokens wherever it stands: to
# copy it, a small model need not count. Punctuation keeps its space, so that what follows it reads
# as it does between quotes.
SPLIT = (
    r"(?:</?[A-Za-z][A-Za-z0-9]*>)+"
    r"|\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d{2}:?\d{2})?)?"
    r"|[\p{L}\p{N}]+(?: [\p{L}\p{N}]+)*"
    r"|[^\s\p{L}\p{N}<]+ ?|<|\s+"
)


class Corpus(NamedTuple):
    """What one scenario's tokens are made from.

    Attributes:
        tools: Its tools.
        conversations: Demonstrations.
        templates: Texts of one template each, filled for several tasks: prompts by phrasing,
            system messages, answers.
    """

    tools: Sequence[Tool]
    conversations: Sequence[Sequence[Message]]
    templates: Sequence[Sequence[str]]


def constant_tokens(corpora: Sequence[Corpus], least: int = 2) -> list[str]:
    """The constant text of all scenarios, each stretch one future token."""
    found: Counter[str] = Counter()
    for corpus in corpora:
        shapes = Shapes()
        for messages in corpus.conversations:
            for message in messages:
                for call in message.get("tool_calls") or ():
                    function = call["function"]
                    text = chat.call_text(function["name"], function["arguments"])
                    shapes.add("call " + function["name"], text)
                if message["role"] == "tool":
                    text = message["content"]
                    kind = "error " if text.startswith(FAILED) else "result "
                    shapes.add(kind + message["name"], text)
        found.update(shapes.stretches())
        always = [*chat.tool_lines(corpus.tools), chat.TOOLS_HEADING]
        for texts in corpus.templates:
            always += common_stretches(texts)
        for stretch in always:
            found[stretch] += least
    return frequent(found, least)


def build_tokenizer(
    corpora: Sequence[Corpus], entries: int, context: int
) -> PreTrainedTokenizerFast:
    """Tokens for constant text, byte-level BPE of `entries` entries for the rest; nothing is lost.

    Args:
        corpora: One per scenario.
        entries: Size of the BPE vocabulary, the 256 bytes included.
        context: Longest sequence the model can take, in tokens.
    """
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    constant = constant_tokens(corpora)
    added = [chat.OPEN_CALL, chat.CLOSE_CALL, *constant]
    texts: list[str] = []
    for corpus in corpora:
        for messages in corpus.conversations:
            texts += [m["content"] for m in messages if m["content"]]
            for message in messages:
                for call in message.get("tool_calls") or ():
                    function = call["function"]
                    texts.append(chat.call_text(function["name"], function["arguments"]))

    bpe = Tokenizer(models.BPE(byte_fallback=False))
    bytelevel = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    splits = pre_tokenizers.Split(Regex(SPLIT), "isolated")
    bpe.pre_tokenizer = pre_tokenizers.Sequence([splits, bytelevel])
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=entries + len(chat.SPECIAL),
        special_tokens=list(chat.SPECIAL),
        show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        min_frequency=2,
    )
    bpe.train_from_iterator(remainder(texts, added), trainer)
    bpe.add_tokens([AddedToken(text, special=False, normalized=False) for text in added])
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=bpe,
        eos_token=chat.END,
        pad_token=chat.PAD,
        additional_special_tokens=list(chat.ROLES.values()),
        padding_side="left",
        model_max_length=context,
        clean_up_tokenization_spaces=False,
    )
    tokenizer.chat_template = chat.TEMPLATE
    tokenizer.response_template = chat.RESPONSE_TEMPLATE
    return tokenizer
