"""The regions of the world in which countries are counted, as the United Nations group them for statistics (UN M49).

Taiwan, which the standard does not list, is told under Eastern Asia, as CLDR does; Antarctica lies in no region.
"""

from collections.abc import Mapping
from typing import Final

__all__ = ["REGIONS", "subregion_of"]

# By region, its sub-regions (of Sub-Saharan Africa and of Latin America the intermediate regions) with their countries and
# areas (ISO 3166-1 alpha-2).
COUNTRIES: Final[Mapping[str, Mapping[str, str]]] = {
    "002": {  # Africa
        "015": "DZ EG EH LY MA SD TN",
        "014": "BI DJ ER ET IO KE KM MG MU MW MZ RE RW SC SO SS TF TZ UG YT ZM ZW",
        "017": "AO CD CF CG CM GA GQ ST TD",
        "018": "BW LS NA SZ ZA",
        "011": "BF BJ CI CV GH GM GN GW LR ML MR NE NG SH SL SN TG",
    },
    "019": {  # Americas
        "029": "AG AI AW BB BL BQ BS CU CW DM DO GD GP HT JM KN KY LC MF MQ MS PR SX TC TT VC VG VI",
        "013": "BZ CR GT HN MX NI PA SV",
        "005": "AR BO BR BV CL CO EC FK GF GS GY PE PY SR UY VE",
        "021": "BM CA GL PM US",
    },
    "142": {  # Asia
        "143": "KG KZ TJ TM UZ",
        "030": "CN HK JP KP KR MN MO TW",
        "035": "BN ID KH LA MM MY PH SG TH TL VN",
        "034": "AF BD BT IN IR LK MV NP PK",
        "145": "AE AM AZ BH CY GE IL IQ JO KW LB OM PS QA SA SY TR YE",
    },
    "150": {  # Europe
        "151": "BG BY CZ HU MD PL RO RU SK UA",
        "154": "AX DK EE FI FO GB GG IE IM IS JE LT LV NO SE SJ",
        "039": "AD AL BA ES GI GR HR IT ME MK MT PT RS SI SM VA",
        "155": "AT BE CH DE FR LI LU MC NL",
    },
    "009": {  # Oceania
        "053": "AU CC CX HM NF NZ",
        "054": "FJ NC PG SB VU",
        "057": "FM GU KI MH MP NR PW UM",
        "061": "AS CK NU PF PN TK TO TV WF WS",
    },
}
REGIONS: Final[Mapping[str, tuple[str, ...]]] = {region: tuple(below) for region, below in COUNTRIES.items()}
"""By region of the world, the codes of its sub-regions."""

SUBREGION: Final = {
    country: code for below in COUNTRIES.values() for code, countries in below.items() for country in countries.split()
}


def subregion_of(country: str) -> str | None:
    """In which sub-region a country or area (ISO 3166-1 alpha-2) lies; None where it lies in none or is no such code."""
    return SUBREGION.get(country)
