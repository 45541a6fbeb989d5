"""Pages that have no story's text of their own end in a named outcome, whatever stands around it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipelines.extract import extract_story
from pipelines.types import Outcome, Page, Rejected

NOW = datetime(2026, 9, 20, 3, 0, tzinfo=UTC)
TEASERS = "".join(
    f'<div><h3><a href="/bai-{number}-77120{number}.html">{headline}</a></h3><p>{summary}</p></div>'
    for number, headline, summary in (
        (1, "Xã vùng cao đón điện lưới sau mười năm chờ", "Cột điện cuối cùng vừa dựng xong trên đỉnh dốc, cả bản thức đêm."),
        (2, "Học sinh lớp bốn chế máy gom rác bằng chai nhựa", "Chiếc máy nhỏ chạy bằng pin đồng hồ, gom được rác nổi trên mương."),
        (3, "Giá lúa hè thu nhích lên, nông dân vẫn dè dặt", "Thương lái đã vào đồng đặt cọc, nhiều nhà vẫn muốn đợi vài hôm."),
    )
)  # fmt: skip
FOOT = (
    "<div><p>Cơ quan của Đảng bộ tỉnh. Giấy phép số 12/GP-BTTTT cấp ngày 03/02/2021</p>"
    "<p>Tổng biên tập: Người Mẫu. Tòa soạn: số 1, đường Bờ Sông. Điện thoại: 0200 000 000</p>"
    "<p>® Ghi rõ nguồn khi phát hành lại thông tin từ website này.</p></div>"
)
TITLE = "Toàn cảnh lễ ký kết giữa hai đơn vị kết nghĩa bên bờ sông Lục"


def read(core: str) -> object:
    page = (
        f'<html lang="vi"><head><meta charset="utf-8"><title>{TITLE}</title></head><body><h1>{TITLE}</h1>'
        f"<div>10/01/2024 17:05</div>{core}{FOOT}</body></html>"
    )
    url = "https://bao.example.vn/video/toan-canh-le-ky-ket-123456.html"
    return extract_story(Page(url=url, body=page.encode(), fetched_at=NOW), now=NOW)


def test_a_video_among_teasers_has_no_text_of_its_own() -> None:
    story = read(f'<video src="/a.mp4"></video><div>{TEASERS}</div>')
    assert isinstance(story, Rejected)
    assert story.outcome in (Outcome.TOO_SHORT, Outcome.NOT_ARTICLE)


def test_a_page_s_foot_is_no_story() -> None:
    story = read('<div class="player"></div>')
    assert isinstance(story, Rejected)
    assert story.outcome in (Outcome.TOO_SHORT, Outcome.NOT_ARTICLE)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("ក្រុមពីរនៅក្នុងភូមិបានចុះហត្ថលេខាលើកិច្ចព្រមព្រៀងដើម្បីថែរក្សាព្រៃឈើ។ ", id="Khmer"),
        pytest.param("两个村庄签署了共同保护森林的合作协议。", id="Chinese"),
    ],
)
@pytest.mark.parametrize("times", [1, 30])
def test_a_page_of_another_script_says_so_however_short_it_is_and_however_few_signs_of_a_story_it_has(text: str, times: int) -> None:
    page = f"<html><head><title>{text}</title></head><body><div>{text * times}</div></body></html>"
    story = extract_story(Page(url="https://bao.example.vn/km/tin", body=page.encode(), fetched_at=NOW), now=NOW)
    assert isinstance(story, Rejected) and story.outcome is Outcome.NOT_VIETNAMESE
