"""What an operation does, read off its documentation: a verb and its object, with names put in."""

from __future__ import annotations

import re

from rewardlang import model
from rewardlang.derive.words import is_plural, singular, words_of
from rewardlang.frozen import frozen

VERBS = {
    "add", "append", "apply", "approve", "archive", "assign", "associate", "cancel", "change",
    "check", "clear", "clone", "close", "convert", "copy", "count", "create", "deactivate",
    "deassociate", "delete", "disable", "disassociate", "dismiss", "do", "download", "duplicate",
    "edit", "enable", "evaluate", "execute", "expand", "export", "extend", "find", "fetch", "get",
    "grant", "import", "invite", "link", "list", "load", "lock", "make", "map", "mark", "match",
    "merge", "migrate", "modify", "move", "notify", "open", "parse", "patch", "perform", "pin",
    "post", "preview", "provision", "publish", "purge", "put", "read", "redact", "refresh",
    "register", "reject", "remove", "rename", "reorder", "replace", "reset", "resolve", "restore",
    "retrieve", "return", "revoke", "run", "sanitise", "sanitize", "save", "schedule", "search",
    "select", "send", "set", "share", "show", "sort", "start", "stop", "store", "submit",
    "subscribe", "suggest", "swap", "switch", "sync", "toggle", "transition", "trash", "unarchive",
    "unassign", "unlink", "unlock", "unpin", "unsubscribe", "unwatch", "update", "upload",
    "validate", "vote", "watch", "analyse", "analyze",
}  # fmt: skip
READING = {"get", "list", "return", "read", "search", "find", "fetch", "show", "retrieve"}
CHANGING = {"update", "edit", "change", "modify", "patch"}
"""What is done to a row that is there already, and has fields."""
MAKING = {"add", "append", "create", "register", "make", "copy", "clone", "duplicate", "upload"}
_NO_VERBS = {
    "above", "after", "any", "are", "as", "at", "be", "before", "both", "but", "by", "can", "do",
    "does", "each", "either", "even", "every", "except", "fail", "for", "from", "given", "has",
    "have", "here", "how", "if", "in", "including", "into", "is", "it", "like", "may", "must",
    "need", "neither", "no", "none", "not", "note", "of", "on", "once", "one", "only", "optionally",
    "or", "per", "possible", "require", "same", "see", "should", "since", "some", "such", "than",
    "that", "then", "there", "these", "this", "those", "to", "under", "unless", "unlike", "until",
    "up", "upon", "use", "via", "was", "what", "when", "where", "whether", "which", "while", "who",
    "whose", "why", "will", "with", "within", "without", "you", "your",
}  # fmt: skip
"""Words before `the` or `a` that are no orders."""
_OBJECT = re.compile(r"(?:an?|the|this|another|one|all) \w", re.IGNORECASE)
_THIRD = re.compile(r"(?:(?<=ss|ch|sh)e|(?<=[xz])e|(?<=[^s]))s$")
_NEW = re.compile(r"^(?:an? )?new (?=\w)", re.IGNORECASE)
NEW = {"create", "register", "make"}
"""What is made has no name until then."""
_TOLD = {"put": "set", "retrieve": "get", "return": "get", "modify": "change", "patch": "change"}
"""Verbs of an interface, and what people say instead."""
_PERIOD = re.compile(r"(?<=[A-Za-z0-9)])\.(?:\s|$)|\n")
_BRACKETS = re.compile(r"\s*\([^)]*\)")
_OPENING = re.compile(
    r"^(?:use this \w+ to|this (?:\w+ )?(?:operation|endpoint|resource|method) (?:will )?"
    r"|(?:enables|allows|lets) \w+ to)\s+",
    re.IGNORECASE,
)
_CUTS = re.compile(
    r"[,;:]\s.*|\s(?:that|optionally|who|where|such|along with|replacing|specified|provided|based"
    r"|depending|grouped|including|whether|when|if|so|visible|accessible"
    r"|using (?:the )?(?:\S+ ){0,2}(?:payload|request|json|ids?|keys?)|in top-"
    r"|(?:in|from) (?:the )?(?:payload|request))\b.*"
    r"|\sand (?:\w+s (?:the|a|an|its|their|any)|\w+ly)\b.*"
    r"|\sby (?:(?:its|their|the|a) )?(?:\w+ )?(?:\w*ids?|keys?|id/key)\b.*",
    re.IGNORECASE,
)
"""Words with which a sentence goes on to say more than what it is about."""
_PLAINER = (
    (re.compile(r"\bwhich are\b", re.IGNORECASE), ""),
    (
        re.compile(r"\b(?:a |the )?(?:paginated )?(?:list|lists|set) of (?:the |all )?", re.I),
        "the ",
    ),
    (re.compile(r"\b(?:a |the )?(?:piece|pieces) of ", re.IGNORECASE), "the "),
    (re.compile(r"\bone or more ", re.IGNORECASE), ""),
    (
        re.compile(
            r"\b(?:given|specified(?! by| in)|specific|particular|single|multiple|paginated) ",
            re.IGNORECASE,
        ),
        "",
    ),
    (re.compile(r"\b(a|an|the) new ", re.IGNORECASE), r"\1 "),
    (re.compile(r"\bup to [\d,]+ ", re.IGNORECASE), ""),
    (re.compile(r"\bthe details of (?=the |an? |all )", re.IGNORECASE), ""),
    (
        re.compile(r"(?<=\w)'s (?:\w+ )?(?:details|information|info|record|particulars)$", re.I),
        "",
    ),
    (re.compile(r"(?<=\w) details\b(?! \w+ed)", re.IGNORECASE), ""),
    (re.compile(r"\(s\)|\b(?:async|\w+ously|paginated|deprecated)$", re.IGNORECASE), ""),
    (re.compile(r"\s+for a given\b", re.IGNORECASE), " for a"),
)
BETWEEN = {
    "for", "of", "from", "by", "in", "to", "with", "on", "as", "and", "using", "at", "into",
    "under", "associated", "within", "across", "assigned", "belonging",
    "containing", "along", "off", "onto", "whose", "that",
}  # fmt: skip
"""Words that stand between two things."""
_DETERMINED = {
    "a", "an", "the", "all", "my", "your", "its", "one", "some", "any", "each", "every", "whether",
    "if", "current", "issues", "now", "another",
}  # fmt: skip
_TWICE = re.compile(r"^(?:the|an?) ([\w ]+?) of (?:the|an?) \1$", re.IGNORECASE)
"""`the project of a project`, once its details are left out."""
_EITHER = re.compile(r"^(?:or|and) (\w+) ")
"""Of what `creates or updates` something."""
_LONGEST = 14


@frozen
class Saying:
    """An order: `create`, `a custom field option`."""

    verb: str
    thing: str

    @property
    def reading(self) -> bool:
        """Whether it asks for something to be told."""
        return self.verb in READING

    def __str__(self) -> str:
        return f"{self.verb} {self.thing}".rstrip()


def sayings(doc: str, name: str, *, reads: bool = True) -> list[Saying]:
    """What an operation does, as its documentation says it and at last as its name does.

    Args:
        reads: Whether it only reads; what does not is no order to get something.
    """
    said = words_of(name.rstrip("0123456789"))
    said = said[1:] if said[1:] and (said[0] == "partial" or said[0].endswith("ly")) else said
    if said and base(said[0]) not in VERBS:
        acts = not reads and said[1:]
        if acts and (base(said[-1]) in VERBS or is_plural(said[0])):
            said = [base(said[-1]), *said[:-1]]  # "membersBlock"
        elif not acts:
            said = ["get", *said]
    own = "" if reads or not said else said[0]
    first, *more = _PERIOD.split(doc.strip())[:3]
    found = [_saying(first, own, reads, any_verb=True)]
    found += [_saying(sentence, own, reads) for sentence in more]
    if own == "post":
        said = ["create", *said[1:]]
    short = re.fullmatch(r"([a-zA-Z]+)( \w+){0,2}\.?", first)
    if reads and short is not None and short[1].lower() not in VERBS and not any(found):
        found.append(_saying(f"get {first}", "", reads))  # "Book details"
    said = [*said[:1], *(word for word in said[1:] if word not in ("id", "ids"))]
    found.append(_saying(" ".join(said), said[0] if said else "", reads))
    kept = [saying for saying in found if saying is not None]
    return kept or [Saying("call", name)]


def sayings_of(operation: model.Operation) -> list[Saying]:
    """What an operation does, as its documentation says it and at last as its name does."""
    reads = operation.method == "GET" or not (operation.writes or operation.opaque)
    return sayings(operation.doc, operation.name, reads=reads)


def base(verb: str) -> str:
    """`returns` and `retrieves` as `return` and `retrieve`."""
    verb = verb.lower()
    for ending, instead in (("ies", "y"), ("es", ""), ("s", ""), ("ed", "e"), ("d", "")):
        plain = verb.removesuffix(ending) + instead
        if verb not in VERBS and plain != verb and plain in VERBS:
            return plain
    return verb


def _verb(word: str, rest: str, own: str, any_verb: bool) -> str:
    """The verb of a sentence: `book` of `Books an appointment`; "" where it is no order."""
    verb = base(word)
    if verb in VERBS:
        return verb
    plain = _THIRD.sub("", verb)
    if own and own in (verb, plain):
        return own
    order = any_verb and word.isalpha() and _OBJECT.match(rest) and plain not in _NO_VERBS
    return plain if order else ""


def _saying(sentence: str, own: str, reads: bool, any_verb: bool = False) -> Saying | None:
    """The order that a sentence is.

    Args:
        own: The verb of the operation's name; "" when that tells nothing.
        any_verb: Whether a word before `a` or `the` is a verb although it is not a known one.
    """
    text = _OPENING.sub("", _BRACKETS.sub("", sentence.replace("*", "")).strip())
    text = text.strip().rstrip(".")
    if not reads:
        text = _NEW.sub("create a ", text)
    word, _, rest = text.partition(" ")
    if (word.lower() == "bulk" or word.endswith("ly")) and rest:
        word, _, rest = rest.partition(" ")
    verb = _verb(word, rest, own, any_verb)
    if not verb or not rest or " either " in f" {rest}":
        return None
    both = _EITHER.match(rest)
    if both is not None:
        verb, rest = "set" if base(both[1]) in CHANGING else verb, rest[both.end() :]
    for pattern, instead in _PLAINER:
        rest = pattern.sub(instead, rest)
    shorter = _CUTS.sub("", rest)
    rest = _TWICE.sub(r"the \1", shorter if shorter.strip() else rest)
    said = rest.split()
    while said and said[0].lower() == "for":
        said = said[1:]  # "search for dashboards"
    while said and said[-1].lower() in (*BETWEEN, "the", "a", "an", "or"):
        said = said[:-1]
    if not said or len(said) > _LONGEST or not said[0].strip(";,.:"):
        return None
    titled = sum(word[:1].isupper() for word in said) > 1 + len(said) / 2
    said = [_lowered(word, first=n == 0, titled=titled) for n, word in enumerate(said)]
    told = verb if verb == "return" and not reads else _TOLD.get(verb, verb)
    if verb == "put" and any(word in ("on", "in", "into", "onto") for word in said):
        told = verb
    return Saying(told, _articled(" ".join(said), verb in MAKING))


def _lowered(word: str, first: bool, titled: bool) -> str:
    """A word without the capital of a heading; abbreviations and names keep theirs."""
    word = word.rstrip(".;,")
    if sum(letter.isupper() for letter in word) > 1:
        return word
    return word.lower() if first or titled else word


def _articled(phrase: str, new: bool) -> str:
    """`custom field` as `the custom field`, one that is made as `a custom field`."""
    said = phrase.split()
    if said[0].lower() in ("a", "an") and said[1:]:
        return " ".join([_indefinite(said[1]), *said[1:]])
    if said[0].lower() in _DETERMINED or said[0].lower() in BETWEEN:
        return phrase
    if new and not parted(phrase).several:
        return f"{_indefinite(said[0])} {phrase}"
    return f"the {phrase}"


def _indefinite(word: str) -> str:
    return "an" if word[0].lower() in "aeio" else "a"


def placed(text: str, thing: str, value: str) -> str | None:
    """`text` with a value behind the words for it: `a chore` becomes `the chore c1`.

    Words that are written together in one place and apart in another are the same, and so are one
    and several. None when no phrase of the text ends with the thing.
    """
    said = text.split()
    wanted = _bare(thing)
    for end in range(len(said), 0, -1):
        owner = "'s" if said[end - 1].endswith("'s") else ""
        if end < len(said) and said[end].lower() not in BETWEEN and not owner:
            continue
        for start in range(end - 1, max(-1, end - 5), -1):
            if said[start].lower() in BETWEEN or _bare(" ".join(said[start:end])) != wanted:
                continue
            last = said[end - 1].removesuffix("'s")
            last = last if " and " in value else singular(last)
            before = _definite(said[:start], by=last.isupper())
            return " ".join([*before, *said[start : end - 1], last, value + owner, *said[end:]])
    return None


def _definite(before: list[str], by: bool) -> list[str]:
    """The words before a thing that has got a name: `in a`, `by` become `in the`, `of the`.

    Args:
        by: Whether `by` stays, as of a query in JQL.
    """
    cut = next((n + 1 for n in reversed(range(len(before))) if before[n].lower() in BETWEEN), 0)
    outside, inside = before[:cut], before[cut:]
    if inside and inside[0].lower() in _DETERMINED:
        inside = inside[1:]
    if outside and outside[-1].lower() == "by" and not by:
        outside = [*outside[:-1], "of"]
    return [*outside, "the", *inside]


def _bare(text: str) -> str:
    """Words without spaces, capitals, plural and possessive endings."""
    said = text.lower().removesuffix("'s").split()
    return "".join([*said[:-1], singular(said[-1])]) if said else ""


@frozen
class Parts:
    """A thing: `the`, `labels`, `for a page`."""

    article: str
    head: str
    tail: str

    @property
    def several(self) -> bool:
        """Whether it is about more than one."""
        return is_plural(self.head.split()[-1]) if self.head else False

    @property
    def one(self) -> str:
        """One of the things."""
        *first, last = self.head.split() or [""]
        return " ".join([*first, singular(last)])


def parted(thing: str) -> Parts:
    """A phrase in its parts: what stands before, the thing itself, and what is said of it."""
    said = thing.split()
    start = next((n for n, word in enumerate(said) if word.lower() not in _DETERMINED), len(said))
    end = next((n for n in range(start, len(said)) if said[n].lower() in BETWEEN), len(said))
    if end == start:
        return Parts("", thing, "")
    return Parts(" ".join(said[:start]), " ".join(said[start:end]), " ".join(said[end:]))
