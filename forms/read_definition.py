"""Read what a form asks from its XForm alone, whichever tool made it (ODK XForms specification, getodk.github.io/xforms-spec).

Elements are matched by local name: tools differ in their prefixes. The `meta` block is the form's bookkeeping and
holds no questions.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from forms.definition import (
    NAMESPACE,
    EntityDeclaration,
    FormDefinition,
    PrivacyClass,
    Question,
    RecordKind,
    classify,
)
from forms.errors import XFormUnreadable
from forms.rules import Rule

__all__ = ["model_of", "parse_xform", "plain_path", "read_form_definition"]

LARGEST_XFORM_BYTES: Final = 50_000_000
NO_LANGUAGE: Final = "default"
CODE_IN_NAME: Final = re.compile(r"\(([A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*)\)\s*$")
ITEXT: Final = re.compile(r"jr:itext\(\s*['\"](.+?)['\"]\s*\)")
INSTANCE: Final = re.compile(r"instance\(\s*['\"](.+?)['\"]\s*\)")
CSV_LIST: Final = re.compile(r"^jr://file-csv/([^/]+)$")
SAVED_TO: Final = "{http://www.opendatakit.org/xforms/entities}saveto"
CHOICES: Final = frozenset({"select1", "select", "rank"})
GROUPS: Final = frozenset({"group", "repeat"})


@dataclass(frozen=True)
class _Control:
    """What the body says about one node of the instance."""

    kind: str
    labels: Mapping[str, str]
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def read_form_definition(xform: bytes) -> FormDefinition:
    """Read an XForm; raises `XFormUnreadable`."""
    document = parse_xform(xform)
    model = model_of(document)
    root = next(_children(model, "instance"))[0]
    texts = _translations(model)
    body = _Body(texts, dict(_lists(model, texts)))
    controls = dict(_controls(_child(document, "body"), f"/{_local(root)}", body))
    binds = {plain_path(path): bind for bind in _children(model, "bind") if (path := bind.get("nodeset") or bind.get("ref"))}
    form_id = root.get("id") or etree.QName(root).namespace
    if not form_id:
        raise XFormUnreadable(reason="its instance has no `id`")
    return FormDefinition(
        form_id=form_id,
        version=root.get("version", ""),
        title=_title(document) or form_id,
        record_kind=_record_kind(root),
        questions=tuple(_questions(root, binds, controls)),
        repeats=tuple(place for place, control in controls.items() if control.kind == "repeat"),
        languages=tuple(texts) or (NO_LANGUAGE,),
        lists=frozenset(found[1] for it in _children(model, "instance") if (found := CSV_LIST.match(it.get("src", "")))),
        entity=_entity(root, binds),
        rules=tuple(_rules(binds)),
    )


def parse_xform(xform: bytes) -> etree._Element:
    """The document of an XForm, without comments; raises `XFormUnreadable`."""
    if len(xform) > LARGEST_XFORM_BYTES:
        raise XFormUnreadable(reason=f"it is larger than {LARGEST_XFORM_BYTES:,} bytes")
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        document = etree.fromstring(xform, parser)
    except etree.XMLSyntaxError as error:
        raise XFormUnreadable(reason=f"it is not well-formed XML, line {error.lineno}") from None
    if document.getroottree().docinfo.internalDTD is not None:
        raise XFormUnreadable(reason="it has a document type declaration, which forms do not need")
    return document


def model_of(document: etree._Element) -> etree._Element:
    """The model, which has an instance; raises `XFormUnreadable`."""
    model = next((element for element in document.iter() if _local(element) == "model"), None)
    instance = None if model is None else _child(model, "instance")
    if model is None or instance is None or len(instance) == 0:
        raise XFormUnreadable(reason="it has no model with an instance")
    return model


def _title(document: etree._Element) -> str:
    head = _child(document, "head")
    title = None if head is None else _child(head, "title")
    return "" if title is None else _text(title)


def _record_kind(root: etree._Element) -> RecordKind:
    declared = root.get(f"{{{NAMESPACE}}}records")
    return RecordKind(declared) if declared in set(RecordKind) else RecordKind.OTHER


def _entity(root: etree._Element, binds: Mapping[str, etree._Element]) -> EntityDeclaration | None:
    meta = _child(root, "meta")
    declared = None if meta is None else _child(meta, "entity")
    if declared is None:
        return None
    saved = {bind.get(SAVED_TO, ""): path for path, bind in binds.items() if bind.get(SAVED_TO)}
    return EntityDeclaration(declared.get("dataset", ""), saved)


def _questions(
    root: etree._Element, binds: Mapping[str, etree._Element], controls: Mapping[str, _Control]
) -> Iterator[Question]:
    seen: set[str] = set()  # a repeat may stand in the instance twice: as template and as first round
    for element, path in _leaves(root, f"/{_local(root)}"):
        if path in seen:
            continue
        seen.add(path)
        yield _question(_local(element), path, binds.get(path), controls)


def _rules(binds: Mapping[str, etree._Element]) -> Iterator[Rule]:
    for path, bind in binds.items():
        constraint, required, relevant = (str(bind.get(word, "")).strip() for word in ("constraint", "required", "relevant"))
        named = {etree.QName(str(key)).localname: str(value) for key, value in bind.attrib.items()}
        preload = named.get("preloadParams", "") if named.get("preload") in {"timestamp", "date"} else ""
        if constraint or required or relevant or preload:
            yield Rule(path, constraint, required, relevant, preload)


def _question(name: str, path: str, bind: etree._Element | None, controls: Mapping[str, _Control]) -> Question:
    attributes = {} if bind is None else {str(key): str(value).strip() for key, value in bind.attrib.items()}
    said = [attributes.get(f"{{{NAMESPACE}}}{word}") for word in ("privacy", "part", "statistic")]
    privacy, part, statistic = classify(*said)
    control = controls.get(path, _Control("", {}))
    kind = control.kind if control.kind in CHOICES else attributes.get("type", "string").rpartition(":")[2]
    repeat = _innermost_repeat(path, controls)
    return Question(
        path=path,
        name=name,
        kind=kind,
        repeat=repeat,
        privacy=privacy,
        part=part,
        statistic=statistic,
        labels=control.labels,
        choices=control.choices,
        declared=said[0] in set(PrivacyClass),
        indicator=attributes.get(f"{{{NAMESPACE}}}indicator", ""),
    )


def _leaves(element: etree._Element, path: str) -> Iterator[tuple[etree._Element, str]]:
    for child in element:
        below = f"{path}/{_local(child)}"
        if _local(child) == "meta":
            continue
        if len(child):
            yield from _leaves(child, below)
        else:
            yield child, below


def _innermost_repeat(path: str, controls: Mapping[str, _Control]) -> str | None:
    steps = path.split("/")
    above = ("/".join(steps[:length]) for length in range(len(steps) - 1, 1, -1))
    return next((place for place in above if place in controls and controls[place].kind == "repeat"), None)


@dataclass(frozen=True)
class _Body:
    """What a control refers to: texts by language and id, and lists of choices by the id of their instance."""

    texts: Mapping[str, Mapping[str, str]]
    lists: Mapping[str, Mapping[str, Mapping[str, str]]]


def _controls(element: etree._Element | None, context: str, body: _Body) -> Iterator[tuple[str, _Control]]:
    """Every control of the body by the path it is bound to. A repeat wins over the group that only frames it."""
    for child in () if element is None else element:
        place = _resolve(child.get("nodeset") or child.get("ref"), context)
        if place != context or _local(child) == "repeat":
            yield place, _Control(_local(child), _labels(child, body.texts), _choices(child, body))
        if _local(child) in GROUPS:
            yield from _controls(child, place, body)


def _resolve(reference: str | None, context: str) -> str:
    if not reference:
        return context
    plain = plain_path(reference)
    return plain if plain.startswith("/") else f"{context}/{plain}"


def plain_path(path: str) -> str:
    """A path without predicates, prefixes and spaces."""
    bare = re.sub(r"\[[^\]]*\]|\s", "", path)
    return "/".join(step.rpartition(":")[2] for step in bare.split("/") if step != ".")


def _translations(model: etree._Element) -> dict[str, dict[str, str]]:
    """Language to text id to text, the default language first."""
    itext = _child(model, "itext")
    found = [] if itext is None else list(_children(itext, "translation"))
    found.sort(key=lambda translation: not (translation.get("default") or "").startswith("true"))
    return {_language(translation.get("lang", NO_LANGUAGE)): dict(_texts(translation)) for translation in found}


def _language(name: str) -> str:
    code = CODE_IN_NAME.search(name)
    return code[1] if code else name


def _texts(translation: etree._Element) -> Iterator[tuple[str, str]]:
    for text in _children(translation, "text"):
        plain = next((value for value in _children(text, "value") if not value.get("form")), None)
        if plain is not None:
            yield text.get("id", ""), _text(plain)


def _labels(control: etree._Element, texts: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    label = _child(control, "label")
    if label is None:
        return {}
    reference = ITEXT.search(label.get("ref", ""))
    if reference:
        return {language: known[reference[1]] for language, known in texts.items() if reference[1] in known}
    return {next(iter(texts), NO_LANGUAGE): _text(label)}


def _choices(control: etree._Element, body: _Body) -> Mapping[str, Mapping[str, str]]:
    """The labels of a control's choices by their codes: written out in it, or in a list of the form that it names."""
    named = _child(control, "itemset")
    if named is not None:
        instance = INSTANCE.search(named.get("nodeset", ""))
        return body.lists.get(instance[1], {}) if instance else {}
    items = ((_child(item, "value"), _labels(item, body.texts)) for item in _children(control, "item"))
    return {_text(value): labels for value, labels in items if value is not None}


def _lists(model: etree._Element, texts: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, dict[str, Mapping[str, str]]]]:
    for instance in _children(model, "instance"):
        root = next(iter(instance), None)
        if instance.get("id") and root is not None:
            yield instance.get("id", ""), dict(_items(root, texts))


def _items(root: etree._Element, texts: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, Mapping[str, str]]]:
    for item in _children(root, "item"):
        told = {_local(child): _text(child) for child in item}
        if "itextId" in told:
            labels = {language: known[told["itextId"]] for language, known in texts.items() if told["itextId"] in known}
        else:
            labels = {next(iter(texts), NO_LANGUAGE): told["label"]} if "label" in told else {}
        yield told.get("name", ""), labels


def _text(element: etree._Element) -> str:
    """The text with an ellipsis where the phone fills in a value."""
    pieces = [element.text or ""]
    for child in element:
        pieces += ["…", child.tail or ""]
    return " ".join("".join(pieces).split())


def _child(element: etree._Element, name: str) -> etree._Element | None:
    return next(_children(element, name), None)


def _children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return element.iterchildren(f"{{*}}{name}")


def _local(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2]
