"""The big world: any number of cheap, distinct pages of realistic weight, for long crawls and benchmarks.

Most are ordinary news that a gate skips although the boxes around them tell of signings; a few are signings.
Nothing is kept: story n is made anew whenever it is asked for, the same each time.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import overload

from .site import Site
from .world import Block, PressOutlet, PressStory, Section, World

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
    "Lãnh đạo xã đề nghị các ngành phối hợp kiểm tra, nhắc nhở những hộ lấn chiếm hành lang.",
)
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
    number: int, *, outlet: str, section: str, published: datetime, seed: random.Random
) -> PressStory:
    """A piece of ordinary news, distinct by its numbers and names."""
    place, thing, event = seed.choice(_PLACES), seed.choice(_THINGS), seed.choice(_EVENTS)
    title = f"{place}: {thing} {event} ({number})"
    blocks = []
    for _ in range(seed.randrange(4, 8)):
        line = " ".join(
            seed.choice(_SENTENCES).format(
                place=seed.choice(_PLACES), thing=seed.choice(_THINGS), event=seed.choice(_EVENTS),
                person=seed.choice(_PEOPLE), n=seed.randrange(11, 99), m=seed.randrange(2, 9),
            )
            for _ in range(3)
        )  # fmt: skip
        blocks.append(Block(kind="paragraph", text=line))
    blocks.insert(2, Block(kind="caption", text=f"{thing[0].upper()}{thing[1:]} ở {place}."))
    return PressStory(
        id=f"{outlet}-{number}",
        outlet=outlet,
        section=section,
        title=title,
        lead=f"{thing[0].upper()}{thing[1:]} ở {place} {event}, tin số {number} trong ngày.",
        blocks=tuple(blocks),
        published=published.replace(microsecond=0),
        label="neg",
        authors=(seed.choice(_PEOPLE),),
    )


def signing_story(
    number: int, *, outlet: str, section: str, published: datetime, seed: random.Random
) -> PressStory:
    """A short signing between two bodies of one place."""
    place = seed.choice(_PLACES)
    first, second = seed.sample(_SIGNERS, 2)
    first, second = f"{first} {place}", f"{second} {place}"
    year = published.year
    period = f"{year}-{year + seed.randrange(2, 6)}"
    base = ordinary_story(number, outlet=outlet, section=section, published=published, seed=seed)
    armed = any(word in first + second for word in ("CHQS", "Công an", "Cựu chiến binh", "Biên phòng"))
    text = (
        f"Ngày hôm qua, {first} và {second} tổ chức hội nghị ký kết chương trình phối hợp giai đoạn {period}.",
        f"Theo chương trình vừa ký kết, {first} và {second} trao đổi thông tin, tuyên truyền pháp luật, giúp đỡ {seed.randrange(11, 99)} hộ khó khăn và sơ kết mỗi năm một lần.",
        f"Phát biểu tại hội nghị, đại diện hai bên cam kết thực hiện đúng các nội dung của chương trình phối hợp (tin số {number}).",
    )
    return PressStory(
        id=base.id,
        outlet=outlet,
        section=section,
        title=f"{first} và {second} ký kết chương trình phối hợp ({number})",
        lead=text[0],
        blocks=tuple(Block(kind="paragraph", text=line) for line in text[1:]),
        published=base.published,
        label="core" if armed else "civil",
        event=base.id,
        authors=base.authors,
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
        return self._site.story(self._numbers[index])


class BigSite(Site):
    """An outlet of `count` made-up pages; the share `matches` of them are signings."""

    def __init__(
        self, outlet: PressOutlet, world: World, base: str, *, count: int, matches: float, now: datetime
    ) -> None:
        super().__init__(outlet, world, base)
        self.count, self.matches, self.newest = count, matches, now

    def story(self, number: int) -> PressStory:
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
