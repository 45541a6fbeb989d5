"""Verdicts, seeds, rescoring, learning, the database's own commands, from the command line."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import storing
from storing import NOW, OTHER, TEXT

from pipelines.database import Store
from pipelines.errors import ConfigError, InputError
from pipelines.seed_texts import read_seed
from pipelines.types import Precision
from schedules import cli

Kyket = Callable[..., tuple[int, str, str]]
SHARED = Path(os.environ.get("KYKET_SHARED") or Path(__file__).parents[1].parent / "shared")
needs_seeds = pytest.mark.skipif(not (SHARED / "seeds").is_dir(), reason="the seed texts are not here")

#: A story of our own that is close to what the seeds are about.
SIGNING = (
    "date 2026-03 Quân khu 7 và Hội Cựu chiến binh TP Hồ Chí Minh ký kết chương trình phối hợp\n\n"
    "Sáng 12-3, tại TP Hồ Chí Minh, Bộ Tư lệnh Quân khu 7 và Hội Cựu chiến binh TP Hồ Chí Minh tổ chức hội nghị sơ kết chương trình "
    "phối hợp giai đoạn 2021-2025 và ký kết chương trình phối hợp giai đoạn 2026-2030.\n\n"
    "Đại biểu hai bên trao bản ghi nhớ\n\n"
    "Trung tướng Phạm Hữu Khang, Chính ủy Quân khu 7, và Trung tướng Lý Văn Bền, Chủ tịch Hội, đồng chủ trì hội nghị. Hai bên thống nhất "
    "bảy nội dung, trong đó có giáo dục truyền thống cho thanh niên trước ngày nhập ngũ và giúp hội viên nghèo sửa nhà.\n\n"
    "Tin, ảnh: Thu Hạ\n"
    ">>> Mời bạn đọc theo dõi bản tin trưa\n"
)


@pytest.fixture
def kyket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Kyket:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KYKET_DB", raising=False)
    monkeypatch.delenv("KYKET_CONFIG", raising=False)

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as done:
            cli.main(list(arguments))
        output = capsys.readouterr()
        return int(done.value.code or 0), output.out, output.err

    return run


def test_merging_an_event_that_is_not_there_is_wrong_use(kyket: Kyket, tmp_path: Path) -> None:
    storing.open_store(tmp_path).close()
    status, _, said = kyket("events", "merge", "e1", "e2")
    assert (status, said) == (2, "kyket: there is no event e1\n")


# -- verdicts --------------------------------------------------------------------------------------------------


def test_accept_reject_and_undo(kyket: Kyket, tmp_path: Path) -> None:
    with storing.open_store(tmp_path) as store:
        storing.save(store, storing.story(1))
        event = storing.save(store, storing.story(2, name="dongbac")).event
    assert kyket("reject", f"e{event}", "--note", "quảng cáo") == (0, "Rejected 2 stories: s1, s2.\n", "")
    assert kyket("matches")[1] == ""
    assert kyket("accept", "s2") == (0, "Accepted 1 story: s2.\n", "")
    assert [row["id"] for row in json.loads(kyket("matches", "--json", "--verdict", "accept")[1])] == ["s2"]
    assert kyket("reject", "s1", "--undo")[0] == 0
    assert {row["id"] for row in json.loads(kyket("matches", "--json")[1])} == {"s1", "s2"}


# -- seeds -----------------------------------------------------------------------------------------------------


def test_a_pasted_story_is_read_without_what_stood_around_it() -> None:
    story = read_seed(SIGNING, name="mau")
    assert story.title == "Quân khu 7 và Hội Cựu chiến binh TP Hồ Chí Minh ký kết chương trình phối hợp"
    assert story.lead is not None and story.lead.startswith("Sáng 12-3")
    assert story.captions == ("Đại biểu hai bên trao bản ghi nhớ",)
    assert story.authors == ("Thu Hạ",)
    assert "Mời bạn đọc" not in story.text and "date" not in story.text
    assert (story.published_raw, story.published_precision) == ("date 2026-03", Precision.MONTH)
    assert story.published is not None and story.published.isoformat() == "2026-03-01T00:00:00+07:00"


def test_a_story_without_headline_takes_it_from_its_facts_its_address_or_its_opening() -> None:
    body = SIGNING.split("\n\n", 1)[1]
    assert read_seed(body, name="x", facts={"title": "Tít đã biết"}).title == "Tít đã biết"
    assert read_seed(body, name="x").title.startswith("Sáng 12-3, tại TP Hồ Chí Minh")
    named = "\n".join([body.split("\n\n")[0], "Quân khu và cựu chiến binh cùng nhau", body])
    facts = {"url": "https://baomau.example/quan-khu-va-cuu-chien-binh-cung-nhau"}
    assert read_seed(named, name="x", facts=facts).title == "Quân khu và cựu chiến binh cùng nhau"


@pytest.mark.parametrize("raw", ["", "date 2024-01", "Hai chữ", ">>> Xem thêm"])
def test_a_text_without_a_story_is_refused_by_name(raw: str) -> None:
    with pytest.raises(InputError, match="mau holds no story"):
        read_seed(raw, name="mau")


def test_an_impossible_date_is_named() -> None:
    with pytest.raises(InputError, match="'date 2024-13' is no date"):
        read_seed("date 2024-13 " + TEXT, name="mau")


def test_a_users_own_seed_is_added_listed_and_removed(kyket: Kyket, tmp_path: Path) -> None:
    (tmp_path / "Mẫu của tôi.txt").write_text(SIGNING, encoding="utf-8")
    code, out, _ = kyket("seeds", "add", "Mẫu của tôi.txt")
    assert code == 0 and "a new seed, mau-cua-toi" in out
    assert "seed mau-cua-toi" in kyket("seeds", "add", "Mẫu của tôi.txt")[1]
    seeds = json.loads(kyket("seeds", "list", "--json")[1])
    assert [seed["id"] for seed in seeds if not seed["shipped"]] == ["mau-cua-toi"]
    assert kyket("matches")[1] == ""
    assert "s1" in kyket("matches", "--with-seeds")[1]
    assert kyket("db", "check")[0] == 0
    assert kyket("seeds", "remove", "mau-cua-toi")[0] == 0
    assert kyket("seeds", "remove", "mau-cua-toi")[0] == 2
    assert [seed for seed in json.loads(kyket("seeds", "list", "--json")[1]) if not seed["shipped"]] == []
    with Store(tmp_path / "kyket.db") as store:
        assert store.value("SELECT count(*) FROM stories") == 0
        assert store.check() == []


def test_a_copy_of_a_seeds_text_links_to_its_seed_whichever_came_first(kyket: Kyket, tmp_path: Path) -> None:
    seed = read_seed(SIGNING, name="mau")
    (tmp_path / "mau.txt").write_text(SIGNING, encoding="utf-8")
    early = storing.story(1, seed.text, seed.title, published=NOW.replace(year=2020))
    with storing.open_store(tmp_path) as store:
        storing.save(store, early)
    assert kyket("seeds", "add", "mau.txt")[0] == 0
    with storing.open_store(tmp_path) as store:
        late = storing.save(store, storing.story(2, seed.text, "Tít khác", name="dongbac", published=NOW))
        originals = dict(store.rows("SELECT story, original FROM duplicates"))
        assert store.check() == []
    number = next(s["story"] for s in json.loads(kyket("seeds", "list", "--json")[1]) if s["id"] == "mau")
    assert originals == {1: int(number[1:]), late.story_id: int(number[1:])}


def test_adding_a_seed_rejudges_what_is_stored(kyket: Kyket, tmp_path: Path) -> None:
    seed = read_seed(SIGNING, name="mau")
    with storing.open_store(tmp_path) as store:
        storing.save(
            store, storing.story(1, seed.text.replace("Quân khu 7", "Quân khu 9"), seed.title), score=0.0
        )
    (tmp_path / "mau.txt").write_text(SIGNING, encoding="utf-8")
    out = kyket("seeds", "add", "mau.txt")[1]
    assert "became matches" in out
    [match] = json.loads(kyket("matches", "--json")[1])
    assert match["nearest_seed"]["id"] == "mau"
    kyket("seeds", "remove", "mau")
    assert json.loads(kyket("matches", "--json")[1])[0]["nearest_seed"]["id"] != "mau"


def test_a_wrong_file_adds_none_of_the_others(kyket: Kyket, tmp_path: Path) -> None:
    (tmp_path / "mau.txt").write_text(SIGNING, encoding="utf-8")
    (tmp_path / "ma.txt").write_bytes(b"\xff\xfe\x00")
    for wrong, sentence in (("khong-co.txt", "No such file"), ("ma.txt", "not UTF-8")):
        code, _, err = kyket("seeds", "add", "mau.txt", wrong)
        assert code == 2 and sentence in err and wrong in err
    with Store(tmp_path / "kyket.db") as store:
        assert store.value("SELECT count(*) FROM seeds") == 0


def test_the_shipped_seeds_are_listed_before_their_texts_are_added(kyket: Kyket, tmp_path: Path) -> None:
    seeds = json.loads(kyket("seeds", "list", "--json")[1])
    assert len(seeds) == 5
    assert all(seed["shipped"] and seed["active"] and seed["story"] is None for seed in seeds)
    assert list(tmp_path.iterdir()) == []


def test_a_shipped_seed_can_be_removed_before_the_first_crawl(kyket: Kyket, tmp_path: Path) -> None:
    assert kyket("seeds", "remove", "qk4-sau-tinh")[0] == 0
    with Store(tmp_path / "kyket.db") as store:
        profile = store.seeds.profile()
        assert "qk4-sau-tinh" not in store.seeds.corpus(profile).ids
        assert len(store.seeds.corpus(profile).ids) == 4


@pytest.mark.shared
@needs_seeds
def test_the_five_seeds_are_recognised_and_filled_in(kyket: Kyket, tmp_path: Path) -> None:
    files = sorted(str(path) for path in (SHARED / "seeds").glob("*.txt"))
    code, out, _ = kyket("seeds", "add", *files)
    assert code == 0 and "new seed" not in out
    seeds = json.loads(kyket("seeds", "list", "--json")[1])
    assert len(seeds) == 5 and all(seed["story"] and seed["title"] for seed in seeds)
    assert kyket("db", "check")[0] == 0
    assert kyket("new") == (0, "", "")
    with Store(tmp_path / "kyket.db") as store:
        for seed in seeds:
            number = int(seed["story"][1:])
            match, story = store.stories.match(number), store.stories.story(number)
            assert match is not None and story is not None
            assert match.is_match and match.nearest[0].seed == seed["id"]
            for furniture in ("Xin mời quý vị", "Tin cùng chuyên mục", "date 20"):
                assert furniture not in story.text


# -- rescore, learn, profile -----------------------------------------------------------------------------------


def test_rescore_reports_and_leaves_verdicts_alone(kyket: Kyket, tmp_path: Path) -> None:
    seed = read_seed(SIGNING, name="mau")
    with storing.open_store(tmp_path) as store:
        storing.save(store, storing.story(1, seed.text, seed.title), score=0.0)
        storing.save(store, storing.story(2, OTHER, "Trường y có phòng thí nghiệm mới"), score=0.99)
        store.verdicts.give("accept", stories=[2], events=[], now=NOW)
    assert json.loads(kyket("rescore", "--json")[1]) == {"judged": 2, "became": 1, "stopped": 1}
    assert {row["id"] for row in json.loads(kyket("matches", "--json")[1])} == {"s1", "s2"}
    assert kyket("db", "check")[0] == 0


def test_learning_needs_verdicts(kyket: Kyket, tmp_path: Path) -> None:
    storing.open_store(tmp_path).close()
    code, _, err = kyket("learn")
    assert code == 2 and "kyket accept" in err


@pytest.mark.slow
def test_learning_reports_before_it_changes_anything(kyket: Kyket, tmp_path: Path) -> None:
    seed = read_seed(SIGNING, name="mau")
    with storing.open_store(tmp_path) as store:
        storing.save(store, storing.story(1, seed.text, seed.title))
        storing.save(store, storing.story(2, OTHER), score=0.1)
        store.verdicts.give("accept", stories=[1], events=[], now=NOW)
        store.verdicts.give("reject", stories=[2], events=[], now=NOW)
    report = json.loads(kyket("learn", "--json")[1])
    assert report["verdicts"] == 2 and {"before", "after", "would_become", "would_stop"} <= set(report)
    with Store(tmp_path / "kyket.db") as store:
        assert store.models.weights("cooperation") is None
    assert kyket("learn", "--apply")[0] == 0
    with Store(tmp_path / "kyket.db") as store:
        assert store.models.weights("cooperation") is not None
        assert store.seeds.profile().weights == store.models.weights("cooperation")
    assert kyket("learn", "--reset")[0] == 0
    with Store(tmp_path / "kyket.db") as store:
        assert store.models.weights("cooperation") is None


def test_a_profile_goes_out_and_comes_back(kyket: Kyket, tmp_path: Path) -> None:
    assert kyket("profile", "export", "mine.json")[0] == 0
    assert kyket("profile", "import", "mine.json")[0] == 0
    with Store(tmp_path / "kyket.db") as store:
        assert store.models.weights("cooperation")
    (tmp_path / "bad.json").write_text("{}")
    assert kyket("profile", "import", "bad.json")[0] == 2


# -- db and evaluate -------------------------------------------------------------------------------------------


def test_check_backup_and_stats(kyket: Kyket, tmp_path: Path) -> None:
    with storing.open_store(tmp_path) as store:
        storing.save(store, storing.story(1))
    assert kyket("db", "check") == (0, "All is well.\n", "")
    assert kyket("db", "backup", "copy.db")[0] == 0
    assert kyket("--db", "copy.db", "db", "check")[0] == 0
    assert kyket("db", "backup", "copy.db")[0] == 2
    stats = json.loads(kyket("db", "stats", "--json")[1])
    assert (stats["stories"], stats["matches"], stats["events"]) == (1, 1, 1)
    assert "stories: 1" in kyket("db", "stats", "--db", "copy.db")[1]


def test_a_check_that_fails_exits_1(kyket: Kyket, tmp_path: Path) -> None:
    with storing.open_store(tmp_path) as store:
        storing.save(store, storing.story(1))
        store.connection.execute("UPDATE urls SET outcome = 'nonsense'")
    code, out, _ = kyket("db", "check")
    assert code == 1 and "no outcome" in out
    assert json.loads(kyket("db", "check", "--json")[1])["ok"] is False


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    seed = read_seed(SIGNING, name="mau")
    rows = [
        {"id": "1", "title": seed.title, "text": seed.text, "label": "core", "event": "x", "act": "ky_ket"},
        {"id": "2", "title": "Trường y có máy mới", "text": OTHER, "label": "neg", "event": "y"},
    ]
    file = tmp_path / "labelled.jsonl"
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return file


def test_evaluate_prints_figures_and_holds_them_to_floors(
    kyket: Kyket, labelled: Path, tmp_path: Path
) -> None:
    figures = json.loads(kyket("evaluate", "matches", "labelled.jsonl", "--json")[1])
    assert figures["all"]["n"] == 2 and figures["all"]["f1"] == 1.0
    assert json.loads(kyket("evaluate", "events", "labelled.jsonl", "--json")[1])["bcubed_f1"] == 1.0
    assert "act" in json.loads(kyket("evaluate", "agreements", "labelled.jsonl", "--json")[1])
    (tmp_path / "floors.toml").write_text("[all]\nf1 = 0.9\n")
    assert kyket("evaluate", "matches", "labelled.jsonl", "--floors", "floors.toml")[0] == 0
    (tmp_path / "floors.toml").write_text("[all]\nf1 = 1.1\n")
    code, _, err = kyket("evaluate", "matches", "labelled.jsonl", "--floors", "floors.toml")
    assert code == 1 and "all.f1 is 1.0000, below its floor" in err
    (tmp_path / "floors.toml").write_text("[all]\nspeed = 1\n")
    assert kyket("evaluate", "matches", "labelled.jsonl", "--floors", "floors.toml")[0] == 2


def test_floors_of_a_file_of_many_are_those_of_the_command_and_the_data(
    kyket: Kyket, labelled: Path, tmp_path: Path
) -> None:
    floors = tmp_path / "floors.toml"
    command = ("evaluate", "matches", "labelled.jsonl", "--floors", "floors.toml")
    floors.write_text("[events]\nbcubed_f1 = 2\n[matches.own]\nf1 = 0.9\n[matches.other]\nf1 = 2\n")
    assert kyket(*command)[0] == 0
    floors.write_text("[matches.own]\nf1 = 0.9\n[matches.labelled]\nf1 = 1.1\n")
    code, _, err = kyket(*command)
    assert code == 1 and "sure.f1" in err
    floors.write_text("[matches.all]\nf1 = 1.1\n")
    code, _, err = kyket(*command)
    assert code == 1 and "all.f1" in err
    floors.write_text("[matches.here]\nf1 = 1\n[matches.there]\nf1 = 1\n")
    code, _, err = kyket(*command)
    assert code == 2 and "matches.here, matches.there" in err


@pytest.mark.quality
def test_the_projects_own_floors_are_met_as_they_stand(kyket: Kyket) -> None:
    quality = Path(__file__).parent / "quality"
    for command in ("matches", "agreements"):
        data = str(quality / f"{command}.jsonl")
        assert kyket("evaluate", command, data, "--floors", str(quality / "floors.toml"))[::2] == (0, "")


def test_floors_may_be_one_section_of_a_file_of_many(kyket: Kyket, labelled: Path, tmp_path: Path) -> None:
    (tmp_path / "floors.toml").write_text("[matches.own]\nf1 = 0.9\n[matches.high.all]\nf1 = 1.1\n")
    command = ("evaluate", "matches", "labelled.jsonl", "--floors", "floors.toml", "--section")
    assert kyket(*command, "matches.own")[0] == 0
    code, _, err = kyket(*command, "matches.high")
    assert code == 1 and "all.f1 is 1.0000, below its floor" in err
    code, _, err = kyket(*command, "events.own")
    assert code == 2 and "[events.own]" in err


@pytest.mark.parametrize(
    ("content", "sentence"),
    [("{", "wrong.jsonl:1: not JSON"), ('{"id": 1}', "wrong.jsonl:1: lacks title, label"), ("[]", "lacks")],
)
def test_a_wrong_line_is_named(kyket: Kyket, tmp_path: Path, content: str, sentence: str) -> None:
    (tmp_path / "wrong.jsonl").write_text(content)
    code, _, err = kyket("evaluate", "matches", "wrong.jsonl")
    assert code == 2 and sentence in err
    assert kyket("evaluate", "matches", "none.jsonl")[0] == 2


# -- kyket.toml ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("contakt = 'a@b.c'", "contakt: unknown key; did you mean 'contact'"),
        ("contact = 'me'", "contact: 'me' is neither"),
        ("contact = 3", "contact: must be a text"),
        ("keep = 'some'", "keep: 'some' is none of"),
        ("catalogue = 'a.toml'", "catalogue: must be a list"),
        ("catalogue = [1]", "catalogue: must be a list of file names"),
        ("[archive]\ncap_gb = 0", "archive.cap_gb"),
        ("[archive]\ncap_gb = true", "archive.cap_gb: must be a number"),
        ("[archive]\nfoldr = 'x'", "archive.foldr: unknown key"),
        ("archive = 1", "archive: must be a section"),
        ("db = ", "kyket.toml"),
    ],
)
def test_a_wrong_key_is_named_with_its_file(
    kyket: Kyket, tmp_path: Path, content: str, sentence: str
) -> None:
    (tmp_path / "kyket.toml").write_text(content)
    code, _, err = kyket("matches")
    assert code == 2
    assert "kyket.toml" in err and sentence in err


def test_paths_count_from_the_folder_of_the_file(tmp_path: Path) -> None:
    from pipelines.config import load_config

    (tmp_path / "kyket.toml").write_text(
        'db = "data/k.db"\ncatalogue = ["mine.toml"]\n[archive]\nfolder = "warc"\ncap_gb = 2\n[schedule]\nanything = 1\n'
    )
    config = load_config(tmp_path / "kyket.toml")
    assert config.db == tmp_path / "data" / "k.db"
    assert config.catalogue_files == (tmp_path / "mine.toml",)
    assert config.archive_path(tmp_path / "x.db") == tmp_path / "warc"
    assert (config.archive_cap_gb, config.sections["schedule"]) == (2.0, {"anything": 1})
    with pytest.raises(ConfigError, match="no such file"):
        load_config(tmp_path / "other.toml")
