"""A form is read from its XForm alone, whichever tool wrote it."""

from pathlib import Path

import pytest

from forms import PrivacyClass, RecordKind, RecordPart, build_questionnaire, compile_workbook, read_form_definition
from forms.errors import XFormUnreadable

XFORM = """<?xml version="1.0"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa"
        xmlns:orx="http://openrosa.org/xforms" xmlns:ws="urn:waystation:forms" xmlns:xsd="http://www.w3.org/2001/XMLSchema">
  <h:head>
    <h:title>A household</h:title>
    <model>
      <itext>
        <translation lang="French (fr)">
          <text id="name:label"><value form="audio">jr://audio/a.mp3</value><value>Nom</value></text>
        </translation>
        <translation lang="English" default="true()">
          <text id="name:label"><value>Name of <output value="/data/x"/></value></text>
        </translation>
      </itext>
      <instance>
        <data xmlns="http://example.org/form" id="household" version="7" ws:records="screening">
          <name/>
          <head><age/></head>
          <member jr:template=""><first/><visit><when/></visit></member>
          <member><first/><visit><when/></visit></member>
          <unbound/>
          <orx:meta><orx:instanceID/></orx:meta>
        </data>
      </instance>
      <instance id="other"><root><item><name>a</name></item></root></instance>
      <bind nodeset="/data/name" type="string" ws:privacy="sensitive" ws:part="narrative"/>
      <bind nodeset="/data/head/age" type="xsd:int" ws:privacy="open" ws:statistic="age"/>
      <bind nodeset="/data/nowhere" type="date"/>
      <bind nodeset="/data/member/visit/when" type="date"/>
    </model>
  </h:head>
  <h:body>
    <input ref="/data/name"><label ref="jr:itext('name:label')"/></input>
    <group ref="head"><input ref="age"><label>Age</label></input></group>
    <group ref="/data/member"><label>Member</label>
      <repeat nodeset="/data/member">
        <select1 ref="/data/member[position() = 1]/first"><label>First</label></select1>
        <group ref="visit"><repeat nodeset="/data/member/visit"><input ref="when"/></repeat></group>
      </repeat>
    </group>
  </h:body>
</h:html>"""


def test_title_version_languages_and_kind_are_read() -> None:
    form = read_form_definition(XFORM.encode())
    assert (form.form_id, form.version, form.title, form.record_kind) == ("household", "7", "A household", RecordKind.SCREENING)
    assert form.languages == ("English", "fr"), "the default language first, by its code where it has one"


def test_every_answer_of_the_instance_is_a_question_once_and_the_meta_block_is_none() -> None:
    form = read_form_definition(XFORM.encode())
    assert [question.path for question in form.questions] == [
        "/data/name",
        "/data/head/age",
        "/data/member/first",
        "/data/member/visit/when",
        "/data/unbound",
    ]


def test_kind_labels_and_repeat_come_from_bind_body_and_itext() -> None:
    questions = {question.name: question for question in read_form_definition(XFORM.encode()).questions}
    assert questions["name"].labels == {"English": "Name of …", "fr": "Nom"}
    assert questions["age"].kind == "int"
    assert questions["age"].labels == {"English": "Age"}
    assert (questions["first"].kind, questions["first"].repeat) == ("select1", "/data/member")
    assert questions["when"].repeat == "/data/member/visit"
    assert (questions["unbound"].kind, questions["unbound"].repeat) == ("string", None)


def test_repeats_are_listed_the_outer_before_the_inner_also_without_a_question_of_their_own() -> None:
    assert read_form_definition(XFORM.encode()).repeats == ("/data/member", "/data/member/visit")
    without = XFORM.replace("<first/>", "").replace("<first />", "")
    assert "first" not in {question.name for question in read_form_definition(without.encode()).questions}
    assert read_form_definition(without.encode()).repeats == ("/data/member", "/data/member/visit")


def test_declarations_are_read_and_a_question_without_any_is_a_direct_identifier() -> None:
    questions = {question.name: question for question in read_form_definition(XFORM.encode()).questions}
    assert (questions["name"].privacy, questions["name"].part) == (PrivacyClass.SENSITIVE, RecordPart.NARRATIVE)
    assert (questions["age"].part, questions["age"].statistic) == (RecordPart.FACTS, "age")
    assert (questions["when"].privacy, questions["when"].part) == (PrivacyClass.DIRECT, RecordPart.IDENTITY)


def test_the_namespace_of_the_instance_is_the_id_where_there_is_no_other() -> None:
    assert read_form_definition(XFORM.replace('id="household"', "").encode()).form_id == "http://example.org/form"


@pytest.mark.parametrize(
    ("xform", "reason"),
    [
        (b"", "not well-formed"),
        (b"<a><b></a>", "not well-formed"),
        (b"<a/>", "no model"),
        (b"<model><instance/></model>", "no model with an instance"),
        (b"<model><instance><data><q/></data></instance></model>", "no `id`"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><model><instance><data id="d"><q/></data></instance></model>', "document type"),
        (b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x"><model><instance><data id="d"/></instance></model>', "document type"),
        (b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><model>&b;&b;</model>', "document type"),
    ],
)
def test_what_is_no_form_or_could_do_harm_is_refused_with_a_reason(xform: bytes, reason: str) -> None:
    with pytest.raises(XFormUnreadable, match=reason):
        read_form_definition(xform)


@pytest.mark.needs_shared_data
def test_real_forms_of_other_tools_are_read(shared_data: Path) -> None:
    files = {path: path.read_bytes() for path in sorted(shared_data.rglob("*.xml"))}
    forms = {path: read_form_definition(content) for path, content in files.items() if b"<model" in content}
    assert len(forms) >= 17
    assert all(form.form_id and form.title and form.questions for form in forms.values())
    nested = next(form for path, form in forms.items() if path.name == "nested-repeats.xml")
    assert {question.repeat for question in nested.questions} == {"/data/g1", "/data/g1/g2", "/data/g1/g2/g3"}


def test_choices_carry_their_labels_in_every_language() -> None:
    asked = {q.name: q for q in compile_workbook(build_questionnaire("screening_interview"), "x").definition.questions}
    assert asked["prs_Gender"].choices["female"] == {
        "en": "Female",
        "fr": "Féminin",
        "ar": "أنثى",
        "ru": "Женский",
        "es": "Femenino",
        "so": "Dheddig",
    }
    assert asked["prs_First_Name"].choices == {}


def test_choices_written_out_in_the_control_are_read_too() -> None:
    xform = b"""<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><model><instance>
    <data id="wells"><depth/></data></instance><bind nodeset="/data/depth"/></model></h:head><h:body><select1 ref="/data/depth">
    <label>Depth</label><item><label>Deep</label><value>d</value></item></select1></h:body></h:html>"""
    assert read_form_definition(xform).questions[0].choices == {"d": {"default": "Deep"}}
