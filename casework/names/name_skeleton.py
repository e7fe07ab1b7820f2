"""One name in many spellings: Latin letters for every script, and the consonants that the spellings share.

`romanize` writes a name in plain Latin letters, `name_words` takes out what is written or left out at will (articles,
`bin`, `van`), and `skeleton` keeps of each word the consonants that survive a change of script, clerk and language:
`Muḥammad`, `Mohamed`, `Maxamed`, `محمد`, `Мухаммед` and `መሐመድ` are all `mmt`. It is meant to bring together too many names
rather than too few: who comes together is then compared in memory.
`tests/casework/test_name_skeleton.py` counts how good it is.
"""

import re
import unicodedata
from typing import Final

from anyascii import anyascii

__all__ = ["name_words", "romanize", "skeleton", "word_skeleton"]

JOINER: Final = "\u200c"  # keeps two letters of one Persian compound apart: a space, to us


def _letters(letters: str, latin: str) -> dict[str, str]:
    return dict(zip(letters.replace(" ", ""), latin.split(), strict=True))


def _words(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


# Arabic script with the letters of Persian, Urdu, Kurdish and Pashto; `w` and `y` are settled by where they stand.
ARABIC: Final = str.maketrans(
    _letters("ا ب پ ت ث ج چ ح خ د ذ ر ز ژ س ش ص ض ط ظ", "a b p t th j ch h kh d z r z zh s sh s d t z")
    | _letters("ع غ ف ق ک ك گ ل م ن ه ة و ي ی ى", "a gh f q k k g l m n h a w y y a")
    | _letters("آ أ إ ٱ ؤ ئ ء", "a a a a u i '")
    | _letters("ٹ ڈ ڑ ں ہ ھ ۂ ۃ ے ۓ", "t d r n h ' a a e e")
    | _letters("ڤ ڵ ڕ ۆ ێ ە ۇ ۋ", "v l r o e e u w")
    | _letters("ښ ږ ځ څ ټ ډ ړ ڼ ې ۍ", "sh g z ts t d r n e i")
    | {"ـ": "", JOINER: " "}
)
# Two letters that would read as one in Latin (`z` and `h`, not `zh`).
APART: Final = re.compile("(?<=[سدذزتطكغک])(?=[هح])")
# The Ethiopic syllables stand in rows of eight, a row for each consonant; letters that sound alike today are one.
ETHIOPIC: Final = "h l h m s r s sh k kw k kw b v t ch h hw n gn ' k kw h hw w ' z zh y d d j g gw g t ch p ts ts f p"
CONSONANTS: Final = ETHIOPIC.split()
ETHIOPIC_VOWELS: Final = ("e", "u", "i", "a", "e", "", "o", "wa")
UKRAINIAN: Final = re.compile("[іїєґ]")
CYRILLIC: Final = str.maketrans(_letters("х щ ё є ї ґ ҳ қ ғ ҷ җ ә", "kh sh yo ye yi g h q gh j j a") | {"ь": "", "ъ": ""})
LATIN: Final = str.maketrans(_letters("ş š ș ś ç č ć ž ż ź đ ð þ ı", "sh sh sh sh ch ch ch zh zh z dj d th i"))

APART_SIGNS: Final = re.compile(r"[-‐–_./,،()\s]+")
NO_LETTER: Final = re.compile("[^a-z ]")

PARTICLES: Final = _words(
    "al el il ul ad ar as ash an at az ed er es ur ud bin ben ibn bint binti beni ibni ould wuld walad mint",
    "de da do dos das di del della la le les du d van von der den ter zu y oglu oghlu ogly oglou qizi kyzy zade",
    "mr mrs ms mme dr haji hajji hadji hadj alhaji",
)
JOINS_NEXT: Final = _words("abd abdul abdel abdal abdu abdi abu abou abo umm um gebre ghebre gebra wolde welde tekle")
JOINS_LAST: Final = dict.fromkeys(_words("din deen dine dein uddin eddin eddine aldin aldeen addin"), "din") | dict.fromkeys(
    _words("allah ullah ollah alla allh"), "allah"
)
SOMALI_AYN: Final = re.compile(r"^c(?=a+b+d|um+a|a+l+i|a+sh|a+y|a+w|i+s|i+lm|i+g|os|us|a+d+[aeo])")
# In order: what several languages write differently becomes one sign; `x` stands for every sh and ch.
RULES: Final = tuple(
    (re.compile(pattern), sign)
    for pattern, sign in (
        (SOMALI_AYN.pattern, "a"),
        (r"^(?:al|el)(?=[^aeioul][a-z]{3,})", ""),
        (r"^abd[aeiou]*l(?=[^l])(?!a+(?:hi?|ye|i)?$)", "abd"),
        (r"(?<=.)(?:al|ud|ed|ad)d(?:i|ee|ei|y)ne?$", "din"),
        (r"c(?=aa|ee|ii|uu)", "a"),  # Somali again: long vowels are written twice
        (r"(?<=[eio])x", "ks"),
        (r"^max(?=i|$)", "maks"),
        (r"off$", "ov"),
        (r"tj", "ty"),
        (r"ph", "f"),
        (r"tsch|tch|tsh|sch|shch|cz|sz|sh|ch", "X"),
        (r"dzh|dj|zh|dg(?=e)", "j"),
        (r"kh|x", "h"),
        (r"gh", "g"),
        (r"th", "t"),
        (r"dh", "d"),
        (r"ts|tz|dz", "s"),
        (r"gn", "n"),
        (r"c(?=[eiy])", "s"),
        (r"ck|c|q", "k"),
        (r"^ou(?=[aeiy])", "w"),
        (r"^i(?=[aou])", "y"),
        (r"^ye(?=[vlkgfr])", "e"),
        (r"z", "s"),
        (r"j", "g"),
        (r"d", "t"),
        (r"p", "b"),
        (r"v", "w"),
        (r"([a-zX])\1+", r"\1"),
        (r"^[aeiou]+", "A"),
        (r"(?<=.)[aeiouwyh]", ""),
    )
)
# One name that two traditions of writing Arabic take apart for good.
SAME: Final = {"atmn": "asmn"}


def romanize(name: str) -> str:
    """The name in small Latin letters, words separated by one space."""
    text = unicodedata.normalize("NFKC", name).casefold()
    text = APART_SIGNS.sub(" ", text)
    if not text.isascii():
        text = _to_latin(text)
    return " ".join(NO_LETTER.sub("", text).split())


def _to_latin(text: str) -> str:
    text = "".join(
        sign for sign in unicodedata.normalize("NFC", text) if unicodedata.category(sign) not in ("Mn", "Cf") or sign == JOINER
    )
    text = " ".join(_arabic(word) for word in text.split())
    if UKRAINIAN.search(text):
        text = text.replace("г", "h")
    return anyascii("".join(map(_ethiopic, text.translate(CYRILLIC).translate(LATIN)))).lower()


def _arabic(word: str) -> str:
    if word.startswith("ال") and len(word) > 4 and not word.startswith("الل"):
        word = word.removeprefix("ال")
    latin = APART.sub("a", word.removeprefix("ئ")).translate(ARABIC)
    if latin == word:
        return word  # of another script
    return latin[:1] + re.sub("y", "i", re.sub("w", "u", latin[1:]))


def _ethiopic(sign: str) -> str:
    row, vowel = divmod(ord(sign) - 0x1200, 8)
    if not 0 <= row < len(CONSONANTS):
        return sign
    consonant = CONSONANTS[row]
    return (ETHIOPIC_VOWELS[vowel] or "e" if vowel else "a") if consonant == "'" else consonant + ETHIOPIC_VOWELS[vowel]


def name_words(name: str) -> list[str]:
    """The words of a name in Latin letters, without particles; what belongs together (`Abd al-Rahman`) as one word.

    A name of particles alone keeps them.
    """
    words: list[str] = []
    waiting = ""
    for word in romanize(name).split():
        if word in JOINS_LAST and (waiting or words):
            joined = (waiting or words.pop()) + JOINS_LAST[word]
            words.append(joined)
            waiting = ""
        elif word in JOINS_NEXT:
            waiting += word
        elif word not in PARTICLES:
            words.append(waiting + word)
            waiting = ""
    return [*words, waiting] if waiting else words or romanize(name).split()


def word_skeleton(word: str) -> str:
    """The consonants of one romanized word; never empty for a word of letters."""
    for pattern, sign in RULES:
        word = pattern.sub(sign, word)
    word = word.lower()
    return SAME.get(word, word)


def skeleton(name: str) -> str:
    """The skeletons of a name's words, in their order, separated by one space; empty for a name without letters."""
    return " ".join(filter(None, map(word_skeleton, name_words(name))))
