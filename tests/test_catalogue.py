"""The catalogue: bundled data is sound; every mistake is named with file, outlet and key."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from crawler.catalogue import (
    OUTLETS,
    Catalogue,
    dump_outlet,
    is_article,
    is_dated,
    is_polled,
    load_catalogue,
)
from crawler.catalogue_text import save_entry
from pipelines.errors import CatalogueError
from pipelines.types import SourceKind


@pytest.fixture(scope="module")
def bundled() -> Catalogue:
    return load_catalogue()


MINE = """
[[outlet]]
id = "baomoi"
name = "Báo Mới"
domain = "baomoi.test"
kind = "provincial"
family = "vdoc"
sources = [
    { kind = "feed", url = "/rss/cate/thoi-su/", seen = true },
    { kind = "section", url = "/thoi-su/", seen = true },
]
"""


def write(folder: Path, text: str, name: str = "mine.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def load(folder: Path, text: str, name: str = "mine.toml") -> Catalogue:
    return load_catalogue([write(folder, text, name)])


# ------------------------------------------------------------------------------------------------ bundled data


def test_the_bundled_catalogue_holds_the_press_of_the_country(bundled: Catalogue) -> None:
    assert len(bundled) == 192
    assert len(bundled.enabled) > 90
    assert {"vnexpress", "qdnd", "bienphong", "baotuyenquang", "cuuchienbinh", "cand", "vtv"} <= set(bundled)


def test_an_outlet_without_a_seen_source_is_present_but_off(bundled: Catalogue) -> None:
    for outlet in bundled.values():
        assert outlet.enabled == any(is_polled(source) for source in outlet.sources), outlet.id
        assert all(source.seen for source in outlet.sources if source.enabled), outlet.id


def test_every_source_has_an_id_of_its_own(bundled: Catalogue) -> None:
    ids = [source.id for outlet in bundled.values() for source in outlet.sources]
    assert len(ids) == len(set(ids))
    assert all(source.id == f"{source.outlet}:{source.kind}:{source.url}" for o in bundled.values() for source in o.sources)


def test_no_listed_source_is_taken_for_an_article(bundled: Catalogue) -> None:
    taken = [
        source.url
        for outlet in bundled.values()
        for source in outlet.sources
        if outlet.article and is_article(source.url, outlet)
    ]
    assert taken == []


def test_every_family_that_an_outlet_names_exists_and_is_used(bundled: Catalogue) -> None:
    used = {outlet.family for outlet in bundled.values() if outlet.family}
    assert used <= set(bundled.families)
    assert {"epi", "vccorp", "mastercms", "onecms", "d-id", "vdoc", "date-directory", "quang-ninh"} <= used


def test_what_is_written_out_loads_as_the_same_outlet(bundled: Catalogue, tmp_path: Path) -> None:
    text = "\n".join(dump_outlet(outlet, bundled.families.get(outlet.family or "")) for outlet in bundled.values())
    again = load(tmp_path, text)
    for outlet in bundled.values():
        twin = again[outlet.id]
        for key in ("name", "domain", "home", "kind", "family", "province", "former_domains", "sources", "article", "rules",
                    "enabled", "delay", "notes"):  # fmt: skip
            assert getattr(twin, key) == getattr(outlet, key), (outlet.id, key)


def test_the_files_hold_no_key_twice_and_no_address_twice() -> None:
    for path in OUTLETS.glob("*.toml"):
        for outlet in tomllib.loads(path.read_text(encoding="utf-8")).get("outlet", []):
            urls = [source["url"] for source in outlet.get("sources", [])]
            assert len(urls) == len(set(urls)), (path.name, outlet["id"])


@pytest.mark.parametrize(
    ("family", "article", "no_article"),
    [
        ("epi", "https://x.vn/mot-tin-post123456.html", "https://x.vn/mot-the-tag12345.html"),
        ("vccorp", "https://x.vn/mot-tin-196251021215205176.htm", "https://x.vn/thoi-su/chinh-tri.htm"),
        ("onecms", "https://x.vn/mot-tin-10345678.html", "https://x.vn/mot-chu-de-event123.html"),
        ("d-id", "https://x.vn/mot-tin-d538952.html", "https://x.vn/thoi-su-d2/"),
        ("vdoc", "https://x.vn/mot-tin-a196670.html", "https://x.vn/thoi-su/"),
        ("date-directory", "https://x.vn/xa-hoi/202407/mot-tin-e635eaf/", "https://x.vn/xa-hoi/"),
        ("quang-ninh", "https://x.vn/mot-tin-3161421.html", "https://x.vn/chinh-tri"),
        ("bac-giang", "https://x.vn/mot-tin-postid412345.bbg", "https://x.vn/chinh-tri"),
    ],
)
def test_a_family_tells_articles_from_lists(bundled: Catalogue, family: str, article: str, no_article: str) -> None:
    pattern = bundled.families[family].article or ""
    assert re.search(pattern, article)
    assert not re.search(pattern, no_article)


@pytest.mark.parametrize(
    ("url", "when"),
    [
        ("https://x.vn/tin-196251021215205176.htm", ("25", None, "10", "21", "21", "52", "05")),
        ("https://x.vn/tin-20260307075519174.htm", (None, "2026", "03", "07", "07", "55", "19")),
        ("https://x.vn/tin-201011200812345.chn", (None, "2010", "11", "20", "08", "12", "34")),
    ],
)
def test_the_address_of_a_vccorp_story_carries_its_time(bundled: Catalogue, url: str, when: tuple[str | None, ...]) -> None:
    found = re.search(bundled.families["vccorp"].rules.published_in_url or "", url)
    assert found and found.group("y", "Y", "m", "d", "H", "M", "S") == when


# --------------------------------------------------------------------------------------------------- finding one


@pytest.mark.parametrize("word", ["qdnd", "QDND", "qdnd.vn", "www.qdnd.vn", "https://www.qdnd.vn/chinh-tri", " qdnd "])
def test_an_outlet_is_found_by_id_domain_or_address(bundled: Catalogue, word: str) -> None:
    found = bundled.get(word)
    assert found is not None and found.id == "qdnd"


@pytest.mark.parametrize(
    ("url", "outlet"),
    [
        ("https://thethao.vnexpress.net/a-1234567.html", "vnexpress"),
        ("http://cand.com.vn/a-i123456/", "cand"),
        ("https://tuoitre.vn/nld/a-196251021215205176.htm", "nld"),
        ("https://tuoitre.vn/a-196251021215205176.htm", "tuoitre"),
        ("https://dongkhoi.baovinhlong.vn/a-a1.html", "dongkhoi-baovinhlong"),
        ("https://news.zing.vn/a-post1.html", "znews"),
        ("https://notvnexpress.net/", None),
        ("https://vnexpress.net.example.com/", None),
        ("not an address", None),
        ("http://[broken", None),
    ],
)
def test_an_address_belongs_to_the_most_specific_outlet(bundled: Catalogue, url: str, outlet: str | None) -> None:
    found = bundled.outlet_of(url)
    assert (found.id if found else None) == outlet


def test_outlets_on_ports_of_one_host_are_told_apart(tmp_path: Path) -> None:
    text = MINE.replace("baomoi.test", "127.0.0.1:8001") + MINE.replace('"baomoi"', '"baocu"').replace("baomoi.test", "127.0.0.1:8002")
    catalogue = load(tmp_path, text)
    found = catalogue.outlet_of("http://127.0.0.1:8002/a")
    assert found is not None and found.id == "baocu"


def test_names_are_resolved_once_each_and_a_wrong_one_is_answered_with_the_nearest(bundled: Catalogue) -> None:
    assert [one.id for one in bundled.resolve(["qdnd", "vtv", "qdnd.vn"])] == ["qdnd", "vtv"]
    with pytest.raises(CatalogueError, match=r"“qdn”.*did you mean “qdnd”"):
        bundled.resolve(["qdn"])


# ------------------------------------------------------------------------------------------------ families, defaults


def test_a_family_fills_in_what_the_outlet_leaves_out(tmp_path: Path) -> None:
    outlet = load(tmp_path, MINE)["baomoi"]
    assert outlet.article == load_catalogue([]).families["vdoc"].article
    assert outlet.home == "https://baomoi.test/"
    section = outlet.sources[1]
    assert section.url == "https://baomoi.test/thoi-su/"
    assert section.paging == "https://baomoi.test/thoi-su/?p={page}"
    assert outlet.enabled


def test_an_outlet_overrides_its_family(tmp_path: Path) -> None:
    text = MINE.replace('family = "vdoc"', "family = \"vdoc\"\narticle = '-x\\d+$'") + '\n[outlet.rules]\nkeep = ["div.bai"]\n'
    outlet = load(tmp_path, text)["baomoi"]
    assert outlet.article == r"-x\d+$"
    assert outlet.rules.keep == ("div.bai",)


def test_a_file_may_bring_a_family_of_its_own(tmp_path: Path) -> None:
    text = "[family.moi]\nname = \"Mới\"\narticle = '-m\\d+$'\n" + MINE.replace('"vdoc"', '"moi"')
    assert load(tmp_path, text)["baomoi"].article == r"-m\d+$"


def test_unverified_sources_are_off_unless_switched_on(tmp_path: Path) -> None:
    text = MINE.replace('"/rss/cate/thoi-su/", seen = true', '"/rss/cate/thoi-su/"').replace(
        '"/thoi-su/", seen = true', '"/thoi-su/", enabled = true'
    )
    feed, section = load(tmp_path, text)["baomoi"].sources
    assert (feed.seen, feed.enabled) == (False, False)
    assert (section.seen, section.enabled) == (False, True)


def test_archives_and_searches_are_not_polled(bundled: Catalogue) -> None:
    sources = {source.url: source for source in bundled["vnexpress"].sources}
    dated = next(source for source in sources.values() if is_dated(source))
    assert dated.kind is SourceKind.SECTION and not is_polled(dated)
    assert all(not is_polled(s) for s in sources.values() if s.kind in (SourceKind.SITEMAP, SourceKind.SEARCH))
    assert is_polled(sources["https://vnexpress.net/rss/thoi-su.rss"])


# ---------------------------------------------------------------------------------------------------- overriding


def test_a_users_entry_overrides_only_the_keys_it_gives(bundled: Catalogue, tmp_path: Path) -> None:
    path = write(tmp_path, '[[outlet]]\nid = "qdnd"\ndelay = 5\n')
    outlet = load_catalogue(user_files=[path])["qdnd"]
    assert outlet.delay == 5.0
    assert outlet.sources == bundled["qdnd"].sources
    assert outlet.name == bundled["qdnd"].name


def test_a_users_sources_merge_by_address(bundled: Catalogue, tmp_path: Path) -> None:
    before = bundled["baotuyenquang"]
    unseen = next(source for source in before.sources if not source.seen)
    path = write(
        tmp_path,
        f'[[outlet]]\nid = "baotuyenquang"\nsources = [ {{ url = "{unseen.url}", seen = true }}, '
        '{ kind = "section", url = "/moi/", seen = true } ]\n',
    )
    after = load_catalogue(user_files=[path])["baotuyenquang"]
    assert len(after.sources) == len(before.sources) + 1
    now = next(source for source in after.sources if source.url == unseen.url)
    assert (now.seen, now.enabled, now.kind, now.label) == (True, True, unseen.kind, unseen.label)


def test_tables_of_kyket_toml_come_last(tmp_path: Path) -> None:
    path = write(tmp_path, '[[outlet]]\nid = "qdnd"\ndelay = 5\n')
    outlet = load_catalogue(None, [{"id": "qdnd", "delay": 9}], user_files=[path])["qdnd"]
    assert outlet.delay == 9.0


def test_kyket_toml_itself_may_be_a_user_file(tmp_path: Path) -> None:
    path = write(tmp_path, 'contact = "a@example.com"\n' + MINE, "kyket.toml")
    assert "baomoi" in load_catalogue(user_files=[path])


def test_a_catalogue_file_replaces_the_bundled_outlets(tmp_path: Path) -> None:
    assert list(load(tmp_path, MINE)) == ["baomoi"]


# -------------------------------------------------------------------------------------------------------- mistakes


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('kind = "provincial"', 'kin = "provincial"'), r"outlet baomoi: unknown key “kin”; did you mean “kind”"),
        (('kind = "provincial"', 'kind = "provincal"'), r"kind “provincal” is unknown; did you mean “provincial”"),
        (('name = "Báo Mới"\n', ""), r"outlet baomoi: name is missing"),
        (('name = "Báo Mới"', "name = 5"), r"outlet baomoi: name must be text, not 5"),
        (('name = "Báo Mới"', 'name = ""'), r"name is empty"),
        (('"baomoi"', '"Báo Mới"'), r"outlet number 1: id must be lower-case"),
        (('"baomoi.test"', '"https://baomoi.test/"'), r"domain must be a bare host name"),
        (('"baomoi.test"', '"www.baomoi.test"'), r"domain must be a bare host name"),
        (('"vdoc"', '"vdok"'), r"family “vdok” is unknown; did you mean “vdoc”"),
        (('"vdoc"', '"vdoc"\narticle = "(["'), r"article is not a valid regular expression"),
        (('"vdoc"', '"vdoc"\ndelay = -1'), r"delay must be seconds"),
        (('"vdoc"', '"vdoc"\ndelay = true'), r"delay must be a number"),
        (('"vdoc"', '"vdoc"\nenabled = 1'), r"enabled must be true or false"),
        (('kind = "feed"', 'kind = "feet"'), r"source 1: kind “feet” is unknown; did you mean “feed”"),
        (('kind = "feed", ', ""), r"source 1: kind is missing"),
        (('"/rss/cate/thoi-su/"', '"rss/cate"'), r"source 1: url is not an http\(s\) address"),
        (('"/rss/cate/thoi-su/"', '"ftp://x.test/a"'), r"source 1: url is not an http\(s\) address"),
        (('"/rss/cate/thoi-su/"', '"/rss/{pge}"'), r"unknown placeholder \{pge\}; did you mean “page”"),
        (('"/thoi-su/", seen', '"/thoi-su/", sen = true, seen'), r"source 2: unknown key “sen”; did you mean “seen”"),
        (('"/thoi-su/", seen', '"/thoi-su/", paging = "/thoi-su/2", seen'), r"paging needs \{page\} or \{offset\}"),
        (('kind = "section", url = "/thoi-su/"', 'kind = "search", url = "/tim"'), r"a search needs \{q\}"),
        (('kind = "section", url = "/thoi-su/"', 'kind = "feed", url = "/rss/cate/thoi-su/"'), r"source 2 repeats source 1"),
        (('seen = true },\n]', "seen = true },\n]\nrules = { keeep = [\"a\"] }"), r"rules has an unknown key “keeep”; did you mean “keep”"),
        (('seen = true },\n]', "seen = true },\n]\nrules = { keep = [\"a[\"] }"), r"rules.keep: “a\[” is not a CSS selector"),
        (('seen = true },\n]', "seen = true },\n]\nrules = { published_in_url = '(\\d+)' }"), r"published_in_url wants named groups"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_file_outlet_and_key(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    assert change[0] in MINE
    with pytest.raises(CatalogueError, match=message) as caught:
        load(tmp_path, MINE.replace(*change, 1))
    assert str(tmp_path / "mine.toml") in str(caught.value)
    assert caught.value.exit_status == 2


def test_an_id_used_twice_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="outlet baomoi: the id is used twice"):
        load(tmp_path, MINE + MINE)


def test_a_domain_used_twice_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"domain baomoi\.test is already that of baomoi"):
        load(tmp_path, MINE + MINE.replace('"baomoi"', '"khac"'))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[[outlet]\n", "is not valid TOML"),
        (b"\xff\xfe[", "is not UTF-8 text"),
        (b"[[outlets]]\nid = 'x'\n", "unknown key “outlets”; did you mean “outlet”"),
        (b"outlet = 5\n", r"outlets are written as \[\[outlet\]\] tables"),
        (b"[family]\nx = 5\n", "family x: must be a table"),
        (b"[family.x]\n", "family x: name is missing"),
    ],
)
def test_a_file_that_is_no_catalogue_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "wrong.toml"
    path.write_bytes(content)
    with pytest.raises(CatalogueError, match=message) as caught:
        load_catalogue([path])
    assert "wrong.toml" in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="no such file"):
        load_catalogue([tmp_path / "none.toml"])


# ------------------------------------------------------------------------------------------------- a user's own file


def test_an_entry_is_written_into_a_new_file_and_loads(tmp_path: Path, bundled: Catalogue) -> None:
    path = tmp_path / "own" / "outlets.toml"
    outlet = load(tmp_path, MINE)["baomoi"]
    save_entry(path, tomllib.loads(dump_outlet(outlet, bundled.families["vdoc"]))["outlet"][0])
    assert load_catalogue(user_files=[path])["baomoi"].sources == outlet.sources


def test_an_entry_merges_into_its_own_block_and_leaves_the_rest_of_the_file(tmp_path: Path) -> None:
    before = f"# mine\n{MINE}\n[outlet.rules]\nkeep = ['div.bai']  # theirs\n\n[[outlet]]\nid = 'qdnd'\ndelay = 5 # slow\n"
    path = write(tmp_path, before)
    save_entry(path, {"id": "baomoi", "sources": [{"url": "/thoi-su/", "seen": False}, {"kind": "feed", "url": "/x.rss", "seen": True}]})
    after = path.read_text(encoding="utf-8")
    assert after.startswith("# mine\n") and after.endswith("[[outlet]]\nid = 'qdnd'\ndelay = 5 # slow\n")
    outlet = load_catalogue(user_files=[path])["baomoi"]
    assert outlet.rules.keep == ("div.bai",)
    assert [(source.url, source.seen) for source in outlet.sources] == [
        ("https://baomoi.test/rss/cate/thoi-su/", True),
        ("https://baomoi.test/thoi-su/", False),
        ("https://baomoi.test/x.rss", True),
    ]


def test_saving_twice_changes_nothing_more(tmp_path: Path) -> None:
    path = tmp_path / "outlets.toml"
    entry = {"id": "qdnd", "sources": [{"url": "https://www.qdnd.vn/ban-doc", "seen": True}]}
    save_entry(path, entry)
    once = path.read_text(encoding="utf-8")
    save_entry(path, entry)
    assert path.read_text(encoding="utf-8") == once
    assert [one.name for one in tmp_path.iterdir()] == ["outlets.toml"]


def test_a_broken_file_of_the_user_is_not_overwritten(tmp_path: Path) -> None:
    path = write(tmp_path, "[[outlet]\n")
    with pytest.raises(CatalogueError, match="cannot be read as a catalogue"):
        save_entry(path, {"id": "qdnd"})
    assert path.read_text(encoding="utf-8") == "[[outlet]\n"


@pytest.mark.parametrize("text", ['a "quoted" one', "back\\slash", "both \\ and '", "tab\tline\nend", "Ký kết", "\x1b[31m"])
def test_any_text_survives_being_written(tmp_path: Path, text: str) -> None:
    path = tmp_path / "outlets.toml"
    save_entry(path, {"id": "qdnd", "notes": text})
    assert tomllib.loads(path.read_text(encoding="utf-8"))["outlet"][0]["notes"] == text
