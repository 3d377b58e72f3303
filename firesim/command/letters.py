"""Which letters a broadcast carries, how long a text is in them, and how names of other scripts are written in them."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import NamedTuple

# 3GPP TS 23.038 section 6.2.1: the basic alphabet, and its extension table, whose letters count as two.
_GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM7_EXTENSION = frozenset("\f^{}\\[~]|€")

# What does not come apart into a letter and its accents.
_ALIKE = {
    "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "œ": "oe", "Œ": "Oe", "ı": "i",
    "ħ": "h", "Ħ": "H", "ŧ": "t", "Ŧ": "T", "ŋ": "ng", "Ŋ": "Ng", "ẞ": "SS", "×": "x", "⁄": "/",
    **dict.fromkeys("`´‘’‚‛ʼ′‹›", "'"), **dict.fromkeys("“”„‟″«»", '"'), **dict.fromkeys("‐‒–—―−", "-"),
}  # fmt: skip

# ELOT 743 (ISO 843:1997, type 2), the transcription of Greek maps, road signs and passports [quoted].
_GREEK = {
    "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i", "κ": "k", "λ": "l",
    "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "ς": "s", "τ": "t", "υ": "y", "φ": "f",
    "χ": "ch", "ψ": "ps", "ω": "o",
}  # fmt: skip
_GREEK_PAIRS = {"γγ": "ng", "γξ": "nx", "γχ": "nch", "μπ": "mp", "ου": "ou", "αυ": "av", "ευ": "ev", "ηυ": "iv"}
_VOICED = frozenset("αβγδεζηιλμνορυω")  # before these αυ, ευ and ηυ end in v, elsewhere in f
_STRESSES = frozenset("\u0300\u0301\u0342")  # grave, acute and circumflex
_DIAERESIS = "\u0308"


@lru_cache(maxsize=1024)  # the same names, and mostly the same sentences, in every alert
def plain_latin(text: str) -> str:
    """Text in Latin letters that a GSM-7 message carries; a question mark where nothing is left.

    Greek is transcribed, other letters lose the accents that the alphabet lacks; scripts that are neither are left
    out, and so are blanks that stand for nothing.
    """
    latin = "".join(_carried(letter) for letter in _transcribed(unicodedata.normalize("NFC", speakable(text))))
    return " ".join(latin.split()) or "?"


def speakable(text: str) -> str:
    """Text without control characters, which neither a broadcast nor XML may carry; each becomes a space."""
    return "".join(" " if unicodedata.category(letter) in ("Cc", "Cs", "Cn") else letter for letter in text)


def gsm7_length(text: str) -> int:
    """How many of a broadcast's GSM-7 characters a text takes.

    Raises ValueError for a letter that is not in the alphabet.
    """
    wrong = sorted(set(text) - _GSM7 - _GSM7_EXTENSION)
    if wrong:
        raise ValueError(f"no GSM-7 text: {' '.join(wrong)}")
    return len(text) + sum(letter in _GSM7_EXTENSION for letter in text)


def ucs2_length(text: str) -> int:
    """How many of a broadcast's UCS-2 characters a text takes: signs beyond the first plane take two."""
    return len(text.encode("utf-16-be")) // 2


def _carried(letter: str) -> str:
    """A letter that is not Greek, or what comes nearest to it in the alphabet of a broadcast."""
    if letter in _GSM7 or letter in _GSM7_EXTENSION:
        return letter
    if letter.isspace():
        return " "
    if letter in _ALIKE:
        return _ALIKE[letter]
    parts = unicodedata.normalize("NFKD", letter)
    return "" if parts == letter else "".join(_carried(part) for part in parts)


# --- Greek -----------------------------------------------------------------------------------------------


class _Letter(NamedTuple):
    """A letter as written; small and without accents, empty if it is not Greek; its accents; if it is a capital."""

    written: str
    plain: str
    accents: str
    is_capital: bool


_NO_LETTER = _Letter("", "", "", False)


def _transcribed(text: str) -> str:
    """Text with its Greek in Latin letters."""
    letters = [_NO_LETTER, *map(_taken_apart, text), _NO_LETTER, _NO_LETTER]
    latin, k = "", 1
    while k < len(letters) - 2:
        before, one, two, after = letters[k - 1 : k + 3]
        pair = _pair(before, one, two, after)
        if pair:
            latin += _in_case(pair, one.is_capital, two.is_capital)
            k += 2
        elif one.plain:
            beside = two if two.plain else before
            latin += _in_case(_GREEK[one.plain], one.is_capital, beside.is_capital)
            k += 1
        else:
            latin += one.written
            k += 1
    return latin


def _taken_apart(letter: str) -> _Letter:
    parts = unicodedata.normalize("NFKD", letter)
    base, accents = parts[0], parts[1:]
    plain = base.lower()
    is_greek = plain in _GREEK and all(map(unicodedata.combining, accents))
    return _Letter(letter, plain if is_greek else "", accents, base != plain)


def _pair(before: _Letter, one: _Letter, two: _Letter, after: _Letter) -> str:
    """The Latin letters of two Greek ones that are written together; empty where each stands for itself."""
    latin = _GREEK_PAIRS.get(one.plain + two.plain, "") if one.plain and two.plain else ""
    if two.plain == "υ" and (_DIAERESIS in two.accents or _STRESSES & set(one.accents)):
        return ""
    if latin == "mp" and not (before.plain and after.plain):
        return "b"
    if latin.endswith("v") and after.plain not in _VOICED:
        return latin[:-1] + "f"
    return latin


def _in_case(latin: str, is_capital: bool, is_capital_beside: bool) -> str:
    """Small letters in the case of the Greek: Θάσος is Thasos, ΘΑΣΟΣ is THASOS."""
    if not is_capital:
        return latin
    return latin.upper() if is_capital_beside else latin.capitalize()
