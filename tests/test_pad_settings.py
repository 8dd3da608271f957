"""The settings page, languages, palettes, the left hand and the held corner, without a screen."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pygame
import pytest

from edge_app import settings as files
from edge_app.pad import exit as leaving
from edge_app.pad import theme, words
from edge_app.pad.desk import Part
from edge_app.pad.layout import fit
from edge_app.pad.line import Accepted
from edge_app.pad.preferences import STEPS, Preferences
from edge_app.settings import RANGES, Complaint, Settings
from edge_app.text import Text
from tests.paddriver import Driver, Learned, line, middle

Open = Callable[..., Driver]

OFFERED = ("hangul", "digits", "jamo", "auto")


def saved(folder: Path) -> Settings:
    """What another start would find."""
    found = files.load(folder / "settings.toml")
    assert found.complaints == ()
    return found.settings


def turn_to(pad: Driver, row: str) -> None:
    """Opens the page that has a row."""
    if pad.pad.panel != "settings":
        pad.tap("more")
        pad.tap("settings")
    while f"set {row}" not in pad.pad.buttons():
        pad.tap("next page")


def change(pad: Driver, row: str) -> None:
    turn_to(pad, row)
    pad.tap(f"set {row}")


def ground() -> tuple[int, ...]:
    return tuple(pygame.display.get_surface().get_at((0, 0)))[:3]


@pytest.mark.parametrize("size", [(800, 480), (480, 320), (720, 1280)])
def test_every_setting_is_changed_by_a_tap_and_saved(
    open_pad: Open, tmp_path: Path, size: tuple[int, int]
) -> None:
    pad = open_pad(size=size, memory=Learned(), offered=OFFERED, delay_s=0.35)
    preferences = pad.pad.preferences
    assert set(preferences.rows) == {*vars(files.DEFAULTS), "erase"}
    for row in preferences.rows:
        if row in ("erase", "fullscreen"):
            continue
        before = getattr(preferences.settings, row)
        change(pad, row)
        now = getattr(preferences.settings, row)
        assert now != before, row
        assert getattr(saved(tmp_path), row) == now
        if pad.pad.panel == "message":
            pad.key(pygame.K_ESCAPE)


def test_the_steps_are_such_as_the_file_takes() -> None:
    assert set(STEPS) == set(RANGES)
    for name, steps in STEPS.items():
        assert (steps[0], steps[-1]) == RANGES[name]
        assert list(steps) == sorted(set(steps))


def test_the_keyboard_alone_changes_a_setting(open_pad: Open, tmp_path: Path) -> None:
    pad = open_pad()
    pad.key(pygame.K_COMMA, pygame.KMOD_LCTRL)
    pad.key(pygame.K_TAB)
    assert pad.pad.focus == "set language"
    pad.key(pygame.K_RETURN)
    assert saved(tmp_path).language == "ko"
    pad.key(pygame.K_ESCAPE)
    assert pad.pad.panel is None


def test_a_palette_holds_at_once_for_all_of_the_window(open_pad: Open) -> None:
    pad = open_pad()
    pad.mouse(*line())
    assert ground() == theme.LIGHT.ground
    for palette in (theme.DARK, theme.CONTRAST):
        change(pad, "theme")
        assert ground() == palette.ground
        pad.tap("escape")
        surface = pygame.display.get_surface()
        x, y = (round(side) for side in line()[2])
        assert tuple(surface.get_at((x, y)))[:3] == palette.ink
        page = pad.pad.layout.page
        assert tuple(surface.get_at((page.right - 9, page.bottom - 9)))[:3] == palette.paper
        best = pad.pad.layout.more
        border = tuple(surface.get_at((best.x + best.width // 2, best.y)))[:3]
        assert border == palette.border


def test_a_language_is_drawn(open_pad: Open) -> None:
    """A button is drawn alike by itself and in its language, and otherwise in another."""
    looks = {}
    for language in ("both", "ko", "en"):
        pad = open_pad(settings={"language": language})
        undo = pad.pad.layout.undo
        surface = pygame.display.get_surface().subsurface(undo)
        looks[language] = pygame.image.tobytes(surface, "RGB")
    assert len(set(looks.values())) == 3
    change(pad, "language")
    pad.tap("escape")
    surface = pygame.display.get_surface().subsurface(pad.pad.layout.undo)
    assert pygame.image.tobytes(surface, "RGB") == looks["both"]


@pytest.mark.parametrize("size", [(800, 480), (480, 320), (960, 640), (1920, 1080)])
def test_the_left_hand_has_the_panel_on_the_left(size: tuple[int, int]) -> None:
    right, left = (fit(*size, OFFERED, hand=hand) for hand in ("right", "left"))
    assert left.candidates[0].right < left.sheet.x
    assert left.undo.right < left.sheet.x
    assert all(rect.x > left.sheet.right for rect in left.modes.values())
    assert left.sheet[1:] == right.sheet[1:]
    assert left.undo.x < left.parts.x < left.space.x, "buttons keep their order"
    mirrored = right.sheet._replace(x=size[0] - right.sheet.right)
    assert left.sheet == mirrored


def test_a_portrait_window_is_the_same_for_both_hands() -> None:
    assert fit(720, 1280, OFFERED, hand="left") == fit(720, 1280, OFFERED)


def test_the_hand_is_changed_at_once_and_ink_stays(open_pad: Open) -> None:
    pad = open_pad(offered=OFFERED)
    pad.mouse((200, 100), (240, 160))
    change(pad, "hand")
    pad.tap("escape")
    assert pad.pad.layout.sheet.x > pad.pad.layout.candidates[0].right
    assert len(pad.pad.page) == 1


def test_how_ink_is_read_changes_at_once(open_pad: Open) -> None:
    pad = open_pad(offered=OFFERED)
    change(pad, "live")
    pad.tap("escape")
    pad.mouse((200, 100), (240, 160))
    for _ in range(3):
        pad.frame()
    assert pad.recognised.inks == []
    pad.tap("delete")
    change(pad, "live")
    change(pad, "mode")
    assert pad.pad.mode == "hangul", "the one after auto"


def test_what_was_learned_is_paused_and_erased(open_pad: Open) -> None:
    memory = Learned()
    pad = open_pad(memory=memory, settings={"learn": "on"})
    change(pad, "learn")
    assert memory.paused
    turn_to(pad, "erase")
    pad.tap("set erase")
    assert memory.count == 12, "it asks first"
    pad.tap("no")
    assert (memory.count, pad.pad.panel) == (12, "settings")
    turn_to(pad, "erase")
    pad.tap("set erase")
    pad.tap("yes")
    assert memory.count == 0


def test_without_a_memory_nothing_of_it_is_offered(open_pad: Open) -> None:
    pad = open_pad()
    assert not {"learn", "erase"} & set(pad.pad.preferences.rows)
    pad.pad.command("set erase")
    assert pad.pad.panel is None


def test_settings_that_cannot_be_saved_hold_and_are_told(
    open_pad: Open, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "settings.toml").mkdir()
    pad = open_pad()
    caplog.set_level(logging.INFO, "hangul-pad")
    change(pad, "theme")
    assert ground() == theme.DARK.ground
    assert pad.pad.panel == "message"
    assert pad.pad.notice is not None and "settings.toml" in pad.pad.notice.english
    assert [record.levelname for record in caplog.records] == ["INFO", "WARNING"]
    pad.mouse((300, 300))
    assert pad.pad.panel == "settings", "where it came from"


def test_an_action_that_breaks_is_told_and_the_pad_goes_on(
    open_pad: Open, caplog: pytest.LogCaptureFixture
) -> None:
    def save(_text: str) -> Text:
        raise RuntimeError("the disk is on fire")

    pad = open_pad(actions={"save": save, "done": save})
    pad.pad.command("save")
    assert words.FAILED in (pad.pad.message, pad.pad.notice)
    pad.pad.command("done")
    assert not pad.pad.leaving, "the text is still to be had"
    assert [record.getMessage() for record in caplog.records] == ["save failed", "done failed"]


def test_whoever_listens_may_fail_and_it_is_told_once(
    open_pad: Open, caplog: pytest.LogCaptureFixture
) -> None:
    def learn(_: Accepted) -> None:
        raise OSError("the card is gone")

    pad = open_pad(on_accept=learn)
    pad.write()
    pad.tap("0")
    assert pad.pad.message == words.NOT_LEARNED
    pad.write()
    pad.tap("0")
    assert pad.text == "33|"
    assert pad.pad.message is None
    assert len(caplog.records) == 2


def test_what_is_wrong_with_the_file_is_told_once_at_the_start(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('theme = "pink"\nhand = 3\n', encoding="utf-8")
    said = words.complained(files.load(path).complaints)
    assert said.english.startswith("settings.toml:1: theme cannot be")
    assert said.english.endswith("(and 1 more)")
    assert words.complained([Complaint(path, None, Text("가", "a"))]).korean == "settings.toml: 가"


def test_a_corner_that_is_held_leaves_full_screen(
    open_pad: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr("edge_app.pad.app.time.monotonic", lambda: clock.now)
    pad = open_pad(fullscreen=True)
    more = middle(pad.pad.layout.more)
    before = ring_of(pad)
    pad.post(pygame.MOUSEBUTTONDOWN, pos=more, button=1, touch=False)
    pad.frame()
    assert pad.pad.next_due is not None
    clock.now += leaving.HOLD_S / 2
    pad.frame()
    assert pad.pad.held == pytest.approx(0.5)
    assert not pad.pad.leaving
    assert ring_of(pad) > before
    clock.now += leaving.HOLD_S / 2
    pad.frame()
    assert pad.pad.leaving


def test_a_corner_held_too_short_is_a_tap(open_pad: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr("edge_app.pad.app.time.monotonic", lambda: clock.now)
    pad = open_pad(fullscreen=True)
    more = middle(pad.pad.layout.more)
    pad.post(pygame.MOUSEBUTTONDOWN, pos=more, button=1, touch=False)
    pad.frame()
    clock.now += leaving.HOLD_S - 0.1
    pad.post(pygame.MOUSEBUTTONUP, pos=more, button=1, touch=False)
    pad.frame()
    clock.now += leaving.HOLD_S
    pad.frame()
    assert not pad.pad.leaving
    assert (pad.pad.held, pad.pad.panel, ring_of(pad)) == (0, "more", 0)


def test_in_a_window_the_corner_is_no_way_out(open_pad: Open) -> None:
    pad = open_pad()
    assert pad.pad.layout.corner is None
    pad.post(pygame.MOUSEBUTTONDOWN, pos=middle(pad.pad.layout.more), button=1, touch=False)
    pad.frame()
    pad.pad.tick(1e9)
    assert not pad.pad.leaving


@pytest.mark.parametrize("hand", ["right", "left"])
@pytest.mark.parametrize("size", [(800, 480), (480, 320), (960, 640), (720, 1280)])
def test_the_corner_takes_no_ink(size: tuple[int, int], hand: str) -> None:
    layout = fit(*size, OFFERED, functions=[["leave"]], hand=hand)
    assert layout.corner is not None
    assert (layout.corner.right, layout.corner.y) == (size[0], 0)
    assert not pygame.Rect(layout.corner).colliderect(layout.page)
    assert not pygame.Rect(layout.corner).colliderect(layout.delete)


def test_the_mode_is_logged(open_pad: Open, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "hangul-pad")
    pad = open_pad(offered=OFFERED)
    pad.tap("digits")
    assert [record.getMessage() for record in caplog.records] == ["mode digits"]


def test_full_screen_is_a_setting(open_pad: Open, tmp_path: Path) -> None:
    pad = open_pad()
    change(pad, "fullscreen")
    assert saved(tmp_path).fullscreen
    assert "leave" in pad.pad.layout.functions
    assert Part.EVERYTHING not in pad.pad.changed


def test_preferences_by_themselves_keep_what_the_file_says(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("# mine\ndelay_s = 0.6  # slowly\n", encoding="utf-8")
    preferences = Preferences(files.load(path).settings, path=path)
    assert preferences.step("delay_s") is None
    assert preferences.settings.delay_s == 0.75, "the next step"
    assert path.read_text(encoding="utf-8") == "# mine\ndelay_s = 0.75  # slowly\n"


def test_the_help_stays_open_when_the_window_grows(open_pad: Open) -> None:
    pad = open_pad(size=(480, 320))
    pad.key(pygame.K_F1)
    pad.key(pygame.K_F1)
    pygame.display.set_mode((720, 1280), pygame.RESIZABLE)
    pad.frame()
    assert (pad.pad.panel, pad.pad.help_number) == ("help", 0)


def ring_of(pad: Driver) -> int:
    """How many pixels of the held corner's ring are there."""
    rect = pad.pad.layout.more
    picture = pygame.surfarray.array3d(pygame.display.get_surface().subsurface(rect))
    return int((picture == theme.LIGHT.danger).all(axis=2).sum())
