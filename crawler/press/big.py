"""The big world: any number of cheap, distinct pages of realistic weight, for long crawls and benchmarks.

Most are ordinary news that a gate skips although the boxes around them tell of signings; a few are signings.
Nothing is kept: story n is made anew whenever it is asked for, the same each time.
"""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import overload

from .furniture import ArticleView
from .site import Site
from .world import VIETNAM, Block, PressOutlet, PressStory, Section, World

BIG_OUTLET = PressOutlet(
    id="nghintrang",
    name="Báo Nghìn Trang",
    family="slug-id-htm",
    kind="national",
    slogan="Tin khắp nẻo",
    sections=(
        Section(slug="thoi-su", name="Thời sự", zone=1),
        Section(slug="doi-song", name="Đời sống", zone=2),
        Section(slug="thi-truong", name="Thị trường", zone=3),
    ),
    robots="User-agent: *\nDisallow: /tim-kiem\nSitemap: {base}/sitemap.xml\n",
    gzip=False,
    page_size=50,
    feed_size=100,
    weight_kb=30,
)
SPACING = timedelta(seconds=60)
"""Between one story's publication and the next."""
FRAMES = 20
"""Different surroundings in which stories are printed."""

_THEN = datetime(2001, 2, 3, 4, 5, 6, tzinfo=VIETNAM)  # stands in a frame for the story's time
_THEN_ISO, _THEN_PRINTED = "2001-02-03T04:05:06", "03/02/2001 04:05"
_CUTS = re.compile(f"(<p>\ue000body</p>|\ue000[a-z]+|{_THEN_ISO}|{_THEN_PRINTED})")

_PLACES = [
    "Bình Lục",
    "Cẩm Khê",
    "Đông Triều",
    "Hương Sơn",
    "Kỳ Anh",
    "Lạc Thủy",
    "Mộc Hóa",
    "Nghi Sơn",
    "Phù Mỹ",
    "Quế Võ",
    "Tân Uyên",
    "Vĩnh Thuận",
    "Yên Thế",
    "Đồng Phú",
    "Thạch Hà",
]
_THINGS = [
    "tuyến đường liên xã",
    "chợ đầu mối",
    "trạm bơm số 2",
    "trường tiểu học",
    "hồ chứa nước",
    "cầu treo dân sinh",
    "nhà văn hóa thôn",
    "bến xe khách",
    "trạm y tế",
    "khu tái định cư",
    "vườn ươm",
    "làng nghề mây tre",
]
_EVENTS = [
    "đưa vào sử dụng",
    "được sửa chữa",
    "phải tạm dừng vì mưa lớn",
    "thu hút đông người",
    "đón đoàn khảo sát",
    "vượt tiến độ",
    "gặp khó vì thiếu vốn",
    "được bàn giao cho địa phương",
    "chuẩn bị vào mùa cao điểm",
]
_PEOPLE = [
    "Nguyễn Văn Lành",
    "Trần Thị Thơm",
    "Lê Bá Khoan",
    "Phạm Thị Nụ",
    "Hoàng Đình Sắc",
    "Võ Thị Út",
    "Đặng Hữu Phúc",
    "Bùi Thị Mây",
    "Đỗ Trọng Cầu",
    "Ngô Thị Sen",
]
_SENTENCES = (
    "Theo ghi nhận của phóng viên tại {place}, {thing} {event} từ đầu tuần này.",
    "{person}, một người dân ở {place}, cho biết gia đình đã chờ việc này hơn {n} năm.",
    "Tổng kinh phí khoảng {n},{m} tỷ đồng, trong đó ngân sách địa phương chiếm {m}0%.",
    "Trong {m} tháng qua, lượng hàng qua đây tăng {n}% so với cùng kỳ năm trước.",
    "Cơ quan chuyên môn khuyến cáo người dân theo dõi dự báo thời tiết và chủ động kế hoạch sản xuất.",
    "Giá {m} loại nông sản tại chợ {place} sáng nay dao động từ {n}.000 đến {n}.500 đồng một kg.",
    "Buổi chiều, mưa rào gây ngập {m} đoạn đường trong trung tâm {place}, giao thông ùn ứ gần {n} phút.",
    "Ban quản lý hứa hoàn thành phần việc còn lại trước ngày {m} của tháng sau.",
    "Nhiều hộ chuyển sang trồng cây ngắn ngày, thu nhập bình quân {n} triệu đồng một vụ.",
    "{person} kể lại bằng giọng vui: năm nay nước về sớm, ruộng đồng xanh từ tháng {m}.",
    "Đội bóng trẻ {place} thắng {m}-1 trong trận giao hữu trước hơn {n} khán giả.",
    "Lãnh đạo xã đề nghị kiểm tra, nhắc nhở những hộ lấn chiếm hành lang.",
)
_TEAMWORK = "Tổ dân phố cùng trường học phối hợp nhắc nhở bà con giữ vệ sinh, bỏ rác đúng giờ."
_TEAMWORK_SHARE = 0.1
"""Of ordinary stories that hold words of the subject; with the boxes' this makes about the real 4 pages in 10."""
_SIGNERS = [
    "Bộ CHQS tỉnh",
    "Công an tỉnh",
    "Hội Cựu chiến binh huyện",
    "Bộ đội Biên phòng tỉnh",
    "Sở Y tế",
    "Trường Cao đẳng nghề",
    "Liên đoàn Lao động",
    "Hội Nông dân",
]


def ordinary_story(
    number: int, *, outlet: str, section: str, published: datetime, seed: random.Random, whole: bool = True
) -> PressStory:
    """A piece of ordinary news, distinct by its numbers and names; not `whole`: without its text, for lists."""
    place, thing, event = seed.choice(_PLACES), seed.choice(_THINGS), seed.choice(_EVENTS)
    blocks = []
    if whole:
        blocks = [Block(kind="paragraph", text=_paragraph(seed)) for _ in range(seed.randrange(4, 8))]
        if seed.random() < _TEAMWORK_SHARE:
            blocks.append(Block(kind="paragraph", text=_TEAMWORK))
        blocks.insert(2, Block(kind="caption", text=f"{thing[0].upper()}{thing[1:]} ở {place}."))
    return PressStory(
        id=f"{outlet}-{number}",
        outlet=outlet,
        section=section,
        title=f"{place}: {thing} {event} ({number})",
        lead=f"{thing[0].upper()}{thing[1:]} ở {place} {event}, tin số {number} trong ngày.",
        blocks=tuple(blocks),
        published=published.replace(microsecond=0),
        label="neg",
        authors=(_PEOPLE[number % len(_PEOPLE)],),
    )


def _paragraph(seed: random.Random) -> str:
    sentences = seed.sample(_SENTENCES, 3)
    n, m, place = seed.randrange(11, 99), seed.randrange(2, 9), seed.choice(_PLACES)
    return " ".join(
        sentence.format(
            place=place,
            thing=_THINGS[n % 12],
            event=_EVENTS[n % 9],
            person=_PEOPLE[n % 10],
            n=n + index,
            m=m + index,
        )
        for index, sentence in enumerate(sentences)
    )


def signing_story(
    number: int, *, outlet: str, section: str, published: datetime, seed: random.Random, whole: bool = True
) -> PressStory:
    """A short signing between two bodies of one place."""
    place = seed.choice(_PLACES)
    first, second = (f"{signer} {place}" for signer in seed.sample(_SIGNERS, 2))
    period = f"{published.year}-{published.year + seed.randrange(2, 6)}"
    homes = seed.randrange(11, 99)
    armed = any(word in first + second for word in ("CHQS", "Công an", "Cựu chiến binh", "Biên phòng"))
    text = (
        f"Theo chương trình vừa ký kết, {first} và {second} trao đổi thông tin, tuyên truyền pháp luật, giúp đỡ {homes} hộ khó khăn "
        "và sơ kết mỗi năm một lần.",
        f"Phát biểu tại hội nghị, đại diện hai bên cam kết thực hiện đúng các nội dung của chương trình phối hợp (tin số {number}).",
    )
    return PressStory(
        id=f"{outlet}-{number}",
        outlet=outlet,
        section=section,
        title=f"{first} và {second} ký kết chương trình phối hợp ({number})",
        lead=f"Ngày hôm qua, {first} và {second} tổ chức hội nghị ký kết chương trình phối hợp giai đoạn {period}.",
        blocks=tuple(Block(kind="paragraph", text=line) for line in text) if whole else (),
        published=published.replace(microsecond=0),
        label="core" if armed else "civil",
        event=f"{outlet}-{number}",
        authors=(_PEOPLE[number % len(_PEOPLE)],),
        acts=("ky_ket",),
        kind="chuong_trinh_phoi_hop",
        parties=(first, second),
        period=period,
    )


class _Stories(Sequence[PressStory]):
    """Stories `first`, `first + step` … of a big site, made when asked for; number 0 is the newest."""

    def __init__(self, site: BigSite, numbers: range) -> None:
        self._site, self._numbers = site, numbers

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, index: int) -> PressStory: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[PressStory]: ...
    def __getitem__(self, index: int | slice) -> PressStory | Sequence[PressStory]:
        if isinstance(index, slice):
            return _Stories(self._site, self._numbers[index])
        return self._site.story(self._numbers[index], whole=False)


class BigSite(Site):
    """An outlet of `count` made-up pages; the share `matches` of them are signings."""

    def __init__(
        self, outlet: PressOutlet, world: World, base: str, *, count: int, matches: float, now: datetime
    ) -> None:
        super().__init__(outlet, world, base)
        self.count, self.matches, self.newest = count, matches, now
        self._frames: dict[int, list[str]] = {}

    def story(self, number: int, *, whole: bool = True) -> PressStory:
        """Story `number`, 0 the newest."""
        seed = random.Random(number * 7919 + 1)  # noqa: S311 - the same story each time
        make = signing_story if seed.random() < self.matches else ordinary_story
        sections = self.outlet.sections
        return make(
            number,
            outlet=self.outlet.id,
            section=sections[number % len(sections)].slug,
            published=self.newest - SPACING * number,
            seed=seed,
            whole=whole,
        )

    def url_of(self, story: PressStory) -> str:
        if story.id in self.world.stories:
            return super().url_of(story)
        number = int(story.id.rsplit("-", 1)[1])
        return f"{self.base}/{story.slug}-{100_000 + number:06d}.htm"

    def find(self, path: str) -> PressStory | None:
        stem, _, number = path.removesuffix(".htm").rpartition("-")
        if number.isdigit() and 100_000 <= int(number) < 100_000 + self.count:
            story = self.story(int(number) - 100_000)
            if stem == f"/{story.slug}":
                return story
        return super().find(path)

    def listed(self, now: datetime, section: str | None = None) -> Sequence[PressStory]:
        slugs = [s.slug for s in self.outlet.sections]
        if section is None:
            return _Stories(self, range(self.count))
        return _Stories(self, range(slugs.index(section), self.count, len(slugs)))

    def article_page(self, story: PressStory, now: datetime) -> bytes:
        """The page of a story: its words in one of a few frames rendered once, so that serving costs little."""
        if story.id in self.world.stories:
            return super().article_page(story, now)
        frame = zlib.crc32(story.id.encode()) % FRAMES
        if frame not in self._frames:
            self._frames[frame] = self._frame(frame, now)
        body = "\n".join(
            f'<figure class="expNoEdit"><img src="/uploaded/a.jpg" alt=""><figcaption><h2>{block.text}</h2></figcaption></figure>'
            if block.kind == "caption"
            else f"<p>{block.text}</p>"
            for block in story.blocks
        )
        local = story.local
        words = {
            "\ue000title": story.title,
            "\ue000lead": story.lead or "",
            "<p>\ue000body</p>": body,
            "\ue000body": story.lead or "",
            "\ue000author": ", ".join(story.authors),
            "\ue000url": self.url_of(story),
            _THEN_ISO: f"{local:%Y-%m-%dT%H:%M:%S}",
            _THEN_PRINTED: f"{local:%d/%m/%Y %H:%M}",
        }
        return "".join(words.get(part, part) for part in self._frames[frame]).encode()

    def _frame(self, frame: int, now: datetime) -> list[str]:
        """A page cut at the places where the story's words go; three frames of ten advertise signings in their boxes."""
        numbers = random.Random(frame).sample(range(self.count), min(14, self.count))  # noqa: S311 - a look
        others = [self.story(number) for number in numbers]
        if frame % 10 < 3:
            seed = random.Random(frame)  # noqa: S311
            others[:3] = [
                replace(
                    signing_story(
                        number, outlet=self.outlet.id, section="thoi-su", published=self.newest, seed=seed
                    ),
                    id=others[number].id,
                )
                for number in range(min(3, len(others)))
            ]
        teasers = [self.teaser(other) for other in others]
        view = ArticleView(
            story=PressStory(
                id="frame",
                outlet=self.outlet.id,
                section=self.outlet.sections[0].slug,
                title="\ue000title",
                lead="\ue000lead",
                blocks=(Block(kind="paragraph", text="\ue000body"),),
                published=_THEN,
                label="neg",
                authors=("\ue000author",),
            ),
            outlet=self.outlet,
            section=self.outlet.sections[0],
            base=self.base,
            url="\ue000url",
            now=now.astimezone(VIETNAM),
            related=teasers[:3],
            most_read=teasers[3:9],
            newest=teasers[9:],
        )
        return _CUTS.split(self.family.article(view))
