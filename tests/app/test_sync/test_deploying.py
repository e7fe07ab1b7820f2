"""A published form is deployed on the server that its answers are pulled from, without its classes, and they are read by it."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.arriving.deploy_form import GivenWorkbook, deploy_form
from core.database import Zone
from forms import add_form_key, compile_workbook, encrypt_form, newest_public_key, publish_form
from forms.definition import NAMESPACE
from ingest.pull.errors import ServerRefused
from ingest.sources import Kind, add_source
from ingest.write_back import EncryptedThere, FormNotTaken, NothingToDeploy, WorkbookDiffers, WorkbookNeeded
from tests.app.test_sync.conftest import Pulling
from tests.ingest.central_server import CentralForm, central_serving
from tests.ingest.conftest import OPERATION

MEDIA = {"map.png": b"a map", "places.csv": b"only for other forms"}


def workbook(version: str, question: str = "who") -> GivenWorkbook:
    text = (
        "| survey |\n| | type | name | label | media::image | bind::ws:privacy |\n"
        f"| | text | {question} | Who? | map.png | direct_identifier |\n"
        f'| settings |\n| | form_id | version | namespaces |\n| | camp | {version} | ws="{NAMESPACE}" |\n'
    )
    return GivenWorkbook(text.encode(), "camp.md")


def publish(pulling: Pulling, given: GivenWorkbook, *, encrypted: bool = False, media: Any = None) -> None:
    xform = compile_workbook(given.content, given.file_name).xform
    ring = pulling.household.ring
    if encrypted:
        with pulling.household.zone(Zone.COLLECTION) as session:
            add_form_key(session, ring, OPERATION)
        with pulling.household.zone(Zone.CASEWORK) as session:
            xform = encrypt_form(xform, newest_public_key(session, ring, OPERATION))
    with pulling.household.zone(Zone.COLLECTION) as session:
        publish_form(session, OPERATION, xform, media or MEDIA)


def deploy(pulling: Pulling, **how: Any) -> None:
    deploy_form(pulling.program, OPERATION, pulling.source.id, actor="tester", wait=pulling.waits.append, **how)


class TestKoboToolbox:
    @pytest.fixture
    def camp(self, pulling: Pulling) -> Pulling:
        pulling.kobo.asset = "aCamp"
        where = {"address": pulling.kobo.address, "asset": "aCamp", "form_id": "camp", "token": pulling.kobo.token}
        with pulling.household.zone(Zone.COLLECTION) as session:
            pulling.source = add_source(session, pulling.household.ring, OPERATION, **where)
        publish(pulling, workbook("1"))
        return pulling

    def test_content_and_files_first_and_then_it_is_deployed(self, camp: Pulling) -> None:
        deploy(camp, workbook=workbook("1"))
        there = compile_workbook(camp.kobo.workbooks[0], "camp.xlsx")
        assert [question.name for question in there.definition.questions] == ["who"]
        assert NAMESPACE.encode() not in there.xform
        assert [file["metadata"]["filename"] for file in camp.kobo.media] == ["map.png"]
        assert camp.kobo.deployments == ["vOfWorkbook1"]
        assert camp.waits == [2, 2]  # for the import

    def test_a_later_version_changes_the_files_that_are_others(self, camp: Pulling) -> None:
        deploy(camp, workbook=workbook("1"))
        kept = camp.kobo.media[0]["uid"]
        publish(camp, workbook("2", "whom"))
        publish(camp, workbook("3", "whom"), media={"map.png": b"another map"})
        for version in ("2", "3"):
            camp.kobo.imports = ["complete"]
            deploy(camp, version=version, workbook=workbook(version, "whom"))
            assert (camp.kobo.media[0]["uid"] == kept) == (version == "2")
        assert camp.kobo.deployments == ["vOfWorkbook1", "vOfWorkbook2", "vOfWorkbook3"]

    def test_records_are_read_by_the_version_that_they_answer(self, camp: Pulling) -> None:
        """And not by the newest one, which does not ask their question any more."""
        deploy(camp, workbook=workbook("1"))
        publish(camp, workbook("2", "whom"))
        for number, version in enumerate(("vOfWorkbook1", "vUnknown"), start=1):
            camp.kobo.add(number, who="Amal")["__version__"] = version
        assert camp.sync(sweep=False) == {"new": 1, "refused": 1}
        assert camp.rows("form_version", "submission") == [("1",)]

    def test_what_the_server_cannot_import_is_not_deployed(self, camp: Pulling) -> None:
        camp.kobo.imports = ["processing", "error"]
        with pytest.raises(FormNotTaken, match="import failed"):
            deploy(camp, workbook=workbook("1"))
        assert camp.kobo.deployments == []

    def test_what_cannot_be_deployed_is_said_before_anything_is_sent(self, camp: Pulling) -> None:
        for refusal, how in (
            (WorkbookNeeded, {}),
            (WorkbookDiffers, {"workbook": workbook("1", "whom")}),
            (NothingToDeploy, {"version": "7", "workbook": workbook("7")}),
        ):
            with pytest.raises(refusal):
                deploy(camp, **how)
        publish(camp, workbook("9"), encrypted=True)
        with pytest.raises(EncryptedThere):
            deploy(camp, workbook=workbook("9"))
        assert camp.kobo.told == []

    def test_a_token_that_may_only_look_is_told_what_it_lacks(self, camp: Pulling) -> None:
        camp.kobo.ails = [(403, {})]
        with pytest.raises(ServerRefused, match="the right to change and deploy its form"):
            deploy(camp, workbook=workbook("1"))


class TestOdkCentral:
    @pytest.fixture
    def central(self, pulling: Pulling) -> Iterator[CentralForm]:
        with central_serving() as form:
            form.asset, form.named = "7/camp", {"map.png"}
            where = {"address": form.address, "asset": form.asset, "form_id": "camp", "token": form.account}
            with pulling.household.zone(Zone.COLLECTION) as session:
                pulling.source = add_source(session, pulling.household.ring, OPERATION, kind=Kind.CENTRAL, **where)
            publish(pulling, workbook("1"))
            yield form

    @pytest.mark.parametrize("there", [True, False])
    def test_a_draft_with_its_files_is_published(self, pulling: Pulling, central: CentralForm, *, there: bool) -> None:
        central.there = there
        deploy(pulling)
        assert NAMESPACE.encode() not in central.published["1"]
        assert central.attached == {"map.png": b"a map"}

    def test_a_version_that_is_there_already_is_not_replaced(self, pulling: Pulling, central: CentralForm) -> None:
        deploy(pulling)
        with pytest.raises(FormNotTaken, match="409"):
            deploy(pulling)

    def test_phones_encrypt_for_this_operation_there_too(self, pulling: Pulling, central: CentralForm) -> None:
        publish(pulling, workbook("2"), encrypted=True)
        deploy(pulling)
        assert b"base64RsaPublicKey" in central.published["2"]
