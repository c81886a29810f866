"""A folder without a workspace: what is read of an address, and what is written in the end."""

import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.desk.test_begin_workspace import NODES, a_sight, some_choices
from tests.samples import SAFE
from treasury_desktop import command_line
from treasury_desktop.application.beginning import Beginning, beginning_of
from treasury_desktop.desk.begin_workspace import begun_workspace
from treasury_desktop.errors import Malformed, Refused, TreasuryError, Unavailable
from treasury_desktop.files.workspace_file import WORKSPACE_NAME, read_workspace
from treasury_desktop.treasury.workspace import Endpoint


@pytest.mark.parametrize(
    ("text", "chain_id"),
    [
        (str(SAFE), None),
        (f"  {SAFE}\n", None),
        (f"eth:{SAFE}", 1),
        (f"metis-andromeda:{SAFE}", 1088),
        (f"https://app.safe.global/home?safe=arb1:{SAFE}", 42161),
        (f"https://x.invalid/#/safe?safe={SAFE}", None),
    ],
)
def test_a_safe_is_read_from_what_people_paste(text: str, chain_id: int | None) -> None:
    """An address, an address with its chain, or a link that names one."""
    wanted = Beginning(Path("unused")).wanted_safe(text)
    assert (wanted.address, wanted.chain_id) == (SAFE, chain_id)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Safe"),
        (str(SAFE)[:-1], "Safe"),
        (str(SAFE).replace("c318aE", "C318aE"), "checksum"),
        ("0x" + "00" * 20, "zero address"),
        (f"nosuchchain:{SAFE}", "nobody here knows"),
        (f"e th:{SAFE}", "chain name"),
        ("https://app.safe.global/home", "names no Safe"),
        (f"https://x.invalid/?safe={SAFE}&safe={SAFE}", "names no Safe"),
        ("https://[::1/?safe=1", "names no Safe"),
        ("https://x.invalid/?" + "a=1&" * 100, "names no Safe"),
    ],
)
def test_what_is_no_safe_is_refused(text: str, sentence: str) -> None:
    """In one sentence."""
    with pytest.raises(Malformed, match=sentence):
        Beginning(Path("unused")).wanted_safe(text)


@pytest.mark.parametrize("again", [str(SAFE).lower(), f"eth:{SAFE}", f"  {SAFE} "])
def test_a_safe_named_twice_is_refused(again: str) -> None:
    """However it is written, before anybody is contacted."""
    beginning = Beginning(Path("unused"))
    wanted = (beginning.wanted_safe(str(SAFE)), beginning.wanted_safe(again))
    with pytest.raises(Refused, match=f"The Safe {SAFE} is named twice"):
        beginning.look(wanted, NODES)


def test_a_node_named_twice_is_refused() -> None:
    """It cannot agree with itself; nobody is contacted."""
    beginning = Beginning(Path("unused"))
    wanted = (beginning.wanted_safe(str(SAFE)),)
    nodes = tuple(
        Endpoint(name=name, url=url)
        for name, url in (("One", "http://127.0.0.1:1"), ("Two", "http://LocalHost:01/"))
    )
    with pytest.raises(Refused, match="One and Two are the same node"):
        beginning.look(wanted, nodes)
    with pytest.raises(Malformed, match="from 1 to 65535"):
        beginning.look(wanted, (Endpoint(name="One", url="http://127.0.0.1:0"),))


def test_the_workspace_is_written_and_opens(tmp_path: Path) -> None:
    """In a folder that is made for it, readable by its owner only."""
    folder = tmp_path / "new" / "treasury"
    beginning = beginning_of(folder)
    assert beginning is not None
    assert beginning.place == str(folder)
    beginning.create(a_sight(), some_choices(), NODES)
    assert read_workspace(folder) == begun_workspace(a_sight(), some_choices(), NODES)
    assert (folder / WORKSPACE_NAME).stat().st_mode & 0o077 == 0
    assert beginning_of(folder) is None


def test_a_workspace_that_is_there_is_never_replaced(tmp_path: Path) -> None:
    """Whoever wrote it meanwhile; a dangling link counts as one too."""
    for make in ((tmp_path / WORKSPACE_NAME).touch, lambda: _dangling(tmp_path)):
        beginning = Beginning(tmp_path)
        make()
        with pytest.raises(Refused, match="already; nothing was written"):
            beginning.create(a_sight(), some_choices(), NODES)
        assert beginning_of(tmp_path) is None
        (tmp_path / WORKSPACE_NAME).unlink()


def test_of_two_who_begin_at_once_one_writes(tmp_path: Path) -> None:
    """The other hears it, and finds the file of the first as it was written."""
    both, wrote, refused = threading.Barrier(2), list[str](), list[Exception]()

    def begin(name: str) -> None:
        both.wait(20)
        try:
            Beginning(tmp_path).create(a_sight(), some_choices(name=name), NODES)
        except Refused as failure:
            refused.append(failure)
        else:
            wrote.append(name)

    threads = [threading.Thread(target=begin, args=(name,)) for name in ("One", "Two")]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert [read_workspace(tmp_path).name] == wrote
    assert len(refused) == 1
    assert [each.name for each in tmp_path.iterdir()] == [WORKSPACE_NAME]


def test_of_two_processes_that_begin_at_once_one_writes(tmp_path: Path) -> None:
    """Forty times: one treasury, whole, and a sentence for the other."""
    with ExitStack() as running:
        both = [
            running.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "tests.doors.begin_when_told", name],
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                    cwd=Path(__file__).parents[2],
                )
            )
            for name in ("One", "Two")
        ]  # fmt: skip
        assert [said_by(each) for each in both] == ["ready", "ready"]
        for at in range(40):
            folder = tmp_path / str(at)
            for each in both if at % 2 else reversed(both):
                assert each.stdin is not None
                each.stdin.write(f"{folder}\n")
                each.stdin.flush()
            said = dict(zip(("One", "Two"), map(said_by, both), strict=True))
            (winner,) = (name for name, words in said.items() if words == "wrote")
            (other,) = (words for words in said.values() if words != "wrote")
            assert "already; nothing was written" in other
            assert read_workspace(folder).name == winner
            assert [each.name for each in folder.iterdir()] == [WORKSPACE_NAME]


def said_by(process: "subprocess.Popen[str]") -> str:
    """The next line of it."""
    assert process.stdout is not None
    return process.stdout.readline().rstrip("\n")


def test_a_disk_without_second_names_replaces_nothing_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as a memory stick."""

    def no_link(*_names: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", no_link)
    Beginning(tmp_path).create(a_sight(), some_choices(name="First"), NODES)
    with pytest.raises(Refused, match="already; nothing was written"):
        Beginning(tmp_path).create(a_sight(), some_choices(name="Second"), NODES)
    assert read_workspace(tmp_path).name == "First"
    assert (tmp_path / WORKSPACE_NAME).stat().st_mode & 0o077 == 0


def _dangling(folder: Path) -> None:
    (folder / WORKSPACE_NAME).symlink_to(folder / "nowhere")


@pytest.mark.parametrize(
    "choices",
    [
        some_choices(name="Harbour\u202eDAO"),
        some_choices(safe_names=("Same", "Same")),
        some_choices(native_symbol=" "),
        some_choices(chain_name="x" * 500),
    ],
    ids=["bidi", "doubled", "empty", "long"],
)
def test_names_that_no_workspace_may_have_write_nothing(tmp_path: Path, choices: object) -> None:
    """What would not be read back is not written."""
    with pytest.raises(Malformed):
        Beginning(tmp_path).create(a_sight(), choices, NODES)  # type: ignore[arg-type]  params
    assert list(tmp_path.iterdir()) == []


def test_a_node_without_a_web_address_writes_nothing(tmp_path: Path) -> None:
    """Nor does a folder that cannot be made."""
    with pytest.raises(Malformed, match="http"):
        Beginning(tmp_path).create(
            a_sight(), some_choices(), (Endpoint(name="file", url="file:///etc/passwd"),)
        )
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable):
        Beginning(tmp_path / "file" / "below").create(a_sight(), some_choices(), NODES)
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_a_folder_of_which_nobody_can_tell_is_opened_to_hear_why(tmp_path: Path) -> None:
    """Nothing is begun below a file, nor under a name that no disk takes."""
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / ("n" * 300), tmp_path / "zero\0byte"):
        assert beginning_of(folder) is None
        with pytest.raises(Unavailable, match="cannot be"):
            read_workspace(folder)
        with pytest.raises(Unavailable, match="cannot be made"):
            Beginning(folder).create(a_sight(), some_choices(), NODES)


def test_a_look_cancelled_before_it_spoke_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever cancels while the first look loads its code is heard; the next look goes ahead."""
    beginning, said = Beginning(Path("unused")), list[bool]()

    class Silent:
        """In the place of a look, which loads web3."""

        def __init__(self, _endpoints: object) -> None:
            self.is_over = False
            if not said:
                beginning.hang_up()

        def hang_up(self) -> None:
            self.is_over = True

        def look(self, *_wanted: object, expected: int | None) -> None:
            said.append(self.is_over)

        def close(self) -> None:
            """Nothing is open."""

    monkeypatch.setattr("treasury_desktop.chain.first_look.FirstLook", Silent)
    wanted = (beginning.wanted_safe(str(SAFE)),)
    beginning.look(wanted, NODES)
    beginning.look(wanted, NODES)
    assert said == [True, False]


def test_nothing_under_way_can_be_ended() -> None:
    """Hanging up is harmless; a look without nodes is refused and leaves nothing behind."""
    beginning = Beginning(Path("unused"))
    beginning.hang_up()
    with pytest.raises(TreasuryError, match="Name a node"):
        beginning.look((beginning.wanted_safe(str(SAFE)),), ())
    assert beginning.now() > 0


def test_without_a_folder_the_treasury_is_in_ones_data_directory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where no folder was named; one that is named is the one."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    opened: list[Path] = []
    monkeypatch.setattr(
        "treasury_desktop.application.window.open_workspace",
        lambda folder: opened.append(folder) or 0,
    )
    assert command_line.main(["open"]) == 0
    assert command_line.main(["open", str(tmp_path / "mine")]) == 0
    assert opened == [tmp_path / "treasury-desktop" / "treasury", tmp_path / "mine"]
