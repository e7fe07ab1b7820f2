"""Settings come from the environment, and every one is documented."""

from pathlib import Path

import pytest

from core.settings import ROOT, Settings, SettingUnreadable, described_settings


def test_defaults_need_no_environment() -> None:
    assert Settings.read({}) == Settings()


def test_a_setting_is_read_by_its_name() -> None:
    settings = Settings.read({"WAYSTATION_VAR": "/srv/waystation", "WAYSTATION_MAX_SUBMISSION_BYTES": "5"})
    assert settings.keyring_path == Path("/srv/waystation/keyring.json")
    assert settings.max_submission_bytes == 5


def test_a_number_that_is_none_is_refused_by_name() -> None:
    with pytest.raises(SettingUnreadable, match="WAYSTATION_MAX_SUBMISSION_BYTES"):
        Settings.read({"WAYSTATION_MAX_SUBMISSION_BYTES": "big"})


def test_every_setting_is_documented_as_it_is() -> None:
    page = (ROOT / "docs" / "settings.md").read_text()
    for name, default, meaning in described_settings():
        assert f"| `{name}` | {f'`{default}`' if default else 'empty'} | {meaning} |" in page
