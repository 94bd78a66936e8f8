"""Words, numbers, dates and money in the language of the reader.

Catalogues are the ``locale/<language>/LC_MESSAGES/*.po`` files, read as they stand in the repository at first
use (there are no compiled files). The msgid is the English text; labels of the law are the other way round,
their msgid is Vietnamese and :meth:`Words.law` turns them into English.

One :class:`Words` per language serves all threads: it changes nothing after it was built.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

LANGUAGES: Final = ("vi", "en")
LOCALE: Final = Path(__file__).resolve().parents[1] / "locale"
HERE: Final = ZoneInfo("Asia/Ho_Chi_Minh")

Number = int | float | Decimal

_DAY: Final[Mapping[str, str]] = MappingProxyType({"vi": "dd/MM/yyyy", "en": "d MMM yyyy"})
_SHORT_DAY: Final[Mapping[str, str]] = MappingProxyType({"vi": "dd/MM", "en": "d MMM"})
_MONEY: Final[Mapping[str, Mapping[int, str]]] = MappingProxyType(
    {
        "vi": MappingProxyType({9: "{} tỷ đồng", 6: "{} triệu đồng", 0: "{} đồng"}),
        "en": MappingProxyType({9: "{} billion VND", 6: "{} million VND", 0: "{} VND"}),
    }
)
_loading = Lock()


class Words:
    """Says things in one language; ``vi`` or ``en``.

    Raises
    ------
    ValueError
        There is no such language.
    """

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            raise ValueError(language)
        self._language = language
        with _loading:
            self._catalogue = _catalogue(language)

    @property
    def language(self) -> str:
        """Return ``vi`` or ``en``."""
        return self._language

    # ---- words ---------------------------------------------------------------------------------

    def text(self, msgid: str) -> str:
        """Return the message in this language, the msgid itself when none is known."""
        return self._catalogue.gettext(msgid) if msgid else ""

    def plural(self, singular: str, plural: str, count: int) -> str:
        """Return the message for a count; ``{count}`` in it becomes the formatted number."""
        message = self._catalogue.ngettext(singular, plural, count)
        return message.replace("{count}", self.number(count))

    def law(self, label_vi: str) -> str:
        """Return a label of the law's tables: as it stands, or in English where it is known."""
        return label_vi if self._language == "vi" else self.text(label_vi)

    # ---- numbers -------------------------------------------------------------------------------

    def number(self, value: Number, decimals: int = 0, *, exactly: bool = False) -> str:
        """Return a number with at most ``decimals`` decimals, or with just as many if ``exactly``."""
        digits = ("0" if exactly else "#") * decimals
        pattern = f"#,##0.{digits}" if decimals else "#,##0"
        return format_decimal(_rounded(value, decimals), format=pattern, locale=self._language)

    def area(self, square_metres: float) -> str:
        """Return an area as ``1.234,5 m²``."""
        return f"{self.number(square_metres, 1, exactly=True)} m²"

    def hectares(self, square_metres: float) -> str:
        """Return an area given in m² as ``12,4 ha``."""
        return f"{self.hectare_number(square_metres)} ha"

    def hectare_number(self, square_metres: float) -> str:
        """Return the same without the unit, for ``17,4 / 24,9 ha``; below one hectare two decimals, nothing is 0."""
        value = _rounded(Decimal(repr(square_metres)) / 10_000, 2)
        if not value:
            return self.number(0)
        return self.number(value, 2 if abs(value) < 1 else 1, exactly=True)

    def percent(self, share: float) -> str:
        """Return a share of 1 as whole percent."""
        return format_percent(_rounded(share, 2), format="#,##0%", locale=self._language)

    def money(self, vnd: int | Decimal) -> str:
        """Return a sum as ``1,25 tỷ đồng``, ``420 triệu đồng`` or ``950.000 đồng``, rounded to two decimals."""
        unit = _money_unit(vnd)
        return _MONEY[self._language][unit].format(self.number(Decimal(vnd).scaleb(-unit), 2 if unit else 0))

    def money_in_full(self, vnd: int | Decimal) -> str:
        """Return a sum to the đồng: ``1.250.000.000 đồng``."""
        return _MONEY[self._language][0].format(self.number(vnd))

    # ---- days ----------------------------------------------------------------------------------

    def day(self, day: date) -> str:
        """Return a date as ``23/11/2026`` or ``23 Nov 2026``."""
        return format_date(day, format=_DAY[self._language], locale=self._language)

    def short_day(self, day: date) -> str:
        """Return a date without its year: ``23/11`` or ``23 Nov``."""
        return format_date(day, format=_SHORT_DAY[self._language], locale=self._language)

    def moment(self, moment: datetime) -> str:
        """Return an instant in Vietnam's time: ``23/11/2026 14:05``; raises ValueError without a time zone."""
        if moment.tzinfo is None:
            raise ValueError(moment)
        local = moment.astimezone(HERE)
        return f"{self.day(local.date())} {local:%H:%M}"


@cache
def words_in(language: str) -> Words:
    """Return the one :class:`Words` of a language."""
    return Words(language)


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    """Return all catalogues of a language, chained in the order of their names."""
    chain = gettext.NullTranslations()
    for path in sorted((LOCALE / language / "LC_MESSAGES").glob("*.po"), reverse=True):
        read = _read(path, language)
        read.add_fallback(chain)
        chain = read
    return chain


def _read(path: Path, language: str) -> gettext.NullTranslations:
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language, abort_invalid=True))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _rounded(value: Number, decimals: int) -> Decimal:
    """Return the value rounded as people do, half away from zero; never minus zero."""
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return rounded if rounded else abs(rounded)


def _money_unit(vnd: int | Decimal) -> int:
    """Return 9, 6 or 0: the power of ten that a sum is told in; just under a billion already counts as one."""
    millions = abs(Decimal(vnd)).scaleb(-6)
    if _rounded(millions, 2) >= 1000:
        return 9
    return 6 if millions >= 1 else 0
