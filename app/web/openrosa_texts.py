"""What the phone shows the enumerator after each answer of the door, in the operation's three languages."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

__all__ = ["TEXTS", "choose_language"]

DEFAULT_LANGUAGE: Final = "en"

# By outcome (ingest.Outcome) or by the code of a problem.
TEXTS: Final[Mapping[str, Mapping[str, str]]] = {
    "accepted": {
        "en": "Thank you, your form has arrived.",
        "fr": "Merci, votre formulaire est bien arrivé.",
        "ar": "شكراً، لقد وصلت استمارتك.",
    },
    "waiting": {
        "en": "Your form has arrived. Some of its photos or files are still to come; keep the phone connected.",
        "fr": "Votre formulaire est arrivé. Il manque encore des photos ou des fichiers ; gardez le téléphone connecté.",
        "ar": "وصلت استمارتك، ولم تصل بعد بعض صورها أو ملفاتها. أبقِ الهاتف متصلاً.",
    },
    "resent": {
        "en": "This form had arrived before. There is nothing more to do.",
        "fr": "Ce formulaire était déjà arrivé. Il n'y a plus rien à faire.",
        "ar": "كانت هذه الاستمارة قد وصلت من قبل. لا حاجة إلى أي إجراء آخر.",
    },
    "files_added": {
        "en": "Thank you, all photos and files of your form have arrived.",
        "fr": "Merci, toutes les photos et tous les fichiers de votre formulaire sont arrivés.",
        "ar": "شكراً، لقد وصلت جميع صور استمارتك وملفاتها.",
    },
    "edited": {
        "en": "Thank you, your correction has arrived.",
        "fr": "Merci, votre correction est bien arrivée.",
        "ar": "شكراً، لقد وصل تصحيحك.",
    },
    "edit_resent": {
        "en": "This correction had arrived before. There is nothing more to do.",
        "fr": "Cette correction était déjà arrivée. Il n'y a plus rien à faire.",
        "ar": "كان هذا التصحيح قد وصل من قبل. لا حاجة إلى أي إجراء آخر.",
    },
    "conflicting": {
        "en": "A different copy of this form arrived earlier. Both are kept safe. Please tell your supervisor.",
        "fr": "Une autre copie de ce formulaire est arrivée plus tôt. Les deux sont conservées. "
        "Veuillez prévenir votre superviseur.",
        "ar": "وصلت نسخة مختلفة من هذه الاستمارة سابقاً. النسختان محفوظتان. يرجى إبلاغ مشرفك.",
    },
    "stale_edit": {
        "en": "Someone else has corrected this form already. Your correction is kept safe. Please tell your supervisor.",
        "fr": "Quelqu'un d'autre a déjà corrigé ce formulaire. Votre correction est conservée. "
        "Veuillez prévenir votre superviseur.",
        "ar": "سبق أن صحّح شخص آخر هذه الاستمارة. تصحيحك محفوظ. يرجى إبلاغ مشرفك.",
    },
    "unknown_form": {
        "en": "This form, or this version of it, is not in use here. Your answers are kept safe. "
        "Fetch the newest forms and tell your supervisor.",
        "fr": "Ce formulaire, ou cette version, n'est pas utilisé ici. Vos réponses sont conservées. "
        "Téléchargez les derniers formulaires et prévenez votre superviseur.",
        "ar": "هذه الاستمارة أو هذه النسخة منها غير مستخدمة هنا. إجاباتك محفوظة. حمّل أحدث الاستمارات وأبلغ مشرفك.",
    },
    "malformed": {
        "en": "Your form arrived but cannot be read. It is kept as it came. Please tell your supervisor.",
        "fr": "Votre formulaire est arrivé mais il est illisible. Il est conservé tel quel. Prévenez votre superviseur.",
        "ar": "وصلت استمارتك لكن تتعذر قراءتها. وهي محفوظة كما وصلت. يرجى إبلاغ مشرفك.",
    },
    "locked": {
        "en": "Your form arrived but was locked for another office and cannot be opened here. It is kept as it came. "
        "Do not delete it from your phone. Fetch the newest forms and tell your supervisor.",
        "fr": "Votre formulaire est arrivé, mais il a été verrouillé pour un autre bureau et ne peut pas être ouvert ici. "
        "Il est conservé tel quel. Ne le supprimez pas de votre téléphone. Téléchargez les derniers formulaires et prévenez "
        "votre superviseur.",
        "ar": "وصلت استمارتك لكنها مقفلة لمكتب آخر ولا يمكن فتحها هنا. وهي محفوظة كما وصلت. لا تحذفها من هاتفك. "
        "حمّل أحدث الاستمارات وأبلغ مشرفك.",
    },
    "erased": {
        "en": "This form is no longer kept here, and was not stored again. Please delete it from your phone.",
        "fr": "Ce formulaire n'est plus conservé ici et n'a pas été enregistré de nouveau. Supprimez-le de votre téléphone.",
        "ar": "لم تعد هذه الاستمارة محفوظة هنا ولم تُخزَّن من جديد. يرجى حذفها من هاتفك.",
    },
    "APP-101": {
        "en": "This phone is not registered here, or no longer. Ask your supervisor for a new code.",
        "fr": "Ce téléphone n'est pas enregistré ici, ou ne l'est plus. Demandez un nouveau code à votre superviseur.",
        "ar": "هذا الهاتف غير مسجل هنا أو لم يعد مسجلاً. اطلب رمزاً جديداً من مشرفك.",
    },
    "APP-102": {
        "en": "This form or file is no longer offered. Fetch the list of forms again.",
        "fr": "Ce formulaire ou ce fichier n'est plus proposé. Téléchargez de nouveau la liste des formulaires.",
        "ar": "لم تعد هذه الاستمارة أو هذا الملف متاحاً. حمّل قائمة الاستمارات من جديد.",
    },
    "APP-103": {
        "en": "This form and its files are too large to send at once. Nothing is lost: it stays on your phone. "
        "Please tell your supervisor.",
        "fr": "Ce formulaire et ses fichiers sont trop volumineux pour un seul envoi. Rien n'est perdu : tout reste sur votre "
        "téléphone. Veuillez prévenir votre superviseur.",
        "ar": "هذه الاستمارة وملفاتها أكبر من أن تُرسل دفعة واحدة. لم يُفقد شيء، فهي باقية على هاتفك. يرجى إبلاغ مشرفك.",
    },
    "APP-104": {
        "en": "The connection broke off. Nothing is lost: your form stays on the phone. Send it again.",
        "fr": "La connexion a été coupée. Rien n'est perdu : votre formulaire reste sur le téléphone. Renvoyez-le.",
        "ar": "انقطع الاتصال. لم يُفقد شيء، فاستمارتك باقية على الهاتف. أرسلها مرة أخرى.",
    },
    "CASE-160": {
        "en": "More cases lie with your team than a phone may fetch in a day. Please tell your supervisor.",
        "fr": "Votre équipe a plus de dossiers qu'un téléphone ne peut en recevoir en un jour. Prévenez votre superviseur.",
        "ar": "عدد ملفات فريقك أكبر مما يمكن للهاتف جلبه في يوم واحد. يرجى إبلاغ مشرفك.",
    },
    "CORE-201": {
        "en": "The server cannot be reached at the moment. Your form stays on the phone. Send it again later.",
        "fr": "Le serveur est momentanément indisponible. Votre formulaire reste sur le téléphone. Renvoyez-le plus tard.",
        "ar": "يتعذر الوصول إلى الخادم حالياً. استمارتك باقية على الهاتف. أرسلها لاحقاً.",
    },
    "CORE-202": {
        "en": "The server has no room left. Your form stays on the phone. Please tell your supervisor.",
        "fr": "Le serveur n'a plus de place. Votre formulaire reste sur le téléphone. Veuillez prévenir votre superviseur.",
        "ar": "لم تعد هناك مساحة على الخادم. استمارتك باقية على الهاتف. يرجى إبلاغ مشرفك.",
    },
    "failure": {
        "en": "Something went wrong on the server. Your form stays on the phone. Send it again later.",
        "fr": "Une erreur est survenue sur le serveur. Votre formulaire reste sur le téléphone. Renvoyez-le plus tard.",
        "ar": "حدث خطأ في الخادم. استمارتك باقية على الهاتف. أرسلها لاحقاً.",
    },
}


@lru_cache(256)  # a team's phones all say the same
def choose_language(accept_language: str) -> str:
    """The language of ours that an `Accept-Language` header (RFC 9110, section 12.5.4) likes best, else English."""
    offered = TEXTS["failure"]
    wished = sorted(map(_wish, accept_language.split(",")), key=lambda wish: -wish[1])
    return next((language for language, weight in wished if language in offered and weight > 0), DEFAULT_LANGUAGE)


def _wish(item: str) -> tuple[str, float]:
    tag, _, quality = item.replace(" ", "").partition(";q=")
    try:
        return tag.lower().split("-")[0], float(quality or 1)
    except ValueError:
        return "", 0.0
