"""A small questionnaire with all that the checks look at, and answers to it."""

from collections.abc import Mapping, Sequence
from functools import cache
from uuid import UUID

from forms import FormDefinition, read_form_definition
from ingest import answers_of
from ingest.parse_xml import parse_xml
from ingest.quality import Looked

__all__ = ["definition", "found", "looked"]

ROWS = "".join(f"<select1 ref='/data/block/row{n}'><label>Row {n}</label>{{}}</select1>" for n in range(6))
CHOICES = "".join(f"<item><label>{code}</label><value>{code}</value></item>" for code in ("never", "often", "always"))
FORM = f"""<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
  xmlns:jr="http://openrosa.org/javarosa" xmlns:w="urn:waystation:forms"><h:head><h:title>Check</h:title><model>
  <instance><data id="check" version="1"><start/><end/><name/><phone/><age/><children/><pregnant/><where/>
    <block>{"".join(f"<row{n}/>" for n in range(6))}</block><member><m_age/><m_work/></member><meta><instanceID/></meta>
  </data></instance>
  <bind nodeset="/data/start" type="dateTime" jr:preload="timestamp" jr:preloadParams="start"/>
  <bind nodeset="/data/end" type="dateTime" jr:preload="timestamp" jr:preloadParams="end"/>
  <bind nodeset="/data/name" type="string"/><bind nodeset="/data/phone" type="string" constraint="regex(., '^[0-9]+$')"/>
  <bind nodeset="/data/age" type="int" required="true()" constraint=". &lt;= 120" w:privacy="quasi_identifier"/>
  <bind nodeset="/data/children" type="int" w:privacy="quasi_identifier" constraint="instance('limits')/root/most &gt; ."/>
  <bind nodeset="/data/pregnant" type="string" relevant="/data/age &gt; 11" w:privacy="sensitive"/>
  <bind nodeset="/data/where" type="geopoint"/>
  {"".join(f"<bind nodeset='/data/block/row{n}' type='string' w:privacy='open'/>" for n in range(6))}
  <bind nodeset="/data/member/m_age" type="int" w:privacy="quasi_identifier"/>
  <bind nodeset="/data/member/m_work" type="string" relevant=" ../m_age &gt;= 15" required="true()" w:privacy="open"/>
</model></h:head><h:body>
  <input ref="/data/name"><label>Name</label></input><input ref="/data/phone"><label>Phone</label></input>
  <input ref="/data/age"><label>Age</label></input><input ref="/data/children"><label>Children</label></input>
  <input ref="/data/pregnant"><label>Pregnant</label></input><input ref="/data/where"><label>Where</label></input>
  <group ref="/data/block">{ROWS.replace("{}", CHOICES)}</group>
  <group ref="/data/member"><label>Member</label><repeat nodeset="/data/member">
    <input ref="/data/member/m_age"><label>Age</label></input><input ref="/data/member/m_work"><label>Work</label></input>
  </repeat></group>
</h:body></h:html>"""


@cache
def definition() -> FormDefinition:
    return read_form_definition(FORM.encode())


def looked(
    number: int = 1, said: Mapping[str, object] = {}, members: Sequence[Mapping[str, object]] = (), **more: object
) -> Looked:
    """A submission with these answers; it has an age unless it says otherwise."""
    told = {"age": 31, **said}
    top = "".join(f"<{name}>{answer}</{name}>" for name, answer in told.items() if not name.startswith("row"))
    block = "".join(f"<{name}>{answer}</{name}>" for name, answer in told.items() if name.startswith("row"))
    repeats = "".join(f"<member>{''.join(f'<{n}>{a}</{n}>' for n, a in one.items())}</member>" for one in members)
    xml = f"<data id='check' version='1'>{top}<block>{block}</block>{repeats}</data>".encode()
    return Looked(UUID(int=number), definition(), answers_of(parse_xml(xml), definition()), **more)  # type: ignore[arg-type]


def found(findings: object) -> dict[tuple[str, str], dict[str, str]]:
    """What was told, by check and question."""
    return {(one.check.value, one.question): dict(one.told) for one in findings}  # type: ignore[attr-defined]
