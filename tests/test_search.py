"""Search finds what a scan of the folded texts finds, whatever the accents, and never breaks on what people type."""

from __future__ import annotations

import random
import re
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import storing
from hypothesis import given, settings
from hypothesis import strategies as st
from storing import NOW

from pipelines import vietnamese
from pipelines.database import Store, search
from pipelines.database.query import Either, Every, Not, QueryError, Term, parse
from pipelines.database.search import snippet
from pipelines.errors import KyketError
from pipelines.types import Kind

WORDS = [
    "ký",
    "kết",
    "kí",
    "kỹ",
    "kĩ",
    "quân",
    "đội",
    "quan",
    "đoi",
    "Đà",
    "Nẵng",
    "da",
    "hoà",
    "hòa",
    "hoa",
    "thúy",
    "thuý",
    "quý",
    "qui",
    "quy",
    "lý",
    "lí",
    "tỷ",
    "tỉ",
    "mỹ",
    "mĩ",
    "thì",
    "trí",
    "hợp",
    "tác",
    "phối",
    "hợp",
    "biên",
    "bản",
    "ghi",
    "nhớ",
    "chương",
    "trình",
    "năm",
    "2024",
    "24",
    "4",
    "kết",
    "nghĩa",
    "khỏe",
    "khoẻ",
    "uỷ",
    "ủy",
    "ban",
    "y",
    "i",
    "kyoto",
    "kim",
    "sỹ",
    "sĩ",
    "đầy",
    "ð",
    "người",
    "nguoi",
    "ngươi",
    "QUÂN",
    "KHU",
    "Ký",
    "KẾT",
    "7",
    "x",
]


def _texts() -> list[tuple[str, str]]:
    """Sixty stories of words that are easily confused."""
    chance = random.Random(20260803)
    stories = []
    for number in range(60):
        title = " ".join(chance.choices(WORDS, k=6)) + f" bài{number}"
        joints = (" ", " ", " ", ", ", "-", "/", ". ", "\n")
        text = "".join(word + chance.choice(joints) for word in chance.choices(WORDS, k=30))
        stories.append((vietnamese.squeeze(title), vietnamese.tidy(text)))
    return stories


TEXTS = _texts()
OUTLETS = ("namson", "dongbac", "cuabac")


def outlet_of(number: int) -> str:
    return OUTLETS[number % 3]


def day_of(number: int) -> datetime:
    """Days of three years, not in the order in which the stories were found; noon in Hanoi."""
    return datetime(2024 + number * 7 % 3, number * 5 % 12 + 1, 15, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory):
    with storing.open_store(tmp_path_factory.mktemp("search")) as opened, opened.transaction():
        opened.ledger.sync_catalogue([storing.outlet(name) for name in OUTLETS], now=NOW)
        for number, (title, text) in enumerate(TEXTS, start=1):
            of = storing.story(number, text, title, name=outlet_of(number), published=day_of(number))
            opened.stories.save(of, storing.judged(of, 0.9 if number % 2 else 0.1), None, crawl=None, now=NOW)
        yield opened


# -- a second, slow opinion ------------------------------------------------------------------------------------


def _folded(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", vietnamese.fold(text))


def _plain(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", vietnamese.strip_marks(text))


def _holds(term: Term, text: str) -> bool:
    wanted, syllables, plain = [vietnamese.fold(word) for word in term.plain], _folded(text), _plain(text)
    for start in range(len(syllables) - len(wanted) + 1):
        here = syllables[start : start + len(wanted)]
        last = here[-1] == wanted[-1] or (
            term.prefix and plain[start + len(wanted) - 1].startswith(term.plain[-1])
        )
        if here[:-1] == wanted[:-1] and last:
            return True
    return False


def _scan(node, title: str, text: str) -> bool:
    if isinstance(node, Term):
        return _holds(node, title) or (not node.title and _holds(node, text))
    if isinstance(node, Not):
        return not _scan(node.part, title, text)
    assert isinstance(node, (Every, Either))
    return (all if isinstance(node, Every) else any)(_scan(part, title, text) for part in node.parts)


def scan(query: str) -> list[int]:
    """The stories that a query finds, by reading every one of them."""
    parsed = parse(query)
    return [
        number
        for number, (title, text) in enumerate(TEXTS, start=1)
        if (parsed.words is None or _scan(parsed.words, title, text))
        and all(_passes(name, value, number) == wanted for name, value, wanted in parsed.filters)
    ]


def _passes(name: str, value: str, number: int) -> bool:
    if name == "outlet":
        return outlet_of(number) == value
    day = day_of(number).strftime("%Y-%m-%d")[: len(value)]
    return day >= value if name == "from" else day <= value


word = st.sampled_from(WORDS).map(lambda w: w if re.search(r"\w", w) else "x")
spelt = st.tuples(
    word,
    st.sampled_from(
        [str, str.upper, vietnamese.strip_marks, lambda w: __import__("unicodedata").normalize("NFD", w)]
    ),
).map(lambda both: both[1](both[0]))
single = spelt.filter(lambda w: w.upper() not in ("AND", "OR", "NOT"))
prefix = (
    single.map(lambda w: w[: max(1, len(w) - 1)])
    .filter(lambda w: re.fullmatch(r"[^\W_]+", vietnamese.clean(w)) is not None)
    .map(lambda w: w + "*")
)
phrase = st.lists(single, min_size=1, max_size=3).map(lambda words: '"' + " ".join(words) + '"')
open_phrase = phrase.map(lambda text: text + "*")
term = st.one_of(single, single, prefix, phrase, open_phrase)
titled = st.one_of(term, term, term.map(lambda text: f"title:{text}"))


def _joined(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.lists(parts, min_size=2, max_size=3).map(" ".join),
        st.lists(parts, min_size=2, max_size=3).map(" AND ".join),
        st.lists(parts, min_size=2, max_size=3).map(lambda words: "(" + " OR ".join(words) + ")"),
        st.tuples(parts, parts).map(" NOT ".join),
        st.tuples(parts, titled).map(" -".join),
        parts.map(lambda inner: f"title:({inner})"),
    )


queries = st.recursive(titled, _joined, max_leaves=6)
years = st.sampled_from(["2023", "2024", "2024-06", "2025", "2025-01-15", "2026", "2027"])
filters = st.tuples(
    st.sampled_from(["", "", "-", "NOT "]),
    st.one_of(
        st.sampled_from(OUTLETS).map(lambda name: f"outlet:{name}"),
        years.map(lambda year: f"from:{year}"),
        years.map(lambda year: f"to:{year}"),
    ),
).map("".join)
filtered = st.tuples(
    st.lists(filters, min_size=1, max_size=3), st.one_of(titled, titled.map(lambda q: f"-{q}"), queries)
).map(
    lambda both: " ".join(
        [*both[0], f"({both[1]})" if " OR " in both[1] and not both[1].startswith("(") else both[1]]
    )
)


@given(query=queries)
@settings(max_examples=400, deadline=None)
def test_search_finds_what_a_scan_finds(store: Store, query: str) -> None:
    assert store.search.ids(query) == scan(query)


@given(query=filtered, broad=st.sampled_from([0, 15, 1000]), only=st.booleans())
@settings(max_examples=300, deadline=None)
def test_filters_leave_what_a_scan_leaves_however_they_are_asked(
    store: Store, query: str, broad: int, only: bool
) -> None:
    wanted = [number for number in scan(query) if number % 2 or not only]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "_BROAD", broad)
        result = store.search.search(query, matches_only=only, limit=100)
    assert sorted(int(hit["id"][1:]) for hit in result["hits"]) == wanted
    assert result["total"] == len(wanted)
    assert store.search.ids(query) == scan(query)


@given(query=queries)
@settings(max_examples=60, deadline=None)
def test_a_page_of_hits_is_drawn_from_what_a_scan_finds(store: Store, query: str) -> None:
    result = store.search.search(query, limit=100)
    assert {int(hit["id"][1:]) for hit in result["hits"]} == set(scan(query))
    assert result["total"] == len(scan(query))


@given(query=queries)
@settings(max_examples=60, deadline=None)
def test_highlights_lie_on_the_words_that_were_looked_for(store: Store, query: str) -> None:
    terms = parse(query).terms
    for hit in store.search.search(query, limit=10)["hits"]:
        for text, spans in ((hit["title"], hit["title_highlights"]), (hit["snippet"], hit["highlights"])):
            for start, end in spans:
                assert any(_holds(one, text[start:end]) for one in terms), (text[start:end], query)


@given(text=st.text(max_size=60))
@settings(max_examples=400, deadline=None)
def test_any_text_is_an_answer_or_a_sentence(store: Store, text: str) -> None:
    try:
        store.search.search(text, limit=3, facets=True)
    except KyketError as error:
        assert not isinstance(error.__cause__, sqlite3.Error), error
        assert "fts5" not in str(error)


@given(text=st.text(alphabet="\"()*:-^+{}ANDORT title:from x'%;\\", max_size=40))
@settings(max_examples=400, deadline=None)
def test_nothing_typed_reaches_sqlite_as_syntax(store: Store, text: str) -> None:
    try:
        store.search.search(text, limit=3)
    except KyketError as error:
        assert not isinstance(error.__cause__, sqlite3.Error), error


# -- by name ---------------------------------------------------------------------------------------------------


@pytest.fixture
def few(tmp_path: Path):
    with storing.open_store(tmp_path) as opened:
        yield opened


def put(store: Store, number: int, text: str, title: str = "Bài", score: float = 0.1, **more) -> None:
    storing.save(store, storing.story(number, text, f"{title} {number}", **more), score=score)


@pytest.mark.parametrize(
    "query",
    [
        "ký kết",
        "ky ket",
        "KÝ KẾT",
        "kí kết",
        "ki ket",
        "Ký  Kết",
        "ky\u0301 ke\u0302\u0301t",
        "k\u00fd\u200b kết",
        '"ky ket"',
        "Kỳ kệt",
    ],
)
def test_accents_case_and_spelling_are_optional(few: Store, query: str) -> None:
    put(few, 1, "Hai bên ký kết chương trình")
    put(few, 2, "Hai bên chưa nói gì")
    assert few.search.ids(query) == [1]


@pytest.mark.parametrize(
    ("query", "text"),
    [("quan doi", "quân đội"), ("quân đội", "quan doi"), ("hoà", "hòa"), ("Đ", "d"), ("tỷ", "tỉ")],
)
def test_both_ways(few: Store, query: str, text: str) -> None:
    put(few, 1, f"chữ {text} ở đây")
    assert few.search.ids(query) == [1]


def test_a_query_with_accents_prefers_exact_ones(few: Store) -> None:
    put(few, 1, "Người dân bàn hàng ở chợ mỗi sáng, rồi về nhà")
    put(few, 2, "Người dân bán hàng ở chợ mỗi sáng, rồi về nhà")
    put(few, 3, "Người dân bạn hàng ở chợ mỗi sáng, rồi về nhà")
    assert [few.search.search(query)["hits"][0]["id"] for query in ("bàn hàng", "bán hàng", "bạn hàng")] == [
        "s1",
        "s2",
        "s3",
    ]


def test_of_equally_good_hits_the_recent_one_comes_first(few: Store) -> None:
    for number, age in enumerate((900, 0, 400), start=1):
        put(few, number, "Lễ khánh thành cầu treo qua suối", published=NOW - timedelta(days=age))
    assert [hit["id"] for hit in few.search.search("cau treo")["hits"]] == ["s2", "s3", "s1"]


def test_a_hit_in_the_headline_comes_before_one_in_the_text(few: Store) -> None:
    put(few, 1, "Nhắc đến cầu treo một lần trong cả bài viết dài về chuyện khác")
    put(few, 2, "Bài viết dài về chuyện qua suối mùa lũ của bà con trong bản", title="Cầu treo")
    assert few.search.search("cau treo")["hits"][0]["id"] == "s2"


def test_fields(few: Store) -> None:
    few.ledger.sync_catalogue([storing.outlet(), storing.outlet("dongbac")], now=NOW)
    put(few, 1, storing.TEXT, score=0.9, published=NOW - timedelta(days=500))
    storing.save(
        few, storing.story(2, storing.OTHER, name="dongbac"),
        agreement=storing.agreement("Quân khu 70", "Trường Y", kind=Kind.KET_NGHIA),
    )  # fmt: skip
    for query, found in {
        'party:"Vùng Cửa Bạc"': [1], "party:nông": [1], 'party:"quan khu 7"': [], 'party:"quan khu 70"': [2],
        "outlet:dongbac": [2], "outlet:dongbac.example": [2], "-outlet:dongbac": [1], "kind:ket_nghia": [2],
        'kind:"kết nghĩa"': [2], "act:ky_ket": [1, 2], "from:2026": [2], "to:2025-12-31": [1], "to:2025": [1],
        "from:2025-03 to:2025-04 bộ": [1], "truong outlet:dongbac from:1/8/2026": [2], "from:2030": [],
        "title:ky title:hoi": [2], "title:truong": [],
    }.items():  # fmt: skip
        assert few.search.ids(query) == found, query


@pytest.mark.parametrize(
    ("query", "advice"),
    [
        ("", "nothing to look for"),
        ("  *** ", "nothing to look for"),
        ('"ký kết', 'write "ký kết"'),
        ("(ký kết", r"add \)"),
        ("ký) kết", "closing parenthesis too many"),
        ("()", "nothing between the parentheses"),
        ("AND ký", "write and"),
        ("ký OR", "ends in the middle"),
        ("NOT bóng", "ký kết NOT bóng đá"),
        ("ký OR NOT bóng", "ký kết NOT bóng đá"),
        ("ký NOT NOT bóng", "leave both out"),
        ("titel:ký", "did you mean title:"),
        ("outlet: qdnd", "without a space"),
        ("outlet:(a b)", "wants a word"),
        ("from:hômqua ký", "from:2024-01"),
        ("kind:hônthú", "known are"),
        ("a OR outlet:b", "outside OR"),
        ("title:(outlet:b)", "beside it"),
        ("(" * 50 + "a" + ")" * 50, "simpler"),
        ("a " * 200, "fewer"),
    ],
)
def test_bad_syntax_gets_a_sentence_with_a_suggestion(few: Store, query: str, advice: str) -> None:
    with pytest.raises(KyketError, match=advice) as caught:
        few.search.search(query)
    assert caught.value.exit_status == 2


def test_a_colon_in_ordinary_words_is_no_field(few: Store) -> None:
    put(few, 1, "Hanoi: ký kết ở thủ đô")
    assert few.search.ids("Hanoi:ký") == [1]


def test_matches_only_leaves_the_rest_out(few: Store) -> None:
    put(few, 1, storing.TEXT, score=0.9)
    put(few, 2, storing.TEXT + " Không phải tin chính.", score=0.1)
    assert [hit["id"] for hit in few.search.search("ky ket", matches_only=True)["hits"]] == ["s1"]
    assert few.search.search("ky ket")["total"] == 2


def test_facets_count_outlet_year_and_kind(few: Store) -> None:
    put(few, 1, storing.TEXT, score=0.9)
    put(few, 2, storing.OTHER + " ký kết", published=NOW - timedelta(days=400), name="dongbac")
    facets = few.search.search("ky ket", facets=True)["facets"]
    assert facets == {
        "outlet": {"dongbac": 1, "namson": 1}, "year": {"2026": 1, "2025": 1}, "kind": {"chuong_trinh_phoi_hop": 1},
    }  # fmt: skip


def test_pages_follow_one_another_without_gap_or_overlap(few: Store) -> None:
    for number in range(1, 24):
        put(few, number, f"Cầu treo thứ {number} qua suối {'rất ' * number} dài")
    whole = [hit["id"] for hit in few.search.search("cau treo", limit=100)["hits"]]
    pages = [
        hit["id"]
        for page in range(5)
        for hit in few.search.search("cau treo", limit=5, offset=page * 5)["hits"]
    ]
    assert pages == whole
    assert len(set(whole)) == 23


def test_many_hits_show_the_newest_and_say_that_there_are_more(
    few: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "_RANK_ALL", 5)
    monkeypatch.setattr(search, "_RANK_NEWEST", 4)
    monkeypatch.setattr(search, "_COUNTED", 10)
    for number in range(1, 15):
        put(few, number, f"Cầu treo thứ {number} qua suối")
    result = few.search.search("cau treo", limit=4, facets=True)
    assert (result["total"], result["total_is_exact"]) == (10, False)
    assert {hit["id"] for hit in result["hits"]} == {"s11", "s12", "s13", "s14"}


def test_a_snippet_shows_where_the_words_stand_together() -> None:
    text = (
        "Mở đầu có chữ ký lẻ loi. "
        + "Câu đệm dài dòng không liên quan gì. " * 20
        + "Sau cùng hai bên ký kết biên bản. "
        + "Hết. " * 60
    )
    shown, spans = snippet(text, parse("ky ket").terms)
    assert "ký kết biên bản" in shown
    assert [shown[start:end] for start, end in spans] == ["ký", "kết"]
    assert shown.startswith("…") and shown.endswith("…") and len(shown) < 300


def test_deleted_and_revised_stories_are_found_as_they_are(few: Store) -> None:
    put(few, 1, "Chữ mộc ở đây")
    storing.save(few, storing.story(1, "Chữ thủy ở đây", "Bài 1"), score=0.1)
    assert (few.search.ids("moc"), few.search.ids("thuy")) == ([], [1])
    few.stories.delete(1, now=NOW)
    assert few.search.ids("thuy") == []


def test_the_error_is_a_query_error_with_a_place_in_the_tree() -> None:
    with pytest.raises(QueryError):
        parse("(")
