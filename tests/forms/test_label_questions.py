"""What questions are called is told by the newest version of each form, however often it is asked."""

from core.database import Database, Zone
from forms import publish_form, question_labels

XFORM = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
    xmlns:jr="http://openrosa.org/javarosa" xmlns:ws="urn:waystation:forms">
  <h:head><h:title>A form</h:title><model>
    <itext>
      <translation lang="English (en)" default="true()"><text id="name"><value>{label}</value></text></translation>
      <translation lang="French (fr)"><text id="name"><value>Nom</value></text></translation>
    </itext>
    <instance><data id="{form}" version="{version}" ws:records="screening"><name/><house_member><age/></house_member></data>
    </instance>
    <bind nodeset="/data/name" type="string" ws:privacy="identifying" ws:part="identity"/>
    <bind nodeset="/data/house_member/age" type="int" ws:privacy="sensitive" ws:part="narrative"/>
  </model></h:head>
  <h:body>
    <input ref="/data/name"><label ref="jr:itext('name')"/></input>
    <group ref="/data/house_member"><repeat nodeset="/data/house_member"><input ref="/data/house_member/age"/></repeat></group>
  </h:body>
</h:html>"""


def publish(database: Database, form: str, version: str, label: str) -> None:
    with database.transaction(Zone.COLLECTION, operation="TEST") as session:
        publish_form(session, "TEST", XFORM.format(form=form, version=version, label=label).encode(), {})


def labels(database: Database, language: str) -> dict[str, str]:
    with database.transaction(Zone.CASEWORK, operation="TEST") as session:
        return dict(question_labels(session, "TEST", language))


def test_labels_are_those_of_the_newest_version_in_the_language_asked_for(database: Database) -> None:
    publish(database, "first", "1", "Name")
    assert labels(database, "en") == {"name": "Name", "house_member": "house member"}
    assert labels(database, "fr")["name"] == "Nom"
    assert labels(database, "ar")["name"] == "Name"
    publish(database, "first", "2", "Full name")
    assert labels(database, "en")["name"] == "Full name"


def test_of_two_forms_the_first_says_what_a_question_of_both_is_called(database: Database) -> None:
    publish(database, "second", "1", "Said second")
    publish(database, "first", "1", "Said first")
    assert labels(database, "en")["name"] == "Said first"
