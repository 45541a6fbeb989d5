"""A profile is data: the bundled one loads, a user's own too, and a wrong one says which key is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipelines.errors import ProfileError
from pipelines.matching.score import Judge
from pipelines.matching.similarity import SeedCorpus
from pipelines.profile import export_profile, import_profile, load_profile
from pipelines.types import Story

MINE = """
name = "khoi-cong"
threshold = 0.6
[gate]
window = 80
[acts]
ky_ket = ["khởi công", "động thổ"]
[instruments]
du_an = ["nhà máy", "khu công nghiệp"]
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_bundled_profile_knows_its_seeds_and_ships_no_text_of_theirs() -> None:
    profile = load_profile()
    assert profile.name == "cooperation"
    ids = [facts["id"] for facts in profile.seed_facts]
    assert len(ids) == 5
    assert set(profile.seed_vectors["vectors"]) == set(ids)
    longest = max((term for vector in profile.seed_vectors["vectors"].values() for term in vector), key=len)
    assert longest.count(" ") <= 1


def test_a_profile_of_ones_own_needs_only_acts_and_instruments(tmp_path: Path) -> None:
    profile = load_profile(write(tmp_path, MINE))
    judge = Judge(profile, SeedCorpus.shipped(profile))
    told = Story(
        url="u",
        title="Động thổ nhà máy giấy",
        text="Sáng 3-2, công ty Ba Sen động thổ nhà máy giấy ở Lộc Bình.",
    )
    other = Story(
        url="u", title="Giá giấy tăng", text="Giá giấy tăng tuần thứ ba liên tiếp, nhà máy thiếu nguyên liệu."
    )
    assert judge.judge(told).score > judge.judge(other).score
    assert judge.judge(told).evidence[0].phrase.lower() == "động thổ nhà máy"


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (("threshold = 0.6", "threshold = 6"), "threshold"),
        (('ky_ket = ["khởi công", "động thổ"]', 'mo_dau = ["khởi công"]'), "acts.mo_dau"),
        (('ky_ket = ["khởi công", "động thổ"]', "ky_ket = 3"), "acts.ky_ket"),
        (("window = 80", "window = true"), "gate.window"),
        (("[gate]", "[gates]"), "gates"),
        (('du_an = ["nhà máy", "khu công nghiệp"]', ""), "instruments"),
        (('name = "khoi-cong"', 'name = ""'), "name"),
        (("threshold = 0.6", 'weights = "none.json"'), "none.json"),
        (("threshold = 0.6", "threshold = "), "TOML"),
    ],
)
def test_a_wrong_profile_is_refused_with_file_and_key(
    tmp_path: Path, change: tuple[str, str], names: str
) -> None:
    path = write(tmp_path, MINE.replace(*change))
    with pytest.raises(ProfileError) as error:
        load_profile(path)
    assert names in str(error.value)
    assert "mine.toml" in str(error.value)


def test_an_unknown_name_and_a_missing_file_say_so(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="no bundled profile"):
        load_profile("cooperatoin")
    with pytest.raises(ProfileError, match="cannot be read"):
        load_profile(tmp_path / "gone.toml")


def test_an_exported_profile_judges_as_the_original(tmp_path: Path) -> None:
    profile = load_profile()
    path = tmp_path / "shared.json"
    export_profile(profile, path)
    again = import_profile(path)
    story = Story(
        url="u",
        title="Công an xã và trường học ký quy chế phối hợp",
        text="Chiều 4-4, Công an xã Đồng Lâm và Trường THCS Đồng Lâm ký kết quy chế phối hợp giữ an ninh trường học.",
    )
    first = Judge(profile, SeedCorpus.shipped(profile)).judge(story)
    second = Judge(again, SeedCorpus.shipped(again)).judge(story)
    assert first == second
    assert first.is_match


def test_a_file_that_is_no_profile_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    path.write_text(json.dumps({"hello": 1}), encoding="utf-8")
    with pytest.raises(ProfileError, match="not an exported profile"):
        import_profile(path)
    path.write_text("{", encoding="utf-8")
    with pytest.raises(ProfileError, match="not a JSON file"):
        import_profile(path)


def test_the_worked_example_of_the_guide_finds_its_story(tmp_path: Path) -> None:
    guide = (Path(__file__).resolve().parents[1] / "docs" / "own-topic.md").read_text("utf-8")
    path = write(tmp_path, guide.split("```toml\n", 1)[1].split("```", 1)[0])
    profile = load_profile(path)
    judge = Judge(profile, SeedCorpus.shipped(profile))

    def score(title: str, text: str) -> float:
        return judge.judge(Story(url="u", title=title, text=text)).score

    broken = score(
        "Khởi công nhà máy giấy Ba Sen", "Sáng 3-2, Công ty Ba Sen khởi công nhà máy giấy ở Lộc Bình."
    )
    planned = score("Công ty Ba Sen xin đất", "Công ty Ba Sen dự kiến khởi công nhà máy giấy vào năm sau.")
    bridge = score("Khởi công xây dựng cầu Lộc Bình", "Tỉnh khởi công xây dựng cầu Lộc Bình sáng 3-2.")
    assert broken >= profile.threshold > planned > bridge


def test_a_site_search_is_asked_for_the_profiles_own_phrases(tmp_path: Path) -> None:
    assert "quy chế phối hợp" in load_profile().searches
    export_profile(load_profile(), tmp_path / "p.json")
    assert import_profile(tmp_path / "p.json").searches == load_profile().searches
